//! The lab: its pages, the sessions it watches, and its thief. These routes exist where the lab is on, and nowhere else.

mod cost;
pub mod cross;
pub(super) mod evidence;
mod tabs;
mod thief;
mod time;

use std::sync::Arc;
use std::time::Instant;

use app::routes::{api, page};
use app::wire::account::PASSWORD_MAX_BYTES;
use app::wire::lab::{Begin, Forge, Forged, Hashed, Knobs, Mark, Marks, ToHash, Watched};
use app::wire::problem::Code;
use app::wire::secret::Secret;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::cookies::{self, Shown};
use super::extract::{Body, Peer};
use super::problem::Answer;
use super::saved::{self, with};
use super::session::answer;
use super::{guard, ssr};
use crate::auth::lab::Lab;
use crate::auth::session::{access, seen};
use crate::auth::{Error, lab};
use crate::feed::people;
use crate::site::Site;
use crate::store::sessions;

/// Every route of the lab.
pub fn routes() -> Router<Arc<Site>> {
    let rooms = page::LAB_ROOMS.into_iter().fold(Router::new(), |rooms, path| rooms.route(path, get(ssr::lab)));
    rooms
        .route(page::LAB, get(ssr::lab))
        .route(api::LAB_SESSION, post(begin))
        .route(api::LAB_BENCH, get(watch).patch(change))
        .route(api::LAB_EXPIRE, post(expire))
        .route(api::LAB_AGAIN, post(tabs::again))
        .route(api::LAB_CLOCK, get(time::clock))
        .route(api::LAB_JUMP, post(time::jump))
        .route(api::LAB_THEFT, post(thief::steal))
        .route(api::LAB_THIEF_REFRESH, post(thief::refreshes))
        .route(api::LAB_THIEF_READ, post(thief::reads))
        .route(api::LAB_LOOT, post(thief::loot))
        .route(api::LAB_FORGE, post(forge))
        .route(api::LAB_WIRE, get(cost::wire))
        .route(api::LAB_LOAD, post(cost::load))
        .route(api::LAB_MEMORY, post(cost::memory))
        .route(api::LAB_HASH, post(hash))
        .route(api::LAB_MARKS, get(marks).post(mark))
        .merge(cross::routes())
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
    time::make_room(&site, &headers).await?;
    let (granted, lines) = saved::arrive(&site, &headers, &device, granted).await?;
    Ok(with(answer(&site, Shown::of(&headers), granted, StatusCode::CREATED), lines))
}

/// `GET /api/lab/benches/{bench}`.
async fn watch(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>) -> Answer<Json<Watched>> {
    let (session_id, knobs, uses, thief) = of(&site)?.seen(bench).ok_or(Error::NotFound)?;
    let row = sessions::by_id(&site.auth.db, session_id).await?.ok_or(Error::NotFound)?;
    Ok(Json(Watched {
        knobs,
        bound: row.jkt.is_some(),
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

/// `POST /api/lab/benches/{bench}/forge`. The token that is tried is shown, but for most of its signature.
async fn forge(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>, Body(Forge { payload }): Body<Forge>) -> Answer<Json<Forged>> {
    let auth = &site.auth;
    let lab = of(&site)?;
    let (session_id, ..) = lab.seen(bench).ok_or(Error::NotFound)?;
    // Without a payload it begins anew.
    let fresh = if payload.is_empty() { Some(another(&site, session_id, true).await?) } else { None };
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

/// Another access token of a session, as a refresh would bring it: by its rules, or a JWT in any case.
async fn another(site: &Site, session_id: Uuid, jwt: bool) -> Result<Secret, Error> {
    let (auth, now) = (&site.auth, site.auth.clock.now());
    let found =
        sessions::with_account(&auth.db, session_id).await?.filter(|found| found.session.ended_at.is_none()).ok_or(Error::NotFound)?;
    let epoch = found.epoch;
    let (viewer, row) = seen(found);
    if jwt {
        return auth.access.mint_for(auth.life_of(session_id), &viewer, row.generation, epoch, now);
    }
    access(auth, &viewer, &row, epoch, now)
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
