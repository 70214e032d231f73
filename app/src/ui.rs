//! What the pages look like: the frame around them here, one file a page in `page`, one file a part in `part`,
//! and every word that a person reads about what went wrong in [`text`].

// `#[component]` writes `pub` of its own.
mod erased;
#[allow(unreachable_pub)]
mod frame;
#[allow(unreachable_pub)]
mod page;
#[allow(unreachable_pub)]
mod part;
pub mod text;
mod time;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_meta::{Meta, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::use_location;
use leptos_router::path;

use crate::routes;
use crate::session::{Host, Phase};
use crate::wire::session::Boot;

use erased::Erase;
use frame::Frame;
use page::{AdminAccounts, Home, LogIn, NotFound, Save, SignUp};
use part::bar::Bar;
use part::inspector::Inspector;

/// Everything inside `body`: skip link, bar, the current page, live regions, and the inspector of a local build.
///
/// Wants `Arc<dyn Host>` and `Arc<dyn Api>` in context, [`Boot`] too while the server renders, `Arc<dyn Window>` in the browser.
#[component]
pub fn App() -> impl IntoView {
    let boot = SharedValue::new(|| use_context::<Boot>().unwrap_or_default()).into_inner();
    let session = expect_context::<Arc<dyn Host>>().session(&boot);
    let frame = Frame::new(&boot);
    provide_context(session);
    provide_context(frame);
    provide_context(boot);
    provide_meta_context();

    view! {
        <Meta name="description" content="Close the tab. Come back. You're in." />
        <Router>
            // Left to the browser: the router would change the address and not move the focus.
            <a class="skip" href="#main" rel="external">"Skip to content"</a>
            <Bar />
            <Middle />
            <Voices />
            <Drawer />
        </Router>
    }
}

#[component]
fn Middle() -> impl IntoView {
    let waiting = waiting();
    view! {
        <main id="main" class="main" aria-busy=move || waiting().then_some("true")>
            <FlatRoutes fallback=|| view! { <NotFound /> }>
                <Route path=path!("/") view=Home />
                <Route path=path!("/login") view=LogIn />
                <Route path=path!("/signup") view=SignUp />
                <Route path=path!("/welcome/save") view=Save />
                <Route path=path!("/admin/accounts") view=AdminAccounts />
            </FlatRoutes>
        </main>
    }
    .erased()
}

/// The two live regions. They are there from the start and get filled: a region that arrives with its text is not read out.
#[component]
fn Voices() -> impl IntoView {
    let frame = Frame::here();
    let waiting = waiting();
    view! {
        <p class="vh" role="status">{move || if waiting() { text::OPENING.to_owned() } else { frame.status.get() }}</p>
        <p class="vh" role="alert">{move || frame.alert.get()}</p>
    }
    .erased()
}

#[component]
fn Drawer() -> impl IntoView {
    let local = expect_context::<Boot>().local;
    let frame = Frame::here();
    move || (local && frame.hydrated.get()).then(|| view! { <Inspector /> }.erased())
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
