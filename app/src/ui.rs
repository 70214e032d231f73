//! What the pages look like: the frame around them here, one file a page in `page`, one file a part in `part`, the pages that the
//! server makes alone in [`document`], and every word that a person reads in [`text`].

pub mod document;
// `#[component]` writes `pub` of its own.
mod erased;
#[allow(unreachable_pub)]
mod frame;
#[allow(unreachable_pub)]
pub mod lab;
#[allow(unreachable_pub)]
mod page;
#[allow(unreachable_pub)]
mod part;
pub mod text;
mod time;

pub use time::since;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::components::Router;
use leptos_router::hooks::use_location;
use leptos_router::location::{BrowserUrl, LocationProvider};

use crate::api::Documents;
use crate::routes;
use crate::session::{Host, Phase};
use crate::wire::session::Boot;

use erased::Erase;
use frame::Frame;
use page::{Lab, LogIn, Save, SignUp};
use part::bar::Bar;
use part::sheet::Sheet;
use part::toast::Toast;

/// Everything inside `body`: skip link, bar, the current page and the live region.
///
/// Wants `Arc<dyn Host>` and `Arc<dyn Api>` in context, [`Boot`] too while the server renders, `Arc<dyn Window>` in the browser.
#[component]
pub fn App() -> impl IntoView {
    let boot = SharedValue::new(|| use_context::<Boot>().unwrap_or_default()).into_inner();
    let session = expect_context::<Arc<dyn Host>>().session(&boot);
    let frame = Frame::new(&boot);
    Effect::new(move |_| {
        if let (Some(window), title) = (frame::window(), frame.title.get()) {
            window.entitle(&title);
        }
    });
    provide_context(session);
    provide_context(frame);
    provide_context(boot);

    view! {
        <Router>
            // Left to the browser: the router would change the address and not move the focus.
            <a class="skip" href="#main" rel="external">{text::SKIP}</a>
            <Bar />
            <Middle />
            <Voices />
            <Toast />
        </Router>
    }
}

/// What the window is called while it shows the page of `path` that a browser renders too; `refused` says that a form came back.
#[must_use]
pub fn title_of(path: &str, refused: bool) -> String {
    let page = match path {
        routes::page::LOG_IN => text::log_in::TITLE,
        routes::page::SIGN_UP => text::sign_up::TITLE,
        path if routes::is_lab(path) => text::lab::TITLE,
        _ => text::saved::ASK_TITLE,
    };
    frame::named(&[if refused { text::ERROR } else { "" }, page].concat())
}

#[component]
fn Middle() -> impl IntoView {
    let waiting = waiting();
    view! {
        <main id="main" class="main" aria-busy=move || waiting().then_some("true")>
            <Page />
        </main>
    }
    .erased()
}

/// The page of the present path. Documents share one sheet, which stays when one follows another.
#[component]
fn Page() -> impl IntoView {
    let path = use_location().pathname;
    let lab = expect_context::<Boot>().local;
    // The router keeps the history, and changes the address once somebody says that the page is there. Which page a path means is said
    // here, for both sides: decision 26.
    if let Some(browser) = use_context::<BrowserUrl>() {
        Effect::new(move |_| {
            // A document is there when it has come: the sheet says so.
            if path.with(|path| of(path, lab).is_some()) {
                browser.ready_to_complete();
            }
        });
    }
    let page = Memo::new(move |_| path.with(|path| of(path, lab)));
    move || match page.get() {
        Some(routes::page::LOG_IN) => view! { <LogIn /> }.erased(),
        Some(routes::page::SIGN_UP) => view! { <SignUp /> }.erased(),
        Some(routes::page::LAB) => view! { <Lab /> }.erased(),
        Some(_) => view! { <Save /> }.erased(),
        None => view! { <Sheet /> }.erased(),
    }
}

/// Which of the pages that a browser renders too lies at `path`. The lab, where there is one, is one page.
fn of(path: &str, lab: bool) -> Option<&'static str> {
    if lab && routes::is_lab(path) { Some(routes::page::LAB) } else { routes::page::HYDRATED.into_iter().find(|page| *page == path) }
}

/// The live region. It is there from the start and gets filled: a region that arrives with its text is not read out.
#[component]
fn Voices() -> impl IntoView {
    let (session, frame) = (frame::session(), Frame::here());
    let waiting = waiting();
    if let Some(documents) = use_context::<Arc<dyn Documents>>() {
        documents.on_words(Box::new(move |words| {
            // Not to be heard alone: what was pressed looks as if it had been sent.
            if words == text::LATER {
                frame.toast.set(Some(text::LATER));
            }
            frame.status.set(words);
        }));
    }
    view! {
        <p class="vh" role="status">
            {move || match (waiting(), session.slow()) {
                (true, _) => text::OPENING.to_owned(),
                (_, true) => text::RECONNECTING.to_owned(),
                _ => frame.status.get(),
            }}
        </p>
    }
    .erased()
}

/// Whether the page on screen waits for a session that only this browser can find.
fn waiting() -> impl Fn() -> bool + Copy + Send + Sync + 'static {
    let session = StoredValue::new(frame::session());
    let path = use_location().pathname;
    move || {
        let entry = path.with(|path| path == routes::page::LOG_IN || path == routes::page::SIGN_UP);
        !entry && session.with_value(|session| session.phase()) == Phase::Restoring
    }
}
