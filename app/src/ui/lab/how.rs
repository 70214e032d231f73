//! How it works: the way of a password to a feed, for learners, with parts that can be touched.

use std::sync::Arc;

use leptos::html::{Input, Textarea};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Room;
use super::parts::Across;
use super::session::{at, bench};
use super::shell::Wants;
use crate::api::Bench;
use crate::routes::{api, page};
use crate::ui::erased::Erase;
use crate::ui::frame::Frame;
use crate::ui::text::lab::how::{self as words, Step};
use crate::wire::lab::{Forge, Forged, Hashed, Knobs, ToHash};
use crate::wire::secret::Secret;

const RULES: Knobs = Knobs::usual(60);

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_HOW,
    name: words::NAME,
    asks: words::ASKS,
    show: || view! { <How /> }.erased(),
    wants: Some(Wants::usual(RULES)),
    runs: |_| 0,
    whole: None,
    export: |_, _| {},
};

#[component]
fn How() -> impl IntoView {
    let plain = |step: Step| view! { <li><h2>{step.0}</h2><p>{step.1}</p></li> }.erased();
    let measured = |step: Step, to: &'static str| {
        view! { <li><h2>{step.0}</h2><p>{step.1}</p><p><a class="btn small" href=to>{words::MEASURE}</a></p></li> }.erased()
    };
    let rows: Vec<AnyView> = words::BESIDE[1..]
        .iter()
        .map(|[asks, session, token]| view! { <tr><th scope="row">{*asks}</th><td>{*session}</td><td>{*token}</td></tr> }.erased())
        .collect();
    let [_, session, token] = words::BESIDE[0];
    view! {
        <ol class="steps" role="list">
            {plain(words::CREDENTIALS)}
            <li><h2>{words::HASH.0}</h2><p>{words::HASH.1}</p><Hashing /></li>
            {plain(words::TOKENS)}
            <li><h2>{words::SIGNATURE.0}</h2><p>{words::SIGNATURE.1}</p><Forging /></li>
            {measured(words::STORAGE, page::LAB_SURVIVAL)}
            {plain(words::HEADER)}
            {plain(words::VERIFICATION)}
            {measured(words::EXPIRY, page::LAB_REFRESH)}
            {plain(words::RETURN)}
            {measured(words::THEFT, page::LAB_THEFT)}
        </ol>
        <section class="stack">
            <h2>{words::TWO}</h2>
            <Across label=words::TWO>
                <table>
                    <thead><tr><td></td><th scope="col">{session}</th><th scope="col">{token}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </Across>
            <p>{words::BESIDE_HERE}</p>
        </section>
    }
    .erased()
}

/// A password, and what of it would be stored.
#[component]
fn Hashing() -> impl IntoView {
    let (server, frame) = (expect_context::<Arc<dyn Bench>>(), Frame::here());
    let typed = NodeRef::<Input>::new();
    let hashed = RwSignal::new(None::<Hashed>);
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        let password = Secret::new(typed.get_untracked().map(|input| input.value()).unwrap_or_default());
        let asked = server.tell("POST", api::LAB_HASH.to_owned(), serde_json::to_string(&ToHash { password }).ok().map(Secret::new));
        spawn_local(async move {
            match asked.await {
                Ok(answer) => {
                    hashed.try_set(serde_json::from_str(answer.expose()).ok());
                }
                Err(problem) => frame.status.set(problem.title),
            }
        });
    };
    view! {
        <form class="touch" on:submit=submit>
            <div class="field">
                <label for="how-password">{words::PASSWORD}</label>
                <input id="how-password" type="text" autocomplete="off" spellcheck="false" maxlength="200" node_ref=typed />
            </div>
            <button class="btn">{words::HASH_IT}</button>
        </form>
        {move || hashed.get().map(|hashed| {
            view! { <pre class="code" id="hashed" tabindex="0">{hashed.hash}</pre><p class="muted">{words::took(hashed.took_us)}</p> }.erased()
        })}
    }
    .erased()
}

/// The payload of an access token, to be changed.
#[component]
fn Forging() -> impl IntoView {
    let (server, frame) = (expect_context::<Arc<dyn Bench>>(), Frame::here());
    let here = bench();
    let text = NodeRef::<Textarea>::new();
    let forged = RwSignal::new(None::<Forged>);
    let show = {
        move |payload: String| {
            let Some(bench) = here.get_untracked() else { return };
            let fresh = payload.is_empty();
            let body = serde_json::to_string(&Forge { payload }).ok().map(Secret::new);
            let asked = server.tell("POST", at(api::LAB_FORGE, bench), body);
            spawn_local(async move {
                match asked.await.map(|answer| serde_json::from_str::<Forged>(answer.expose())) {
                    Ok(Ok(answer)) => {
                        if let (true, Some(Some(text))) = (fresh, text.try_get_untracked()) {
                            text.set_value(&answer.signed);
                        }
                        frame.status.try_set(verdict(answer.accepted).to_owned());
                        forged.try_set(Some(answer));
                    }
                    Ok(Err(_)) => {}
                    Err(problem) => {
                        frame.status.try_set(problem.title);
                    }
                }
            });
        }
    };
    let first = show.clone();
    Effect::new(move |_| {
        if here.get().is_some() {
            first(String::new());
        }
    });
    move || {
        if here.get().is_none() {
            return view! { <p class="muted">{words::NEEDS_SESSION}</p> }.erased();
        }
        let (send, reset) = (show.clone(), show.clone());
        let submit = move |ev: leptos::ev::SubmitEvent| {
            ev.prevent_default();
            send(text.get_untracked().map(|text| text.value()).unwrap_or_default());
        };
        view! {
            <form class="touch" on:submit=submit>
                <div class="field">
                    <label for="how-payload">{words::PAYLOAD}</label>
                    <textarea id="how-payload" rows="6" spellcheck="false" autocomplete="off" maxlength="4000" node_ref=text></textarea>
                </div>
                <p class="deeds">
                    <button class="btn">{words::SEND}</button>
                    <button class="btn" type="button" on:click=move |_| reset(String::new())>{words::RESET}</button>
                </p>
            </form>
            {move || forged.get().map(|forged| {
                let class = if forged.accepted { "notice ok" } else { "notice bad" };
                view! {
                    <pre class="code" tabindex="0">{forged.token}</pre>
                    <p class=class id="forged">{verdict(forged.accepted)}</p>
                }
                .erased()
            })}
        }
        .erased()
    }
}

const fn verdict(accepted: bool) -> &'static str {
    if accepted { words::ACCEPTED } else { words::REFUSED }
}
