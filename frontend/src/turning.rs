//! One page takes the place of another. Between a list of pictures and the page of one of them, the picture moves, where the browser can
//! do that and nobody wants less motion.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, Event};

use crate::clock;

/// The picture of the page that shows one post. Its attribute names that page; the look makes a picture with one move.
const WHOLE: &str = "#document img[data-post]";

/// Puts `parsed` on the sheet of the page, and is over when it is there.
pub(crate) async fn turn(here: &Document, parsed: &Document) -> Option<()> {
    let (new, sheet) = (parsed.get_element_by_id("document")?, here.get_element_by_id("document")?);
    let start = if wanted(here) { Reflect::get(here, &"startViewTransition".into()).ok()?.dyn_into::<Function>().ok() } else { None };
    let (Some(start), Some(tile)) = (start, tile(here, parsed)) else {
        sheet.set_inner_html(&new.inner_html());
        return Some(());
    };
    drop(tile.set_attribute("data-post", ""));
    let html = new.inner_html();
    let change: Box<dyn FnMut(Event)> = Box::new(move |_| sheet.set_inner_html(&html));
    let change = Closure::wrap(change);
    let transition = start.call1(here, change.as_ref()).ok()?;
    let of = |name: &str| Reflect::get(&transition, &name.into()).ok()?.dyn_into::<Promise>().ok().map(JsFuture::from);
    let (changed, ready, finished) = (of("updateCallbackDone")?, of("ready")?, of("finished")?);
    let here = here.clone();
    clock::spawn(async move {
        // Not ready: the browser has left it out, and says so here alone.
        drop(ready.await);
        drop(finished.await);
        if let Ok(Some(tile)) = here.query_selector("a > img[data-post]") {
            drop(tile.remove_attribute("data-post"));
        }
    });
    changed.await.ok().map(drop)
}

/// In the list on one of two pages, the picture that the other one shows. Not one that nobody sees: it would fly in from nowhere.
fn tile(here: &Document, parsed: &Document) -> Option<Element> {
    let find = |page: &Document| page.query_selector(WHOLE).ok()?;
    let (whole, list) = match (find(parsed), find(here)) {
        (Some(whole), None) => (whole, here),
        (None, Some(whole)) => (whole, parsed),
        _ => return None,
    };
    let tile = list.query_selector(&["#document a[href='", &whole.get_attribute("data-post")?, "'] > img"].concat()).ok()??;
    let seen = list == parsed || {
        let (place, high) = (tile.get_bounding_client_rect(), web_sys::window()?.inner_height().ok()?.as_f64()?);
        place.bottom() > 0.0 && place.top() < high
    };
    seen.then_some(tile)
}

/// Whether neither the system nor the reader has asked for less motion.
fn wanted(here: &Document) -> bool {
    let reduced = web_sys::window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok()?);
    !reduced.is_some_and(|query| query.matches()) && !here.document_element().is_some_and(|root| root.has_attribute("data-motion"))
}
