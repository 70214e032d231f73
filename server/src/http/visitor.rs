//! Who a document, or a form in one, is for.

use std::sync::Arc;

use app::wire::account::Viewer;
use app::wire::problem::Code;
use app::wire::session::{Boot, TokenStorage, Why};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::response::{IntoResponse, Response};

use super::cookies::{self, Shown};
use super::documents;
use super::extract::{Caller, Peer, authorized, caller, expected, is_open_to_confined, refresh_token};
use super::problem::{Answer, Refusal};
use super::ssr;
use crate::auth::access::Claims;
use crate::auth::factor::is_confined;
use crate::auth::{Error, renewal, session};
use crate::meter;
use crate::site::Site;
use crate::store::sessions::{self, Session};

/// Who asks for a document, or sends one of its forms.
///
/// - The app, for a session: it says whom for (`X-Account`) and shows an access token, in the cookie or as Bearer. One that has run out
///   is a 401, and the app refreshes and asks again.
/// - A browser that opens a page: its cookies are looked at, the refresh cookie without rotating anything.
/// - A browser that sends a form without scripts: an access cookie, or else the session is refreshed here, as nobody else can.
pub struct Visitor {
    /// Who is logged in, if anybody.
    pub viewer: Option<Viewer>,
    /// The claims of a verified access token, where one was shown or made: for [`session::verify_now`]. Always there when a form comes
    /// from somebody who is logged in.
    pub claims: Option<Claims>,
    /// What the page starts with.
    pub(super) boot: Boot,
    /// Why there is no session any more.
    pub(super) over: Option<Why>,
    /// Cookies for the answer.
    pub(super) cookies: Vec<HeaderValue>,
    /// Path and query.
    pub uri: Uri,
    /// As they came.
    pub headers: HeaderMap,
    /// Whether a form was sent.
    pub(super) posted: bool,
}

impl FromRequestParts<Arc<Site>> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Refusal> {
        let visitor = meter::who(Self::of(parts, site)).await?;
        if let Some(viewer) = &visitor.viewer
            && !is_open_to_confined(parts.uri.path())
            && is_confined(&site.auth, viewer.role, viewer.session_id).await?
        {
            return Err(Error::Confined.into());
        }
        Ok(visitor)
    }
}

/// Somebody who is logged in, for a document or a form that nobody else has, as the database has them now. Whoever is not is led to the
/// log-in page and back.
pub struct Member {
    /// How they ask.
    pub visitor: Visitor,
    /// Who.
    pub viewer: Viewer,
    /// The session by which they ask.
    pub session: Session,
}

impl FromRequestParts<Arc<Site>> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, site).await.map_err(IntoResponse::into_response)?;
        if visitor.viewer.is_none() {
            return Err(documents::stranger(visitor).await);
        }
        let (viewer, session) = visitor.verified(site).await.map_err(IntoResponse::into_response)?;
        Ok(Self { visitor, viewer, session })
    }
}

impl Visitor {
    async fn of(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Refusal> {
        let posted = !matches!(parts.method, Method::GET | Method::HEAD);
        // Where a token is shown, it alone says who asks. Cookies come along for what they say of the browser, and may be of another tab's session.
        if let Some(claims) = authorized(site, &parts.headers).await? {
            expected(&parts.headers, &claims)?;
            return Ok(Self::known(site, parts, claims, posted));
        }
        if parts.headers.contains_key("x-account") {
            let caller = Caller::from_request_parts(parts, site).await?;
            return Ok(Self::known(site, parts, caller.claims, posted));
        }
        if posted {
            return Self::sender(site, parts).await;
        }
        let (boot, over) = ssr::boot(site, &parts.headers).await?;
        Ok(Self { viewer: boot.viewer.clone(), over, ..Self::nobody(parts, boot, posted) })
    }

    /// Who is logged in and their session, as they are now and not as the token remembers them.
    ///
    /// # Errors
    /// [`Code::Unauthenticated`] where nobody is logged in; [`Error::InvalidAccess`] where the session is over by now.
    async fn verified(&self, site: &Site) -> Answer<(Viewer, Session)> {
        match (&self.claims, &self.viewer) {
            (Some(claims), _) => Ok(session::verify_now(&site.auth, claims).await?),
            // The refresh cookie was looked up a moment ago.
            (None, Some(viewer)) => {
                let row = sessions::by_id(&site.auth.db, viewer.session_id).await?.ok_or(Error::InvalidAccess)?;
                Ok((viewer.clone(), row))
            }
            (None, None) => Err(Code::Unauthenticated.into()),
        }
    }

    /// Where the tokens of who is logged in live, and whether their session outlives the browser's closing.
    ///
    /// # Errors
    /// As [`Self::verified`].
    pub async fn keeping(&self, site: &Site) -> Answer<(TokenStorage, bool)> {
        if let Some(storage) = self.boot.storage {
            return Ok((storage, self.boot.saved));
        }
        let (_, row) = self.verified(site).await?;
        Ok((row.storage(), row.saved))
    }

    /// A form sent without scripts. Its session is refreshed here where its access token has run out.
    async fn sender(site: &Arc<Site>, parts: &mut Parts) -> Result<Self, Refusal> {
        match caller(site, &parts.headers).await {
            Ok(Some(Caller { claims, .. })) => {
                let (boot, _) = ssr::boot(site, &parts.headers).await?;
                return Ok(Self { boot, ..Self::known(site, parts, claims, true) });
            }
            Ok(None) | Err(Error::InvalidAccess) => {}
            Err(error) => return Err(error.into()),
        }
        let nobody = Boot { now: site.auth.clock.now(), local: site.lab, ..Boot::default() };
        let Some(token) = refresh_token(site, &parts.headers, None)? else { return Ok(Self::nobody(parts, nobody, true)) };
        let Ok(Peer(device)) = Peer::from_request_parts(parts, site).await;
        match session::refresh(&site.auth, &token, &device).await {
            Ok(granted) => {
                let claims = session::verify(&site.auth, granted.access.expose()).await?;
                let cookies = cookies::granted(&granted, Shown::of(&parts.headers));
                let known = Self::known(site, parts, claims, true);
                let row = &granted.session;
                let limit = renewal::left(&site.auth, row, granted.now);
                let boot = Boot {
                    storage: Some(row.storage()),
                    saved: row.saved,
                    ends_in: Some(limit.left),
                    age: Some(limit.whole),
                    generation: row.generation.cast_unsigned(),
                    expires_in: u32::try_from(granted.life.as_secs()).ok().filter(|_| row.storage().access_in_cookie()),
                    ..known.boot.clone()
                };
                Ok(Self { boot, cookies, ..known })
            }
            Err(Error::Ended(why)) => Ok(Self { over: Some(why), ..Self::nobody(parts, nobody, true) }),
            Err(Error::InvalidRefresh) => Ok(Self::nobody(parts, nobody, true)),
            Err(error) => Err(error.into()),
        }
    }

    fn known(site: &Site, parts: &Parts, claims: Claims, posted: bool) -> Self {
        let viewer = Some(claims.viewer());
        let boot = Boot { viewer: viewer.clone(), now: site.auth.clock.now(), local: site.lab, ..Boot::default() };
        Self { viewer, claims: Some(claims), ..Self::nobody(parts, boot, posted) }
    }

    fn nobody(parts: &Parts, boot: Boot, posted: bool) -> Self {
        let (uri, headers) = (parts.uri.clone(), parts.headers.clone());
        Self { viewer: None, claims: None, boot, over: None, cookies: Vec::new(), uri, headers, posted }
    }
}
