//! `/api/password`: another password.

use std::sync::Arc;

use app::wire::secret::Secret;
use app::wire::security::{Forgot, PasswordChange, PasswordChanged, Reset};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::cookies::{self, Shown};
use super::extract::{Body, Caller, Peer, refresh_token};
use super::problem::Answer;
use super::session::grant;
use crate::auth::session::{self, Granted, verify_now};
use crate::auth::{Error, passwords};
use crate::model::Device;
use crate::site::Site;

/// `PUT /api/password`. The old access token is over; fresh ones come in the same answer for the refresh token that was shown.
///
/// # Errors
/// As the problem says. Nothing has changed then.
pub async fn change(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    caller: Caller,
    headers: HeaderMap,
    Body(form): Body<PasswordChange>,
) -> Answer<Response> {
    let token = refresh_token(&site, &headers, form.refresh)?;
    let (_, asking) = verify_now(&site.auth, &caller.claims).await?;
    let ended = passwords::change(&site.auth, &asking, &form.current, &form.new, form.end_others.unwrap_or(true), &device).await?;
    let granted = fresh(&site, token, caller.claims.sid, &device).await;
    let lines = granted.as_ref().map(|granted| cookies::granted(granted, Shown::default())).unwrap_or_default();
    let mut response = Json(PasswordChanged { ended, grant: granted.map(|granted| grant(&site, granted)) }).into_response();
    cookies::append(response.headers_mut(), lines);
    Ok(response)
}

/// Fresh tokens for the session that has just changed the password. The change is done, so nothing that goes wrong here undoes it: a
/// refresh brings them then.
pub(super) async fn fresh(site: &Site, token: Option<Secret>, session_id: uuid::Uuid, device: &Device) -> Option<Granted> {
    let token = token?;
    // Of another session, it is none of ours: that one has just been logged out.
    site.auth.chain.open(token.expose()).filter(|named| named.session_id == session_id)?;
    match session::refresh(&site.auth, &token, device).await {
        Ok(granted) => Some(granted),
        Err(Error::Superseded) => None,
        Err(error) => {
            tracing::warn!(%error, "no fresh tokens after a change of the password");
            None
        }
    }
}

/// `POST /api/password/forgot`: 204, whether there is such an account or not.
///
/// # Errors
/// As the problem says.
pub async fn forgot(State(site): State<Arc<Site>>, Peer(device): Peer, Body(form): Body<Forgot>) -> Answer<StatusCode> {
    passwords::forgot(&site.auth, &form.login, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/password/reset`: 204. It does not log in.
///
/// # Errors
/// As the problem says. Nothing has changed then.
pub async fn reset(State(site): State<Arc<Site>>, Peer(device): Peer, Body(form): Body<Reset>) -> Answer<StatusCode> {
    passwords::reset(&site.auth, &form.token, &form.new, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}
