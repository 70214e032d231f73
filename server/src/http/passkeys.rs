//! `/api/passkeys` and `/api/session/passkey`.

use std::sync::Arc;

use app::wire::factor::{Passkey, Password, Rename};
use app::wire::problem::Code;
use app::wire::session::TokenStorage;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;
use webauthn_rs::prelude::PublicKeyCredential;

use super::cookies::{self, Shown};
use super::extract::{Body, Caller, Peer};
use super::problem::{Answer, Refusal};
use super::saved;
use super::session::answer;
use crate::auth::passkey;
use crate::auth::session::verify_now;
use crate::site::Site;
use crate::store::passkeys::{self, PasskeyRow};

/// `GET /api/passkeys`: the caller's, the oldest first.
///
/// # Errors
/// As the problem says.
pub async fn list(State(site): State<Arc<Site>>, caller: Caller) -> Answer<Json<Vec<Passkey>>> {
    let (viewer, _) = verify_now(&site.auth, &caller.claims).await?;
    let rows = passkeys::of_account(&site.auth.db, viewer.account_id).await?;
    Ok(Json(rows.into_iter().map(shown).collect()))
}

/// `POST /api/passkeys/creation`: a challenge for a new passkey. It takes the password.
///
/// # Errors
/// As the problem says.
pub async fn creation(
    State(site): State<Arc<Site>>,
    caller: Caller,
    Peer(device): Peer,
    Body(form): Body<Password>,
) -> Answer<Json<Value>> {
    let (viewer, row) = verify_now(&site.auth, &caller.claims).await?;
    Ok(Json(passkey::creation(&site.auth, viewer.account_id, row.session_id, &form.password, &device).await?))
}

/// `POST /api/passkeys`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    #[serde(default)]
    name: String,
    /// As the browser's `toJSON()` has it.
    credential: Value,
}

/// `POST /api/passkeys`: the authenticator's answer.
///
/// # Errors
/// As the problem says.
pub async fn create(
    State(site): State<Arc<Site>>,
    caller: Caller,
    Peer(device): Peer,
    Body(form): Body<NewPasskey>,
) -> Answer<(StatusCode, Json<Passkey>)> {
    let (viewer, row) = verify_now(&site.auth, &caller.claims).await?;
    let credential = form.credential.to_string();
    let new = passkey::create(&site.auth, viewer.account_id, row.session_id, &form.name, &credential, &device).await?;
    Ok((StatusCode::CREATED, Json(shown(new))))
}

/// `PATCH /api/passkeys/{passkey_id}`: another name.
///
/// # Errors
/// 404 for somebody else's.
pub async fn rename(State(site): State<Arc<Site>>, caller: Caller, Path(id): Path<String>, Body(form): Body<Rename>) -> Answer<StatusCode> {
    let (viewer, _) = verify_now(&site.auth, &caller.claims).await?;
    passkey::rename(&site.auth, viewer.account_id, named(&id)?, &form.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/passkeys/{passkey_id}`. It takes the password.
///
/// # Errors
/// 404 for somebody else's.
pub async fn remove(
    State(site): State<Arc<Site>>,
    caller: Caller,
    Path(id): Path<String>,
    Peer(device): Peer,
    Body(form): Body<Password>,
) -> Answer<StatusCode> {
    let (viewer, _) = verify_now(&site.auth, &caller.claims).await?;
    passkey::remove(&site.auth, viewer.account_id, named(&id)?, &form.password, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/passkeys/challenge`: a challenge to log in with, for this browser alone.
///
/// # Errors
/// As the problem says.
pub async fn challenge(State(site): State<Arc<Site>>, Peer(device): Peer, headers: HeaderMap) -> Answer<Response> {
    let browser = cookies::ceremony(&headers);
    let options = passkey::challenge(&site.auth, &browser, &device).await?;
    Ok(asking(options, &browser))
}

/// `POST /api/saved/{id}/challenge`: the same, to be answered by a passkey of the account that is saved here. What it opens lives where the
/// saved login says.
///
/// # Errors
/// As the problem says. 404 for whoever does not hold its key, whatever passkeys there are.
pub async fn challenge_of(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    let bunch = saved::bunch(&site, &headers).await?;
    let held = bunch.find(saved::held(&bunch, &id)?).ok_or(Refusal::from(Code::NotFound))?;
    let browser = cookies::ceremony(&headers);
    let options = passkey::challenge_of(&site.auth, &browser, held, &device).await?;
    Ok(asking(options, &browser))
}

fn asking(options: Value, browser: &str) -> Response {
    saved::with(Json(options).into_response(), vec![cookies::set_ceremony(browser)])
}

/// `POST /api/session/passkey`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyLogIn {
    /// As the browser's `toJSON()` has it.
    credential: PublicKeyCredential,
    /// Not looked at where the challenge was a saved login's, and nor is `save`.
    #[serde(default)]
    storage: Option<TokenStorage>,
    #[serde(default)]
    save: Option<bool>,
}

/// `POST /api/session/passkey`: log in.
///
/// # Errors
/// As the problem says.
pub async fn log_in(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    headers: HeaderMap,
    Body(form): Body<PasskeyLogIn>,
) -> Answer<Response> {
    let to = (form.storage.unwrap_or_default(), form.save.unwrap_or(false));
    let granted = passkey::log_in(&site.auth, &cookies::ceremony(&headers), &form.credential, to, device.clone()).await?;
    let (granted, lines) = saved::arrive(&site, &headers, &device, granted).await?;
    Ok(saved::with(answer(&site, Shown::of(&headers), granted, StatusCode::OK), lines))
}

/// An id that is none names nothing.
pub(super) fn named(id: &str) -> Answer<Uuid> {
    id.parse().map_err(|_| Code::NotFound.into())
}

pub(super) fn shown(row: PasskeyRow) -> Passkey {
    Passkey { passkey_id: row.passkey_id, name: row.name, created_at: row.created_at, last_used_at: row.last_used_at }
}
