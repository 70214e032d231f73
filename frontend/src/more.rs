//! The link to more posts presses itself as somebody scrolls towards it by mouse or touch. Not for the keyboard: what lies below the posts
//! could never be reached then.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

use crate::clock;

/// The link, where it may press itself.
const LINK: &str = "#document a[data-more=auto]";
/// How far below the window it may be when it does, as CSS says lengths.
const AHEAD: &str = "600px";

/// Looks where the link is, and by what somebody moves.
pub(crate) struct Watch {
    observer: IntersectionObserver,
    near: Cell<bool>,
    by_key: Cell<bool>,
}

impl Watch {
    /// Begins to look, in a browser that can.
    pub(crate) fn new() -> Option<Rc<Self>> {
        let page = document()?;
        let watch = Rc::<OnceCell<Rc<Self>>>::default();
        let told = watch.clone();
        let see = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            if let Some(watch) = told.get() {
                watch.near.set(entries.pop().unchecked_into::<IntersectionObserverEntry>().is_intersecting());
                watch.press();
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root_margin(AHEAD);
        let observer = IntersectionObserver::new_with_options(see.as_ref().unchecked_ref(), &options).ok()?;
        // It looks for as long as the page lives.
        see.forget();
        let watch = watch.get_or_init(|| Rc::new(Self { observer, near: Cell::default(), by_key: Cell::default() })).clone();
        for event in ["keydown", "wheel", "touchmove", "pointerdown"] {
            let watch = watch.clone();
            clock::listen(&page, event, move |_| {
                watch.by_key.set(event == "keydown");
                watch.press();
            });
        }
        Some(watch)
    }

    /// Another page is on the sheet, or another link at the end of this one.
    pub(crate) fn look(&self) {
        self.observer.disconnect();
        self.near.set(false);
        if let Some(link) = link() {
            self.observer.observe(&link);
        }
    }

    fn press(&self) {
        if self.near.get()
            && !self.by_key.get()
            && let Some(link) = link()
        {
            link.click();
        }
    }
}

fn link() -> Option<HtmlElement> {
    document()?.query_selector(LINK).ok()??.dyn_into().ok()
}

fn document() -> Option<web_sys::Document> {
    web_sys::window()?.document()
}
