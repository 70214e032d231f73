//! The thief: a program that has what was stolen, no cookie, and no browser. What it sends goes through the whole router, like any request.

use std::sync::Arc;

use app::routes::api;
use app::wire::feed::Feed;
use app::wire::lab::{Loot, Theft, ThiefSeen, Usable};
use app::wire::secret::Secret;
use app::wire::session::Grant;
use axum::Json;
use axum::body::{Body as Bytes, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use native::proof::{Deed, Key};
use tower::ServiceExt;
use uuid::Uuid;

use super::{another, of};
use crate::auth::lab::{THIEF, Thief};
use crate::auth::session::session_of;
use crate::auth::{Error, chain, keys};
use crate::http::extract::Body;
use crate::http::problem::Answer;
use crate::http::{cookies, proof};
use crate::site::Site;
use crate::store::sessions;

/// Longest answer that the thief reads, in bytes.
const READ: usize = 1 << 20;
/// How many of the tokens of each kind that a script has found are looked at.
const FOUND: usize = 48;
/// How many of those who posted the thief tells of.
const TELLS: usize = 3;

/// `POST /api/lab/benches/{bench}/theft`. A token that a script has found must be one of this very session: nobody else's can be tried out.
pub(super) async fn steal(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>, Body(theft): Body<Theft>) -> Answer<StatusCode> {
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
    let access = if theft.access { Some(another(&site, session_id, false).await?) } else { None };
    let seen = ThiefSeen { since: now, by_script, refreshes: 0, reads: 0, out_at: None, last: None, saw: Vec::new() };
    let key = Arc::new(Key::random().ok_or(Error::Broken("there is no randomness"))?);
    lab.rob(bench, Thief { seen, refresh, access, key }).ok_or(Error::NotFound)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/lab/benches/{bench}/thief/refresh`.
pub(super) async fn refreshes(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>) -> Answer<StatusCode> {
    let thief = thief(&site, bench)?;
    let body = refreshing(&thief.refresh);
    let (status, headers, text) = send(&site, Method::POST, api::REFRESH, Shows::key(&thief.key), body).await;
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
pub(super) async fn reads(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>) -> Answer<StatusCode> {
    let thief = thief(&site, bench)?;
    let (status, _, text) = send(&site, Method::GET, api::FEED, Shows::token(thief.access.as_ref()), String::new()).await;
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

/// `POST /api/lab/benches/{bench}/loot`. Nothing is said of a token that is not this session's. What is bound to a key is tried as a bearer's,
/// and with another key: as a refresh that is refused changes nothing, that is tried for real.
pub(super) async fn loot(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>, Body(loot): Body<Loot>) -> Answer<Json<Usable>> {
    let (session_id, ..) = of(&site)?.seen(bench).ok_or(Error::NotFound)?;
    let mut usable = Usable::default();
    let of_session = |token: &&Secret| session_of(&site.auth, token.expose()) == Some(session_id);
    let row = sessions::by_id(&site.auth.db, session_id).await?.ok_or(Error::NotFound)?;
    let key = Key::random().filter(|_| row.jkt.is_some());
    let ways = |token| [Some(Shows::token(token)), key.as_ref().map(|key| Shows { token, key: Some(key) })].into_iter().flatten();
    for token in loot.access.iter().take(FOUND).filter(of_session) {
        for shows in ways(Some(token)) {
            let (status, ..) = send(&site, Method::GET, api::ME, shows, String::new()).await;
            usable.access |= status.is_success();
        }
    }
    let (now, race) = (site.auth.clock.now(), site.auth.race_of(session_id));
    for token in loot.refresh.iter().take(FOUND) {
        let named = site.auth.chain.open(token.expose()).filter(|named| named.session_id == session_id);
        if !named.is_some_and(|named| chain::peek(&row, named.generation, now, race)) {
            continue;
        }
        // A refresh that is granted would take the token away from its owner.
        usable.refresh |= key.is_none();
        for shows in key.iter().flat_map(|_| ways(None)) {
            let (status, ..) = send(&site, Method::POST, api::REFRESH, shows, refreshing(token)).await;
            usable.refresh |= status.is_success();
        }
    }
    Ok(Json(usable))
}

fn refreshing(token: &Secret) -> String {
    serde_json::json!({ "refresh": token.expose() }).to_string()
}

/// What the thief shows.
#[derive(Clone, Copy, Default)]
struct Shows<'a> {
    /// An access token.
    token: Option<&'a Secret>,
    /// A key of its own. The owner's cannot be had.
    key: Option<&'a Key>,
}

impl<'a> Shows<'a> {
    fn token(token: Option<&'a Secret>) -> Self {
        Self { token, key: None }
    }

    fn key(key: &'a Key) -> Self {
        Self { token: None, key: Some(key) }
    }
}

/// What the thief sends: through the whole router like any request, without a cookie and without anything that a browser says.
async fn send(site: &Arc<Site>, method: Method, path: &str, shows: Shows<'_>, body: String) -> (StatusCode, HeaderMap, Secret) {
    let mut request = Request::new(Bytes::from(body));
    let now = site.auth.clock.now();
    let proof = shows.key.map(|key| {
        let (url, nonce) = ([&site.origin, path].concat(), site.auth.access.nonce(now).ok());
        key.prove(Deed { method: method.as_str(), url: &url, token: shows.token, nonce: nonce.as_deref(), now: now.div_euclid(1000) })
    });
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().unwrap_or_default();
    let fields = request.headers_mut();
    fields.insert(header::USER_AGENT, HeaderValue::from_static(THIEF));
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let scheme = if proof.is_some() { "DPoP" } else { "Bearer" };
    if let Some(value) = proof.and_then(|proof| HeaderValue::from_str(&proof).ok()) {
        fields.insert(proof::PROOF, value);
    }
    if let Some(value) = shows.token.and_then(|token| HeaderValue::from_str(&format!("{scheme} {}", token.expose())).ok()) {
        fields.insert(header::AUTHORIZATION, value);
    }
    let response = match crate::http::router(Arc::clone(site)).oneshot(request).await {
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
