//! One tab switches accounts, and another one, which still shows the former, acts.

mod chart;
mod switching;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::cell::{Said, cell};
use super::export::{row, table};
use super::pair::{Opener, Other, Second, is_second};
use super::parts::{Across, heads};
use super::session::bench;
use super::shell::Wants;
use super::{Book, Quiet, Room};
use crate::api::{Api, Bench};
use crate::lab::accounts::{ROUNDS, Switch};
use crate::lab::spread::Spread;
use crate::lab::{Notebook, note};
use crate::routes::page;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session, window};
use crate::ui::text::lab::accounts as words;
use crate::wire::lab::Knobs;
use crate::wire::session::TokenStorage;
use switching::Run;

const RULES: Knobs = Knobs::usual(300);
/// Where the two tabs talk.
const CHANNEL: &str = "nightlatch.lab.accounts";

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_ACCOUNTS,
    name: words::NAME,
    asks: words::ASKS,
    show: || {
        if is_second() { view! { <Second channel=CHANNEL what=words::SECOND_WHAT /> }.erased() } else { view! { <First /> }.erased() }
    },
    wants: Some(Wants::usual(RULES)),
    runs: |book| book.switches.len(),
    whole: None,
    export,
};

#[component]
fn First() -> impl IntoView {
    view! {
        <p>{words::WHAT}</p>
        <p>{words::GUARD}</p>
        <Runner />
        <Acts />
        <chart::Chart />
        <p class="muted">{words::NOT}</p>
    }
    .erased()
}

/// Opens the second tab, and switches.
#[component]
fn Runner() -> impl IntoView {
    let (server, frame, session, book, Quiet(quiet)) =
        (expect_context::<Arc<dyn Bench>>(), Frame::here(), session(), Book::here(), Quiet::here());
    let (Some(window), api) = (window(), expect_context::<Arc<dyn Api>>()) else { return "".erased() };
    let there = RwSignal::new(false);
    let other = Other::listen(CHANNEL, window, move || {
        there.try_set(true);
    });
    let (here, said, now) = (bench(), RwSignal::new(None::<String>), RwSignal::new(None::<u32>));
    let shared = session.clone();
    let go = move |_| {
        let (Some(_), Some(verbs), None) = (here.get_untracked(), session.verbs(), now.get_untracked()) else { return };
        if session.storage_now() != TokenStorage::Cookie {
            return;
        }
        let run = Run { server: server.clone(), other: other.clone(), session: session.clone(), api: api.clone(), verbs };
        said.set(None);
        quiet.set(true);
        now.set(Some(1));
        spawn_local(async move {
            let step = |round| {
                now.try_set(Some(round));
            };
            match run.switches(RULES, step).await {
                Ok(switch) => {
                    frame.status.try_set(words::outcome(switch.refused, switch.acted, switch.rounds()));
                    book.write(|book| note(&mut book.switches, switch));
                }
                Err(problem) => {
                    frame.status.try_set(problem.title.clone());
                    said.try_set(Some(problem.title));
                }
            }
            frame.stale.try_update(|stale| *stale += 1);
            now.try_set(None);
            quiet.try_set(false);
        });
    };
    let busy = move || now.get().is_some();
    view! {
        <section class="card stack" aria-labelledby="switches">
            <h2 id="switches">{words::RUN_TITLE}</h2>
            <Opener path=page::LAB_ACCOUNTS there=there />
            {move || {
                (here.get().is_some() && !busy() && shared.storage() != TokenStorage::Cookie)
                    .then(|| view! { <p class="notice">{words::COOKIES_ALONE}</p> })
            }}
            {move || (here.get().is_some() || busy()).then(|| {
                view! {
                    <p class="deeds">
                        <button class="btn primary" on:click=go.clone() aria-disabled=move || busy().then_some("true")>
                            {move || if busy() { words::RUNNING.to_owned() } else { words::run(ROUNDS) }}
                        </button>
                        <span id="switching" class="muted">{move || now.get().map(words::running)}</span>
                    </p>
                }
                .erased()
            })}
            {move || said.get().map(|said| view! { <p class="notice warn">{said}</p> })}
        </section>
    }
    .erased()
}

/// What the server makes of what the other tab asks for.
#[component]
fn Acts() -> impl IntoView {
    let Book(book, _) = Book::here();
    let rows = move || -> Vec<AnyView> {
        let switch = book.with(|book| book.switches.last().cloned());
        let all = |some: fn(&Switch) -> u32| switch.as_ref().map(|switch| some(switch) == switch.rounds());
        let said = |yes: &'static str, no: &'static str, good: bool| Said { yes, no, good };
        vec![
            view! {
                <tr>
                    <th scope="row">{words::WITH}</th>
                    {cell(all(|switch| switch.refused), true, said(words::REFUSED, words::ACTED, true))}
                </tr>
            }
            .erased(),
            view! {
                <tr>
                    <th scope="row">{words::WITHOUT}</th>
                    {cell(all(|switch| switch.acted), true, said(words::ACTED, words::REFUSED, false))}
                </tr>
            }
            .erased(),
        ]
    };
    view! {
        <Across label=words::REQUEST>
            <table id="acts">
                {heads(&[words::REQUEST, words::ANSWER])}
                <tbody>{rows}</tbody>
            </table>
        </Across>
    }
    .erased()
}

/// What was measured, as Markdown.
fn export(book: &Notebook, text: &mut String) {
    table(text, &[words::TIME, words::WITH, words::WITHOUT]);
    for switch in &book.switches {
        let cells = [
            words::spread(Spread::of(switch.guarded_ms.clone())),
            words::times(switch.refused, switch.rounds(), words::REFUSED),
            words::times(switch.acted, switch.rounds(), words::ACTED),
        ];
        row(text, cells.iter().map(String::as_str));
    }
}
