//! What two tabs of one experiment do together: a channel between them, one moment for both, and the lock, which can be left out.

use std::cell::RefCell;

use app::api::Answer;
use app::api::pair::Pair;
use app::routes;
use app::session::ports::{Request, Transport, Unreachable};
use app::wire::lab::tabs::Again;
use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;
use app::wire::session::LONGEST_PATIENCE;
use frontend::{Browser, Fetch};
use send_wrapper::SendWrapper;
use uuid::Uuid;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

#[wasm_bindgen(module = "/src/pair.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn wall() -> Result<f64, JsValue>;

    #[wasm_bindgen(catch)]
    async fn until(at: f64) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch)]
    async fn appears(selector: &str, ms: u32) -> Result<JsValue, JsValue>;
}

/// A channel, and whoever listens to it.
struct Channel {
    wire: BroadcastChannel,
    _hear: Closure<dyn Fn(MessageEvent)>,
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.wire.close();
    }
}

thread_local! {
    static CHANNEL: RefCell<Option<Channel>> = const { RefCell::new(None) };
}

/// This tab, as one of two.
pub(crate) struct Together(pub(crate) Browser);

impl Pair for Together {
    fn say(&self, word: &str) {
        CHANNEL.with_borrow(|channel| {
            if let Some(Channel { wire, .. }) = channel {
                drop(wire.post_message(&word.into()));
            }
        });
    }

    fn open_channel(&self, name: &'static str, told: Box<dyn Fn(String)>) {
        let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(word) = event.data().as_string() {
                told(word);
            }
        });
        let opened = BroadcastChannel::new(name).ok().map(|wire| {
            wire.set_onmessage(Some(hear.as_ref().unchecked_ref()));
            Channel { wire, _hear: hear }
        });
        CHANNEL.set(opened);
    }

    fn close_channel(&self) {
        CHANNEL.set(None);
    }

    fn lock(&self, on: bool) {
        frontend::wait_for_tabs(on);
    }

    fn wall(&self) -> f64 {
        wall().unwrap_or_default()
    }

    fn until(&self, at: f64) -> Answer<f64> {
        Box::pin(SendWrapper::new(async move {
            until(at).await.ok().and_then(|now| now.as_f64()).ok_or_else(|| Problem::new(Code::Unreachable))
        }))
    }

    fn appears(&self, selector: &'static str, ms: u32) -> Answer<f64> {
        Box::pin(SendWrapper::new(async move {
            appears(selector, ms).await.ok().and_then(|at| at.as_f64()).ok_or_else(|| Problem::new(Code::Unreachable))
        }))
    }

    fn again(&self, bench: Uuid, form: Again) -> Answer<()> {
        let path = routes::api::LAB_AGAIN.replace("{bench}", &bench.to_string());
        let form = serde_json::to_string(&form).map(Secret::new).unwrap_or_default();
        self.0.with(|engine| async move { engine.enter(&path, form).await.map(drop) })
    }

    fn send(&self, method: &'static str, path: String, account: Option<Uuid>) -> Answer<(u16, Secret)> {
        let body = (method != "GET").then(|| Secret::new("{}".to_owned()));
        let request = Request {
            method,
            path,
            bearer: None,
            bound: false,
            body,
            form: None,
            patience: LONGEST_PATIENCE,
            keepalive: false,
            account,
            key: None,
            cookies: true,
        };
        Box::pin(SendWrapper::new(async move {
            let answer = Fetch.send(request).await.map_err(|Unreachable| Problem::new(Code::Unreachable))?;
            Ok((answer.status, answer.body))
        }))
    }
}
