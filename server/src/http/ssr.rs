//! The pages that a browser renders too: who is there is decided before the first byte, and the page is rendered for them in one round
//! trip. Nothing is minted and nothing is written here, so prefetching, reloading and parallel requests are harmless.

use std::sync::Arc;

use app::routes::{is_lab, local_target, page, query_value};
use app::session::{Host, Session};
use app::shell::{Assets, shell};
use app::ui::document::Served;
use app::ui::{text, title_of};
use app::wire::problem::Code;
use app::wire::session::{Boot, RefusedForm, TokenStorage, Why};
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use serde::Deserialize;

use super::{cookies, embedded, guard, saved};
use crate::auth::session::{self, Peeked};
use crate::auth::{self, factor, renewal};
use crate::meter;
use crate::site::Site;

/// When a page that could not be shown tries again.
const AWAY_SECONDS: u64 = 3;

/// Pages for those who are logged in.
pub async fn signed_in(State(site): State<Arc<Site>>, request: Request) -> Response {
    let Ok((boot, over)) = meter::who(boot(&site, request.headers())).await else { return away() };
    if boot.viewer.is_none() && boot.storage.is_none() {
        if has_lost_its_cookies(&site, request.headers()) {
            return see_other(&[page::LOG_IN, "?cookies=blocked"].concat());
        }
        return to_log_in(over, Some(request.uri().path()));
    }
    if is_confined(&site, &boot).await {
        return see_other(page::TWO_FACTOR);
    }
    render(boot, request, StatusCode::OK).await
}

/// `?next=`
#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
    /// Another account is to be added: the log-in page is shown although somebody is logged in.
    add: Option<String>,
}

/// Whether a browser comes straight from a form that leads to a session, and not one of the cookies that it was given has come back.
fn has_lost_its_cookies(site: &Site, headers: &HeaderMap) -> bool {
    let from = headers.get(header::REFERER).and_then(|from| from.to_str().ok()?.strip_prefix(&*site.origin)?.split('?').next());
    matches!(from, Some(page::LOG_IN | page::SIGN_UP)) && !headers.contains_key(header::COOKIE)
}

/// Pages for those who are not.
pub async fn signed_out(State(site): State<Arc<Site>>, Query(query): Query<Next>, request: Request) -> Response {
    let Ok((boot, _)) = meter::who(boot(&site, request.headers())).await else { return away() };
    if boot.viewer.is_some() && query.add.is_none() {
        return see_other(query.next.as_deref().and_then(local_target).unwrap_or(page::HOME));
    }
    render(boot, request, StatusCode::OK).await
}

/// A page of the lab, for whoever is there.
pub async fn lab(State(site): State<Arc<Site>>, request: Request) -> Response {
    let Ok((boot, _)) = meter::who(boot(&site, request.headers())).await else { return away() };
    render(boot, request, StatusCode::OK).await
}

/// The page of a form that was refused, with what was typed.
pub async fn refused(site: &Arc<Site>, headers: &HeaderMap, path: &'static str, form: RefusedForm) -> Response {
    let status = match form.problem.status {
        // Password managers judge by the status: 401 would make browsers ask, 409 says nothing to them.
        401 | 409 => StatusCode::UNPROCESSABLE_ENTITY,
        status => StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
    };
    let retry_after = form.problem.retry_after_ms;
    // Asked once: where the form failed because the database is away, the page says so at once.
    let seen =
        if form.problem.code == Code::Busy { nobody(site) } else { boot(site, headers).await.map_or_else(|_| nobody(site), |seen| seen.0) };
    let boot = Boot { form: Some(form), ..seen };
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = Uri::from_static(path);
    *request.headers_mut() = headers.clone();
    let mut response = render(boot, request, status).await;
    if let Some(ms) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
    }
    response
}

/// To the log-in page, which says why a session of this browser is over, and leads back to where one wanted to go.
pub(super) fn to_log_in(over: Option<Why>, next: Option<&str>) -> Response {
    let why = over.map(|why| format!("why={}", why.as_str()));
    let next = next.map(|path| format!("next={}", query_value(path)));
    let query = [why, next].into_iter().flatten().collect::<Vec<_>>().join("&");
    see_other(&[page::LOG_IN, if query.is_empty() { "" } else { "?" }, &query].concat())
}

/// What the server knows of the session behind a document request, and why there is none any more. The refresh cookie is peeked at,
/// and the access cookie tells for how long it still holds.
///
/// # Errors
/// When the database is away: not knowing is not logged out, see [`away`].
pub(super) async fn boot(site: &Arc<Site>, headers: &HeaderMap) -> auth::Result<(Boot, Option<Why>)> {
    let auth = &site.auth;
    let mut boot = nobody(site);
    boot.accounts = match saved::bunch(site, headers).await {
        Err(auth::Error::Conflicting) => Vec::new(),
        found => found?.list(auth),
    };
    let now = boot.now;
    let mut over = None;
    let claims = match cookies::read(headers, cookies::ACCESS).ok().flatten() {
        Some(token) => session::verify(auth, token).await.ok(),
        None => None,
    };
    let refresh = cookies::read(headers, cookies::REFRESH).ok().flatten().map(|token| app::wire::secret::Secret::new(token.to_owned()));
    if let Some(token) = refresh {
        let seen = session::peek(auth, &token)
            .await
            .inspect_err(|error| tracing::error!(%error, "a document could not be rendered for its owner"))?;
        match seen {
            Peeked::Viewer(seen) => {
                let (viewer, row, shown) = *seen;
                boot.storage = Some(row.storage());
                boot.saved = row.saved;
                let limit = renewal::left(auth, &row, now);
                (boot.ends_in, boot.age) = (Some(limit.left), Some(limit.whole));
                // Of the token shown, not of the row: another tab may have refreshed a moment ago, and this browser may know already.
                boot.generation = shown.cast_unsigned();
                let left = claims.filter(|claims| claims.sid == viewer.session_id).map(|claims| claims.exp - now.div_euclid(1000));
                boot.expires_in = left.and_then(|left| u32::try_from(left).ok()).filter(|left| *left > 0);
                boot.viewer = Some(viewer);
                return Ok((boot, None));
            }
            // Who has logged out knows.
            Peeked::Over(why) => over = Some(why).filter(|why| *why != Why::LoggedOut),
            Peeked::Nobody => {}
        }
    }
    boot.storage = cookies::read(headers, cookies::STORAGE)
        .ok()
        .flatten()
        .and_then(TokenStorage::parse)
        .filter(|storage| matches!(storage, TokenStorage::Local | TokenStorage::Session));
    Ok((boot, over))
}

/// Whether whoever is there has yet to show a second factor. While the database is away, that is so.
async fn is_confined(site: &Site, boot: &Boot) -> bool {
    match &boot.viewer {
        Some(viewer) => factor::is_confined(&site.auth, viewer.role, viewer.session_id).await.unwrap_or(true),
        None => false,
    }
}

/// What a page starts with when nobody is known to be there.
fn nobody(site: &Site) -> Boot {
    Boot { now: site.auth.clock.now(), local: site.lab, ..Boot::default() }
}

/// In place of every page whose reader cannot be known, as the database is away: 503, and the browser tries again by itself. It does
/// not start the app, which would take a page without its owner for the end of the session; and it needs no scripts.
pub(super) fn away() -> Response {
    let css = embedded::assets().css;
    let style = if css.is_empty() { css } else { format!("<link rel=\"stylesheet\" href=\"{css}\">") };
    let (lang, site, title, what, seconds) = (text::LANGUAGE, text::SITE, text::AWAY_TITLE, text::AWAY, AWAY_SECONDS);
    let request = guard::request_id().map(|id| format!("<p class=\"muted\">{} <code>{id}</code></p>", text::REQUEST)).unwrap_or_default();
    let html = format!(
        "<!DOCTYPE html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta http-equiv=\"refresh\" content=\"{seconds}\"><title>{title} · {site}</title>{style}\
         </head><body><main class=\"main\"><div class=\"narrow\"><h1>{title}</h1><p>{what}</p>{request}</div></main></body></html>"
    );
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, Html(html)).into_response();
    let fields = response.headers_mut();
    fields.insert(header::RETRY_AFTER, HeaderValue::from(AWAY_SECONDS));
    let policy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    fields.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

async fn render(boot: Boot, request: Request, status: StatusCode) -> Response {
    render_with(boot, None, request, status).await
}

/// Renders the app for the path of the request, everything awaited: it works without scripts, and the first frame is the page.
/// A document comes ready made.
pub(super) async fn render_with(boot: Boot, served: Option<Served>, request: Request, status: StatusCode) -> Response {
    let host: Arc<dyn Host> = Arc::new(Rendered);
    let title = match &served {
        Some(served) => format!("{} · {}", served.title, text::SITE),
        None => title_of(request.uri().path(), boot.form.is_some()),
    };
    // With tokens that scripts keep, and in the lab, scripts bring what there is to see.
    let in_lab = boot.local && is_lab(request.uri().path());
    let early = in_lab || (boot.storage.is_some() && boot.viewer.is_none());
    let context = move || {
        provide_context(boot.clone());
        provide_context(Arc::clone(&host));
        if let Some(served) = &served {
            provide_context(served.clone());
        }
        if let (Some(options), Some(nonce)) = (use_context::<ResponseOptions>(), leptos::nonce::use_nonce()) {
            let policy = format!(
                "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
                 connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            );
            if let Ok(policy) = HeaderValue::from_str(&policy) {
                options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
            }
        }
    };
    let looks = cookies::looks(request.headers());
    let assets = if in_lab { embedded::lab_assets() } else { embedded::assets() };
    let document =
        leptos_axum::render_app_async_with_context(context, move || shell(Assets { title: title.clone(), looks, early, ..assets.clone() }));
    let mut response = document(request).await;
    *response.status_mut() = status;
    response
}

/// The session of a page that is being rendered: no verbs, as nobody can press anything yet.
struct Rendered;

impl Host for Rendered {
    fn session(&self, boot: &Boot) -> Session {
        Session::new(boot, None)
    }
}

/// 303: the browser goes there with `GET`.
pub(super) fn see_other(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static(page::HOME)));
    response
}
