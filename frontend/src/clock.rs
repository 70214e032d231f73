//! Time in a browser: a clock that is never set, timers that are only a hint, and the moments at which to look again.

use std::future::Future;
use std::pin::Pin;

use app::session::ports::{Clock, Pending};
use js_sys::{Date, Function, Math, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::VisibilityState;

/// This moment.
pub(crate) struct Moment;

impl Clock for Moment {
    fn ticks(&self) -> f64 {
        ticks()
    }

    fn wall(&self) -> i64 {
        Date::now() as i64
    }

    fn sleep(&self, ms: f64) -> Pending<'_, ()> {
        Box::pin(sleep(ms))
    }

    fn random(&self) -> f64 {
        Math::random()
    }
}

/// Milliseconds since the navigation began.
pub(crate) fn ticks() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Wakes up after `ms` milliseconds, in a task of its own.
pub(crate) async fn sleep(ms: f64) {
    let Some(window) = web_sys::window() else { return };
    let timer = Promise::new(&mut |wake, _| {
        drop(window.set_timeout_with_callback_and_timeout_and_arguments_0(&wake, ms as i32));
    });
    drop(JsFuture::from(timer).await);
}

/// A promise, and the function that keeps it.
pub(crate) fn promise() -> (Promise, Function) {
    // Not `Function::default()`: that evaluates a string, which the content policy forbids.
    let mut keep = None;
    let promise = Promise::new(&mut |resolve, _| keep = Some(resolve));
    match keep {
        Some(keep) => (promise, keep),
        None => unreachable!("a promise calls back before it is made"),
    }
}

/// Runs `work` beside everything else.
pub(crate) fn spawn(work: impl Future<Output = ()> + 'static) {
    run(Box::pin(work));
}

/// The same for all, so that it is in the wasm once.
fn run(work: Pin<Box<dyn Future<Output = ()>>>) {
    wasm_bindgen_futures::spawn_local(work);
}

/// Calls `look` when the page is seen again, and when the network is back.
pub(crate) fn on_wake(look: impl Fn() + Clone + 'static) {
    let Some((window, document)) = web_sys::window().and_then(|window| Some((window.clone(), window.document()?))) else { return };
    let seen = document.clone();
    let visible = look.clone();
    listen(&document, "visibilitychange", move |_| {
        if seen.visibility_state() == VisibilityState::Visible {
            visible();
        }
    });
    listen(&window, "online", move |_| look());
}

/// Listens for as long as the page lives.
pub(crate) fn listen(target: &web_sys::EventTarget, event: &str, hear: impl FnMut(web_sys::Event) + 'static) {
    attach(target, event, Box::new(hear));
}

/// The same for all, so that it is in the wasm once.
fn attach(target: &web_sys::EventTarget, event: &str, hear: Box<dyn FnMut(web_sys::Event)>) {
    let hear = Closure::wrap(hear);
    drop(target.add_event_listener_with_callback(event, hear.as_ref().unchecked_ref()));
    hear.forget();
}
