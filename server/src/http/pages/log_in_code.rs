//! `/login/code`: the second step of a log-in without scripts.

use std::sync::Arc;

use app::routes::page;
use app::ui::document::log_in_code as document;
use app::ui::text::log_in::CODE_TITLE;
use app::wire::secret::Secret;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::events::kind;
use crate::auth::{factor, session, ticket};
use crate::http::documents::{self, Shown};
use crate::http::extract::{Form, Peer};
use crate::http::forms::welcome;
use crate::http::ssr::see_other;
use crate::http::visitor::Visitor;
use crate::http::{cookies, problem};
use crate::site::Site;

/// The page, for whoever has just shown a password.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Shown {
    let there = match cookies::second(&visitor.headers) {
        Some(sealed) => ticket::accept(&site.auth, &sealed).await?.is_some(),
        None => false,
    };
    if !there {
        return Ok(see_other(page::LOG_IN));
    }
    Ok(documents::page(visitor, StatusCode::OK, CODE_TITLE, document::log_in_code(None)).await)
}

/// The form.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub struct CodeForm {
    code: Secret,
}

/// Logs in.
///
/// # Errors
/// As the problem says.
pub async fn log_in(State(site): State<Arc<Site>>, Peer(device): Peer, visitor: Visitor, Form(form): Form<CodeForm>) -> Shown {
    let accepted = match cookies::second(&visitor.headers) {
        Some(sealed) => ticket::accept(&site.auth, &sealed).await?,
        None => None,
    };
    let Some((account, ticket)) = accepted else { return Ok(over()) };
    match factor::prove(&site.auth, &account, Some(&form.code), &device).await {
        Ok(strong) => {
            let granted = session::begin(&site.auth, &account, (ticket.storage, false), device.clone(), (kind::LOGGED_IN, strong)).await?;
            let mut response = welcome(&site, &visitor.headers, &device, granted, &ticket.next).await?;
            cookies::append(response.headers_mut(), vec![cookies::clear_second()]);
            Ok(response)
        }
        Err(error) => {
            let problem = problem::of(error);
            let status = if problem.status == 401 { 422 } else { problem.status };
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let view = document::log_in_code(Some(&problem));
            Ok(documents::page(visitor, status, CODE_TITLE, view).await)
        }
    }
}

/// Too late: from the beginning.
fn over() -> Response {
    let mut response = see_other(page::LOG_IN);
    cookies::append(response.headers_mut(), vec![cookies::clear_second()]);
    response
}
