//! Beside the feed on wide screens: whose session this is, how long it lasts, and how it is recognised.

use leptos::prelude::*;

use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session};
use crate::ui::part::mark::Avatar;
use crate::ui::text;
use crate::wire::session::Boot;

/// The card.
#[component]
pub(crate) fn Side() -> impl IntoView {
    let session = session();
    let saved = Frame::here().saved;
    let local = expect_context::<Boot>().local;
    move || {
        let viewer = session.viewer()?;
        let storage = session.storage();
        let (letter, name, _) = text::strategy(storage);
        let lasts = move || {
            saved.get().map(|saved| {
                let lasts = text::lasts(storage, saved);
                view! { <dt>"For how long"</dt><dd>{lasts}</dd> }
            })
        };
        Some(
            view! {
                <section class="card you">
                    <header>
                        <Avatar username=viewer.username.clone() display_name=viewer.display_name.clone() />
                        <p><b>{viewer.display_name}</b><small>{["@", &viewer.username].concat()}</small></p>
                    </header>
                    <h2>"How you stay logged in"</h2>
                    <p>{text::recognised(storage)}</p>
                    <dl>
                        {lasts}
                        {local.then(|| view! { <dt>"Tokens live in"</dt><dd><span class="letter" aria-hidden="true">{letter}</span>{name}</dd> })}
                    </dl>
                </section>
            }
            .erased(),
        )
    }
}
