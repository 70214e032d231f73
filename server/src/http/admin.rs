//! `/api/admin`: what an admin does to other accounts. Sensitive: role and session are read anew each time.

use std::sync::Arc;

use app::wire::account::{AccountSummary, Viewer};
use app::wire::problem::Code;
use app::wire::security::{AccountChange, AuditedEvent};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use uuid::Uuid;

use super::extract::{Body, Caller, Peer, Query};
use super::problem::{Answer, Refusal};
use super::sessions::named;
use crate::auth::policy::{Action, may};
use crate::auth::session::verify_now;
use crate::auth::{Error, govern};
use crate::site::Site;
use crate::store::accounts;

/// An admin, now.
async fn admin(site: &Site, caller: &Caller) -> Answer<Viewer> {
    if !may(caller.claims.role, Action::Govern) {
        return Err(Error::Forbidden.into());
    }
    let (viewer, _) = verify_now(&site.auth, &caller.claims).await?;
    if may(viewer.role, Action::Govern) { Ok(viewer) } else { Err(Error::Forbidden.into()) }
}

/// `PATCH /api/admin/accounts/{account_id}`.
///
/// # Errors
/// As the problem says. Nothing has changed then.
pub async fn change(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    caller: Caller,
    Path(account): Path<String>,
    Body(to): Body<AccountChange>,
) -> Answer<Json<AccountSummary>> {
    let viewer = admin(&site, &caller).await?;
    let account_id = named(&account)?;
    govern::change(&site.auth, viewer.account_id, account_id, to, &device).await?;
    let summary = accounts::summary(&site.auth.db, account_id, site.auth.clock.now()).await?;
    summary.map(Json).ok_or(Refusal::from(Code::NotFound))
}

/// `DELETE /api/admin/accounts/{account_id}/sessions`.
///
/// # Errors
/// As the problem says.
pub async fn end_sessions(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    caller: Caller,
    Path(account): Path<String>,
) -> Answer<StatusCode> {
    let viewer = admin(&site, &caller).await?;
    govern::end_sessions(&site.auth, viewer.account_id, named(&account)?, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is older than this event.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Before {
    before: Option<Uuid>,
}

/// `GET /api/admin/events?before=`: newest first, 100 at most.
///
/// # Errors
/// As the problem says.
pub async fn events(State(site): State<Arc<Site>>, caller: Caller, Query(part): Query<Before>) -> Answer<Json<Vec<AuditedEvent>>> {
    admin(&site, &caller).await?;
    Ok(Json(govern::audit(&site.auth, part.before).await?))
}
