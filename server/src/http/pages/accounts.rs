//! `/admin/accounts`.

use std::sync::Arc;

use app::ui::document::accounts::{self as document, Accounts};
use app::ui::text::accounts::TITLE;
use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::policy::{Action, may};
use crate::auth::{Error, govern};
use crate::http::accounts::Which;
use crate::http::documents::{self, Shown};
use crate::http::extract::Query;
use crate::http::visitor::Member;
use crate::site::Site;

/// A page of the accounts; what `?search=` finds of them, and what comes after `?after=`. Sensitive: role and session are read anew,
/// whatever the token remembers.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Query(which): Query<Which>, Member { visitor, viewer, .. }: Member) -> Shown {
    if !may(viewer.role, Action::ListAccounts) {
        return Err(Error::Forbidden.into());
    }
    let (rows, next) = govern::accounts(&site.auth, &which.search, which.after).await?;
    let model = Accounts { rows, next, search: which.search, later: which.after.is_some(), now: site.auth.clock.now() };
    Ok(documents::page(visitor, StatusCode::OK, TITLE, document::accounts(&model)).await)
}
