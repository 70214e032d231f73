//! What handlers are handed: who asks, from where, and a body that was read.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use app::routes::{api, page};
use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, OptionalFromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use super::cookies;
use super::problem::Refusal;
use super::proof::{self, Scheme};
use crate::auth::access::Claims;
use crate::auth::factor::is_confined;
use crate::auth::session::{session_of, verify};
use crate::auth::{Error, Result};
use crate::meter;
use crate::model::Device;
use crate::site::Site;

/// Longest user agent that is kept, in characters.
const LONGEST_AGENT: usize = 300;

/// What a session that has yet to show a second factor may ask: who it is, and to set one up.
pub(super) fn is_open_to_confined(path: &str) -> bool {
    let under = |room: &str| path.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    [api::ME, page::TWO_FACTOR, page::PASSKEYS].contains(&path) || under(api::FACTOR) || under(api::PASSKEYS)
}

/// Somebody who is logged in: signature, expiry and every claim checked, the session not ended. No query was made.
pub struct Caller {
    /// What the access token claims.
    pub claims: Claims,
    /// Whether it came in a cookie, or else in `Authorization`.
    pub by_cookie: bool,
}

impl FromRequestParts<Arc<Site>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> std::result::Result<Self, Refusal> {
        meter::who(async {
            let caller = caller(site, &parts.headers).await?.ok_or(Refusal::from(Code::Unauthenticated))?;
            expected(&parts.headers, &caller.claims)?;
            // The one query: for a role that must have two factors, where the configuration says so.
            if !is_open_to_confined(parts.uri.path()) && is_confined(&site.auth, caller.claims.role, caller.claims.sid).await? {
                return Err(Error::Confined.into());
            }
            Ok(caller)
        })
        .await
    }
}

/// A tab that still shows another account must not act as this one: `X-Account` says which one it shows.
pub(super) fn expected(headers: &HeaderMap, claims: &Claims) -> std::result::Result<(), Refusal> {
    let expected = headers.get("x-account").map(|value| value.to_str().unwrap_or_default());
    if expected.is_some_and(|expected| expected != claims.sub.to_string()) { Err(Code::WrongAccount.into()) } else { Ok(()) }
}

/// Nobody in particular where no token was shown. A token that does not hold is refused as always: its client can have another.
impl OptionalFromRequestParts<Arc<Site>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> std::result::Result<Option<Self>, Refusal> {
        match caller(site, &parts.headers).await? {
            None if !parts.headers.contains_key("x-account") => Ok(None),
            _ => <Self as FromRequestParts<Arc<Site>>>::from_request_parts(parts, site).await.map(Some),
        }
    }
}

/// Who asks, by the access token in the cookie or in `Authorization`; `None` when there is neither.
///
/// # Errors
/// [`Error::InvalidAccess`] for a token that does not hold; [`Error::Conflicting`] when both are there and are not proven to belong
/// to the same session: they are never merged.
pub async fn caller(site: &Site, headers: &HeaderMap) -> Result<Option<Caller>> {
    let auth = &site.auth;
    let found = match (cookies::read(headers, cookies::ACCESS)?, authorized(site, headers).await?) {
        (None, None) => return Ok(None),
        (Some(cookie), None) => {
            let claims = verify(auth, cookie).await?;
            proof::holds(&claims, cookie, Scheme::Bearer)?;
            Caller { claims, by_cookie: true }
        }
        (None, Some(claims)) => Caller { claims, by_cookie: false },
        (Some(cookie), Some(claims)) => {
            let same = session_of(auth, cookie) == Some(claims.sid);
            if !same {
                return Err(Error::Conflicting);
            }
            Caller { claims, by_cookie: false }
        }
    };
    Ok(Some(found))
}

/// The access token that a caller showed.
///
/// # Errors
/// None that [`caller`] has not had.
pub(super) fn shown<'a>(headers: &'a HeaderMap, caller: &Caller) -> Result<&'a str> {
    let token = if caller.by_cookie { cookies::read(headers, cookies::ACCESS)? } else { authorization(headers)?.map(|(_, token)| token) };
    Ok(token.unwrap_or_default())
}

/// What the access token in `Authorization` claims, if there is one. One that is bound to a key came with a proof.
///
/// # Errors
/// As [`caller`].
pub(super) async fn authorized(site: &Site, headers: &HeaderMap) -> Result<Option<Claims>> {
    let Some((scheme, token)) = authorization(headers)? else { return Ok(None) };
    let claims = verify(&site.auth, token).await?;
    proof::holds(&claims, token, scheme)?;
    Ok(Some(claims))
}

/// The token of `Authorization: Bearer` (RFC 6750 §2.1) or `DPoP` (RFC 9449 §7.1). Another scheme is none of ours.
pub(super) fn authorization(headers: &HeaderMap) -> Result<Option<(Scheme, &str)>> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (lines.next(), lines.next());
    if second.is_some() {
        return Err(Error::Conflicting);
    }
    let Some(line) = first else { return Ok(None) };
    let line = line.to_str().map_err(|_| Error::InvalidAccess)?;
    match line.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some((Scheme::Bearer, token))),
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("dpop") => Ok(Some((Scheme::Proof, token))),
        _ => Err(Error::InvalidAccess),
    }
}

/// The refresh token: from the body, or from the cookie.
///
/// # Errors
/// [`Error::Conflicting`] when both are there for different sessions.
pub fn refresh_token(site: &Site, headers: &HeaderMap, body: Option<Secret>) -> Result<Option<Secret>> {
    let cookie = cookies::read(headers, cookies::REFRESH)?.map(|token| Secret::new(token.to_owned()));
    match (body, cookie) {
        (Some(body), Some(cookie)) => {
            let session = |token: &Secret| site.auth.chain.open(token.expose()).map(|presented| presented.session_id);
            if session(&body) == session(&cookie) { Ok(Some(body)) } else { Err(Error::Conflicting) }
        }
        (body, cookie) => Ok(body.or(cookie)),
    }
}

impl FromRequestParts<Arc<Site>> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> std::result::Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        // The last entry is what our own proxy saw; those before it are what the client says.
        let forwarded = || {
            parts.headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
        };
        let ip = if site.trust_proxy { forwarded().or(peer) } else { peer };
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Self(Device {
            user_agent: agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect(),
            ip: ip.map(|ip| ip.to_canonical().to_string()).unwrap_or_default(),
            browser: cookies::browser(&parts.headers),
            key: proof::shown().map(|proven| proven.key),
        }))
    }
}

/// Where a request comes from.
pub struct Peer(pub Device);

/// A JSON body, read strictly.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> std::result::Result<Self, Refusal> {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let json = media.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"));
        if !json {
            return Err(Code::UnsupportedMediaType.into());
        }
        let bytes = read(request, state).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Problem::new(Code::MalformedRequest).titled(explain(&error)).into())
    }
}

/// A posted form (`application/x-www-form-urlencoded`), read strictly.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> std::result::Result<Self, Refusal> {
        match axum::Form::<T>::from_request(request, state).await {
            Ok(axum::Form(form)) => Ok(Self(form)),
            Err(rejection) => Err(match rejection.status().as_u16() {
                413 => Code::TooLarge.into(),
                415 => Code::UnsupportedMediaType.into(),
                _ => Code::MalformedRequest.into(),
            }),
        }
    }
}

/// The query of a URL, read strictly.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Refusal> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(|_| Code::MalformedRequest.into())
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> std::result::Result<Bytes, Refusal> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status().as_u16() {
        413 => Code::TooLarge.into(),
        _ => Code::MalformedRequest.into(),
    })
}

/// What is wrong with a body, without repeating what was in it: it may hold a password.
fn explain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let named = ["unknown field `", "missing field `", "duplicate field `"].iter().find_map(|kind| {
        let name = text.strip_prefix(kind)?.split('`').next()?;
        let plain = name.len() <= 40 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        plain.then(|| format!("{kind}{name}`"))
    });
    match named {
        Some(what) => format!("The request could not be read: {what}"),
        None if error.is_data() => format!("The request could not be read: a value of the wrong type at column {}", error.column()),
        None => "The request could not be read: it is not JSON".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::wire::session::LogIn;

    #[test]
    fn an_explanation_names_the_field_and_repeats_no_content() {
        let explained = |text: &str| explain(&serde_json::from_str::<LogIn>(text).unwrap_err());
        assert!(explained(r#"{"login":"mina","password":"x","role":"admin"}"#).ends_with("unknown field `role`"));
        assert!(explained(r#"{"login":"mina"}"#).ends_with("missing field `password`"));
        assert!(explained("{").ends_with("it is not JSON"));
        let wrong = explained(r#"{"login":"mina","password":12345678901}"#);
        assert!(wrong.contains("wrong type") && !wrong.contains("123456"), "{wrong}");
    }
}
