//! What went over the wire, call by call: a request, the refresh it caused and its replay stand together.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::Bench;
use crate::session::{Exchange, Part};
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session};
use crate::ui::text::inspector as words;

/// The log, newest call first; inside a call in the order of time. It can be held still, emptied, and copied as JSON.
#[component]
pub(crate) fn WireLog() -> impl IntoView {
    let (session, frame, bench) = (session(), Frame::here(), expect_context::<Arc<dyn Bench>>());
    let (held, since) = (RwSignal::new(None::<Vec<Exchange>>), RwSignal::new(f64::NEG_INFINITY));
    let (wire, now) = (session.clone(), session);
    let shown = Signal::derive(move || {
        let wire = held.get().unwrap_or_else(|| wire.wire());
        wire.into_iter().filter(|exchange| exchange.at_ms > since.get()).collect::<Vec<_>>()
    });
    let holding = now.clone();
    let hold = move |_| held.update(|held| *held = if held.is_some() { None } else { Some(holding.wire_now()) });
    let clear = move |_| {
        since.set(now.wire_now().iter().map(|exchange| exchange.at_ms).fold(f64::NEG_INFINITY, f64::max));
        frame.status.set(words::WIRE_CLEARED.to_owned());
    };
    let copy = move |_| {
        let text = serde_json::to_string_pretty(&shown.get_untracked()).unwrap_or_default();
        let copied = bench.copy(text);
        spawn_local(async move {
            frame.status.set(if copied.await.is_ok() { words::COPIED } else { words::NOT_COPIED }.to_owned());
        });
    };
    let list = move || {
        let calls = calls(shown.get());
        if calls.is_empty() {
            return view! { <p class="muted">{words::WIRE_EMPTY}</p> }.erased();
        }
        let items: Vec<AnyView> = calls.into_iter().map(|call| view! { <Call call=call /> }.erased()).collect();
        view! { <ol role="list" class="wire">{items}</ol> }.erased()
    };
    view! {
        <header>
            <h3>{words::WIRE}</h3>
            <p class="deeds">
                <button class="btn small" id="wire-hold" on:click=hold>{move || if held.with(Option::is_some) { words::GO_ON } else { words::HOLD }}</button>
                <button class="btn small" id="wire-clear" on:click=clear>{words::CLEAR}</button>
                <button class="btn small" id="wire-copy" on:click=copy>{words::COPY}</button>
            </p>
        </header>
        {move || held.with(Option::is_some).then(|| view! { <p class="muted">{words::HELD}</p> }.erased())}
        {list}
    }
    .erased()
}

#[component]
fn Call(call: Vec<Exchange>) -> impl IntoView {
    let renewed = call.iter().any(|exchange| exchange.part == Part::Replay);
    let rows: Vec<AnyView> = call
        .into_iter()
        .map(|exchange| {
            let part = match exchange.part {
                Part::Request => words::REQUEST,
                Part::Refresh => words::REFRESH_CALL,
                Part::Replay => words::REPLAY,
            };
            let (status, class) = match exchange.status {
                0 => (words::NO_ANSWER.to_owned(), "tag bad"),
                status @ 200..400 => (status.to_string(), "tag ok"),
                status @ 400..500 => (status.to_string(), "tag warn"),
                status => (status.to_string(), "tag bad"),
            };
            view! {
                <li>
                    <span class="part">{part}</span>
                    <span class="path">{[exchange.method, " ", &exchange.path].concat()}</span>
                    <span class=class>{status}</span>
                    <span class="number">{[&(exchange.took_ms.round() as u32).to_string(), " ms"].concat()}</span>
                </li>
            }
            .erased()
        })
        .collect();
    view! {
        <li class=if renewed { "call renewed" } else { "call" }>
            {renewed.then(|| view! { <p>{words::RENEWED}</p> })}
            <ol role="list">{rows}</ol>
        </li>
    }
    .erased()
}

/// Groups by call, newest call first.
fn calls(wire: Vec<Exchange>) -> Vec<Vec<Exchange>> {
    let mut calls: Vec<Vec<Exchange>> = Vec::new();
    for exchange in wire {
        match calls.iter_mut().find(|call| call.first().is_some_and(|first| first.group == exchange.group)) {
            Some(call) => call.push(exchange),
            None => calls.push(vec![exchange]),
        }
    }
    calls.reverse();
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_stands_with_the_request_that_caused_it() {
        let exchange =
            |group, part, status| Exchange { group, part, method: "GET", path: "/api/feed".to_owned(), status, at_ms: 0.0, took_ms: 1.0 };
        let wire = vec![
            exchange(1, Part::Request, 401),
            exchange(2, Part::Request, 200),
            exchange(1, Part::Refresh, 200),
            exchange(1, Part::Replay, 200),
        ];
        let statuses: Vec<Vec<u16>> = calls(wire).iter().map(|call| call.iter().map(|exchange| exchange.status).collect()).collect();
        assert_eq!(statuses, [vec![200], vec![401, 200, 200]]);
    }
}
