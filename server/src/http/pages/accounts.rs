//! `/admin/accounts`.

use std::sync::Arc;

use app::ui::document::accounts;
use app::ui::text::accounts::TITLE;
use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Error;
use crate::auth::policy::{Action, may};
use crate::http::documents::{self, Shown};
use crate::http::visitor::Member;
use crate::site::Site;
use crate::store;

/// Every account. Sensitive: role and session are read anew, whatever the token remembers.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Member { visitor, viewer, .. }: Member) -> Shown {
    if !may(viewer.role, Action::ListAccounts) {
        return Err(Error::Forbidden.into());
    }
    let now = site.auth.clock.now();
    let rows = store::accounts::summaries(&site.auth.db, now).await?;
    Ok(documents::page(visitor, StatusCode::OK, TITLE, accounts::accounts(rows, now)).await)
}
