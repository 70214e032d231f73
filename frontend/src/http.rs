//! The way to the server, over reqwasm. No other file names it.
//!
//! reqwasm cannot ask for `keepalive` and sends no forms, and its response can be made from the browser's: so a request that must outlive
//! the page, or carries a form, is built by hand, and read like the others. A file goes by `XMLHttpRequest`, which alone tells how far it
//! has come.

use std::rc::Rc;

use app::session::ports::{Pending, Request, Response, Transport, Unreachable};
use app::wire::problem::Code;
use app::wire::secret::Secret;
use js_sys::Reflect;
use reqwasm::http;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Event, Headers, ProgressEvent, RequestCredentials, RequestInit, XmlHttpRequest};

use crate::clock;
use crate::proof::{Signing, signing};
use crate::upload::Upload;

/// How long a form with a file may take, in milliseconds: as long as the server lets it.
const FILE_PATIENCE: u32 = 120_000;

/// What a proof needs that an answer brings.
const NONCE: &str = "dpop-nonce";

/// `fetch`. Bounded in time, from the first byte out to the last one in.
pub struct Fetch;

impl Transport for Fetch {
    fn send(&self, request: Request) -> Pending<'_, Result<Response, Unreachable>> {
        Box::pin(async move { exchange(request).await.ok_or(Unreachable) })
    }
}

async fn exchange(request: Request) -> Option<Response> {
    if !request.bound {
        return Some(sent(&request, None).await?.0);
    }
    let signing = signing().await?;
    let response = proven(&request, &signing).await?;
    // The machine has slept, and the nonce was too old: nothing has been done yet, and another came along.
    if response.status == 401 && response.problem().code == Code::UseDpopNonce { proven(&request, &signing).await } else { Some(response) }
}

async fn proven(request: &Request, signing: &Signing) -> Option<Response> {
    let (response, nonce) = sent(request, Some(signing.proof(request).await?)).await?;
    signing.heard(nonce.as_deref());
    Some(response)
}

/// Sends it once. Answers with the nonce for the next proof, too, where one came.
async fn sent(request: &Request, proof: Option<String>) -> Option<(Response, Option<String>)> {
    let lines = headers(request, proof);
    if let Some(upload) = request.form.as_ref().and_then(|form| form.body.clone().downcast::<Upload>().ok()) {
        return by_xhr(request, lines, upload).await;
    }
    let answer =
        if request.keepalive || request.form.is_some() { by_hand(request, lines).await? } else { by_reqwasm(request, lines).await? };
    let header = |name: &str| answer.headers().get(name);
    let (media, retry_after, nonce) = (header("content-type"), header("retry-after"), header(NONCE));
    let (status, body) = (answer.status(), answer.text().await.ok()?);
    Some((read(status, body, media, retry_after, &answer.url()), nonce))
}

fn read(status: u16, body: String, media: Option<String>, retry_after: Option<String>, url: &str) -> Response {
    let retry_after_ms = retry_after.and_then(|seconds| seconds.trim().parse::<u64>().ok()).map(|s| s.saturating_mul(1000));
    let page = media.filter(|media| media.starts_with("text/html")).and_then(|_| place(url));
    Response { status, body: Secret::new(body), retry_after_ms, page }
}

/// Cookies come along with what is sent to one's own site; pages want that in any case.
async fn by_xhr(request: &Request, lines: Lines, upload: Rc<Upload>) -> Option<(Response, Option<String>)> {
    let out = XmlHttpRequest::new().ok()?;
    out.open(request.method, &request.path).ok()?;
    out.set_timeout(FILE_PATIENCE);
    for (name, value) in lines.into_iter().flatten() {
        out.set_request_header(name, value.expose()).ok()?;
    }
    upload.begin();
    let (over, end) = clock::promise();
    out.set_onloadend(Some(&end));
    let watched = upload.clone();
    let step: Box<dyn FnMut(Event)> = Box::new(move |event| {
        let event: &ProgressEvent = event.unchecked_ref();
        watched.progress(event.loaded(), event.total());
    });
    let step = Closure::wrap(step);
    out.upload().ok()?.set_onprogress(Some(step.as_ref().unchecked_ref()));
    out.send_with_opt_form_data(Some(&upload.data)).ok()?;
    JsFuture::from(over).await.ok()?;
    let status = out.status().ok().filter(|status| *status != 0)?;
    let header = |name: &str| out.get_response_header(name).ok()?;
    let (media, retry_after) = (header("content-type"), header("retry-after"));
    Some((read(status, out.response_text().ok()??, media, retry_after, &out.response_url()), header(NONCE)))
}

async fn by_reqwasm(request: &Request, lines: Lines) -> Option<http::Response> {
    let method = match request.method {
        "GET" => http::Method::GET,
        "POST" => http::Method::POST,
        "PUT" => http::Method::PUT,
        "PATCH" => http::Method::PATCH,
        _ => http::Method::DELETE,
    };
    let mut out = http::Request::new(&request.path).method(method).credentials(credentials(request));
    out = out.abort_signal(Some(&AbortSignal::timeout_with_u32(request.patience)));
    for (name, value) in lines.into_iter().flatten() {
        out = out.header(name, value.expose());
    }
    if let Some(body) = &request.body {
        out = out.body(body.expose());
    }
    out.send().await.ok()
}

async fn by_hand(request: &Request, lines: Lines) -> Option<http::Response> {
    let out = RequestInit::new();
    out.set_method(request.method);
    out.set_credentials(credentials(request));
    let form = request.form.as_ref().and_then(|form| form.body.downcast_ref::<JsValue>());
    out.set_signal(Some(&AbortSignal::timeout_with_u32(request.patience)));
    Reflect::set(&out, &"keepalive".into(), &request.keepalive.into()).ok()?;
    let fields = Headers::new().ok()?;
    for (name, value) in lines.into_iter().flatten() {
        fields.set(name, value.expose()).ok()?;
    }
    out.set_headers(&fields);
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

/// Header fields; may hold tokens.
type Lines = [Option<(&'static str, Secret)>; 5];

fn headers(request: &Request, proof: Option<String>) -> Lines {
    let scheme = if proof.is_some() { "DPoP " } else { "Bearer " };
    let bearer = request.bearer.as_ref().map(|token| ("authorization", Secret::new([scheme, token.expose()].concat())));
    let json = request.body.as_ref().map(|_| ("content-type", Secret::new("application/json".to_owned())));
    let account = request.account.map(|account| ("x-account", Secret::new(account.to_string())));
    let key = request.key.map(|key| ("idempotency-key", Secret::new(key.to_string())));
    [bearer, json, account, key, proof.map(|proof| ("dpop", Secret::new(proof)))]
}

fn credentials(request: &Request) -> RequestCredentials {
    if request.cookies { RequestCredentials::SameOrigin } else { RequestCredentials::Omit }
}
