//! The way to the script that signs requests, which is loaded when the first of them has to be signed: most sessions never need it.

use std::cell::RefCell;

use app::session::ports::Request;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

thread_local! {
    /// Loads it.
    static LOAD: RefCell<Option<Function>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    /// What `key.js` exports.
    pub(crate) type Signing;

    #[wasm_bindgen(method, catch)]
    async fn prove(this: &Signing, method: &str, path: &str, access: Option<&str>) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method)]
    fn learn(this: &Signing, nonce: &str);
}

/// Says how the script is loaded: `load` answers with a promise of what it exports.
pub(crate) fn load_by(load: Function) {
    LOAD.set(Some(load));
}

/// The script. `None`: it cannot be had.
pub(crate) async fn signing() -> Option<Signing> {
    let loading: Promise = LOAD.with_borrow(|load| load.as_ref()?.call0(&JsValue::UNDEFINED).ok())?.dyn_into().ok()?;
    JsFuture::from(loading).await.ok().map(JsCast::unchecked_into)
}

impl Signing {
    /// A proof for a request. `None`: this browser cannot sign, or has no nonce and gets none.
    pub(crate) async fn proof(&self, request: &Request) -> Option<String> {
        self.prove(request.method, &request.path, request.bearer.as_ref().map(|token| token.expose())).await.ok()?.as_string()
    }

    /// Takes the nonce that came with an answer.
    pub(crate) fn heard(&self, nonce: Option<&str>) {
        if let Some(nonce) = nonce {
            self.learn(nonce);
        }
    }
}
