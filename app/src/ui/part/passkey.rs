//! *Use a passkey*, wherever a password is asked for: in the log-in form, and in the row of a saved account.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::erased::Erase;
use crate::ui::frame::Frame;
use crate::ui::part::form::Submission;
use crate::ui::text::passkeys as words;

/// How to log in by a passkey.
#[derive(Clone)]
pub(crate) struct ByPasskey {
    /// Whether this browser has them.
    pub(crate) possible: bool,
    /// Does it; what comes of it is said by the form it is given.
    pub(crate) enter: Arc<dyn Fn(Submission) + Send + Sync>,
}

/// The button. Its room is kept until the page is awake, so that nothing below it moves then.
#[component]
pub(crate) fn UsePasskey(by: ByPasskey, of: Submission) -> impl IntoView {
    let hydrated = Frame::here().hydrated;
    let ByPasskey { possible, enter } = by;
    view! {
        <button
            type="button"
            class="btn"
            class:late=move || !hydrated.get()
            hidden=move || hydrated.get() && !possible
            on:click=move |_| enter(of)
        >
            {words::USE}
        </button>
    }
    .erased()
}
