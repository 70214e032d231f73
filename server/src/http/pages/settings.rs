//! `/settings` and `/settings/security`: hubs.

use std::sync::Arc;

use app::ui::document::settings::{Security, security, settings};
use app::ui::text::settings::{SECURITY_TITLE, TITLE};
use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::{Error, events, places};
use crate::http::documents::{self, Shown};
use crate::http::saved;
use crate::http::visitor::Member;
use crate::site::Site;
use crate::store::{accounts, passkeys, totp};

/// `/settings`.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Member { visitor, session: asking, .. }: Member) -> Shown {
    let open = events::open_alerts(&site.auth, asking.account_id).await?;
    let browsers = places::list(&site.auth, &asking).await?.len();
    Ok(documents::page(visitor, StatusCode::OK, TITLE, settings(&open, browsers)).await)
}

/// `/settings/security`.
///
/// # Errors
/// As the problem says.
pub async fn show_security(State(site): State<Arc<Site>>, Member { visitor, session: asking, .. }: Member) -> Shown {
    let account = accounts::by_id(&site.auth.db, asking.account_id).await?.ok_or(Error::InvalidAccess)?;
    let model = Security {
        open: events::open_alerts(&site.auth, asking.account_id).await?,
        password_changed_at: account.password_changed_at,
        browsers: places::list(&site.auth, &asking).await?.len(),
        app_since: totp::by_account(&site.auth.db, asking.account_id).await?.and_then(|row| row.confirmed_at),
        saved: saved::bunch(&site, &visitor.headers).await?.list(&site.auth).len(),
        passkeys: passkeys::of_account(&site.auth.db, asking.account_id).await?.len(),
    };
    Ok(documents::page(visitor, StatusCode::OK, SECURITY_TITLE, security(&model)).await)
}
