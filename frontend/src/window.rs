//! The window that a page is shown in: what it measured, where its focus is, and what becomes of it on the way back.

use std::future::Future;
use std::pin::Pin;

use app::api::Window;
use js_sys::{Array, Promise, Reflect};
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    HtmlDialogElement, HtmlElement, PageTransitionEvent, PerformanceObserver, PerformanceObserverEntryList, PerformanceObserverInit,
};

use crate::turning::TILE;
use crate::{clock, dom};

/// The one there is.
pub(crate) struct ThisWindow;

/// The name by which the first picture of the feed asks to be timed.
const FIRST_POST: &str = "first-post";
/// The longest wait for it to be shown, in milliseconds.
const PATIENCE: f64 = 20_000.0;

impl Window for ThisWindow {
    fn first_post_shown(&self) -> Pin<Box<dyn Future<Output = Option<f64>> + Send>> {
        Box::pin(SendWrapper::new(shown()))
    }

    fn say_back(&self, ms: u32) {
        if let Some(line) = dom::page().and_then(|page| page.get_element_by_id("back"))
            && let Some(number) = dom::find(&line, ".number")
        {
            number.set_text_content(Some(&ms.to_string()));
            dom::mark(&line, "hidden", false);
        }
    }

    fn load_anew(&self) {
        blank_and_reload();
    }

    fn entitle(&self, title: &str) {
        if let Some(document) = dom::page().filter(|_| !title.is_empty()) {
            document.set_title(title);
        }
    }

    fn shows(&self, selector: &str) -> bool {
        dom::page().is_some_and(|page| dom::find(&page, selector).is_some())
    }

    fn focus(&self, id: &str) {
        let Some(page) = dom::page() else { return };
        // Whoever comes back to a list is at what they had left it for, and not at its head.
        let left = dom::find(&page, TILE).filter(|_| id == "heading").and_then(|tile| tile.parent_element());
        if let Some(element) = left.or_else(|| page.get_element_by_id(id)) {
            drop(element.unchecked_into::<HtmlElement>().focus());
        }
    }

    fn ticks(&self) -> f64 {
        clock::ticks()
    }

    fn open_dialog(&self, id: &str) {
        let Some(dialog) = dom::page().and_then(|page| page.get_element_by_id(id)) else { return };
        let dialog: HtmlDialogElement = dialog.unchecked_into();
        clock::listen(&dialog, "close", |_| blank_and_reload());
        drop(dialog.show_modal());
    }

    fn press(&self, selector: &str) {
        if let Some(button) = dom::page().and_then(|page| dom::find(&page, selector)) {
            button.unchecked_into::<HtmlElement>().click();
        }
    }

    fn time_of_day(&self) -> String {
        let now = js_sys::Date::new_0();
        let two = |number: u32| [if number < 10 { "0" } else { "" }, &number.to_string()].concat();
        [two(now.get_hours()), two(now.get_minutes())].join(":")
    }

    fn keeps_cookies(&self) -> bool {
        // Tried out: `navigator.cookieEnabled` says yes in Chromium also where they are blocked.
        let try_out = || {
            let document = dom::page()?;
            let cookie = JsValue::from("cookie");
            Reflect::set(&document, &cookie, &"nightlatch-probe=1; Secure; SameSite=Strict".into()).ok()?;
            let kept = Reflect::get(&document, &cookie).ok()?.as_string()?.contains("nightlatch-probe");
            Reflect::set(&document, &cookie, &"nightlatch-probe=; Secure; SameSite=Strict; Max-Age=0".into()).ok()?;
            Some(kept)
        };
        try_out().unwrap_or_default()
    }

    fn online(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let (back, call) = clock::promise();
        Box::pin(SendWrapper::new(async move {
            if let Some(window) = web_sys::window() {
                drop(window.add_event_listener_with_callback("online", &call));
                drop(JsFuture::from(back).await);
                drop(window.remove_event_listener_with_callback("online", &call));
            }
        }))
    }

    fn pause(&self, ms: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(SendWrapper::new(clock::sleep(f64::from(ms))))
    }
}

/// Calls `look` when the page is taken out of the back/forward cache, before it is shown.
pub(crate) fn on_return(look: impl Fn() + 'static) {
    let Some(window) = web_sys::window() else { return };
    clock::listen(&window, "pageshow", move |event| {
        if event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted) {
            look();
        }
    });
}

/// Takes the element with this id out of the page: what the server has put beside the app.
pub(crate) fn take_away(id: &str) {
    if let Some(element) = dom::page().and_then(|page| page.get_element_by_id(id)) {
        element.remove();
    }
}

/// Shows nothing of this page any more, and asks the server for it anew.
pub(crate) fn blank_and_reload() {
    let Some(window) = web_sys::window() else { return };
    if let Some(root) = window.document().and_then(|document| document.document_element()) {
        dom::mark(&root, "hidden", true);
    }
    drop(window.location().reload());
}

async fn shown() -> Option<f64> {
    if let Some(timing) = timing() {
        return timing.await;
    }
    // The frame after the one that has the picture begins when that one is on the screen.
    let late = clock::ticks() + PATIENCE;
    let mut there = false;
    while clock::ticks() < late {
        frame().await?;
        if there {
            return Some(clock::ticks());
        }
        there = dom::find(&dom::page()?, "[elementtiming=first-post]").is_some();
    }
    None
}

async fn frame() -> Option<()> {
    let window = web_sys::window()?;
    let (next, call) = clock::promise();
    window.request_animation_frame(&call).ok()?;
    JsFuture::from(next).await.ok().map(drop)
}

/// Element Timing, where the browser has it. It also tells of what was shown before anybody asked.
fn timing() -> Option<impl Future<Output = Option<f64>>> {
    let types =
        Reflect::get(&Reflect::get(&web_sys::window()?.into(), &"PerformanceObserver".into()).ok()?, &"supportedEntryTypes".into()).ok()?;
    if !types.dyn_ref::<Array>()?.includes(&"element".into(), 0) {
        return None;
    }
    let (seen, keep) = clock::promise();
    let see = Closure::<dyn FnMut(PerformanceObserverEntryList)>::new(move |list: PerformanceObserverEntryList| {
        if let Some(ms) = list.get_entries().iter().find_map(|entry| time_of(&entry)) {
            drop(keep.call1(&JsValue::NULL, &ms.into()));
        }
    });
    let observer = PerformanceObserver::new(see.as_ref().unchecked_ref()).ok()?;
    let what = js_sys::Object::new().unchecked_into::<PerformanceObserverInit>();
    Reflect::set(&what, &"type".into(), &"element".into()).ok()?;
    Reflect::set(&what, &"buffered".into(), &JsValue::TRUE).ok()?;
    observer.observe(&what);
    Some(async move {
        let too_late = wasm_bindgen_futures::future_to_promise(async {
            clock::sleep(PATIENCE).await;
            Ok(JsValue::UNDEFINED)
        });
        let ms = JsFuture::from(Promise::race(&Array::of2(&seen, &too_late))).await;
        observer.disconnect();
        // Called back until the line above.
        drop(see);
        ms.ok()?.as_f64()
    })
}

fn time_of(entry: &JsValue) -> Option<f64> {
    let of = |name: &str| Reflect::get(entry, &name.into()).ok();
    if of("identifier")?.as_string()? != FIRST_POST {
        return None;
    }
    [of("renderTime")?, of("loadTime")?].into_iter().filter_map(|time| time.as_f64()).find(|ms| *ms > 0.0)
}
