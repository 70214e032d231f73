//! `/api/factor`: authenticator app and recovery codes of whoever asks.

use std::sync::Arc;

use app::wire::factor::{Both, Factor, OneCode, Password, RecoveryCodes, Setup};
use app::wire::secret::Secret;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::extract::{Body, Caller, Peer};
use super::problem::Answer;
use crate::auth::factor;
use crate::auth::session::verify_now;
use crate::site::Site;

/// `GET /api/factor`.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, caller: Caller) -> Answer<Json<Factor>> {
    let (viewer, row) = verify_now(&site.auth, &caller.claims).await?;
    let state = factor::state(&site.auth, viewer.account_id, viewer.role, row.session_id).await?;
    Ok(Json(Factor { totp_since: state.since, recovery_codes: state.recovery_codes, demanded: state.demanded, strong: state.strong }))
}

/// `POST /api/factor/totp`: begins to set an authenticator app up.
///
/// # Errors
/// As the problem says.
pub async fn begin(
    State(site): State<Arc<Site>>,
    caller: Caller,
    Peer(device): Peer,
    Body(form): Body<Password>,
) -> Answer<(StatusCode, Json<Setup>)> {
    let (viewer, row) = verify_now(&site.auth, &caller.claims).await?;
    let factor::Setup { secret, url } = factor::begin(&site.auth, viewer.account_id, row.session_id, &form.password, &device).await?;
    Ok((StatusCode::CREATED, Json(Setup { secret, url })))
}

/// `POST /api/factor/totp/confirm`: the first code.
///
/// # Errors
/// As the problem says.
pub async fn confirm(
    State(site): State<Arc<Site>>,
    caller: Caller,
    Peer(device): Peer,
    Body(form): Body<OneCode>,
) -> Answer<Json<RecoveryCodes>> {
    let (viewer, row) = verify_now(&site.auth, &caller.claims).await?;
    let codes = factor::confirm(&site.auth, viewer.account_id, row.session_id, &form.code, &device).await?;
    Ok(Json(shown(&codes)))
}

/// `DELETE /api/factor/totp`: off again.
///
/// # Errors
/// As the problem says.
pub async fn turn_off(State(site): State<Arc<Site>>, caller: Caller, Peer(device): Peer, Body(form): Body<Both>) -> Answer<StatusCode> {
    let (viewer, _) = verify_now(&site.auth, &caller.claims).await?;
    factor::turn_off(&site.auth, viewer.account_id, &form.password, &form.code, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/factor/recovery-codes`: new ones, in the place of the old.
///
/// # Errors
/// As the problem says.
pub async fn renew(
    State(site): State<Arc<Site>>,
    caller: Caller,
    Peer(device): Peer,
    Body(form): Body<Both>,
) -> Answer<Json<RecoveryCodes>> {
    let (viewer, _) = verify_now(&site.auth, &caller.claims).await?;
    let codes = factor::renew(&site.auth, viewer.account_id, &form.password, &form.code, &device).await?;
    Ok(Json(shown(&codes)))
}

/// `POST /api/factor/session`: a code for a session that was begun without one.
///
/// # Errors
/// As the problem says.
pub async fn step_up(State(site): State<Arc<Site>>, caller: Caller, Peer(device): Peer, Body(form): Body<OneCode>) -> Answer<StatusCode> {
    let (viewer, row) = verify_now(&site.auth, &caller.claims).await?;
    factor::step_up(&site.auth, viewer.account_id, row.session_id, &form.code, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(codes: &[Secret]) -> RecoveryCodes {
    RecoveryCodes { recovery_codes: codes.iter().map(|code| code.expose().to_owned()).collect() }
}
