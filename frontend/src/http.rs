//! The way to the server, over reqwasm. No other file names it.
//!
//! reqwasm cannot ask for `keepalive` and sends no forms, and its response can be made from the browser's: so a request that must outlive
//! the page, or carries a form, is built by hand, and read like the others.

use app::session::ports::{Pending, Request, Response, Transport, Unreachable};
use app::wire::secret::Secret;
use js_sys::Reflect;
use reqwasm::http;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, FormData, Headers, RequestCredentials, RequestInit};

/// How long a form with a file may take, in milliseconds: as long as the server lets it.
const FILE_PATIENCE: u32 = 120_000;

/// `fetch`. Bounded in time, from the first byte out to the last one in.
pub(crate) struct Fetch;

impl Transport for Fetch {
    fn send(&self, request: Request) -> Pending<'_, Result<Response, Unreachable>> {
        Box::pin(async move { exchange(request).await.ok_or(Unreachable) })
    }
}

async fn exchange(request: Request) -> Option<Response> {
    let answer = if request.keepalive || request.form.is_some() { by_hand(&request).await? } else { by_reqwasm(&request).await? };
    let retry_after_ms =
        answer.headers().get("retry-after").and_then(|seconds| seconds.trim().parse::<u64>().ok()).map(|s| s.saturating_mul(1000));
    let html = answer.headers().get("content-type").is_some_and(|media| media.starts_with("text/html"));
    let page = if html { place(&answer.url()) } else { None };
    let (status, body) = (answer.status(), answer.text().await.ok()?);
    Some(Response { status, body: Secret::new(body), retry_after_ms, page })
}

async fn by_reqwasm(request: &Request) -> Option<http::Response> {
    let method = match request.method {
        "GET" => http::Method::GET,
        "POST" => http::Method::POST,
        "PUT" => http::Method::PUT,
        "PATCH" => http::Method::PATCH,
        _ => http::Method::DELETE,
    };
    let mut out = http::Request::new(&request.path).method(method).credentials(credentials(request));
    out = out.abort_signal(Some(&AbortSignal::timeout_with_u32(request.patience)));
    for (name, value) in headers(request) {
        out = out.header(name, value.expose());
    }
    if let Some(body) = &request.body {
        out = out.body(body.expose());
    }
    out.send().await.ok()
}

async fn by_hand(request: &Request) -> Option<http::Response> {
    let out = RequestInit::new();
    out.set_method(request.method);
    out.set_credentials(credentials(request));
    let form = request.form.as_ref().and_then(|form| form.0.downcast_ref::<JsValue>());
    let patience = if form.is_some_and(JsValue::has_type::<FormData>) { FILE_PATIENCE } else { request.patience };
    out.set_signal(Some(&AbortSignal::timeout_with_u32(patience)));
    // Never with a file: browsers send no more than 64 KiB that way.
    Reflect::set(&out, &"keepalive".into(), &request.keepalive.into()).ok()?;
    let lines = Headers::new().ok()?;
    for (name, value) in headers(request) {
        lines.set(name, value.expose()).ok()?;
    }
    out.set_headers(&lines);
    if let Some(body) = &request.body {
        out.set_body(&body.expose().into());
    }
    // Its media type is the browser's to say: it knows the boundary.
    if let Some(form) = form {
        out.set_body(form);
    }
    let answer = JsFuture::from(web_sys::window()?.fetch_with_str_and_init(&request.path, &out)).await.ok()?;
    Some(http::Response::from_raw(answer.dyn_into().ok()?))
}

/// Path and query of an address of this site.
pub(crate) fn place(url: &str) -> Option<String> {
    let origin = web_sys::window()?.location().origin().ok()?;
    let path = url.strip_prefix(&*origin)?.split('#').next()?;
    path.starts_with('/').then(|| path.to_owned())
}

fn headers(request: &Request) -> impl Iterator<Item = (&'static str, Secret)> {
    let bearer = request.bearer.as_ref().map(|token| ("authorization", Secret::new(["Bearer ", token.expose()].concat())));
    let json = request.body.as_ref().map(|_| ("content-type", Secret::new("application/json".to_owned())));
    let account = request.account.map(|account| ("x-account", Secret::new(account.to_string())));
    let key = request.key.map(|key| ("idempotency-key", Secret::new(key.to_string())));
    [bearer, json, account, key].into_iter().flatten()
}

fn credentials(request: &Request) -> RequestCredentials {
    if request.cookies { RequestCredentials::SameOrigin } else { RequestCredentials::Omit }
}
