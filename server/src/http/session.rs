//! `/api/session`, `/api/session/refresh`, `/api/me`.

use std::sync::Arc;

use app::wire::account::Viewer;
use app::wire::problem::{Code, Problem};
use app::wire::session::{Change, Grant, Inspection, Leave, LogIn, Refresh, Why};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::cookies::{self, Shown};
use super::extract::{Body, Caller, Peer, caller, refresh_token, shown};
use super::problem::{Answer, Refusal};
use super::saved::{self, with};
use crate::auth::session::{self, Granted};
use crate::auth::{self, Error, renewal};
use crate::site::Site;

/// `POST /api/session`: log in.
///
/// # Errors
/// As the problem says.
pub async fn create(State(site): State<Arc<Site>>, Peer(device): Peer, headers: HeaderMap, Body(form): Body<LogIn>) -> Answer<Response> {
    let granted = session::log_in(&site.auth, &form, device.clone()).await?;
    let (granted, lines) = saved::arrive(&site, &headers, &device, granted).await?;
    Ok(with(answer(&site, Shown::of(&headers), granted, StatusCode::OK), lines))
}

/// `POST /api/session/refresh`.
///
/// # Errors
/// As the problem says. A refresh that fails never touches a cookie: the loser of a race would destroy the winner's tokens.
pub async fn refresh(State(site): State<Arc<Site>>, Peer(device): Peer, headers: HeaderMap, Body(body): Body<Refresh>) -> Answer<Response> {
    let token = refresh_token(&site, &headers, body.refresh)?.ok_or(Refusal::from(Code::Unauthenticated))?;
    let granted = session::refresh(&site.auth, &token, &device).await?;
    // Of this session, in case it moved to another storage and that answer was lost.
    let stale = shown_of(&site, &headers, Some(granted.viewer.session_id));
    Ok(answer(&site, stale, granted, StatusCode::OK))
}

/// `POST /api/session/fork`: a session of its own for a duplicated tab. By the token in the body alone: cookies are shared, not copied.
///
/// # Errors
/// As the problem says.
pub async fn fork(State(site): State<Arc<Site>>, Peer(device): Peer, Body(body): Body<Refresh>) -> Answer<Response> {
    let token = body.refresh.ok_or(Refusal::from(Code::Unauthenticated))?;
    let granted = session::fork(&site.auth, &token, &device).await?;
    Ok(answer(&site, Shown::default(), granted, StatusCode::OK))
}

/// `PATCH /api/session`: save it or not, leave it within reach, move its tokens to another storage.
///
/// # Errors
/// As the problem says. Nothing has changed then.
pub async fn change(State(site): State<Arc<Site>>, Peer(device): Peer, headers: HeaderMap, Body(body): Body<Change>) -> Answer<Response> {
    if body.save.is_none() && body.storage.is_none() && body.park.is_none() {
        return Err(Problem::new(Code::MalformedRequest).titled("There is nothing to change: name `save`, `storage` or `park`").into());
    }
    let token = refresh_token(&site, &headers, body.refresh.clone())?.ok_or(Refusal::from(Code::Unauthenticated))?;
    let (granted, lines) = saved::change(&site, &headers, &token, &body, &device).await?;
    let mut stale = shown_of(&site, &headers, Some(granted.viewer.session_id));
    if body.storage.is_some() {
        stale = stale.with_hint(&headers);
    }
    Ok(with(answer(&site, stale, granted, StatusCode::OK), lines))
}

/// `?saved=`
#[derive(Default, Deserialize)]
pub struct LogOut {
    #[serde(default)]
    saved: Leave,
}

/// `DELETE /api/session`: log out. 204 whatever there was to end.
///
/// # Errors
/// Only when credentials of two sessions are shown, or the database fails.
pub async fn destroy(
    State(site): State<Arc<Site>>,
    Query(query): Query<LogOut>,
    headers: HeaderMap,
    Body(body): Body<Refresh>,
) -> Answer<Response> {
    Ok(with(StatusCode::NO_CONTENT.into_response(), end(&site, &headers, body, query.saved).await?))
}

/// `GET /api/me`.
pub async fn me(caller: Caller) -> Json<Viewer> {
    Json(caller.claims.viewer())
}

/// `GET /api/session`: the token of this very request, taken apart. A local build only.
///
/// # Errors
/// 404 where developers' views are off.
pub async fn inspect(State(site): State<Arc<Site>>, headers: HeaderMap, caller: Caller) -> Answer<Json<Inspection>> {
    if !site.lab {
        return Err(Code::NotFound.into());
    }
    site.auth.confirmations.write(&site.auth.db, Some(caller.claims.sid)).await?;
    let (_, row) = session::verify_now(&site.auth, &caller.claims).await?;
    Ok(Json(Inspection {
        storage: row.storage(),
        saved: row.saved,
        generation: row.generation.cast_unsigned(),
        confirmed: row.confirmed,
        header: site.auth.access.header_json(shown(&headers, &caller)?),
        payload: serde_json::to_string_pretty(&caller.claims).map_err(|_| Error::Broken("claims that cannot be written"))?,
        life: caller.claims.exp - caller.claims.iat,
        expires_in: caller.claims.exp - site.auth.clock.now().div_euclid(1000),
        by_cookie: caller.by_cookie,
        bound: caller.claims.cnf.is_some(),
        idle_expires_at: row.idle_expires_at,
        expires_at: row.expires_at,
    }))
}

/// A grant as its storage wants it: cookies, body, or both.
pub(super) fn answer(site: &Site, replaced: Shown, granted: Granted, status: StatusCode) -> Response {
    let lines = cookies::granted(&granted, replaced);
    let mut response = (status, Json(grant(site, granted))).into_response();
    cookies::append(response.headers_mut(), lines);
    response
}

/// The part of a grant that is in the body.
pub(super) fn grant(site: &Site, granted: Granted) -> Grant {
    let Granted { viewer, session, access, life, refresh, offer, now, .. } = granted;
    let (storage, limit) = (session.storage(), renewal::left(&site.auth, &session, now));
    Grant {
        viewer,
        generation: session.generation.cast_unsigned(),
        storage,
        saved: session.saved,
        expires_in: u32::try_from(life.as_secs()).unwrap_or(u32::MAX),
        session_expires_at: session.expires_at,
        ends_in: Some(limit.left),
        age: Some(limit.whole),
        bound: session.jkt.is_some(),
        offer,
        access: (!storage.access_in_cookie()).then_some(access),
        refresh: (!storage.refresh_in_cookie()).then_some(refresh),
    }
}

/// A new log-in takes the place of the session this browser had in its cookies: it would be a row that nobody can reach any more.
pub(super) async fn replace(site: &Site, headers: &HeaderMap, by: Uuid) -> Answer<()> {
    let old = cookies::read(headers, cookies::REFRESH).ok().flatten().and_then(|token| site.auth.chain.open(token));
    if let Some(old) = old.filter(|old| old.session_id != by) {
        session::end(&site.auth, old.session_id, Why::LoggedOut).await?;
        auth::saved::touch(&site.auth, old.session_id).await?;
    }
    Ok(())
}

/// Ends the session a request belongs to, by access token or refresh token, and answers with the lines that clear its cookies.
/// A cookie of another session stays. `leave` says what becomes of the saved logins.
pub(super) async fn end(site: &Site, headers: &HeaderMap, body: Refresh, leave: Leave) -> Answer<Vec<HeaderValue>> {
    let by_refresh = match refresh_token(site, headers, body.refresh)? {
        Some(token) => session::named_by(&site.auth, &token).await?.map(|named| named.session_id),
        None => None,
    };
    let by_access = match caller(site, headers).await {
        Ok(caller) => caller.map(|caller| caller.claims.sid),
        Err(Error::Conflicting) => return Err(Error::Conflicting.into()),
        Err(_) => None,
    };
    if let (Some(one), Some(other)) = (by_refresh, by_access)
        && one != other
    {
        return Err(Error::Conflicting.into());
    }
    let session_id = by_refresh.or(by_access);
    if let Some(session_id) = session_id {
        session::end(&site.auth, session_id, Why::LoggedOut).await?;
        auth::saved::touch(&site.auth, session_id).await?;
    }
    let mut lines = cookies::cleared(shown_of(site, headers, session_id).with_hint(headers));
    lines.extend(saved::left_behind(site, headers, session_id, leave).await?);
    Ok(lines)
}

/// The cookies of a request that belong to one session, or to none at all.
pub(super) fn shown_of(site: &Site, headers: &HeaderMap, session_id: Option<Uuid>) -> Shown {
    let access = |token: &str| session::session_of(&site.auth, token);
    let refresh = |token: &str| site.auth.chain.open(token).map(|named| named.session_id);
    Shown::of_session(headers, session_id, access, refresh)
}
