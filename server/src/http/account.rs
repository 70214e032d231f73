//! `/api/account`: a copy of everything, and the end of it.

use std::sync::Arc;

use app::wire::security::Proof;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::cookies;
use super::extract::{Body, Caller, Peer};
use super::problem::Answer;
use super::session::shown_of;
use crate::auth::session::verify_now;
use crate::auth::{deletion, export};
use crate::site::Site;

/// `GET /api/account`: JSON, to be kept as a file.
///
/// # Errors
/// As the problem says.
pub async fn export(State(site): State<Arc<Site>>, Peer(device): Peer, caller: Caller) -> Answer<Response> {
    let (viewer, session) = verify_now(&site.auth, &caller.claims).await?;
    let copy = export::all(&site.auth, viewer.account_id, session.session_id, &device).await?;
    Ok(file(&viewer.username, copy))
}

/// JSON to be kept as a file. A username is plain by its rules.
pub(super) fn file(username: &str, copy: serde_json::Value) -> Response {
    let name = format!("attachment; filename=\"nightlatch-{username}.json\"");
    ([(header::CONTENT_DISPOSITION, name)], Json(copy)).into_response()
}

/// `DELETE /api/account`: removed in 14 days, unless its owner logs in before. Takes the password. The cookies of this session go.
///
/// # Errors
/// As the problem says. Nothing has changed then.
pub async fn delete(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    caller: Caller,
    headers: HeaderMap,
    Body(proof): Body<Proof>,
) -> Answer<Response> {
    let (_, asking) = verify_now(&site.auth, &caller.claims).await?;
    deletion::ask(&site.auth, &asking, &proof.password, &device).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let lines = cookies::cleared(shown_of(&site, &headers, Some(asking.session_id)).with_hint(&headers));
    cookies::append(response.headers_mut(), lines);
    Ok(response)
}
