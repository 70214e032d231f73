//! One page takes the place of another. Between a list of pictures and the page of one of them, the picture moves, where the browser can
//! do that and nobody wants less motion.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, Event};

use crate::{clock, dom};

/// The picture of the page that shows one post. Its attribute names that page; the look makes a picture with one move.
const WHOLE: &str = "#document img[data-post]";
/// The one in the list that moves.
pub(crate) const TILE: &str = "a > img[data-post]";
/// That attribute.
const MOVES: &str = "data-post";

#[wasm_bindgen]
extern "C" {
    type Stage;
    #[wasm_bindgen(method, js_name = startViewTransition, catch)]
    fn start(this: &Stage, change: &JsValue) -> Result<Transition, JsValue>;
    type Transition;
    #[wasm_bindgen(method, getter, js_name = updateCallbackDone)]
    fn changed(this: &Transition) -> Promise;
    #[wasm_bindgen(method, getter)]
    fn ready(this: &Transition) -> Promise;
    #[wasm_bindgen(method, getter)]
    fn finished(this: &Transition) -> Promise;
}

/// Puts `parsed` on the sheet of the page, and is over when it is there.
pub(crate) async fn turn(here: &Document, parsed: &Document) -> Option<()> {
    let (new, sheet) = (parsed.get_element_by_id("document")?, here.get_element_by_id("document")?);
    let tile = if wanted(here) { tile(here, parsed) } else { None };
    if let Some(tile) = &tile {
        dom::mark(tile, MOVES, true);
    }
    let html = new.inner_html();
    let page = here.clone();
    let change = move || {
        sheet.set_inner_html(&html);
        // Back in the list, one is where one was.
        if let Some(tile) = dom::find(&page, TILE) {
            tile.scroll_into_view_with_bool(false);
        }
    };
    if tile.is_none() {
        change();
        return Some(());
    }
    let change: Box<dyn FnMut(Event)> = Box::new(move |_| change());
    let change = Closure::wrap(change);
    // A browser that cannot do it.
    let Ok(transition) = here.unchecked_ref::<Stage>().start(change.as_ref()) else {
        change.as_ref().unchecked_ref::<Function>().call0(&JsValue::NULL).ok()?;
        return Some(());
    };
    let changed = transition.changed();
    let here = here.clone();
    clock::spawn(async move {
        // Not ready: the browser has left it out, and says so here alone.
        drop(JsFuture::from(transition.ready()).await);
        drop(JsFuture::from(transition.finished()).await);
        if let Some(tile) = dom::find(&here, TILE) {
            dom::mark(&tile, MOVES, false);
        }
    });
    JsFuture::from(changed).await.ok().map(drop)
}

/// In the list on one of two pages, the picture that the other one shows. Not one that nobody sees: it would fly in from nowhere.
fn tile(here: &Document, parsed: &Document) -> Option<Element> {
    let (whole, list) = match (dom::find(parsed, WHOLE), dom::find(here, WHOLE)) {
        (Some(whole), None) => (whole, here),
        (None, Some(whole)) => (whole, parsed),
        _ => return None,
    };
    let tile = dom::find(list, &["#document a[href='", &whole.get_attribute(MOVES)?, "'] > img"].concat())?;
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
