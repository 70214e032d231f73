//! What every request passes through: its id, its time limit, the check where it comes from, and the headers of every answer.

use std::sync::Arc;
use std::time::Duration;

use app::wire::problem::{Code, Problem};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::{self, Refusal};
use super::proof;
use crate::site::Site;

/// How long a request may take, its body included.
const TIME_LIMIT: Duration = Duration::from_secs(30);

tokio::task_local! {
    /// What the request that is being answered is called in the log.
    static REQUEST_ID: String;
}

/// The id of the request that is being answered: a page that says what went wrong names it. `None` outside of one.
#[must_use]
pub fn request_id() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}

/// Outermost: gives the request its id, writes problems out, sets the headers that every answer carries.
pub async fn finish(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let request_id = crate::model::id(site.auth.clock.now()).simple().to_string();
    let (method, path) = (request.method().clone(), loggable(request.uri().path()).to_owned());
    let by_hand_or_from_here = request.headers().get("sec-fetch-site").is_some_and(|site| site == "none" || site == "same-origin");
    let mut response = REQUEST_ID.scope(request_id.clone(), next.run(request)).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        tracing::info!(%method, path, status = problem.status, code = problem.code.as_str(), request_id, "refused");
        // What the handler had set stays: a refused log-in may still allow or clear something.
        let mut written = problem::write(problem, &request_id);
        for (name, value) in response.headers() {
            if name == header::SET_COOKIE || name == header::ALLOW || name == proof::NONCE {
                written.headers_mut().append(name, value.clone());
            }
        }
        response = written;
    } else if response.status() == StatusCode::PAYLOAD_TOO_LARGE && !is_page(&response) {
        response = problem::write(Problem::new(Code::TooLarge), &request_id);
    }
    let https = site.origin.starts_with("https://");
    let headers = response.headers_mut();
    let mut default = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    // Not `no-referrer`: that makes browsers post forms with `Origin: null`.
    default(header::REFERRER_POLICY, "same-origin");
    // Cuts the tab off from whoever opened it. Where nobody did, or it has been done, a browser would only throw away the process that it
    // has prepared.
    if !by_hand_or_from_here {
        default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    }
    default(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if https {
        default(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert("x-request-id", value);
    }
    response
}

/// Whether people read it: it says by itself what was wrong.
fn is_page(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|media| media.as_bytes().starts_with(b"text/html"))
}

/// How long an upload may take: 8 MB at a megabit a second, and some more.
const UPLOAD_LIMIT: Duration = Duration::from_secs(120);

/// A path as it may stand in a log: what follows `/reset/` sets a password.
#[must_use]
pub fn loggable(path: &str) -> &str {
    if path.starts_with("/reset/") { "/reset/…" } else { path }
}

/// A handler panicked or hung: the client is told, the connection lives on.
pub async fn time_limit(request: Request, next: Next) -> Response {
    let media = request.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let limit = if media.is_some_and(|media| media.starts_with(b"multipart/")) { UPLOAD_LIMIT } else { TIME_LIMIT };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::from(Code::TimedOut).into_response(),
    }
}

/// Refuses what another site made a browser send: everything but `GET`, `HEAD` and `OPTIONS` must come from our own origin.
///
/// `same-site` is refused too: on `localhost` another port is same-site, and gets every cookie. Where a browser is too old for
/// `Sec-Fetch-Site`, `Origin` must be ours. A request with neither, and without cookies, is no browser's, and nothing rides on it.
pub async fn cross_site(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || comes_from(&site.origin, &request) {
        return next.run(request).await;
    }
    tracing::warn!(path = loggable(request.uri().path()), "refused a request that another site sent");
    Refusal::from(Code::CrossSite).into_response()
}

fn comes_from(origin: &str, request: &Request) -> bool {
    let headers = request.headers();
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(claimed)) => claimed == origin,
        (None, None) => !headers.contains_key(header::COOKIE),
    }
}

/// Marks an answer that depends on who asked: no cache keeps it.
pub async fn mark_personal(request: Request, next: Next) -> Response {
    personal(next.run(request).await)
}

/// The same for one answer.
#[must_use]
pub fn personal(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("Cookie, Authorization"));
    response
}
