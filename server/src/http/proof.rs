//! `DPoP`: the proof of possession of a request (RFC 9449), checked before anybody looks at a token.

use std::sync::Arc;

use app::wire::problem::Code;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Refusal;
use crate::auth::access::Claims;
use crate::auth::dpop::{self, Asked, Proven};
use crate::auth::{Error, Result};
use crate::site::Site;

/// The proof, in a request.
pub const PROOF: HeaderName = HeaderName::from_static("dpop");
/// A nonce for the next one, in an answer.
pub const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

tokio::task_local! {
    /// What the request that is being answered has proven.
    static PROVEN: Option<Proven>;
}

/// What the request that is being answered has proven, if it came with a proof.
pub(super) fn shown() -> Option<Proven> {
    PROVEN.try_with(|proven| *proven).ok().flatten()
}

/// How an access token is shown in `Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// By whoever bears it (RFC 6750).
    Bearer,
    /// By whoever has the key (RFC 9449 §7.1).
    Proof,
}

/// Whether an access token may be shown in this way. One that is bound to a key is nobody's without a proof, and one that is not is not made
/// better by it.
///
/// # Errors
/// [`Error::InvalidAccess`].
pub(super) fn holds(claims: &Claims, token: &str, scheme: Scheme) -> Result<()> {
    let proven = shown().filter(|proven| scheme == Scheme::Proof && proven.goes_with(token));
    let key = proven.map(|proven| proven.key);
    let honest = (scheme == Scheme::Proof) == key.is_some();
    if honest && claims.is_for(key.as_ref()) { Ok(()) } else { Err(Error::InvalidAccess) }
}

/// Reads the proof of a request. One that does not hold is refused, whatever was asked: its client believes that it holds.
pub async fn check(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let proven = match read(&site, &request) {
        Ok(proven) => proven,
        Err(error) => return with_nonce(&site, Refusal::from(error).into_response()),
    };
    let answer = PROVEN.scope(proven, next.run(request)).await;
    if proven.is_some() { with_nonce(&site, answer) } else { answer }
}

fn read(site: &Site, request: &Request) -> Result<Option<Proven>> {
    let mut lines = request.headers().get_all(&PROOF).iter();
    let Some(line) = lines.next() else { return Ok(None) };
    if lines.next().is_some() {
        return Err(Error::InvalidProof);
    }
    let asked = Asked { method: request.method().as_str(), origin: &site.origin, path: request.uri().path() };
    let now = site.auth.clock.now();
    let proven = dpop::read(line.to_str().map_err(|_| Error::InvalidProof)?, asked, &site.auth.access, now)?;
    site.auth.proofs.take(&proven, now)?;
    Ok(Some(proven))
}

/// `GET /api/session/nonce`: a nonce for the first proof of a page, so that it need not be refused to get one.
///
/// # Errors
/// When none can be signed.
pub async fn nonce(State(site): State<Arc<Site>>) -> std::result::Result<Response, Refusal> {
    let response = with_nonce(&site, StatusCode::NO_CONTENT.into_response());
    if response.headers().contains_key(NONCE) { Ok(response) } else { Err(Code::Internal.into()) }
}

fn with_nonce(site: &Site, mut response: Response) -> Response {
    let nonce = site.auth.access.nonce(site.auth.clock.now()).ok();
    if let Some(value) = nonce.and_then(|nonce| HeaderValue::from_str(&nonce).ok()) {
        response.headers_mut().insert(NONCE, value);
    }
    response
}
