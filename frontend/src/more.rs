//! The link to more posts presses itself as somebody scrolls towards it by mouse or touch. Not for the keyboard: what lies below the posts
//! could never be reached then.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Event, HtmlElement, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

use crate::{clock, dom};

/// The link, where it may press itself.
const LINK: &str = "#document a[data-more=auto]";
/// How far below the window it may be when it does, as CSS says lengths.
const AHEAD: &str = "600px";

/// Looks where the link is, and by what somebody moves.
pub(crate) struct Watch(IntersectionObserver);

impl Watch {
    /// Begins to look, for as long as the page lives.
    pub(crate) fn new() -> Option<Self> {
        let (near, by_key) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
        let page = dom::page()?;
        for event in ["keydown", "wheel", "touchmove", "pointerdown"] {
            let (near, by_key) = (near.clone(), by_key.clone());
            clock::listen(&page, event, move |_| {
                by_key.set(event == "keydown");
                press(&near, &by_key);
            });
        }
        let see: Box<dyn FnMut(Event)> = Box::new(move |entries| {
            near.set(entries.unchecked_ref::<Array>().pop().unchecked_ref::<IntersectionObserverEntry>().is_intersecting());
            press(&near, &by_key);
        });
        let see = Closure::wrap(see);
        let options = IntersectionObserverInit::new();
        options.set_root_margin(AHEAD);
        let observer = IntersectionObserver::new_with_options(see.as_ref().unchecked_ref(), &options).ok()?;
        see.forget();
        Some(Self(observer))
    }

    /// Another page is on the sheet, or another link at the end of this one.
    pub(crate) fn look(&self) {
        self.0.disconnect();
        if let Some(link) = link() {
            self.0.observe(&link);
        }
    }
}

fn press(near: &Cell<bool>, by_key: &Cell<bool>) {
    // Of a link that is gone, nobody hears that it is no longer near.
    if let (true, false, Some(link)) = (near.get(), by_key.get(), link()) {
        near.set(false);
        link.click();
    }
}

fn link() -> Option<HtmlElement> {
    dom::find(&dom::page()?, LINK).map(JsCast::unchecked_into)
}
