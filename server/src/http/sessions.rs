//! `/api/sessions`: where an account is logged in.

use std::sync::Arc;

use app::wire::problem::Code;
use app::wire::security::{EndedSessions, Proof, SessionName, SessionSummary};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use uuid::Uuid;

use super::extract::{Body, Caller, Peer};
use super::problem::Answer;
use crate::auth::places;
use crate::auth::session::verify_now;
use crate::site::Site;

/// `GET /api/sessions`.
///
/// # Errors
/// As the problem says.
pub async fn list(State(site): State<Arc<Site>>, caller: Caller) -> Answer<Json<Vec<SessionSummary>>> {
    let (_, session) = verify_now(&site.auth, &caller.claims).await?;
    Ok(Json(places::list(&site.auth, &session).await?))
}

/// `DELETE /api/sessions/{session_id}`: 204, also where it was logged out before.
///
/// # Errors
/// As the problem says; 404 for another's.
pub async fn end(State(site): State<Arc<Site>>, Peer(device): Peer, caller: Caller, Path(session): Path<String>) -> Answer<StatusCode> {
    let (_, asking) = verify_now(&site.auth, &caller.claims).await?;
    places::end(&site.auth, &asking, named(&session)?, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/sessions`: every other one. Takes the password.
///
/// # Errors
/// As the problem says. Nothing has ended then.
pub async fn end_others(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    caller: Caller,
    Body(proof): Body<Proof>,
) -> Answer<Json<EndedSessions>> {
    let (_, asking) = verify_now(&site.auth, &caller.claims).await?;
    let ended = places::end_others(&site.auth, &asking, &proof.password, &device).await?;
    Ok(Json(EndedSessions { ended }))
}

/// `PATCH /api/sessions/{session_id}`: call it something.
///
/// # Errors
/// As the problem says; 404 for another's.
pub async fn call(
    State(site): State<Arc<Site>>,
    caller: Caller,
    Path(session): Path<String>,
    Body(name): Body<SessionName>,
) -> Answer<StatusCode> {
    let (_, asking) = verify_now(&site.auth, &caller.claims).await?;
    places::call(&site.auth, &asking, named(&session)?, &name.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An id that is none names nothing.
pub(super) fn named(id: &str) -> Answer<Uuid> {
    id.parse().map_err(|_| Code::NotFound.into())
}
