//! `/admin/accounts/{account_id}`.

use std::sync::Arc;

use app::routes;
use app::ui::document::account::{self as document, Account, Done};
use app::ui::text;
use app::ui::text::account::TITLE;
use app::wire::account::{Role, Viewer};
use app::wire::problem::{Code, Problem};
use app::wire::security::AccountChange;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::refused;
use crate::auth::policy::{Action, may};
use crate::auth::{Error, govern};
use crate::http::documents::{self, Shown};
use crate::http::extract::{Form, Peer, Query};
use crate::http::problem::Answer;
use crate::http::sessions::named;
use crate::http::visitor::{Member, Visitor};
use crate::site::Site;
use crate::store::accounts;

/// What has just been done.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Just {
    done: String,
}

/// Only admins. Role and session were read anew, whatever the token remembers.
fn admin(viewer: &Viewer) -> Answer<()> {
    if may(viewer.role, Action::Govern) { Ok(()) } else { Err(Error::Forbidden.into()) }
}

/// The page.
///
/// # Errors
/// As the problem says; 403 for whoever is no admin, whether there is such an account or not.
pub async fn show(
    State(site): State<Arc<Site>>,
    Path(account): Path<String>,
    Query(just): Query<Just>,
    Member { visitor, viewer, .. }: Member,
) -> Shown {
    admin(&viewer)?;
    page(&site, visitor, &viewer, named(&account)?, Done::parse(&just.done), None).await
}

async fn page(
    site: &Site,
    visitor: Visitor,
    viewer: &Viewer,
    account_id: Uuid,
    done: Option<Done>,
    problem: Option<Problem>,
) -> Answer<Response> {
    let now = site.auth.clock.now();
    let account = accounts::summary(&site.auth.db, account_id, now).await?.ok_or(Error::NotFound)?;
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = if problem.is_some() { [text::ERROR, &account.username].concat() } else { account.username.clone() };
    let model = Account { own: viewer.account_id == account_id, account, done, problem, now };
    Ok(documents::page(visitor, status, &title, document::account(&model)).await)
}

/// The forms of the page, told apart by `deed`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    deed: String,
}

/// Another role, disabled, enabled, or logged out everywhere.
///
/// # Errors
/// As the problem says.
pub async fn act(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    Path(account): Path<String>,
    Member { visitor, viewer, .. }: Member,
    Form(sent): Form<Sent>,
) -> Shown {
    admin(&viewer)?;
    let account_id = named(&account)?;
    let role = |role| AccountChange { role: Some(role), ..AccountChange::default() };
    let disabled = |disabled| AccountChange { disabled: Some(disabled), ..AccountChange::default() };
    let deed = Done::parse(&sent.deed).ok_or(Code::MalformedRequest)?;
    let (auth, by) = (&site.auth, viewer.account_id);
    let done = match deed {
        Done::Disabled => govern::change(auth, by, account_id, disabled(true), &device).await,
        Done::Enabled => govern::change(auth, by, account_id, disabled(false), &device).await,
        Done::Admin => govern::change(auth, by, account_id, role(Role::Admin), &device).await,
        Done::User => govern::change(auth, by, account_id, role(Role::User), &device).await,
        Done::Ended => govern::end_sessions(auth, by, account_id, &device).await,
    };
    match done {
        Ok(()) => {
            let here = routes::admin_account(&account_id.to_string());
            Ok(documents::go(visitor, &[&here, "?done=", deed.as_str()].concat()))
        }
        Err(error) => {
            let (problem, ..) = refused(error, "deed", TITLE)?;
            page(&site, visitor, &viewer, account_id, None, Some(problem)).await
        }
    }
}
