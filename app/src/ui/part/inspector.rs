//! The inspector of a local build: where each token lives, what the access token says, how long it holds, and what went over the wire.

use std::sync::Arc;

use leptos::html::Details;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::Api;
use crate::ui::erased::Erase;
use crate::ui::frame::{focus_soon, session, window};
use crate::ui::part::storage::Move;
use crate::ui::part::wire_log::WireLog;
use crate::ui::{text, time};
use crate::wire::session::Inspection;

/// The drawer, and the pill that opens it.
#[component]
pub(crate) fn Inspector() -> impl IntoView {
    let drawer = NodeRef::<Details>::new();
    let open = RwSignal::new(false);
    let close = move || {
        if let (Some(drawer), Some(window)) = (drawer.get_untracked(), window()) {
            drawer.set_open(false);
            window.focus("inspector");
        }
    };
    // Open, the drawer covers the pill, so the focus goes into the drawer.
    let toggled = move |_| {
        open.set(drawer.get_untracked().is_some_and(|drawer| drawer.open()));
        if open.get_untracked() {
            focus_soon("inspector-title");
        }
    };
    let escape = move |ev: leptos::ev::KeyboardEvent| {
        if ev.key() == "Escape" {
            close();
        }
    };
    view! {
        <details class="inspector" node_ref=drawer on:toggle=toggled on:keydown=escape>
            <summary id="inspector">"Inspector"</summary>
            <section class="drawer" aria-labelledby="inspector-title">
                <header>
                    <h2 id="inspector-title" tabindex="-1">"Inspector"</h2>
                    <button class="btn small" on:click=move |_| close()>"Close"</button>
                </header>
                {move || open.get().then(|| view! { <Contents /> }.erased())}
            </section>
        </details>
    }
    .erased()
}

#[component]
fn Contents() -> impl IntoView {
    let session = session();
    view! {
        <Places />
        <Token />
        {move || session.viewer().is_some().then(|| view! { <Move /> })}
        <h3>"Wire log"</h3>
        <WireLog />
    }
    .erased()
}

/// Where each token lives, and who can read it there.
#[component]
fn Places() -> impl IntoView {
    let session = session();
    move || {
        session.viewer()?;
        let storage = session.storage();
        let (letter, name, _) = text::strategy(storage);
        let row = |token: &'static str, place: text::Place| {
            view! { <tr><th scope="row">{token}</th><td>{place.0}</td><td>{place.1}</td></tr> }.erased()
        };
        let [access, refresh] = text::places(storage);
        Some(
            view! {
                <table>
                    <caption>"Storage: " <span class="letter" aria-hidden="true">{letter}</span>" "<b>{name}</b></caption>
                    <thead><tr><th scope="col">"Token"</th><th scope="col">"Lives in"</th><th scope="col">"Who can read it"</th></tr></thead>
                    <tbody>{row("Access", access)}{row("Refresh", refresh)}</tbody>
                </table>
            }
            .erased(),
        )
    }
}

/// What the server says of the access token that asked.
#[component]
fn Token() -> impl IntoView {
    let api = expect_context::<Arc<dyn Api>>();
    let answer = RwSignal::new(None::<Result<Inspection, String>>);
    let left = RwSignal::new(0_i64);
    let ask = move || {
        let pending = api.inspect();
        spawn_local(async move {
            let result = pending.await.map_err(|problem| problem.title);
            left.try_set(result.as_ref().map_or(0, |inspection| inspection.expires_in));
            answer.try_set(Some(result));
        });
    };
    Effect::new({
        let (ask, session) = (ask.clone(), session());
        move |_| {
            // Anew when the tokens have moved.
            let _ = session.storage();
            ask();
        }
    });
    Effect::new(move |_| tick(left));
    view! {
        <header>
            <h3>"Access token"</h3>
            <button class="btn small" on:click=move |_| ask()>"Refresh"</button>
        </header>
        {move || match answer.get() {
            None => view! { <p class="muted">"Asking…"</p> }.erased(),
            Some(Err(title)) => view! { <p class="notice">{title}</p> }.erased(),
            Some(Ok(inspection)) => view! { <Apart inspection=inspection left=left /> }.erased(),
        }}
    }
    .erased()
}

/// One second less, once a second, by the monotonic clock.
fn tick(left: RwSignal<i64>) {
    let Some(window) = window() else { return };
    spawn_local(async move {
        let mut last = window.ticks();
        loop {
            window.pause(1000).await;
            let passed = ((window.ticks() - last) / 1000.0).round();
            last += passed * 1000.0;
            match left.try_get_untracked() {
                None => break,
                Some(seconds) => left.set((seconds - passed as i64).max(0)),
            }
        }
    });
}

#[component]
fn Apart(inspection: Inspection, left: RwSignal<i64>) -> impl IntoView {
    let back = if inspection.confirmed { ", confirmed" } else { ", handed out, not used yet" };
    let facts = [
        ("Came in", if inspection.by_cookie { "a cookie" } else { "Authorization: Bearer" }.to_owned()),
        ("Generation", [&inspection.generation.to_string(), back].concat()),
        ("Saved", if inspection.saved { "yes" } else { "no" }.to_owned()),
        ("Ends unused", time::moment(inspection.idle_expires_at)),
        ("Ends at the latest", time::moment(inspection.expires_at)),
    ];
    let facts: Vec<AnyView> = facts.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }.erased()).collect();
    view! {
        <p class="life">
            <meter min="0" max=inspection.life value=move || left.get() aria-label="Time left of the access token"></meter>
            <span class="number">{move || if left.get() > 0 { [&time::span(left.get()), " left"].concat() } else { "expired".to_owned() }}</span>
        </p>
        <dl>{facts}</dl>
        <h4>"Header"</h4>
        <pre>{inspection.header}</pre>
        <h4>"Payload"</h4>
        <pre>{inspection.payload}</pre>
    }
    .erased()
}
