//! The sheet: where a document lies that was made by the server, before what only scripts can do for it.

use app::api::Turn;
use app::session::ports::Response;
use uuid::Uuid;
use wasm_bindgen::JsCast;
use web_sys::{Document, DomParser, HtmlElement, SupportedType};

use crate::{dom, keep, reveal, times, turning};

/// Puts a document that came into the sheet. `None` when what came is none of our pages.
pub(crate) async fn show(response: &Response, account: Option<Uuid>) -> Option<Turn> {
    let target = response.page.clone()?;
    let parsed = parsed(response)?;
    // Every page of ours has one.
    parsed.get_element_by_id("main")?;
    if turning::turn(&dom::page()?, &parsed).await.is_none() {
        return Some(Turn { target, title: None, problem: false });
    }
    times::tell();
    dress(&parsed);
    arrived(account);
    Some(Turn { target, title: Some(parsed.title()), problem: parsed.get_element_by_id("problem").is_some() })
}

/// A document is on the sheet: what only scripts can do for it.
pub(crate) fn arrived(account: Option<Uuid>) {
    keep::restore(account);
    if let Some(document) = dom::page() {
        reveal::offer(&document);
    }
}

/// Appends the list of a page that came to the one on the sheet, and takes over what is under it. How many items that were.
pub(crate) fn append(response: &Response) -> Option<usize> {
    let (parsed, here) = (parsed(response)?, dom::page()?);
    let list = dom::find(&here, "#document .posts")?;
    let items = dom::find_all(&parsed, "#document .posts > li");
    let count = items.len();
    for item in items {
        list.append_child(&item).ok()?;
    }
    times::tell();
    let (old, new) = (dom::find(&here, "#document .foot")?, dom::find(&parsed, "#document .foot")?);
    // The keyboard stays where it was.
    let held = old.contains(here.active_element().as_deref());
    old.set_inner_html(&new.inner_html());
    if let (true, Some(link)) = (held, dom::find(&old, "a")) {
        drop(link.unchecked_into::<HtmlElement>().focus());
    }
    Some(count)
}

fn parsed(response: &Response) -> Option<Document> {
    DomParser::new().ok()?.parse_from_string(response.body.expose(), SupportedType::TextHtml).ok()
}

/// The document's element says how the page shall look: it may have been changed just now.
fn dress(parsed: &Document) -> Option<()> {
    let (new, old) = (parsed.document_element()?, dom::page()?.document_element()?);
    for name in ["data-theme", "data-motion"] {
        match new.get_attribute(name) {
            Some(value) => dom::set(&old, name, &value),
            None => dom::mark(&old, name, false),
        }
    }
    Some(())
}
