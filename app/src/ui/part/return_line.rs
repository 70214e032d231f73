//! "You are back": how long it took from opening the page to seeing the first post, measured by the browser that did it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session, window};

/// The line. It appears when it has something to say, at a place where it pushes nothing aside.
#[component]
pub(crate) fn ReturnLine() -> impl IntoView {
    // Once for each document: whoever comes to the feed a second time has not come back.
    let frame = Frame::here();
    let cold = frame.returning.get_value();
    let session = session();
    let took = RwSignal::new(None::<f64>);
    if cold {
        Effect::new(move |_| {
            frame.returning.set_value(false);
            if let Some(window) = window() {
                spawn_local(async move {
                    let shown = window.first_post_shown().await;
                    took.try_set(shown);
                });
            }
        });
    }
    move || {
        let ms = took.get()?;
        let viewer = session.viewer()?;
        Some(
            view! {
                <div class="return-line">
                    <p>
                        "You are back as " <b>{viewer.username}</b> ". Feed shown in "
                        <b class="number">{[&(ms.round() as u32).to_string(), " ms"].concat()}</b> ", no password asked."
                    </p>
                    <button class="icon" aria-label="Dismiss" on:click=move |_| took.set(None)>
                        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="m6 6 12 12M18 6 6 18" /></svg>
                    </button>
                </div>
            }
            .erased(),
        )
    }
}
