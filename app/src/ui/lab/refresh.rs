//! Silent refresh: the access token runs out while five things are asked for at once, again and again.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use super::export::{row, table};
use super::parts::{Across, Bar, Bars, Column, Often, blank, figures, heads, spread_cells, spread_heads};
use super::session::{at, bench, look};
use super::shell::Wants;
use super::{Book, Room};
use crate::api::{Bench, Window};
use crate::lab::refresh::{Burst, REFRESHES, Run};
use crate::lab::{Notebook, note};
use crate::routes::{api, page};
use crate::session::{Exchange, Part, Session};
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session, window};
use crate::ui::text::inspector;
use crate::ui::text::lab::{self as texts, refresh as words};
use crate::wire::lab::Knobs;
use crate::wire::problem::{Code, Problem};
use crate::wire::session::TokenStorage;

/// What is asked for.
const ASKED: [&str; 5] = [api::ME, api::FEED, api::SESSIONS, api::ACTIVITY, api::FACTOR];
const RULES: Knobs = Knobs::usual(60);
/// How often, to choose from; the second is usual.
const TIMES: [u32; 3] = [1, 5, 20];

/// When a burst began, and its exchanges.
type Wire = (f64, Vec<Exchange>);

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_REFRESH,
    name: words::NAME,
    asks: words::ASKS,
    show: || view! { <Refresh /> }.erased(),
    wants: Some(Wants::usual(RULES)),
    runs: |book| book.bursts.len(),
    whole: Some(TokenStorage::IN_A_BROWSER.len()),
    export,
};

#[component]
fn Refresh() -> impl IntoView {
    let (server, frame, session, book) = (expect_context::<Arc<dyn Bench>>(), Frame::here(), session(), Book::here());
    let here = bench();
    let is_here = Memo::new(move |_| here.get().is_some());
    let often = Often::new(TIMES, TIMES[1]);
    // Which burst is under way, and of how many.
    let busy = RwSignal::new(None::<(u32, u32)>);
    let trouble = RwSignal::new(None::<String>);
    // The exchanges of the last burst, and when it began.
    let lanes = RwSignal::new(None::<Wire>);
    let wire = session.clone();
    let run = move |_| {
        let (Some(bench), Some(window), None) = (here.get_untracked(), window(), busy.get_untracked()) else { return };
        let times = untrack(move || often.get());
        trouble.set(None);
        busy.set(Some((1, times)));
        let (server, session) = (server.clone(), session.clone());
        spawn_local(async move {
            let step = |now| {
                busy.try_set(Some((now, times)));
            };
            match measured(server, session, window, bench, times, step).await {
                Ok((burst, last)) => {
                    frame.status.try_set(said(&burst));
                    lanes.try_set(last);
                    book.write(|book| note(&mut book.bursts, burst));
                }
                Err(problem) => drop(trouble.try_set(Some(problem.title))),
            }
            busy.try_set(None);
        });
    };
    let newest = move || {
        let storage = wire.storage();
        let burst = book.0.with(|book| book.bursts.iter().find(|burst| burst.storage == storage).cloned())?;
        Some(view! { <Figures burst=burst /> }.erased())
    };
    view! {
        <p>{words::WHAT}</p>
        <p>{words::HELD_IS}</p>
        {move || is_here.get().then(|| {
            view! {
                <div class="knobs">
                    {often.view()}
                    <button class="btn primary" on:click=run.clone() aria-disabled=move || busy.get().map(|_| "true")>
                        {move || busy.get().map_or(words::BURST.to_owned(), |(now, all)| words::bursting(now, all))}
                    </button>
                </div>
            }
            .erased()
        })}
        {move || trouble.get().map(|trouble| view! { <p class="notice warn" role="status" id="trouble">{trouble}</p> }.erased())}
        {newest}
        <Storages />
        {move || lanes.get().map(|(began, all)| view! { <Lanes began=began all=all /> }.erased())}
        <p class="muted">{words::NOT}</p>
    }
    .erased()
}

/// Makes so many bursts. Calls `step` before each one with its number. A burst that could not be made is no result, and neither are the
/// others then.
async fn measured(
    server: Arc<dyn Bench>,
    session: Session,
    window: Arc<dyn Window>,
    bench: Uuid,
    times: u32,
    step: impl Fn(u32),
) -> Result<(Burst, Option<Wire>), Problem> {
    let storage = session.storage_now();
    // Not counted: it opens connections, and fetches another token where the one at hand is about to run out by itself.
    all(&server).await;
    let (mut runs, mut last) = (Vec::new(), None);
    for now in 1..=times {
        step(now);
        // With a token that holds, to compare with.
        let began = window.ticks();
        all(&server).await;
        let plain_ms = window.ticks() - began;
        server.tell("POST", at(api::LAB_EXPIRE, bench), None).await?;
        let began = window.ticks();
        let answered = all(&server).await;
        let took_ms = window.ticks() - began;
        let wire: Vec<Exchange> = session.wire_now().into_iter().filter(|exchange| exchange.at_ms >= began).collect();
        runs.push(Run { answered, took_ms, plain_ms, ..Run::seen(&wire) });
        last = Some((began, wire));
    }
    let watched = look(server.clone(), bench).await.ok_or_else(|| Problem::new(Code::Unreachable))?;
    Ok((Burst { storage, asked: ASKED.len() as u32, runs, at: watched.now, browser: server.browser() }, last))
}

/// Asks for everything at once, and counts what was answered.
async fn all(server: &Arc<dyn Bench>) -> u32 {
    let asked = ASKED.map(|path| server.ask(path));
    let mut answered = 0;
    for answer in asked {
        answered += u32::from(answer.await.is_ok());
    }
    answered
}

/// What came out, in a sentence.
fn said(burst: &Burst) -> String {
    words::bursts(burst.refreshes(), burst.asked, burst.runs.len())
}

/// Those of the storage at hand.
#[component]
fn Figures(burst: Burst) -> impl IntoView {
    let (asked, answered) = (burst.asked as usize * burst.runs.len(), burst.sum(|run| run.answered) as usize);
    let rows = [
        (words::BURSTS, burst.runs.len().to_string()),
        (words::REFRESHES, words::refreshes(burst.refreshes())),
        (texts::REQUESTS, [&texts::of(answered, asked), " ", words::ANSWERED].concat()),
        (words::REFUSED, burst.sum(|run| run.refused).to_string()),
        (words::TOOK, texts::spread(&burst.took(), texts::fine)),
        (words::PLAIN, texts::spread(&burst.plain(), texts::fine)),
    ];
    view! {
        <section class="card stack">
            <h2>{said(&burst)}</h2>
            {figures(rows)}
        </section>
    }
    .erased()
}

/// All storages beside each other: a chart of those that were measured, and a table that says of the others what is expected.
#[component]
fn Storages() -> impl IntoView {
    let book = Book::here();
    let bars = move || {
        let bar = |burst: &Burst| {
            let held = burst.held();
            Bar {
                name: name(burst.storage),
                from: 0.0,
                value: held.median,
                to: held.p95,
                said: texts::lies(&held, texts::fine),
                class: "renews",
            }
        };
        let bars: Vec<Bar> = book.0.with(|book| sorted(book).map(bar).collect());
        (!bars.is_empty()).then(|| view! { <Bars label=words::CHART bars=bars /> }.erased())
    };
    let rows = move || -> Vec<AnyView> {
        let row = |storage: TokenStorage| {
            let (letter, name) = texts::strategy(storage);
            let burst = book.0.with(|book| book.bursts.iter().find(|burst| burst.storage == storage).cloned());
            view! {
                <tr>
                    <th scope="row"><span class="letter" aria-hidden="true">{letter}</span>" "{name}</th>
                    {cells(burst)}
                </tr>
            }
            .erased()
        };
        TokenStorage::IN_A_BROWSER.into_iter().map(row).collect()
    };
    view! {
        <section class="stack">
            <h2>{words::ALL}</h2>
            <figure class="chart">
                {bars}
                <Across label=words::ALL>
                    <table id="bursts">
                        {spread_heads(&[
                            Column::One(texts::STORAGE),
                            Column::Count(texts::N),
                            Column::One(words::REFRESHES),
                            Column::Spread(words::HELD),
                            Column::Spread(words::REFRESH),
                        ])}
                        <tbody>{rows}</tbody>
                    </table>
                </Across>
            </figure>
        </section>
    }
    .erased()
}

fn name(storage: TokenStorage) -> String {
    let (letter, name) = texts::strategy(storage);
    [letter, " – ", name].concat()
}

/// What was measured, in the order of the storages.
fn sorted(book: &Notebook) -> impl Iterator<Item = &Burst> {
    TokenStorage::IN_A_BROWSER.into_iter().filter_map(|storage| book.bursts.iter().find(|burst| burst.storage == storage))
}

/// The cells of a row.
fn cells(burst: Option<Burst>) -> AnyView {
    let expected = (REFRESHES, REFRESHES);
    let Some(burst) = burst else {
        let guess =
            view! { <td><span class="expected">{words::refreshes(expected)}<span class="vh">" (" {texts::EXPECTED} ")"</span></span></td> };
        return view! { {blank()} {guess} {blank()} {blank()} {blank()} {blank()} }.erased();
    };
    let found = burst.refreshes();
    let class = if found == expected { "measured kept" } else { "measured lost" };
    let wrong = (found != expected).then(|| view! { <small>{texts::UNEXPECTED}</small> });
    view! {
        <td class="number">{burst.runs.len().to_string()}</td>
        <td><span class=class>{words::refreshes(found)}</span>{wrong}</td>
        {spread_cells(&burst.held(), texts::fine)}
        {spread_cells(&burst.refresh(), texts::fine)}
    }
    .erased()
}

/// The wire of a burst: a chart, and its table.
#[component]
fn Lanes(began: f64, all: Vec<Exchange>) -> impl IntoView {
    let bars: Vec<Bar> = all
        .iter()
        .map(|exchange| {
            let (class, name) = part(exchange.part);
            let name = [name, " ", &exchange.status.to_string()].concat();
            let (from, value) = (exchange.at_ms - began, exchange.took_ms);
            Bar { name, from, value, to: value, said: texts::ms(value), class }
        })
        .collect();
    let rows: Vec<AnyView> = all
        .iter()
        .map(|exchange| {
            view! {
                <tr>
                    <th scope="row">{part(exchange.part).1}</th>
                    <td><code>{[exchange.method, " ", &exchange.path].concat()}</code></td>
                    <td>{exchange.status.to_string()}</td>
                    <td class="number">{texts::ms(exchange.at_ms - began)}</td>
                    <td class="number">{texts::ms(exchange.took_ms)}</td>
                </tr>
            }
            .erased()
        })
        .collect();
    view! {
        <section class="stack">
            <h2>{words::LAST}</h2>
            <figure class="chart" id="lanes">
                <Bars label=words::BURST_FIGURE bars=bars />
                <Across label=texts::REQUESTS>
                    <table>
                        {heads(&[texts::REQUESTS, inspector::WIRE, words::STATUS, words::SENT, words::WIRE_TOOK])}
                        <tbody>{rows}</tbody>
                    </table>
                </Across>
            </figure>
        </section>
    }
    .erased()
}

/// Its class and its name.
const fn part(part: Part) -> (&'static str, &'static str) {
    match part {
        Part::Request => ("sends", inspector::REQUEST),
        Part::Refresh => ("renews", inspector::REFRESH_CALL),
        Part::Replay => ("replays", inspector::REPLAY),
    }
}

/// What was measured, as Markdown.
fn export(book: &Notebook, text: &mut String) {
    let pairs = [words::HELD, words::REFRESH, words::TOOK, words::PLAIN];
    let pairs = pairs.map(|name| [texts::ITS_MEDIAN, texts::P95].map(|which| [name, ", ", which].concat()));
    let mut head = vec![texts::STORAGE, texts::N, words::REFRESHES, words::REFUSED];
    head.extend(pairs.iter().flatten().map(String::as_str));
    table(text, &head);
    for burst in sorted(book) {
        let spreads = [burst.held(), burst.refresh(), burst.took(), burst.plain()];
        let mut cells = vec![
            texts::strategy(burst.storage).1.to_owned(),
            burst.runs.len().to_string(),
            words::refreshes(burst.refreshes()),
            burst.sum(|run| run.refused).to_string(),
        ];
        cells.extend(spreads.iter().flat_map(|spread| [spread.median, spread.p95].map(texts::fine)));
        row(text, cells.iter().map(String::as_str));
    }
}
