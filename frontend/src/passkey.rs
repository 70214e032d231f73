//! What a browser does for a passkey: it takes options as JSON, has the authenticator answer, and gives the answer as JSON.

use app::session::ports::Pending;
use app::wire::secret::Secret;
use js_sys::{JSON, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlFormElement};

use crate::{clock, dom};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = PublicKeyCredential, js_name = parseCreationOptionsFromJSON, catch)]
    fn creation(options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = PublicKeyCredential, js_name = parseRequestOptionsFromJSON, catch)]
    fn request(options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["navigator", "credentials"], catch)]
    fn create(options: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["navigator", "credentials"], catch)]
    fn get(options: &JsValue) -> Result<Promise, JsValue>;
}

/// Whether this browser has passkeys, and the way to ask for them that is used here.
pub(crate) fn are_there() -> bool {
    let of = |thing: &JsValue, name: &str| Reflect::get(thing, &name.into()).ok();
    of(&js_sys::global(), "PublicKeyCredential").and_then(|key| of(&key, "parseRequestOptionsFromJSON")).is_some_and(|it| it.is_function())
}

/// Has an authenticator answer a challenge to log in. `None`: the person gave it up, or there is none.
pub(crate) fn answer(options: Secret) -> Pending<'static, Option<Secret>> {
    Box::pin(async move { ceremony(options.expose(), false).await.map(Secret::new) })
}

async fn ceremony(options: &str, new: bool) -> Option<String> {
    let options = JSON::parse(options).ok()?;
    let options = if new { creation(&options) } else { request(&options) }.ok()?;
    let asked = Object::new();
    Reflect::set(&asked, &"publicKey".into(), &options).ok()?;
    let answer = JsFuture::from(if new { create(&asked) } else { get(&asked) }.ok()?).await.ok()?;
    JSON::stringify(&answer).ok()?.as_string()
}

/// A form that wants a new passkey before it is sent: the ceremony fills `credential` in, and sends it then. `None` for any other form,
/// and for one that has what it wants.
pub(crate) fn wanted(form: &HtmlFormElement) -> Option<()> {
    let options = form.get_attribute("data-options")?;
    let place = dom::find(form, "[name=credential]")?;
    if place.get_attribute("value").is_some() {
        return None;
    }
    let form = form.clone();
    clock::spawn(async move {
        if let Some(credential) = ceremony(&options, true).await {
            dom::set(&place, "value", &credential);
            if let Some(button) = dom::find(&form, "button") {
                button.unchecked_ref::<HtmlElement>().click();
            }
        } else if let Some(words) = dom::find(&form, "[hidden].err") {
            dom::mark(&words, "hidden", false);
        }
    });
    Some(())
}
