//! A word on the screen for eight seconds, or as long as somebody looks at it; where something was saved, with a way back.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session, window};
use crate::ui::text::{self, saved as words};
use crate::wire::session::Change;

/// How long it stays, in milliseconds.
const STAYS: u32 = 8_000;

/// The toast. The live region reads it out.
#[component]
pub(crate) fn Toast() -> impl IntoView {
    let (session, frame) = (session(), Frame::here());
    Effect::new(move |_| {
        if let (true, Some(window)) = (frame.toast.with(Option::is_some), window()) {
            spawn_local(async move {
                window.pause(STAYS).await;
                while window.shows(".toast:is(:hover, :focus-within)") {
                    window.pause(500).await;
                }
                frame.toast.set(None);
            });
        }
    });
    move || {
        let said = frame.toast.get()?;
        let session = session.clone();
        let undo = move |_| {
            if let Some(verbs) = session.verbs() {
                let answer = verbs.change(Change { save: Some(false), ..Change::default() });
                spawn_local(async move {
                    if answer.await.is_ok() {
                        frame.stale.update(|stale| *stale += 1);
                        frame.say(words::NOT_SAVED);
                    }
                });
            }
        };
        Some(
            view! {
                <aside class="toast" aria-label=text::MESSAGE>
                    <p>{said}</p>
                    {(said == words::SAVED).then(|| view! { <button class="btn small" on:click=undo>{words::UNDO}</button> })}
                </aside>
            }
            .erased(),
        )
    }
}
