//! What a request costs: a JWT that is verified beside the id of a server session that is looked up.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::cell::{Said, cell};
use super::export::{row, table};
use super::parts::{Across, Bar, Bars, blank, figures};
use super::session::{at, bench, look};
use super::shell::Wants;
use super::{Book, Room};
use crate::api::{Bench, Window};
use crate::lab::chosen::Open;
use crate::lab::cost::{ASKED, Cost as Measured, RUNS, queries};
use crate::lab::spread::Spread;
use crate::lab::{Notebook, note};
use crate::routes::{api, page};
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session, window};
use crate::ui::text::lab::{self as texts, cost as words};
use crate::wire::lab::Knobs;
use crate::wire::lab::cost::{Load, Loaded, Witnessed};
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::TokenStorage;

const RULES: Knobs = Knobs::usual(60);

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_COST,
    name: words::NAME,
    asks: words::ASKS,
    show: || view! { <Cost /> }.erased(),
    wants: Some(Wants::open(RULES, &[Open::Token])),
    runs: |book| book.costs.len(),
    whole: None,
    export,
};

#[component]
fn Cost() -> impl IntoView {
    let (server, frame, session, book) = (expect_context::<Arc<dyn Bench>>(), Frame::here(), session(), Book::here());
    let (here, busy) = (bench(), RwSignal::new(false));
    let kept = session.clone();
    let run = move |_| {
        let (Some(bench), Some(window), false) = (here.get_untracked(), window(), busy.get_untracked()) else { return };
        busy.set(true);
        let (server, storage) = (server.clone(), session.storage_now());
        spawn_local(async move {
            match measured(server, window, bench, storage).await {
                Ok(cost) => {
                    if let Some(alone) = cost.runs.first() {
                        frame.status.set(words::said(alone.queries.median, &alone.auth));
                    }
                    book.write(|book| note(&mut book.costs, cost));
                }
                Err(problem) => frame.status.set(problem.title),
            }
            busy.try_set(false);
        });
    };
    view! {
        <p>{words::WHAT}</p>
        {move || here.get().map(|_| {
            view! {
                <p class="deeds">
                    <button class="btn primary" on:click=run.clone() aria-disabled=move || busy.get().then_some("true")>
                        {move || if busy.get() { words::RUNS } else { words::RUN }}
                    </button>
                </p>
            }
            .erased()
        })}
        {move || {
            let storage = here.get().map(|_| kept.storage())?;
            let newest = book.0.with(|book| book.costs.iter().rev().find(|cost| cost.storage == storage).cloned())?;
            Some(view! { <Newest cost=newest /> }.erased())
        }}
        {move || {
            let costs = book.0.with(|book| book.costs.clone());
            (!costs.is_empty()).then(|| view! { <All costs=costs /> }.erased())
        }}
        <section class="card stack">
            <h2>{words::REMEMBERED}</h2>
            <p>{words::REMEMBERS}</p>
            {move || book.0.with(|book| book.costs.iter().rev().find_map(|cost| cost.remembered)).map(|remembered| figures([
                (words::ROWS, words::of_sessions(remembered.database, remembered.sessions)),
                (words::ENDED, words::at_least(remembered.ended, remembered.sessions)),
            ]))}
            <p class="muted">{words::ROWS_ARE}</p>
        </section>
        <p class="muted">{words::NOT}</p>
    }
    .erased()
}

/// Asks from here, looks at what was on the wire, and has the server ask itself.
async fn measured(server: Arc<dyn Bench>, window: Arc<dyn Window>, bench: Uuid, storage: TokenStorage) -> Result<Measured, Problem> {
    let unread = || Problem::new(Code::Unreachable);
    let mut samples = Vec::new();
    for _ in 0..ASKED {
        let began = window.ticks();
        server.ask(api::ME).await?;
        samples.push(window.ticks() - began);
    }
    let wire: Vec<Witnessed> = read(server.tell("GET", at(api::LAB_WIRE, bench), None).await?)?;
    let last = wire.iter().rev().find(|seen| seen.path == api::ME && seen.status == 200).ok_or_else(unread)?;
    let mut runs = Vec::new();
    for (requests, at_once, slow_ms) in RUNS {
        let load = serde_json::to_string(&Load { requests, at_once, slow_ms }).ok().map(Secret::new);
        runs.push(read::<Loaded>(server.tell("POST", at(api::LAB_LOAD, bench), load).await?)?);
    }
    let remembered = Some(read(server.tell("POST", at(api::LAB_MEMORY, bench), None).await?)?);
    let watched = look(server.clone(), bench).await.ok_or_else(unread)?;
    let (up, down, token) = (last.up, last.down, watched.knobs.token);
    Ok(Measured { storage, token, up, down, here: Spread::of(samples), runs, remembered, at: watched.now, browser: server.browser() })
}

fn read<T: DeserializeOwned>(answer: Secret) -> Result<T, Problem> {
    serde_json::from_str(answer.expose()).map_err(|_| Problem::new(Code::Unreachable))
}

fn name(cost: &Measured) -> String {
    let (letter, name) = texts::strategy(cost.storage);
    [letter, " – ", name, ", ", texts::kind(cost.token)].concat()
}

/// The newest run of the present storage, in full.
#[component]
fn Newest(cost: Measured) -> impl IntoView {
    let [alone, .., slow] = &cost.runs[..] else { return "".erased() };
    let facts = [
        (words::QUERIES, alone.queries.median.to_string()),
        (words::AUTH, words::spread_us(&alone.auth)),
        (words::TOTAL, words::spread_us(&alone.total)),
        (words::BARE, words::spread_us(&alone.bare)),
        (words::SLOW, words::spread_us(&slow.total)),
        (words::HERE, words::spread_ms(&cost.here)),
        (words::BYTES, words::bytes(cost.up, cost.down)),
    ];
    view! {
        <section class="card stack" id="newest">
            <h2>{name(&cost)}</h2>
            {figures(facts)}
        </section>
    }
    .erased()
}

const ASKED_FOR: Said = Said { yes: "1", no: "0", good: false };

/// All runs beside each other: a chart and its table.
#[component]
fn All(costs: Vec<Measured>) -> impl IntoView {
    let bars: Vec<Bar> = costs
        .iter()
        .filter_map(|cost| {
            let auth = cost.runs.first()?.auth;
            let class = if cost.runs.first()?.queries.median > 0.0 { "renews" } else { "replays" };
            Some(Bar { name: name(cost), from: 0.0, value: auth.median, to: auth.p95, said: words::both(&auth), class })
        })
        .collect();
    let rows: Vec<AnyView> = costs
        .iter()
        .filter_map(|cost| {
            let [alone, some, many, slow] = &cost.runs[..] else { return None };
            let rate = |run: &Loaded| (f64::from(run.requests) * 1_000_000.0 / run.took_us.max(1.0)).round().to_string();
            let (letter, storage) = texts::strategy(cost.storage);
            Some(
                view! {
                    <tr>
                        <th scope="row"><span class="letter" aria-hidden="true">{letter}</span>" "{storage}</th>
                        <td>{texts::kind(cost.token)}</td>
                        {cell(Some(alone.queries.median > 0.0), queries(cost.token) > 0, ASKED_FOR)}
                        <td class="number">{words::both(&alone.auth)}</td>
                        <td class="number">{words::both(&alone.total)}</td>
                        <td class="number">{words::both(&slow.total)}</td>
                        <td class="number">{[rate(alone), rate(some), rate(many)].join(" / ")}</td>
                        <td class="number">{words::bytes(cost.up, cost.down)}</td>
                        {match cost.remembered {
                            Some(remembered) => view! { <td class="number">{words::remembered(cost.token, remembered)}</td> }.erased(),
                            None => blank(),
                        }}
                    </tr>
                }
                .erased(),
            )
        })
        .collect();
    let at_once: Vec<String> = RUNS[..3].iter().map(|run| run.1.to_string()).collect();
    view! {
        <section class="stack">
            <h2>{words::ALL}</h2>
            <figure class="chart">
                <Bars label=words::CHART bars=bars />
                <Across label=words::ALL>
                    <table id="costs">
                        <thead><tr>
                            <th scope="col">{texts::STORAGE}</th>
                            <th scope="col">{words::TOKEN}</th>
                            <th scope="col">{words::QUERIES}</th>
                            <th scope="col">{words::AUTH}<small>{texts::MEDIAN_P95}</small></th>
                            <th scope="col">{words::TOTAL}<small>{texts::MEDIAN_P95}</small></th>
                            <th scope="col">{words::SLOW}<small>{texts::MEDIAN_P95}</small></th>
                            <th scope="col">{words::PER_SECOND}<small>{at_once.join(" / ")} " " {words::AT_ONCE}</small></th>
                            <th scope="col">{words::BYTES}</th>
                            <th scope="col">{words::REMEMBERED}</th>
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </Across>
            </figure>
        </section>
    }
    .erased()
}

/// What was measured, as Markdown.
fn export(book: &Notebook, text: &mut String) {
    let heads = [texts::STORAGE, words::TOKEN, words::QUERIES, words::AUTH, words::TOTAL, words::SLOW, words::HERE, words::BYTES];
    table(text, &[&heads[..], &[words::REMEMBERED]].concat());
    for cost in &book.costs {
        let [alone, .., slow] = &cost.runs[..] else { continue };
        let cells = [
            texts::strategy(cost.storage).1,
            texts::kind(cost.token),
            &alone.queries.median.to_string(),
            &words::spread_us(&alone.auth),
            &words::spread_us(&alone.total),
            &words::spread_us(&slow.total),
            &words::spread_ms(&cost.here),
            &words::bytes(cost.up, cost.down),
            &cost.remembered.map_or_else(|| texts::NOT_RUN.to_owned(), |remembered| words::remembered(cost.token, remembered)),
        ];
        row(text, cells.into_iter());
    }
}
