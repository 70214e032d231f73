//! What is done to the page again and again. Selectors and names are constants here, so nothing of it can fail, and no error is looked
//! for: that would be in the wasm once for each call.

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, NodeList};

#[wasm_bindgen]
extern "C" {
    type Place;
    #[wasm_bindgen(method, js_name = querySelector)]
    fn query(this: &Place, selector: &str) -> Option<Element>;
    #[wasm_bindgen(method, js_name = querySelectorAll)]
    fn query_all(this: &Place, selector: &str) -> NodeList;
    #[wasm_bindgen(method, js_name = toggleAttribute)]
    fn toggle(this: &Place, name: &str, on: bool);
    #[wasm_bindgen(method, js_name = setAttribute)]
    fn put(this: &Place, name: &str, value: &str);
}

/// The page.
pub(crate) fn page() -> Option<Document> {
    web_sys::window()?.document()
}

/// The first element that `selector` names, below a document or an element.
pub(crate) fn find(below: &impl AsRef<JsValue>, selector: &str) -> Option<Element> {
    below.as_ref().unchecked_ref::<Place>().query(selector)
}

/// All of them, in order, as they are now.
pub(crate) fn find_all(below: &impl AsRef<JsValue>, selector: &str) -> Vec<Element> {
    let found = below.as_ref().unchecked_ref::<Place>().query_all(selector);
    (0..found.length()).filter_map(|at| found.get(at)).map(JsCast::unchecked_into).collect()
}

/// Whether an element has an attribute that says nothing but that.
pub(crate) fn mark(element: &impl AsRef<JsValue>, name: &str, on: bool) {
    element.as_ref().unchecked_ref::<Place>().toggle(name, on);
}

/// What an attribute says.
pub(crate) fn set(element: &impl AsRef<JsValue>, name: &str, value: &str) {
    element.as_ref().unchecked_ref::<Place>().put(name, value);
}
