//! The buttons that show a password, *Show* and *Hide*: those of documents, and those of the pages that are rendered here. A button is
//! there for the field that its `aria-controls` names.

use app::ui::text::password as words;
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlInputElement};

use crate::dom;

/// Somebody pressed something. Answers with what is to be read out, if it was such a button.
pub(crate) fn press(target: &Element) -> Option<&'static str> {
    let button = target.closest(".reveal").ok()??;
    let show = field(&button)?.type_() == "password";
    turn(&button, show)?;
    Some(if show { words::VISIBLE } else { words::HIDDEN })
}

/// A form is sent: browsers would keep what is in a field for text.
pub(crate) fn cover(form: &Element) {
    for button in dom::find_all(form, ".reveal") {
        turn(&button, false);
    }
}

/// Scripts are there: those of a document that came without are of use now.
pub(crate) fn offer(document: &Document) {
    for button in dom::find_all(document, "#document .reveal") {
        dom::mark(&button, "hidden", false);
    }
}

fn turn(button: &Element, show: bool) -> Option<()> {
    let (kind, text, label) = if show { ("text", words::HIDE, words::HIDE_LABEL) } else { ("password", words::SHOW, words::SHOW_LABEL) };
    field(button)?.set_type(kind);
    button.set_text_content(Some(text));
    dom::set(button, "aria-label", label);
    Some(())
}

fn field(button: &Element) -> Option<HtmlInputElement> {
    Some(dom::page()?.get_element_by_id(&button.get_attribute("aria-controls")?)?.unchecked_into())
}
