//! `/api/activity`: what happened to an account's security, and "Was this you?"

use std::sync::Arc;

use app::wire::security::{Activity, AlertAnswer, Topic};
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use uuid::Uuid;

use super::extract::{Body, Caller, Query};
use super::problem::Answer;
use super::sessions::named;
use crate::auth::events;
use crate::auth::session::verify_now;
use crate::site::Site;

/// Which part of the history.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Part {
    /// What is older than this event.
    pub before: Option<Uuid>,
    /// Only this.
    pub topic: Topic,
}

/// `GET /api/activity?before=&topic=`: newest first, 50 at most.
///
/// # Errors
/// As the problem says.
pub async fn list(State(site): State<Arc<Site>>, caller: Caller, Query(part): Query<Part>) -> Answer<Json<Vec<Activity>>> {
    let (viewer, _) = verify_now(&site.auth, &caller.claims).await?;
    Ok(Json(events::history(&site.auth, viewer.account_id, part.before, part.topic).await?))
}

/// `POST /api/activity/{event_id}`: once; the same answer again is answered the same.
///
/// # Errors
/// As the problem says; 404 for another's, and for one that was answered otherwise.
pub async fn answer(
    State(site): State<Arc<Site>>,
    caller: Caller,
    Path(event): Path<String>,
    Body(said): Body<AlertAnswer>,
) -> Answer<Json<Activity>> {
    let (_, asking) = verify_now(&site.auth, &caller.claims).await?;
    Ok(Json(events::answer(&site.auth, &asking, named(&event)?, said.mine).await?))
}
