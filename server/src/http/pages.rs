//! The documents, one file each: what a page shows, and what its forms do.

pub mod account;
pub mod accounts;
pub mod activity;
pub mod appearance;
pub mod data;
pub mod home;
pub mod log_in_code;
pub mod new_post;
pub mod outbox;
pub mod passkeys;
pub mod password;
pub mod post;
pub mod profile;
pub mod renewal;
pub mod reset;
pub mod saved;
pub mod sessions;
pub mod settings;
pub mod two_factor;
pub mod user;

use app::ui::document::factors::Refused;
use app::ui::text;
use app::wire::problem::{Code, Problem};
use axum::http::StatusCode;

use super::problem::{self, Refusal};
use super::visitor::Visitor;
use crate::auth::Error;

/// Whether the app asks, with credentials of its own. It cannot follow a redirect with an access token that has just ended.
fn by_app(visitor: &Visitor) -> bool {
    visitor.headers.contains_key("x-account")
}

/// What was wrong with a form that is shown again, its status, and what the window is called then. What is no fault of the form is
/// refused as a whole.
fn refused(error: Error, password: &str, title: &str) -> Result<(Problem, StatusCode, String), Refusal> {
    let said = problem::of(error);
    let said = match said.code {
        Code::InvalidCredentials => Problem::new(Code::InvalidFields).field(password, text::WRONG_PASSWORD),
        Code::InvalidFields | Code::Throttled | Code::Busy => said,
        _ => return Err(said.into()),
    };
    let status = StatusCode::from_u16(said.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    Ok((said, status, [text::ERROR, title].concat()))
}

/// The same for a page with several forms, whose fields are called after their form: not 401, which says that nobody is logged in.
fn refused_form(error: Error, form: String) -> (Refused, StatusCode) {
    let problem = problem::of(error);
    let at = |field: &str, words: &str| Problem::new(Code::InvalidFields).field(&[&form, "-", field].concat(), words);
    let problem = match problem.code {
        Code::InvalidCredentials => at("password", text::WRONG_PASSWORD),
        Code::InvalidCode => at("code", &problem.title),
        Code::InvalidPasskey => Problem { status: 422, ..problem },
        _ => problem,
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (Refused { problem, form }, status)
}
