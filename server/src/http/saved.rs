//! `/api/saved`: the saved logins of the browser that asks, known by the cookie that holds their keys. Whoever has not got it can do
//! nothing with their ids.

use std::sync::Arc;

use app::wire::problem::Code;
use app::wire::saved::{ChangeSaved, Saved, Tap};
use app::wire::secret::Secret;
use app::wire::session::{Change, Leave, Offer, Refresh, TokenStorage};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::cookies::{self, Shown};
use super::extract::{Body, Peer, caller, refresh_token};
use super::problem::{Answer, Refusal};
use super::session::{answer, replace};
use crate::auth::saved::{self, Bunch};
use crate::auth::session::{self, Granted, Peeked};
use crate::auth::{Error, Result};
use crate::model::Device;
use crate::site::Site;

/// `GET /api/saved`.
///
/// # Errors
/// As the problem says.
pub async fn list(State(site): State<Arc<Site>>, headers: HeaderMap) -> Answer<Json<Vec<Saved>>> {
    Ok(Json(bunch(&site, &headers).await?.list(&site.auth)))
}

/// `POST /api/saved`: leaves a saved login of the session whose refresh token is shown, and saves the session.
///
/// # Errors
/// As the problem says.
pub async fn create(State(site): State<Arc<Site>>, Peer(device): Peer, headers: HeaderMap, Body(body): Body<Refresh>) -> Answer<Response> {
    let token = refresh_token(&site, &headers, body.refresh)?.ok_or(Refusal::from(Code::Unauthenticated))?;
    let save = Change { save: Some(true), ..Change::default() };
    let (granted, lines) = change(&site, &headers, &token, &save, &device).await?;
    Ok(with(answer(&site, Shown::default(), granted, StatusCode::CREATED), lines))
}

/// `POST /api/saved/{id}/session`: one tap.
///
/// # Errors
/// As the problem says. `session_ended`: the key is spent, and it takes the password once more.
pub async fn tap(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(body): Body<Tap>,
) -> Answer<Response> {
    let mut bunch = bunch(&site, &headers).await?;
    let id = held(&bunch, &id)?;
    let granted = saved::enter(&site.auth, &mut bunch, id, &body, None, &device).await?;
    let lines = entered(&site, &headers, &mut bunch, &granted).await?;
    Ok(with(answer(&site, Shown::of(&headers), granted, StatusCode::OK), lines))
}

/// `PATCH /api/saved/{id}`.
///
/// # Errors
/// As the problem says.
pub async fn update(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(body): Body<ChangeSaved>,
) -> Answer<Json<Saved>> {
    let mut found = bunch(&site, &headers).await?;
    let id = held(&found, &id)?;
    ask_password(&site, &headers, &found, id, &body, &device).await?;
    found = bunch(&site, &headers).await?;
    let held = found.find(id).ok_or(Refusal::from(Code::NotFound))?;
    Ok(Json(held.seen(&site.auth, site.auth.clock.now())))
}

/// `DELETE /api/saved/{id}`.
///
/// # Errors
/// As the problem says.
pub async fn destroy(State(site): State<Arc<Site>>, Path(id): Path<String>, headers: HeaderMap) -> Answer<Response> {
    let mut bunch = bunch(&site, &headers).await?;
    let id = held(&bunch, &id)?;
    saved::remove(&site.auth, &mut bunch, id).await?;
    Ok(with(StatusCode::NO_CONTENT.into_response(), lines(&site, &headers, &bunch)))
}

/// `DELETE /api/saved`: all of this browser.
///
/// # Errors
/// When the database fails.
pub async fn destroy_all(State(site): State<Arc<Site>>, headers: HeaderMap) -> Answer<Response> {
    let mut bunch = bunch(&site, &headers).await?;
    saved::remove_all(&site.auth, &mut bunch).await?;
    Ok(with(StatusCode::NO_CONTENT.into_response(), lines(&site, &headers, &bunch)))
}

/// The keys of this browser, opened.
///
/// # Errors
/// [`Error::Conflicting`] when the cookie is there twice; when the database fails.
pub(super) async fn bunch(site: &Site, headers: &HeaderMap) -> Result<Bunch> {
    Bunch::open(&site.auth, cookies::keys(headers)?).await
}

/// The id of a saved login of this browser. That of another one, or none at all, is not found.
pub(super) fn held(bunch: &Bunch, id: &str) -> Answer<Uuid> {
    let id = id.parse().ok().filter(|id| bunch.find(*id).is_some());
    id.ok_or(Refusal::from(Code::NotFound))
}

/// What an answer says of them.
pub(super) fn lines(site: &Site, headers: &HeaderMap, bunch: &Bunch) -> Vec<HeaderValue> {
    if bunch.is_overtaken() { Vec::new() } else { cookies::bunch(bunch, headers, site.auth.clock.now()) }
}

/// An answer with more cookies.
pub(super) fn with(mut response: Response, lines: Vec<HeaderValue>) -> Response {
    cookies::append(response.headers_mut(), lines);
    response
}

/// Whether one asks for the password; who is logged in to that account need not prove it.
///
/// # Errors
/// As [`saved::ask_password`].
pub(super) async fn ask_password(
    site: &Site,
    headers: &HeaderMap,
    bunch: &Bunch,
    id: Uuid,
    to: &ChangeSaved,
    device: &Device,
) -> Answer<()> {
    let held = bunch.find(id).ok_or(Refusal::from(Code::NotFound))?;
    let logged_in = caller(site, headers).await.ok().flatten().map(|caller| caller.claims.sub);
    Ok(saved::ask_password(&site.auth, held, to.ask_password, to.password.as_ref(), logged_in, device).await?)
}

/// Somebody has entered by one tap or by the password: the session that this browser had in its cookies ends, and its account stays
/// within reach.
pub(super) async fn entered(site: &Site, headers: &HeaderMap, bunch: &mut Bunch, granted: &Granted) -> Answer<Vec<HeaderValue>> {
    let auth = &site.auth;
    let former = cookies::read(headers, cookies::REFRESH).ok().flatten().map(|token| Secret::new(token.to_owned()));
    if let Some(former) = former
        && let Peeked::Viewer(seen) = session::peek(auth, &former).await?
        && seen.0.account_id != granted.viewer.account_id
    {
        match saved::leave(auth, bunch, &seen.1, true).await {
            // Another tab is about to change the cookie, and knows better.
            Err(Error::Superseded) | Ok(()) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if granted.session.jkt.is_some() {
        // Also what a session without a key had left here before.
        saved::follow(auth, bunch, &granted.session).await?;
    }
    replace(site, headers, granted.viewer.session_id).await?;
    Ok(lines(site, headers, bunch))
}

/// The same for a log-in by the password, after which it may be worth asking whether to save it. Where the account is saved in this
/// browser, so is the session.
///
/// # Errors
/// When the database fails.
pub(super) async fn arrive(site: &Site, headers: &HeaderMap, device: &Device, granted: Granted) -> Answer<(Granted, Vec<HeaderValue>)> {
    // A client that is no browser keeps no cookies. Those of a browser that come along all the same stay as they are.
    if granted.session.storage() == TokenStorage::Native {
        replace(site, headers, granted.viewer.session_id).await?;
        return Ok((granted, Vec::new()));
    }
    // Cookies that contradict each other are no reason to refuse the right password.
    let mut bunch = match bunch(site, headers).await {
        Err(Error::Conflicting) => Bunch::default(),
        found => found?,
    };
    let saved = saved::known(&site.auth, &mut bunch, granted.viewer.account_id);
    let mut granted = granted;
    if saved && !granted.session.saved {
        granted = session::apply(&site.auth, granted, &Change { save: Some(true), ..Change::default() }, device).await?;
    } else if !saved && granted.session.saved {
        // Who asked for it with the log-in has a saved login at once, if there is room.
        if !bunch.is_full(&site.auth, granted.now) {
            saved::leave(&site.auth, &mut bunch, &granted.session, false).await.or_else(overtaken)?;
        }
    } else if !saved {
        let declined = !matches!(cookies::read(headers, cookies::DECLINED), Ok(None));
        let full = bunch.is_full(&site.auth, granted.now);
        granted.offer = (!declined).then_some(if full { Offer::Full } else { Offer::Ask });
    }
    let lines = entered(site, headers, &mut bunch, &granted).await?;
    Ok((granted, lines))
}

fn overtaken(error: Error) -> Result<()> {
    if matches!(error, Error::Superseded) { Ok(()) } else { Err(error) }
}

/// Changes a session by its refresh token, and what it leaves in this browser.
///
/// # Errors
/// As [`session::change`] and [`saved::leave`]. Nothing has changed then.
pub(super) async fn change(
    site: &Site,
    headers: &HeaderMap,
    token: &Secret,
    to: &Change,
    device: &Device,
) -> Result<(Granted, Vec<HeaderValue>)> {
    let auth = &site.auth;
    let mut bunch = bunch(site, headers).await?;
    if to.save == Some(true) {
        saved::may_leave(auth, &mut bunch, token).await?;
    }
    let granted = session::change(auth, token, to, device).await?;
    match (to.save, to.park) {
        // A client that is no browser keeps no cookies.
        _ if granted.session.storage() == TokenStorage::Native => {}
        (Some(true), _) => saved::leave(auth, &mut bunch, &granted.session, false).await?,
        (Some(false), _) => saved::remove_of(auth, &mut bunch, granted.viewer.account_id).await?,
        (None, Some(true)) => saved::leave(auth, &mut bunch, &granted.session, true).await?,
        (None, _) => {}
    }
    if to.storage.is_some_and(|storage| storage != TokenStorage::Native) {
        saved::follow(auth, &bunch, &granted.session).await?;
    }
    let mut lines = lines(site, headers, &bunch);
    if let Some(save) = to.save {
        let shown = !matches!(cookies::read(headers, cookies::DECLINED), Ok(None));
        if !save || shown {
            lines.push(cookies::declined(!save));
        }
    }
    Ok((granted, lines))
}

/// At a log-out: the cookies that change as `leave` says. An account that was not saved is out of reach in any case.
///
/// # Errors
/// When the database fails.
pub(super) async fn left_behind(site: &Site, headers: &HeaderMap, session_id: Option<Uuid>, leave: Leave) -> Answer<Vec<HeaderValue>> {
    let auth = &site.auth;
    let mut bunch = match bunch(site, headers).await {
        Err(Error::Conflicting) => return Ok(Vec::new()),
        found => found?,
    };
    if leave == Leave::All {
        saved::remove_all(auth, &mut bunch).await?;
    } else if let Some(session_id) = session_id
        && bunch.iter().next().is_some()
        && let Some(account_id) = session::account_of(auth, session_id).await?
        && bunch.of_account(account_id).is_some_and(|held| held.row.parked || leave == Leave::Forget)
    {
        saved::remove_of(auth, &mut bunch, account_id).await?;
    }
    Ok(lines(site, headers, &bunch))
}
