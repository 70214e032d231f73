//! The inspector of a local build: where each token lives, what the access token says, how long it holds, and what went over the wire.

use std::sync::Arc;

use leptos::html::Details;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::Bench;
use crate::session::Part;
use crate::ui::erased::Erase;
use crate::ui::frame::{focus_soon, session, window};
use crate::ui::part::storage::Move;
use crate::ui::part::wire_log::WireLog;
use crate::ui::text::inspector as words;
use crate::ui::text::storage::{self, Place};
use crate::ui::time;
use crate::wire::session::Inspection;

/// The drawer, and the pill that opens it. What `more` shows stands at its end.
#[component]
pub(crate) fn Inspector(more: fn() -> AnyView) -> impl IntoView {
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
            <summary id="inspector">{words::TITLE}</summary>
            <section class="drawer" aria-labelledby="inspector-title">
                <header>
                    <h2 id="inspector-title" tabindex="-1">{words::TITLE}</h2>
                    <button class="btn small" on:click=move |_| close()>{words::CLOSE}</button>
                </header>
                {move || open.get().then(|| view! { <Contents more=more /> }.erased())}
            </section>
        </details>
    }
    .erased()
}

#[component]
fn Contents(more: fn() -> AnyView) -> impl IntoView {
    let session = session();
    view! {
        <Places />
        <Token />
        {move || session.viewer().is_some().then(|| view! { <Move /> })}
        <WireLog />
        {more()}
    }
    .erased()
}

/// Where each token lives, and who can read it there.
#[component]
fn Places() -> impl IntoView {
    let session = session();
    move || {
        session.viewer()?;
        let kept = session.storage();
        let (letter, name, _) = storage::strategy(kept);
        let row = |token: &'static str, place: Place| {
            view! { <tr><th scope="row">{token}</th><td>{place.0}</td><td>{place.1}</td></tr> }.erased()
        };
        let [access, refresh] = storage::places(kept);
        Some(
            view! {
                <table>
                    <caption>{words::STORAGE} <span class="letter" aria-hidden="true">{letter}</span>" "<b>{name}</b></caption>
                    <thead><tr><th scope="col">{words::TOKEN}</th><th scope="col">{words::LIVES_IN}</th><th scope="col">{words::WHO_READS}</th></tr></thead>
                    <tbody>{row(words::ACCESS, access)}{row(words::REFRESH, refresh)}</tbody>
                </table>
            }
            .erased(),
        )
    }
}

/// What the server says of the access token that asked.
#[component]
fn Token() -> impl IntoView {
    let bench = expect_context::<Arc<dyn Bench>>();
    let answer = RwSignal::new(None::<Result<Inspection, String>>);
    let left = RwSignal::new(0_i64);
    let ask = move || {
        let pending = bench.inspect();
        spawn_local(async move {
            let result = pending.await.map_err(|problem| problem.title);
            left.try_set(result.as_ref().map_or(0, |inspection| inspection.expires_in));
            answer.try_set(Some(result));
        });
    };
    Effect::new({
        let (ask, session) = (ask.clone(), session());
        // Anew when the tokens have moved, or new ones have come.
        let renewed = Memo::new({
            let session = session.clone();
            move |_| {
                session
                    .wire()
                    .iter()
                    .rev()
                    .find(|exchange| exchange.part == Part::Refresh && exchange.status == 200)
                    .map(|exchange| exchange.at_ms)
            }
        });
        move |_| {
            let _ = (session.storage(), renewed.get());
            ask();
        }
    });
    Effect::new(move |_| tick(left));
    view! {
        <header>
            <h3>{words::ACCESS_TOKEN}</h3>
            <button class="btn small" on:click=move |_| ask()>{words::AGAIN}</button>
        </header>
        {move || match answer.get() {
            None => view! { <p class="muted">{words::ASKING}</p> }.erased(),
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
    let back = if inspection.confirmed { words::CONFIRMED } else { words::HANDED_OUT };
    let facts = [
        (words::CAME_IN, words::came(inspection.by_cookie, inspection.bound).to_owned()),
        (words::GENERATION, [&inspection.generation.to_string(), back].concat()),
        (words::SAVED, if inspection.saved { words::YES } else { words::NO }.to_owned()),
        (words::ENDS_UNUSED, time::moment(inspection.idle_expires_at)),
        (words::ENDS, time::moment(inspection.expires_at)),
    ];
    let facts: Vec<AnyView> = facts.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }.erased()).collect();
    view! {
        <p class="life">
            <meter min="0" max=inspection.life value=move || left.get() aria-label=words::TIME_LEFT></meter>
            <span class="number">{move || if left.get() > 0 { [&time::span(left.get()), words::LEFT].concat() } else { words::EXPIRED.to_owned() }}</span>
        </p>
        <dl>{facts}</dl>
        // The id of a server session has none.
        {(!inspection.header.is_empty()).then(|| view! {
            <h4>{words::HEADER}</h4>
            <pre>{inspection.header.clone()}</pre>
        })}
        <h4>{if inspection.header.is_empty() { words::LOOKED_UP } else { words::PAYLOAD }}</h4>
        <pre>{inspection.payload}</pre>
    }
    .erased()
}
