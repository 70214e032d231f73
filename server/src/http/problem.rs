//! Errors → [`Problem`] → response. The cause goes to the log, not to the client.

use std::any::Any;

use app::ui::text;
use app::wire::problem::{Code, Problem};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::guard;
use crate::auth;

/// What a handler answers when it does not do what was asked. `guard::finish` writes the body, with the request's id.
#[derive(Clone, Debug)]
pub struct Refusal(pub Problem);

/// What a handler answers.
pub type Answer<T> = Result<T, Refusal>;

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self(Problem::new(code))
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<auth::Error> for Refusal {
    fn from(error: auth::Error) -> Self {
        Self(of(error))
    }
}

impl From<crate::store::Error> for Refusal {
    fn from(error: crate::store::Error) -> Self {
        auth::Error::Store(error).into()
    }
}

/// What the client may know of an error, and the id under which the log knows it.
#[must_use]
pub fn of(error: auth::Error) -> Problem {
    Problem { request_id: guard::request_id(), ..known(error) }
}

fn known(error: auth::Error) -> Problem {
    use auth::Error;
    match error {
        Error::Fields(problem) => problem,
        Error::UsernameTaken => Problem::new(Code::UsernameTaken).field("username", text::sign_up::TAKEN),
        Error::InvalidCredentials => Problem::new(Code::InvalidCredentials),
        Error::SecondFactorRequired => Problem::new(Code::SecondFactorRequired),
        Error::InvalidCode => Problem::new(Code::InvalidCode),
        Error::InvalidPasskey => Problem::new(Code::InvalidPasskey),
        Error::OtherPasskey => Problem::new(Code::InvalidPasskey).titled(text::passkeys::OTHER),
        Error::NoPasskey => Problem::new(Code::InvalidPasskey).titled(text::passkeys::NONE),
        Error::AlreadyOn => Problem::new(Code::InvalidFields).titled("Two-factor authentication is on already. Turn it off first."),
        Error::TooMany => Problem::new(Code::InvalidFields).titled("You have as many passkeys as there is room for. Remove one first."),
        Error::Confined => Problem { status: 403, ..Problem::new(Code::SecondFactorRequired).titled(text::CONFINED) },
        Error::NotFound => Problem::new(Code::NotFound),
        Error::InvalidAccess | Error::InvalidRefresh => Problem::new(Code::InvalidToken),
        Error::InvalidProof => Problem::new(Code::InvalidDpopProof),
        Error::NonceWanted => Problem::new(Code::UseDpopNonce),
        Error::Conflicting => Problem::new(Code::ConflictingCredentials),
        Error::Ended(why) => Problem::ended(why),
        Error::Superseded => Problem::new(Code::Superseded).retry_after(250),
        Error::Throttled { retry_after_ms } => Problem::new(Code::Throttled).retry_after(retry_after_ms),
        Error::Busy => Problem::new(Code::Busy).retry_after(2_000),
        Error::Forbidden => Problem::new(Code::InsufficientScope),
        Error::Store(error) => {
            tracing::error!(%error, "the database failed");
            Problem::new(Code::Busy).titled("We cannot reach our data at the moment. Try again shortly.").retry_after(2_000)
        }
        Error::Pictures => {
            Problem::new(Code::Busy).titled("We cannot reach our pictures at the moment. Try again shortly.").retry_after(2_000)
        }
        Error::Broken(what) => {
            tracing::error!(what, "something that cannot be");
            Problem::new(Code::Internal)
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self.0);
        response
    }
}

/// Writes a problem out, with the headers that belong to it.
#[must_use]
pub fn write(mut problem: Problem, request_id: &str) -> Response {
    problem.request_id = Some(request_id.to_owned());
    let mut response = Json(&problem).into_response();
    *response.status_mut() = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    let challenge = match problem.code {
        // RFC 6750 §3.1: no error code where no token was shown.
        Code::Unauthenticated | Code::InvalidCredentials | Code::InvalidCode | Code::InvalidPasskey | Code::SecondFactorRequired => {
            Some(r#"Bearer realm="nightlatch""#)
        }
        Code::InvalidToken | Code::SessionEnded => Some(r#"Bearer realm="nightlatch", error="invalid_token""#),
        // RFC 9449 §7.1.
        Code::InvalidDpopProof => Some(r#"DPoP realm="nightlatch", error="invalid_dpop_proof", algs="ES256""#),
        Code::UseDpopNonce => Some(r#"DPoP realm="nightlatch", error="use_dpop_nonce", algs="ES256""#),
        Code::InsufficientScope => Some(r#"Bearer realm="nightlatch", error="insufficient_scope""#),
        _ => None,
    };
    if let Some(challenge) = challenge.filter(|_| problem.status != 403 || problem.code == Code::InsufficientScope) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    if let Some(ms) = problem.retry_after_ms {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
    }
    response
}

/// A path that exists, with another method. axum adds `Allow`.
pub async fn method_not_allowed() -> Refusal {
    Code::MethodNotAllowed.into()
}

/// A handler that panicked: the request is over, the server is not.
#[must_use]
pub fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let cause = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("?");
    tracing::error!(cause, "a handler panicked");
    Refusal::from(Code::Internal).into_response()
}
