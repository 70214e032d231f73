//! `/forgot` and `/reset/{token}`: for those who do not know their password any more.

use std::sync::Arc;

use app::routes::page;
use app::ui::document::password::{Forgot, forgot, reset, spent};
use app::ui::text::password::{FORGOT_TITLE, RESET_TITLE, SPENT_TITLE};
use app::wire::secret::Secret;
use app::wire::session::Why;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::refused;
use crate::auth::passwords;
use crate::http::documents::{self, Shown};
use crate::http::extract::{Form, Peer, Query};
use crate::http::visitor::Visitor;
use crate::site::Site;

/// `?sent`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Just {
    sent: Option<String>,
}

/// `GET /forgot`.
pub async fn show_forgot(State(site): State<Arc<Site>>, Query(just): Query<Just>, visitor: Visitor) -> Response {
    let model = Forgot { sent: just.sent.is_some(), outbox: site.mailer.outbox(), ..Forgot::default() };
    documents::page(visitor, StatusCode::OK, FORGOT_TITLE, forgot(&model)).await
}

/// Who forgot.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Who {
    login: String,
}

/// `POST /forgot`: the same answer for every name.
///
/// # Errors
/// As the problem says.
pub async fn ask(State(site): State<Arc<Site>>, Peer(device): Peer, visitor: Visitor, Form(who): Form<Who>) -> Shown {
    match passwords::forgot(&site.auth, &who.login, &device).await {
        Ok(()) => Ok(documents::go(visitor, &format!("{}?sent", page::FORGOT))),
        Err(error) => {
            let (problem, status, title) = refused(error, "login", FORGOT_TITLE)?;
            let model = Forgot { login: who.login, problem: Some(problem), ..Forgot::default() };
            Ok(documents::page(visitor, status, &title, forgot(&model)).await)
        }
    }
}

/// `GET /reset/{token}`: the form, or that the link does not work any more.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Path(token): Path<String>, visitor: Visitor) -> Shown {
    let Some(account) = passwords::reset_opens(&site.auth, &Secret::new(token)).await? else { return Ok(over(visitor).await) };
    let view = reset(&account.username, site.auth.password_min, visitor.uri.path(), None);
    Ok(documents::page(visitor, StatusCode::OK, RESET_TITLE, view).await)
}

async fn over(visitor: Visitor) -> Response {
    documents::page(visitor, StatusCode::NOT_FOUND, SPENT_TITLE, spent()).await
}

/// The new password.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct New {
    new: Secret,
    // For password managers.
    #[serde(rename = "username")]
    _username: String,
}

/// `POST /reset/{token}`: sets it, and leads to the log-in page.
///
/// # Errors
/// As the problem says.
pub async fn set(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    Path(token): Path<String>,
    visitor: Visitor,
    Form(form): Form<New>,
) -> Shown {
    let token = Secret::new(token);
    let error = match passwords::reset(&site.auth, &token, &form.new, &device).await {
        Ok(()) => return Ok(documents::go(visitor, &format!("{}?why={}", page::LOG_IN, Why::Password.as_str()))),
        Err(error) => error,
    };
    let (problem, status, title) = refused(error, "new", RESET_TITLE)?;
    match passwords::reset_opens(&site.auth, &token).await? {
        Some(account) if problem.of_field("token").is_none() => {
            let view = reset(&account.username, site.auth.password_min, visitor.uri.path(), Some(&problem));
            Ok(documents::page(visitor, status, &title, view).await)
        }
        _ => Ok(over(visitor).await),
    }
}
