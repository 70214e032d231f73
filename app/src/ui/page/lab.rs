//! Where the lab stands. What is in it comes with wasm of its own, which is loaded here and nowhere else: see [`crate::ui::lab`].

use leptos::prelude::*;

use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, PageTitle, window};
use crate::ui::lab::Inside;
use crate::ui::part::gate::{Notices, Switched};
use crate::ui::text::lab as words;
use crate::{session::Phase, ui::frame::session};

/// The page. Nobody needs a session for it.
#[component]
pub(crate) fn Lab() -> impl IntoView {
    let (frame, inside, session) = (Frame::here(), use_context::<Inside>(), session());
    let opened = StoredValue::new(!frame.hydrated.get_untracked());
    // The pages' wasm knows nothing of the lab: the server sends the one that does.
    if let (None, Some(window)) = (inside, window()) {
        Effect::new(move |_| window.load_anew());
    }
    let switched = Memo::new(move |_| matches!(session.phase(), Phase::Switched { .. }));
    move || {
        if switched.get() {
            return view! { <Switched /> }.erased();
        }
        view! {
            <Notices />
            <PageTitle page=words::TITLE />
            <div class="lab">
                <noscript>
                    <p class="notice warn">{words::NEEDS_SCRIPTS}</p>
                </noscript>
                {move || match (frame.hydrated.get(), inside) {
                    (true, Some(inside)) => (inside.0)(opened),
                    _ => view! {
                        <h1 id="heading" tabindex="-1">{words::TITLE}</h1>
                        <p class="muted">{words::LOADING}</p>
                    }
                    .erased(),
                }}
            </div>
        }
        .erased()
    }
}
