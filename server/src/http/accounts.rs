//! `/api/accounts` and `/api/admin/accounts`.

use std::sync::Arc;

use app::wire::account::{AccountSummary, SignUp};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::cookies::Shown;
use super::extract::{Body, Caller, Peer, Query};
use super::problem::Answer;
use super::saved::{self, with};
use super::session::answer;
use crate::auth::policy::{Action, may};
use crate::auth::session::verify_now;
use crate::auth::{Error, account, govern};
use crate::site::Site;

/// `POST /api/accounts`: sign up, which logs in.
///
/// # Errors
/// As the problem says.
pub async fn create(State(site): State<Arc<Site>>, Peer(device): Peer, headers: HeaderMap, Body(form): Body<SignUp>) -> Answer<Response> {
    let granted = account::sign_up(&site.auth, &form, device.clone()).await?;
    let (granted, lines) = saved::arrive(&site, &headers, &device, granted).await?;
    Ok(with(answer(&site, Shown::of(&headers), granted, StatusCode::CREATED), lines))
}

/// Which accounts.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Which {
    /// In the username or the e-mail address.
    pub(super) search: String,
    /// Made after this one.
    pub(super) after: Option<Uuid>,
}

/// `GET /api/admin/accounts?search=&after=`: oldest first, 50 at most. Sensitive: role and session are read anew, whatever the token
/// remembers.
///
/// # Errors
/// As the problem says.
pub async fn list(State(site): State<Arc<Site>>, caller: Caller, Query(which): Query<Which>) -> Answer<Json<Vec<AccountSummary>>> {
    if !may(caller.claims.role, Action::ListAccounts) {
        return Err(Error::Forbidden.into());
    }
    let (viewer, _) = verify_now(&site.auth, &caller.claims).await?;
    if !may(viewer.role, Action::ListAccounts) {
        return Err(Error::Forbidden.into());
    }
    Ok(Json(govern::accounts(&site.auth, &which.search, which.after).await?.0))
}
