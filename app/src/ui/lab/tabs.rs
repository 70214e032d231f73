//! Two tabs that refresh at one moment, again and again, by rules that forgive it and by rules that do not.

mod chart;
mod race;

use std::sync::Arc;

use leptos::html::Select;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::export::{row, table};
use super::pair::{Opener, Other, Second, is_second};
use super::parts::{Across, heads};
use super::session::bench;
use super::shell::Wants;
use super::{Book, Quiet, Room};
use crate::api::Bench;
use crate::lab::tabs::{Policy, ROUNDS, Race, SHARED};
use crate::lab::{Notebook, note};
use crate::routes::page;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session, window};
use crate::ui::text::lab::{self as texts, tabs as words};
use crate::wire::lab::{Knobs, Rotation};
use crate::wire::session::TokenStorage;
use race::Run;

const RULES: Knobs = Knobs::usual(300);
/// How much later a refresh may be answered, in milliseconds. The first is chosen at first.
const DELAYS: [u32; 3] = [0, 10, 50];
/// Where the two tabs talk.
const CHANNEL: &str = "nightlatch.lab.tabs";

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_TABS,
    name: words::NAME,
    asks: words::ASKS,
    show: || if is_second() { view! { <Second channel=CHANNEL what=words::SECOND_WHAT /> }.erased() } else { view! { <First /> }.erased() },
    wants: Some(Wants::usual(RULES)),
    runs: |book| book.races.len(),
    whole: Some(Policy::ALL.len() * SHARED.len()),
    export,
};

#[component]
fn First() -> impl IntoView {
    let rules: Vec<AnyView> = words::LEARNED.into_iter().map(|(rule, here)| view! { <li><b>{rule}</b>" "{here}</li> }.erased()).collect();
    view! {
        <p>{words::WHAT}</p>
        <Runner />
        <Matrix />
        <chart::Chart />
        <section class="card stack">
            <h2>{words::MOST}</h2>
            <p>{words::WHY}</p>
            <ol class="rules">{rules}</ol>
        </section>
        <p class="muted">{words::NOT}</p>
    }
    .erased()
}

/// Opens the second tab, and runs the races.
#[component]
fn Runner() -> impl IntoView {
    let (server, frame, session, book, Quiet(quiet)) =
        (expect_context::<Arc<dyn Bench>>(), Frame::here(), session(), Book::here(), Quiet::here());
    let Some(window) = window() else { return "".erased() };
    let there = RwSignal::new(false);
    let other = Other::listen(CHANNEL, window, move || {
        there.try_set(true);
    });
    let (here, said) = (bench(), RwSignal::new(None::<String>));
    // What is running: its policy, the round, and how many sessions were lost.
    let now = RwSignal::new(None::<(Policy, u32, u32)>);
    let [rule, lock, delay] = [(); 3].map(|()| NodeRef::<Select>::new());
    let shared = session.clone();
    let go = move |all: bool| {
        let (Some(bench), false) = (here.get_untracked(), now.get_untracked().is_some()) else { return };
        let chosen = |node: NodeRef<Select>| node.get_untracked().map(|select| select.value()).unwrap_or_default();
        let policies = if all {
            Policy::ALL.to_vec()
        } else {
            vec![Policy { rotation: Rotation::parse(&chosen(rule)), lock: chosen(lock) == words::LOCK_ON.0 }]
        };
        let delay_ms = chosen(delay).parse().unwrap_or_default();
        let run = Run { server: server.clone(), other: other.clone(), session: session.clone(), bench };
        said.set(None);
        quiet.set(true);
        spawn_local(async move {
            for policy in policies {
                let step = |round, lost| {
                    now.try_set(Some((policy, round, lost)));
                };
                match run.races(policy, delay_ms, step).await {
                    Ok(race) => {
                        frame.status.try_set(words::outcome(policy, race.lost, race.rounds));
                        book.write(|book| note(&mut book.races, race));
                    }
                    Err(problem) => {
                        frame.status.try_set(problem.title.clone());
                        said.try_set(Some(problem.title));
                        break;
                    }
                }
            }
            run.tidy().await;
            now.try_set(None);
            quiet.try_set(false);
        });
    };
    let (one, all) = (go.clone(), go);
    let option = |value: &'static str, name: &'static str| view! { <option value=value>{name}</option> }.erased();
    let delays: Vec<AnyView> =
        DELAYS.into_iter().map(|ms| view! { <option value=ms.to_string()>{words::delay(ms)}</option> }.erased()).collect();
    let select = |id: &'static str, label: &'static str, node: NodeRef<Select>, options: Vec<AnyView>| {
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <select id=id node_ref=node>{options}</select>
            </div>
        }
        .erased()
    };
    let rotations = [Rotation::Strict, Rotation::Detecting].map(|one| option(one.as_str(), words::rule(one)));
    let busy = move || now.get().is_some();
    view! {
        <section class="card stack" aria-labelledby="races-run">
            <h2 id="races-run">{words::RUN_TITLE}</h2>
            <p>{words::TWO_SERVERS}</p>
            <p>{words::KEPT_ON}</p>
            <Opener path=page::LAB_TABS there=there />
            <div class="knobs">
                {select("race-rule", words::SERVER, rule, rotations.into_iter().collect())}
                {select("race-lock", words::BROWSER, lock, vec![option(words::LOCK_OFF.0, words::LOCK_OFF.1), option(words::LOCK_ON.0, words::LOCK_ON.1)])}
                {select("race-delay", words::ANSWERS, delay, delays)}
            </div>
            {move || {
                let storage = shared.storage();
                if (here.get().is_none() && !busy()) || SHARED.contains(&storage) {
                    return "".erased();
                }
                view! { <p class="notice">{words::NOT_SHARED}</p> }.erased()
            }}
            {move || (here.get().is_some() || busy()).then(|| {
                let (one, all) = (one.clone(), all.clone());
                let off = move || busy().then_some("true");
                view! {
                    <p class="deeds">
                        <button class="btn primary" on:click=move |_| one(false) aria-disabled=off>{words::run(ROUNDS)}</button>
                        <button class="btn" on:click=move |_| all(true) aria-disabled=off>{words::RUN_ALL}</button>
                        <span id="racing" class="muted">{move || now.get().map(|(policy, round, lost)| words::running(policy, round, lost))}</span>
                    </p>
                }
                .erased()
            })}
            {move || said.get().map(|said| view! { <p class="notice warn">{said}</p> })}
        </section>
    }
    .erased()
}

/// Every rule with every storage that tabs share.
#[component]
fn Matrix() -> impl IntoView {
    let Book(book, _) = Book::here();
    let rows = move || -> Vec<AnyView> {
        let of = |policy: Policy| {
            let cell = |storage: TokenStorage| {
                let race = book.with(|book| book.races.iter().find(|race| (race.storage, race.policy()) == (storage, policy)).cloned());
                let Some(race) = race else {
                    let expected = if policy.loses() { words::LOST } else { words::KEPT };
                    return view! { <td><span class="expected">{expected}<span class="vh">" (" {texts::EXPECTED} ")"</span></span></td> }
                        .erased();
                };
                let class = if race.lost == 0 { "measured kept" } else { "measured lost" };
                let wrong = ((race.lost > 0) != policy.loses()).then(|| view! { <small>{texts::UNEXPECTED}</small> });
                view! { <td><span class=class>{words::lost(race.lost, race.rounds)}</span>{wrong}</td> }.erased()
            };
            let cells: Vec<AnyView> = SHARED.into_iter().map(cell).collect();
            view! { <tr><th scope="row">{words::rule(policy.rotation)}<small>{words::locked(policy.lock)}</small></th>{cells}</tr> }
                .erased()
        };
        Policy::ALL.into_iter().map(of).collect()
    };
    view! {
        <section class="stack">
            <h2>{words::MATRIX}</h2>
            <Across label=words::MATRIX>
                <table class="cells" id="matrix">
                    {heads(&[words::RULES, texts::strategy(SHARED[0]).1, texts::strategy(SHARED[1]).1, texts::strategy(SHARED[2]).1])}
                    <tbody>{rows}</tbody>
                </table>
            </Across>
        </section>
    }
    .erased()
}

/// Those that were run, in the order of the table.
fn in_order(book: &Notebook) -> Vec<Race> {
    let place = |race: &Race| {
        (SHARED.iter().position(|storage| *storage == race.storage), Policy::ALL.iter().position(|policy| *policy == race.policy()))
    };
    let mut races = book.races.clone();
    races.sort_by_key(place);
    races
}

/// What was measured, as Markdown.
fn export(book: &Notebook, text: &mut String) {
    table(
        text,
        &[texts::STORAGE, words::SERVER, words::BROWSER, words::SESSIONS_LOST, words::MET, words::REFRESHES, words::APART, words::ANSWERS],
    );
    for race in in_order(book) {
        let cells = [
            texts::strategy(race.storage).1,
            words::rule(race.rotation),
            words::locked(race.lock),
            &texts::of(race.lost as usize, race.rounds as usize),
            &texts::of(race.met as usize, race.rounds as usize),
            &race.refreshes.to_string(),
            &words::spread(race.apart),
            words::delay(race.delay_ms),
        ];
        row(text, cells.into_iter());
    }
}
