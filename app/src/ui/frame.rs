//! What all pages share besides the session: the live region, whether the page has hydrated, headings that take the focus, ways to go.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::api::Window;
use crate::session::Session;
use crate::ui::text;
use crate::wire::saved::Saved;
use crate::wire::session::{Boot, Offer, RefusedForm};

/// In context, once.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    /// Read out when the reader pauses.
    pub(crate) status: RwSignal<String>,
    /// What the window is called.
    pub(crate) title: RwSignal<String>,
    /// Scripts have taken over. False on the server and in the first frame, so that both are the same.
    pub(crate) hydrated: RwSignal<bool>,
    /// Somebody logs out in this tab: the end of the session is no surprise then.
    pub(crate) leaving: RwSignal<bool>,
    /// This document was opened by somebody who had a session already, and has not entered a password since.
    pub(crate) returning: StoredValue<bool>,
    /// The saved logins of this browser.
    pub(crate) accounts: RwSignal<Vec<Saved>>,
    /// Moved when the list of them has changed, and is to be fetched.
    pub(crate) stale: RwSignal<u32>,
    /// Said on the screen for a moment.
    pub(crate) toast: RwSignal<Option<&'static str>>,
    /// The time of day at which what is on the sheet came.
    pub(crate) loaded: RwSignal<String>,
    /// The form that the server refused. The first page takes it; later pages start clean.
    refused: StoredValue<Option<RefusedForm>>,
}

impl Frame {
    pub(crate) fn new(boot: &Boot) -> Self {
        let hydrated = RwSignal::new(false);
        // Effects run in the browser alone, after the first frame.
        Effect::new(move |_| hydrated.set(true));
        Self {
            status: RwSignal::new(String::new()),
            title: RwSignal::new(String::new()),
            hydrated,
            leaving: RwSignal::new(false),
            returning: StoredValue::new(boot.viewer.is_some() || boot.storage.is_some()),
            accounts: RwSignal::new(boot.accounts.clone()),
            stale: RwSignal::new(0),
            toast: RwSignal::new(None),
            loaded: RwSignal::new(String::new()),
            refused: StoredValue::new(boot.form.clone()),
        }
    }

    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// Says it on the screen and to screen readers.
    pub(crate) fn say(self, words: &'static str) {
        self.toast.set(Some(words));
        self.status.set(words.to_owned());
    }

    /// What is on the sheet has come just now.
    pub(crate) fn loaded_now(self) {
        if let Some(window) = window() {
            self.loaded.set(window.time_of_day());
        }
    }

    /// What a log-in said about saving it, where there is nothing to ask.
    pub(crate) fn told(self, offer: Option<Offer>) {
        if offer == Some(Offer::Full) {
            self.say(text::saved::FULL);
        }
    }

    pub(crate) fn take_refused(self) -> Option<RefusedForm> {
        self.refused.try_update_value(Option::take).flatten()
    }
}

/// The session of this page.
pub(crate) fn session() -> Session {
    expect_context()
}

/// The window; `None` while the server renders.
pub(crate) fn window() -> Option<Arc<dyn Window>> {
    use_context()
}

/// Moves the focus once what is being built now is on the screen.
pub(crate) fn focus_soon(id: &'static str) {
    if let Some(window) = window() {
        spawn_local(async move {
            window.pause(0).await;
            window.focus(id);
        });
    }
}

/// A function that goes to another page and leaves nothing behind for the Back button.
pub(crate) fn go() -> impl Fn(&str) + Clone + Send + Sync + 'static {
    let navigate = use_navigate();
    move |path: &str| navigate(path, NavigateOptions { replace: true, ..Default::default() })
}

/// The one `h1` of a page. After a navigation it takes the focus, so that screen readers begin there; on the first load it does not.
#[component]
pub(crate) fn Heading(text: &'static str, #[prop(optional)] class: &'static str) -> impl IntoView {
    if Frame::here().hydrated.get_untracked() {
        Effect::new(|_| focus_soon("heading"));
    }
    view! { <h1 id="heading" class=class tabindex="-1">{text}</h1> }
}

/// `Page · Nightlatch`, with `Error: ` before it while there is a problem. Shows nothing itself: the title is one for all pages.
#[component]
pub(crate) fn PageTitle(page: &'static str, #[prop(into, default = Signal::stored(false))] error: Signal<bool>) -> impl IntoView {
    let title = Frame::here().title;
    let name = move |error| named(&[if error { text::ERROR } else { "" }, page].concat());
    Effect::new(move |_| title.set(name(error.get())));
}

/// What the window is called while it shows `page`.
pub(crate) fn named(page: &str) -> String {
    [page, " · ", text::SITE].concat()
}

/// Path and query.
pub(crate) fn whole(path: &str, search: &str) -> String {
    [path, if search.is_empty() { "" } else { "?" }, search].concat()
}
