//! The way to the server, over reqwest and rustls. Certificates are checked against those that this system trusts.

use std::cell::RefCell;
use std::error::Error;
use std::time::Duration;

use app::session::ports::{Pending, Request, Response, Transport, Unreachable};
use app::wire::secret::Secret;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, redirect};

use crate::site::Site;

/// Makes ring what rustls reckons with, in this process. Before the first [`reqwest::Client`]; again does no harm.
pub fn install_tls() {
    // Refused when something is installed already, which is as good.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// HTTP to one server.
pub(crate) struct Wire {
    client: Client,
    site: Site,
    fault: RefCell<Option<String>>,
}

impl Wire {
    /// # Errors
    /// When this system trusts no certificates at all, for one.
    pub(crate) fn to(site: &Site) -> Result<Self, String> {
        install_tls();
        // Tokens go where they belong, and are not sent on from there.
        let client = Client::builder().user_agent(concat!("nightlatch/", env!("CARGO_PKG_VERSION"))).redirect(redirect::Policy::none());
        let client = match site.encrypted() {
            true => client.https_only(true),
            // On this machine: no proxy in between, and no certificates to be read.
            false => client.no_proxy().tls_certs_only([]),
        };
        let client = client.build().map_err(|error| root_of(&error))?;
        Ok(Self { client, site: site.clone(), fault: RefCell::default() })
    }

    /// Why the last request had no answer, for people.
    pub(crate) fn fault(&self) -> Option<String> {
        self.fault.borrow().clone()
    }

    async fn exchange(&self, request: Request) -> Result<Response, String> {
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|error| error.to_string())?;
        let url = self.site.at(&request.path).ok_or("the path leads elsewhere")?;
        let mut out = self.client.request(method, url).timeout(Duration::from_millis(request.patience.into()));
        if let Some(token) = &request.bearer {
            let line = Secret::new(["Bearer ", token.expose()].concat());
            let mut value = HeaderValue::from_str(line.expose()).map_err(|error| error.to_string())?;
            value.set_sensitive(true);
            out = out.header(AUTHORIZATION, value);
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
