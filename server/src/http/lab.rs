//! The lab: its pages, the sessions it watches, and its thief. These routes exist where the lab is on, and nowhere else.

use std::sync::Arc;
use std::time::Instant;

use app::routes::{api, page};
use app::wire::account::{PASSWORD_MAX_BYTES, Viewer};
use app::wire::feed::Feed;
use app::wire::lab::{Begin, Forge, Forged, Hashed, Knobs, Loot, Mark, Marks, Theft, ThiefSeen, ToHash, Usable, Watched};
use app::wire::problem::Code;
use app::wire::secret::Secret;
use app::wire::session::Grant;
use axum::body::{Body as Bytes, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tower::ServiceExt;
use uuid::Uuid;

use super::cookies::{self, Shown};
use super::extract::{Body, Peer};
use super::problem::Answer;
use super::saved::{self, with};
use super::session::answer;
use super::{guard, ssr};
use crate::auth::lab::{Lab, THIEF, Thief};
use crate::auth::{Error, chain, keys, lab};
use crate::feed::people;
use crate::site::Site;
use crate::store::{accounts, sessions};

/// Longest answer that the thief reads, in bytes.
const READ: usize = 1 << 20;
/// How many of the tokens of each kind that a script has found are looked at.
const FOUND: usize = 48;
/// How many of those who posted the thief tells of.
const TELLS: usize = 3;

/// Every route of the lab.
pub fn routes() -> Router<Arc<Site>> {
    let rooms = page::LAB_ROOMS.into_iter().fold(Router::new(), |rooms, path| rooms.route(path, get(ssr::lab)));
    rooms
        .route(page::LAB, get(ssr::lab))
        .route(api::LAB_SESSION, post(begin))
        .route(api::LAB_BENCH, get(watch).patch(change))
        .route(api::LAB_EXPIRE, post(expire))
        .route(api::LAB_THEFT, post(steal))
        .route(api::LAB_THIEF_REFRESH, post(thief_refreshes))
        .route(api::LAB_THIEF_READ, post(thief_reads))
        .route(api::LAB_LOOT, post(loot))
        .route(api::LAB_FORGE, post(forge))
        .route(api::LAB_HASH, post(hash))
        .route(api::LAB_MARKS, get(marks).post(mark))
        .layer(middleware::from_fn(guard::mark_personal))
}

fn of(site: &Site) -> Result<&Lab, Error> {
    site.auth.lab.as_ref().ok_or(Error::NotFound)
}

/// `POST /api/lab/session`: an account made for it, a session of it, and a feed to read. The session there was is parked, as by a log-in.
async fn begin(State(site): State<Arc<Site>>, Peer(device): Peer, headers: HeaderMap, Body(form): Body<Begin>) -> Answer<Response> {
    let granted = lab::begin(&site.auth, &form, device.clone()).await?;
    let (db, account) = (&site.auth.db, granted.viewer.account_id);
    for person in people::suggestions(db, account).await? {
        people::follow(db, account, &person.username, true, granted.now).await?;
    }
    let (granted, lines) = saved::arrive(&site, &headers, &device, granted).await?;
    Ok(with(answer(&site, Shown::of(&headers), granted, StatusCode::CREATED), lines))
}

/// `GET /api/lab/benches/{bench}`.
async fn watch(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>) -> Answer<Json<Watched>> {
    let (session_id, knobs, uses, thief) = of(&site)?.seen(bench).ok_or(Error::NotFound)?;
    let row = sessions::by_id(&site.auth.db, session_id).await?.ok_or(Error::NotFound)?;
    Ok(Json(Watched {
        knobs,
        generation: row.generation.cast_unsigned(),
        ended: row.ended(),
        ended_at: row.ended_at,
        race_ms: site.auth.race_of(session_id).window,
        uses,
        thief: thief.map(|thief| thief.seen),
        now: site.auth.clock.now(),
    }))
}

/// `PATCH /api/lab/benches/{bench}`: from the next refresh on.
async fn change(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>, Body(knobs): Body<Knobs>) -> Answer<StatusCode> {
    lab::check(&site.auth, knobs)?;
    of(&site)?.change(bench, knobs).ok_or(Error::NotFound)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/lab/benches/{bench}/expire`.
async fn expire(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>) -> Answer<StatusCode> {
    of(&site)?.expire(bench).ok_or(Error::NotFound)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/lab/benches/{bench}/theft`. A token that a script has found must be one of this very session: nobody else's can be tried out.
async fn steal(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>, Body(theft): Body<Theft>) -> Answer<StatusCode> {
    let lab = of(&site)?;
    let (session_id, ..) = lab.seen(bench).ok_or(Error::NotFound)?;
    let now = site.auth.clock.now();
    let by_script = theft.refresh.is_some();
    let refresh = match theft.refresh {
        Some(token) => {
            let named = keys::open(&site.auth, &token).await?.filter(|named| named.session_id == session_id);
            named.map(|_| token).ok_or(Error::Forbidden)?
        }
        None => {
            let row = sessions::by_id(&site.auth.db, session_id).await?.filter(|row| row.ended_at.is_none()).ok_or(Error::NotFound)?;
            site.auth.chain.seal(session_id, row.generation, now)
        }
    };
    let access = if theft.access { Some(sample(&site, session_id).await?) } else { None };
    let seen = ThiefSeen { since: now, by_script, refreshes: 0, reads: 0, out_at: None, last: None, saw: Vec::new() };
    lab.rob(bench, Thief { seen, refresh, access }).ok_or(Error::NotFound)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/lab/benches/{bench}/thief/refresh`.
async fn thief_refreshes(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>) -> Answer<StatusCode> {
    let thief = thief(&site, bench)?;
    let body = serde_json::json!({ "refresh": thief.refresh.expose() }).to_string();
    let (status, headers, text) = send(&site, Method::POST, api::REFRESH, None, body).await;
    let (access, refresh) = granted(&headers, &text);
    let now = site.auth.clock.now();
    of(&site)?.thief_did(bench, |thief| {
        thief.seen.last = Some((format!("POST {}", api::REFRESH), status.as_u16()));
        if status.is_success() {
            thief.seen.refreshes += 1;
            thief.seen.out_at = None;
            thief.access = access;
            if let Some(refresh) = refresh {
                thief.refresh = refresh;
            }
        } else if status == StatusCode::UNAUTHORIZED {
            thief.seen.out_at = thief.seen.out_at.or(Some(now));
        }
    });
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/lab/benches/{bench}/thief/read`: the feed, with the access token that the thief was given.
async fn thief_reads(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>) -> Answer<StatusCode> {
    let thief = thief(&site, bench)?;
    let (status, _, text) = send(&site, Method::GET, api::FEED, thief.access.as_ref(), String::new()).await;
    let mut saw: Vec<String> = Vec::new();
    for post in serde_json::from_str::<Feed>(text.expose()).map(|feed| feed.items).unwrap_or_default() {
        if saw.len() < TELLS && !saw.contains(&post.username) {
            saw.push(post.username);
        }
    }
    let now = site.auth.clock.now();
    of(&site)?.thief_did(bench, |thief| {
        thief.seen.last = Some((format!("GET {}", api::FEED), status.as_u16()));
        if status.is_success() {
            thief.seen.reads += 1;
            thief.seen.saw = saw;
        } else if status == StatusCode::UNAUTHORIZED && thief.access.is_some() {
            thief.seen.out_at = thief.seen.out_at.or(Some(now));
        }
    });
    Ok(StatusCode::NO_CONTENT)
}

fn thief(site: &Site, bench: Uuid) -> Result<Thief, Error> {
    let (.., thief) = of(site)?.seen(bench).ok_or(Error::NotFound)?;
    thief.ok_or(Error::NotFound)
}

/// `POST /api/lab/benches/{bench}/loot`. Nothing is said of a token that is not this session's.
async fn loot(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>, Body(loot): Body<Loot>) -> Answer<Json<Usable>> {
    let (session_id, ..) = of(&site)?.seen(bench).ok_or(Error::NotFound)?;
    let mut usable = Usable::default();
    let of_session = |token: &&Secret| site.auth.access.read(token.expose()).is_ok_and(|claims| claims.sid == session_id);
    for token in loot.access.iter().take(FOUND).filter(of_session) {
        let (status, ..) = send(&site, Method::GET, api::ME, Some(token), String::new()).await;
        usable.access |= status.is_success();
    }
    let row = sessions::by_id(&site.auth.db, session_id).await?.ok_or(Error::NotFound)?;
    let (now, race) = (site.auth.clock.now(), site.auth.race_of(session_id));
    for token in loot.refresh.iter().take(FOUND) {
        let named = site.auth.chain.open(token.expose()).filter(|named| named.session_id == session_id);
        usable.refresh |= named.is_some_and(|named| chain::peek(&row, named.generation, now, race));
    }
    Ok(Json(usable))
}

/// `POST /api/lab/benches/{bench}/forge`. The token that is tried is shown, but for most of its signature.
async fn forge(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>, Body(Forge { payload }): Body<Forge>) -> Answer<Json<Forged>> {
    let auth = &site.auth;
    let lab = of(&site)?;
    let (session_id, ..) = lab.seen(bench).ok_or(Error::NotFound)?;
    // Without a payload it begins anew.
    let fresh = if payload.is_empty() { Some(sample(&site, session_id).await?) } else { None };
    let minted = lab.sample(bench, fresh).ok_or(Error::NotFound)?;
    let parts: Vec<&str> = minted.expose().split('.').collect();
    let [header, signed, signature] = parts[..] else { return Err(Error::Broken("a token without three parts").into()) };
    let signed = URL_SAFE_NO_PAD.decode(signed).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let written = URL_SAFE_NO_PAD.encode(if payload.is_empty() { &signed } else { &payload });
    // The signature alone is asked about: somebody may think about it for longer than a token lives.
    let accepted = auth.access.read(&[header, &written, signature].join(".")).is_ok();
    let token = [header, ".", &written, ".", &signature[..6], "…"].concat();
    Ok(Json(Forged { signed, token, accepted }))
}

/// An access token of a session, as a refresh would bring one.
async fn sample(site: &Site, session_id: Uuid) -> Result<Secret, Error> {
    let (auth, now) = (&site.auth, site.auth.clock.now());
    let found =
        sessions::with_account(&auth.db, session_id).await?.filter(|found| found.session.ended_at.is_none()).ok_or(Error::NotFound)?;
    let viewer = Viewer {
        account_id: found.session.account_id,
        username: found.username,
        display_name: found.display_name,
        role: accounts::role(&found.role),
        session_id,
    };
    auth.access.mint_for(auth.life_of(session_id), &viewer, found.session.generation, found.epoch, now)
}

/// `POST /api/lab/hash`. Nothing is kept of it.
async fn hash(State(site): State<Arc<Site>>, Body(ToHash { password }): Body<ToHash>) -> Answer<Json<Hashed>> {
    if password.expose().len() > PASSWORD_MAX_BYTES {
        return Err(Code::TooLarge.into());
    }
    let began = Instant::now();
    let hash = site.auth.hasher.hash(&password).await?;
    Ok(Json(Hashed { hash, took_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX) }))
}

/// What the thief sends: through the whole router like any request, without a cookie and without anything that a browser says.
async fn send(site: &Arc<Site>, method: Method, path: &str, bearer: Option<&Secret>, body: String) -> (StatusCode, HeaderMap, Secret) {
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().unwrap_or_default();
    let fields = request.headers_mut();
    fields.insert(header::USER_AGENT, HeaderValue::from_static(THIEF));
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(value) = bearer.and_then(|token| HeaderValue::from_str(&format!("Bearer {}", token.expose())).ok()) {
        fields.insert(header::AUTHORIZATION, value);
    }
    let response = match super::router(Arc::clone(site)).oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, READ).await.unwrap_or_default();
    (parts.status, parts.headers, Secret::new(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The tokens of a grant: from the body, or from the cookies, which a program can read as well.
fn granted(headers: &HeaderMap, text: &Secret) -> (Option<Secret>, Option<Secret>) {
    let grant = serde_json::from_str::<Grant>(text.expose()).ok();
    let (access, refresh) = grant.map_or((None, None), |grant| (grant.access, grant.refresh));
    (access.or_else(|| cookies::set_in(headers, cookies::ACCESS)), refresh.or_else(|| cookies::set_in(headers, cookies::REFRESH)))
}

/// `POST /api/lab/marks`.
async fn mark(Body(Mark { mark }): Body<Mark>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::append(response.headers_mut(), cookies::mark(mark));
    response
}

/// `GET /api/lab/marks`: what came along with this very request.
async fn marks(State(site): State<Arc<Site>>, headers: HeaderMap) -> Json<Marks> {
    Json(cookies::marks(&headers, site.auth.clock.now()))
}
