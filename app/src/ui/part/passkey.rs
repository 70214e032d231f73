//! *Use a passkey*, wherever a password is asked for: in the log-in form, and in the row of a saved account.

use leptos::prelude::*;

use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session};
use crate::ui::text::passkeys as words;

/// The button; `press` asks for one. Its room is kept until the page is awake, so that nothing below it moves then.
#[component]
pub(crate) fn UsePasskey(press: Box<dyn Fn()>) -> impl IntoView {
    let hydrated = Frame::here().hydrated;
    let possible = session().verbs().is_some_and(|verbs| verbs.has_passkeys());
    view! {
        <button
            type="button"
            class="btn"
            class:late=move || !hydrated.get()
            hidden=move || hydrated.get() && !possible
            on:click=move |_| press()
        >
            {words::USE}
        </button>
    }
    .erased()
}
