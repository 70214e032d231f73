//! What somebody types into a form marked `data-keep` is kept in this tab until it is sent: a session that ends meanwhile, or a reload, does
//! not cost them their words. It is kept for their account alone, and gone when they log out.

use uuid::Uuid;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlFormElement, HtmlTextAreaElement, Storage};

use crate::dom;

const PREFIX: &str = "nightlatch.typed ";

/// Something was typed somewhere on the page.
pub(crate) fn typed(event: &Event, account: Option<Uuid>) -> Option<()> {
    let field: HtmlTextAreaElement = event.target()?.dyn_into().ok()?;
    let form: HtmlFormElement = field.closest("form[data-keep]").ok()??.dyn_into().ok()?;
    shelf()?.set_item(&key(&form, account, &field.name()), &field.value()).ok()
}

/// Puts what was typed before into the forms of the page, where nothing is typed yet.
pub(crate) fn restore(account: Option<Uuid>) -> Option<()> {
    let shelf = shelf()?;
    for field in dom::find_all(&dom::page()?, "form[data-keep] textarea") {
        let field: HtmlTextAreaElement = field.unchecked_into();
        let form: HtmlFormElement = field.closest("form").ok()??.dyn_into().ok()?;
        if let (true, Ok(Some(text))) = (field.value().is_empty(), shelf.get_item(&key(&form, account, &field.name()))) {
            field.set_value(&text);
        }
    }
    Some(())
}

/// It was sent.
pub(crate) fn drop_of(form: &HtmlFormElement, account: Option<Uuid>) {
    forget_all(shelf().as_ref(), &key(form, account, ""));
}

/// Forgets everything: somebody logs out.
pub(crate) fn forget() {
    forget_all(shelf().as_ref(), PREFIX);
}

/// Forgets what begins with `prefix`.
pub(crate) fn forget_all(shelf: Option<&Storage>, prefix: &str) {
    for key in keys(shelf, prefix) {
        drop(shelf.map(|shelf| shelf.remove_item(&key)));
    }
}

/// What is kept under names that begin with `prefix`.
pub(crate) fn keys(shelf: Option<&Storage>, prefix: &str) -> Vec<String> {
    let Some(shelf) = shelf else { return Vec::new() };
    let length = shelf.length().unwrap_or_default();
    (0..length).filter_map(|at| shelf.key(at).ok()?).filter(|key| key.starts_with(prefix)).collect()
}

fn key(form: &HtmlFormElement, account: Option<Uuid>, field: &str) -> String {
    [PREFIX, &account.map(|account| account.to_string()).unwrap_or_default(), " ", &form.action(), " ", field].concat()
}

fn shelf() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}
