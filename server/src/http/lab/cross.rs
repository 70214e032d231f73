//! Two attackers beside the site, and what they aim at. Another host is recognised by `Host`; another port has a listener of its own. On
//! either there is a page, its script, and nothing of the app.
//!
//! Nothing is done but for the account of the bench, and by that account's own session. What leads back leads to an attacker and nowhere
//! else.

use std::net::SocketAddr;
use std::sync::Arc;

use app::routes::api;
use app::ui::text::lab::cross as words;
use app::wire::lab::cross::{Addresses, Arrival, Attacker, Crossed, Outcome, Target, Vector};
use app::wire::problem::{Code, Problem};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::of;
use crate::auth::Error;
use crate::auth::lab::cross::Cross;
use crate::config::Config;
use crate::feed::people;
use crate::http::extract::caller;
use crate::http::problem::Answer;
use crate::http::{cookies, guard};
use crate::model::fill_random;
use crate::site::{Site, StartError};
use crate::store::sessions;

/// Whom the account follows, or no longer, when a form or a `fetch` has its way, in the order of [`Vector::POSTING`].
const PEOPLE: [&str; 2] = ["mina", "rover"];
/// So much of `Origin` is told, in characters.
const TOLD: usize = 100;
/// What the attackers send.
const SCRIPT: &str = include_str!("attack.js");

/// What the page of the lab asks.
pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new().route(api::LAB_CROSS, get(addresses)).route(api::LAB_BENCH_CROSS, get(seen).post(plant))
}

/// What the attackers aim at. It must be merged where the check of the rest of the site does not reach: one of the two has that check
/// itself, and the other has none.
pub fn targets(site: &Arc<Site>) -> Router<Arc<Site>> {
    let counted = |target| middleware::from_fn_with_state((Arc::clone(site), target), count);
    let open = Router::new().route(api::LAB_CROSS_OPEN, any(act)).layer(counted(Target::Open));
    let guarded = Router::new()
        .route(api::LAB_CROSS_GUARDED, any(act))
        .layer(middleware::from_fn_with_state(Arc::clone(site), guard::cross_site))
        .layer(counted(Target::Guarded));
    open.merge(guarded).layer(middleware::from_fn(guard::mark_personal))
}

/// Puts the attacker of another host beside the site.
pub fn beside(app: Router, site: Arc<Site>) -> Router {
    app.layer(middleware::from_fn_with_state(site, elsewhere))
}

async fn elsewhere(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    if is_at(&site, Attacker::Site, &request) { page(&site, Attacker::Site, &request) } else { next.run(request).await }
}

/// Lets the attacker of another port listen, where there may be one: on this machine alone. Whoever has it ends it.
///
/// # Errors
/// When no port is to be had.
pub async fn listen(site: &Arc<Site>, config: &Config) -> Result<Option<JoinHandle<()>>, StartError> {
    let Some(cross) = site.cross.as_ref().filter(|cross| cross.is_possible()) else { return Ok(None) };
    if !(config.is_local() && config.listen.ip().is_loopback()) {
        return Ok(None);
    }
    let wanted = SocketAddr::new(config.listen.ip(), 0);
    let listener = TcpListener::bind(wanted).await.map_err(|error| StartError::Listen(wanted, error))?;
    cross.listens(listener.local_addr()?.port());
    let router = Router::new().fallback(neighbour).with_state(Arc::clone(site));
    Ok(Some(tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::warn!(%error, "the lab's other port is gone");
        }
    })))
}

async fn neighbour(State(site): State<Arc<Site>>, request: Request) -> Response {
    if is_at(&site, Attacker::Port, &request) { page(&site, Attacker::Port, &request) } else { StatusCode::NOT_FOUND.into_response() }
}

fn cross(site: &Site) -> Result<&Cross, Error> {
    site.cross.as_ref().ok_or(Error::NotFound)
}

/// Whether a request was sent to the host and port of an attacker.
fn is_at(site: &Site, attacker: Attacker, request: &Request) -> bool {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = named.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    let own = site.cross.as_ref().and_then(|cross| cross.address(attacker)?.strip_prefix("http://"));
    own.zip(host).is_some_and(|(own, host)| host.eq_ignore_ascii_case(own))
}

/// Where an attack is.
#[derive(Clone, Copy)]
enum Step {
    Begin,
    Guarded,
    Open,
    Done,
}

impl Step {
    const ALL: [Self; 4] = [Self::Begin, Self::Guarded, Self::Open, Self::Done];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Guarded => "guarded",
            Self::Open => "open",
            Self::Done => "done",
        }
    }

    /// What comes after a request in the window itself. `None`: the window stays where it is.
    const fn after(by: Vector, target: Target) -> Option<Self> {
        match (by, target) {
            (Vector::Link, _) => Some(Self::Guarded),
            (Vector::Form, Target::Guarded) => Some(Self::Open),
            (Vector::Form, Target::Open) => Some(Self::Done),
            (Vector::Fetch | Vector::Image | Vector::Frame, _) => None,
        }
    }
}

/// All that an attacker serves.
fn page(site: &Site, attacker: Attacker, request: &Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let parts: Vec<&str> = request.uri().path().split('/').skip(1).collect();
    let (media, body) = match parts[..] {
        ["attack.js"] => ("text/javascript; charset=utf-8", SCRIPT.to_owned()),
        ["favicon.ico"] => return StatusCode::NO_CONTENT.into_response(),
        [bench, step] => {
            // Nothing of what was asked is written out but what is known already.
            let bench = bench.parse::<Uuid>().ok().filter(|bench| of(site).is_ok_and(|lab| lab.seen(*bench).is_some()));
            let step = Step::ALL.into_iter().find(|known| known.as_str() == step);
            let Some((bench, step)) = bench.zip(step) else { return StatusCode::NOT_FOUND.into_response() };
            ("text/html; charset=utf-8", html(site, attacker, bench, step))
        }
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; img-src 'self' {to}; connect-src {to}; frame-src {to}; form-action 'self' {to}; \
         base-uri 'none'; frame-ancestors 'none'",
        to = site.origin
    );
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, media);
    set(header::CONTENT_SECURITY_POLICY, &policy);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CACHE_CONTROL, "no-store");
    // As browsers do it by themselves: its origin is told to others, its path is not.
    set(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    response
}

fn html(site: &Site, attacker: Attacker, bench: Uuid, step: Step) -> String {
    let (from, to) = (attacker.as_str(), &site.origin);
    let here = site.cross.as_ref().and_then(|cross| cross.address(attacker)).unwrap_or_default();
    let (name, what) = (words::attacker(attacker), words::page(here, to));
    let state = if matches!(step, Step::Done) { words::PAGE_DONE } else { words::PAGE_SENDS };
    format!(
        r#"<!DOCTYPE html>
<html lang="en" data-to="{to}" data-bench="{bench}" data-from="{from}" data-step="{step}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{name}</title>
<script src="/attack.js" defer></script>
</head>
<body>
<main>
<h1>{name}</h1>
<p>{what}</p>
<p><strong>{state}</strong></p>
</main>
</body>
</html>
"#,
        step = step.as_str()
    )
}

/// `GET /api/lab/cross`.
async fn addresses(State(site): State<Arc<Site>>) -> Answer<Json<Addresses>> {
    Ok(Json(cross(&site)?.addresses()))
}

/// `GET /api/lab/benches/{bench}/cross`.
async fn seen(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>) -> Answer<Json<Crossed>> {
    of(&site)?.seen(bench).ok_or(Error::NotFound)?;
    Ok(Json(cross(&site)?.seen(bench, site.auth.clock.now())))
}

/// `POST /api/lab/benches/{bench}/cross`. The account follows again whom attackers have made it leave.
async fn plant(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>) -> Answer<Response> {
    let (session_id, ..) = of(&site)?.seen(bench).ok_or(Error::NotFound)?;
    let (db, now) = (&site.auth.db, site.auth.clock.now());
    let row = sessions::by_id(db, session_id).await?.ok_or(Error::NotFound)?;
    for person in PEOPLE {
        people::follow(db, row.account_id, person, true, now).await?;
    }
    let mut bytes = [0; 16];
    fill_random(&mut bytes);
    let mark = uuid::Builder::from_random_bytes(bytes).into_uuid();
    cross(&site)?.plant(bench, mark, now);
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::append(response.headers_mut(), cookies::cross(mark));
    Ok(response)
}

/// Takes down a request at a target, with what came of it, and leads the window back to the attacker. The headers of the answer are those
/// of the whole site.
async fn count(
    State((site, target)): State<(Arc<Site>, Target)>,
    Path((bench, from, by)): Path<(Uuid, Attacker, Vector)>,
    request: Request,
    next: Next,
) -> Answer<Response> {
    let cross = cross(&site)?;
    // Until the owner of the bench has set the cookies, and for an attacker that is not there, there is nothing here.
    let (mark, planted_at) = cross.planted(bench).ok_or(Error::NotFound)?;
    let address = cross.address(from).ok_or(Error::NotFound)?;
    if *request.method() != if by.posts() { Method::POST } else { Method::GET } {
        return Err(Code::MethodNotAllowed.into());
    }
    let headers = request.headers();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let known = |site: &&str| ["cross-site", "same-site", "same-origin", "none"].contains(site);
    let arrival = Arrival {
        from,
        by,
        target,
        cookies: cookies::crossed(headers, mark),
        fetch_site: text("sec-fetch-site").filter(known).map(str::to_owned),
        origin: text("origin").map(|origin| origin.chars().take(TOLD).collect()),
        outcome: None,
        since_ms: site.auth.clock.now() - planted_at,
    };
    let response = next.run(request).await;
    let refused = response.extensions().get::<Problem>().is_some_and(|problem| problem.code == Code::CrossSite);
    let outcome = if refused { Some(Outcome::Refused) } else { response.extensions().get::<Outcome>().copied() };
    cross.note(bench, Arrival { outcome, ..arrival });
    let Some(step) = Step::after(by, target) else { return Ok(response) };
    let back = format!("{address}/{bench}/{}", step.as_str());
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, back)]).into_response())
}

/// What is aimed at. A `GET` changes nothing, whatever it brings along.
async fn act(State(site): State<Arc<Site>>, Path((bench, _, by)): Path<(Uuid, Attacker, Vector)>, headers: HeaderMap) -> Answer<Response> {
    let mut response = StatusCode::OK.into_response();
    if by.posts() {
        let outcome = done(&site, bench, by, &headers).await?;
        response.extensions_mut().insert(outcome);
    }
    Ok(response)
}

/// The account of the bench follows somebody no longer, or again, if it is its own session that asks.
async fn done(site: &Site, bench: Uuid, by: Vector, headers: &HeaderMap) -> Result<Outcome, Error> {
    let (session_id, ..) = of(site)?.seen(bench).ok_or(Error::NotFound)?;
    let Ok(Some(caller)) = caller(site, headers).await else { return Ok(Outcome::Nobody) };
    if caller.claims.sid != session_id {
        return Ok(Outcome::Stranger);
    }
    let (db, account) = (&site.auth.db, caller.claims.sub);
    let person = PEOPLE[usize::from(by == Vector::Fetch)];
    let Some(before) = people::profile(db, Some(account), person, None).await? else { return Ok(Outcome::Unchanged) };
    let after = people::follow(db, account, person, !before.followed, site.auth.clock.now()).await?;
    Ok(if after.is_some_and(|after| after.followed != before.followed) { Outcome::Acted } else { Outcome::Unchanged })
}
