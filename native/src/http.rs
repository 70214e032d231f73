//! The way to the server, over reqwest and rustls. Certificates are checked against those that this system trusts.

use std::cell::RefCell;
use std::error::Error;
use std::rc::Rc;
use std::time::Duration;

use app::routes::api;
use app::session::ports::{Clock, Pending, Request, Response, Transport, Unreachable};
use app::wire::problem::Code;
use app::wire::secret::Secret;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, redirect};

use crate::clock::Moment;
use crate::proof::Deed;
use crate::site::Site;
use crate::store::Keep;

/// Makes ring what rustls reckons with, in this process. Before the first [`reqwest::Client`]; again does no harm.
pub fn install_tls() {
    // Refused when something is installed already, which is as good.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// HTTP to one server.
pub(crate) struct Wire {
    client: Client,
    site: Site,
    keep: Rc<Keep>,
    clock: Rc<Moment>,
    /// What came in `DPoP-Nonce` last. A process is over before it is too old.
    nonce: RefCell<Option<String>>,
    fault: RefCell<Option<String>>,
}

impl Wire {
    /// # Errors
    /// When this system trusts no certificates at all, for one.
    pub(crate) fn to(site: &Site, keep: Rc<Keep>, clock: Rc<Moment>) -> Result<Self, String> {
        install_tls();
        // Tokens go where they belong, and are not sent on from there.
        let client = Client::builder().user_agent(concat!("nightlatch/", env!("CARGO_PKG_VERSION"))).redirect(redirect::Policy::none());
        let client = match site.encrypted() {
            true => client.https_only(true),
            // On this machine: no proxy in between, and no certificates to be read.
            false => client.no_proxy().tls_certs_only([]),
        };
        let client = client.build().map_err(|error| root_of(&error))?;
        Ok(Self { client, site: site.clone(), keep, clock, nonce: RefCell::default(), fault: RefCell::default() })
    }

    /// Why the last request had no answer, for people.
    pub(crate) fn fault(&self) -> Option<String> {
        self.fault.borrow().clone()
    }

    async fn exchange(&self, request: Request) -> Result<Response, String> {
        if request.bound && self.nonce.borrow().is_none() {
            let url = self.site.at(api::NONCE).ok_or("the path leads elsewhere")?;
            let answer = self.client.get(url).timeout(Duration::from_millis(request.patience.into())).send().await;
            self.hear(&answer.map_err(|error| root_of(&error))?);
        }
        let response = self.exchange_once(&request).await?;
        // The nonce was too old: nothing has been done yet, and another came along.
        let again = request.bound && response.status == 401 && response.problem().code == Code::UseDpopNonce;
        if again { self.exchange_once(&request).await } else { Ok(response) }
    }

    fn hear(&self, answer: &reqwest::Response) {
        if let Some(nonce) = answer.headers().get("dpop-nonce").and_then(|nonce| nonce.to_str().ok()) {
            *self.nonce.borrow_mut() = Some(nonce.to_owned());
        }
    }

    fn proof(&self, request: &Request) -> Result<String, String> {
        let key = self.keep.key().ok_or("this system has no randomness to make a key of")?;
        let path = request.path.split('?').next().unwrap_or_default();
        Ok(key.prove(Deed {
            method: request.method,
            url: &[self.site.origin(), path].concat(),
            token: request.bearer.as_ref(),
            nonce: self.nonce.borrow().as_deref(),
            now: self.clock.wall().div_euclid(1000),
        }))
    }

    async fn exchange_once(&self, request: &Request) -> Result<Response, String> {
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|error| error.to_string())?;
        let url = self.site.at(&request.path).ok_or("the path leads elsewhere")?;
        let mut out = self.client.request(method, url).timeout(Duration::from_millis(request.patience.into()));
        if let Some(token) = &request.bearer {
            let scheme = if request.bound { "DPoP " } else { "Bearer " };
            let line = Secret::new([scheme, token.expose()].concat());
            let mut value = HeaderValue::from_str(line.expose()).map_err(|error| error.to_string())?;
            value.set_sensitive(true);
            out = out.header(AUTHORIZATION, value);
        }
        if request.bound {
            out = out.header("dpop", self.proof(request)?);
        }
        if let Some(account) = request.account {
            out = out.header("x-account", account.to_string());
        }
        if let Some(key) = request.key {
            out = out.header("idempotency-key", key.to_string());
        }
        if let Some(body) = &request.body {
            out = out.header(CONTENT_TYPE, "application/json").body(body.expose().to_owned());
        }
        let answer = out.send().await.map_err(|error| root_of(&error))?;
        self.hear(&answer);
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok());
        let (status, body) = (answer.status().as_u16(), answer.text().await.map_err(|error| root_of(&error))?);
        Ok(Response {
            status,
            body: Secret::new(body),
            retry_after_ms: retry_after.map(|seconds| seconds.saturating_mul(1000)),
            page: None,
        })
    }
}

impl Transport for Wire {
    fn send(&self, request: Request) -> Pending<'_, Result<Response, Unreachable>> {
        Box::pin(async move {
            self.exchange(request).await.map_err(|fault| {
                *self.fault.borrow_mut() = Some(fault);
                Unreachable
            })
        })
    }
}

/// What is at the bottom of an error: "connection refused", not "error sending request".
fn root_of(error: &dyn Error) -> String {
    let mut root = error;
    while let Some(deeper) = root.source() {
        root = deeper;
    }
    root.to_string()
}
