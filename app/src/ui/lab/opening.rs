//! Time to feed: a window of its own opens the feed again and again, and says how long the first post took.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::export::{row, table};
use super::parts::{Across, Often, blank, heads};
use super::session::{bench, look};
use super::shell::Wants;
use super::{Book, Room};
use crate::api::Bench;
use crate::lab::opening::{Load, Opening as Measured, Part, expected};
use crate::lab::{Notebook, note};
use crate::routes::page;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session};
use crate::ui::text::lab::{self as texts, opening as words};
use crate::wire::lab::Knobs;
use crate::wire::problem::{Code, Problem};
use crate::wire::session::TokenStorage;

/// So that no opening has to wait for a refresh, unless somebody chooses that.
const RULES: Knobs = Knobs::usual(300);
/// How often, to choose from; the second is usual.
const TIMES: [u32; 3] = [3, 10, 20];

/// How wide the chart is, and how high a bar of it with its name, in units of its own.
const WIDTH: f64 = 480.0;
const LINE: f64 = 44.0;

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_OPENING,
    name: words::NAME,
    asks: words::ASKS,
    show: || view! { <Opening /> }.erased(),
    wants: Some(Wants::usual(RULES)),
    runs: |book| book.openings.len(),
    whole: Some(TokenStorage::IN_A_BROWSER.len()),
    export,
};

#[component]
fn Opening() -> impl IntoView {
    let (server, frame, session, book) = (expect_context::<Arc<dyn Bench>>(), Frame::here(), session(), Book::here());
    let here = bench();
    // Which opening is under way, and of how many.
    let busy = RwSignal::new(None::<(u32, u32)>);
    let trouble = RwSignal::new(None::<&'static str>);
    let often = Often::new(TIMES, TIMES[1]);
    let run = move |_| {
        let (Some(bench), Some(viewer), None) = (here.get_untracked(), session.viewer(), busy.get_untracked()) else { return };
        trouble.set(None);
        // Now, while the click is under way: later no browser lets us.
        if !server.open_feed() {
            trouble.set(Some(words::BLOCKED));
            return;
        }
        let all = untrack(move || often.get());
        busy.set(Some((1, all)));
        let (server, storage) = (server.clone(), session.storage_now());
        spawn_local(async move {
            let measured = measure(&server, viewer.username, all, busy).await;
            server.close_feed();
            match (measured, look(server.clone(), bench).await) {
                (Ok(loads), Some(watched)) => {
                    let opening =
                        Measured { storage, access_life: watched.knobs.access_life, loads, at: watched.now, browser: server.browser() };
                    if let Some(spread) = opening.spread() {
                        frame.status.try_set([texts::MEDIAN, " ", &texts::ms(spread.median)].concat());
                    }
                    book.write(|book| note(&mut book.openings, opening));
                }
                (Err(problem), _) => drop(trouble.try_set(Some(why(&problem)))),
                (Ok(_), None) => drop(trouble.try_set(Some(words::CLOSED))),
            }
            busy.try_set(None);
        });
    };
    view! {
        <p>{words::WHAT}</p>
        {move || here.get().map(|_| {
            view! {
                <div class="knobs">
                    {often.view()}
                    <button class="btn primary" on:click=run.clone() aria-disabled=move || busy.get().map(|_| "true")>
                        {move || busy.get().map_or(words::RUN.to_owned(), |(now, all)| words::opening(now, all))}
                    </button>
                </div>
            }
            .erased()
        })}
        {move || trouble.get().map(|trouble| view! { <p class="notice warn" role="status" id="trouble">{trouble}</p> }.erased())}
        <Storages />
        {move || {
            let openings = book.0.with(|book| sorted(book).cloned().collect::<Vec<_>>());
            (!openings.is_empty()).then(|| view! { <Bars openings=openings /> }.erased())
        }}
        <p class="muted">{words::NOT}</p>
    }
    .erased()
}

/// Opens the feed so often. One opening that could not be seen is no result, and neither are the others then.
async fn measure(server: &Arc<dyn Bench>, username: String, all: u32, busy: RwSignal<Option<(u32, u32)>>) -> Result<Vec<Load>, Problem> {
    let mut loads = Vec::new();
    for now in 1..=all {
        busy.try_set(Some((now, all)));
        let text = server.time_feed(username.clone()).await?;
        loads.push(serde_json::from_str(&text).map_err(|_| Problem::new(Code::Unreachable))?);
    }
    Ok(loads)
}

/// Why there is no result.
fn why(problem: &Problem) -> &'static str {
    match problem.title.as_str() {
        "blind" => words::BLIND,
        "late" => words::LATE,
        _ => words::CLOSED,
    }
}

/// What was measured, in the order of the storages.
fn sorted(book: &Notebook) -> impl Iterator<Item = &Measured> {
    TokenStorage::IN_A_BROWSER.into_iter().filter_map(|storage| book.openings.iter().find(|opening| opening.storage == storage))
}

/// All storages: what is expected, and what was measured.
#[component]
fn Storages() -> impl IntoView {
    let book = Book::here();
    let rows = move || -> Vec<AnyView> {
        let row = |storage: TokenStorage| {
            let opening = book.0.with(|book| book.openings.iter().find(|opening| opening.storage == storage).cloned());
            let tap = (storage == TokenStorage::Memory).then(|| view! { <small>{words::WITH_A_TAP}</small> });
            view! {
                <tr>
                    <th scope="row">{texts::strategy(storage).1}{tap}</th>
                    {figures(storage, opening)}
                </tr>
            }
            .erased()
        };
        TokenStorage::IN_A_BROWSER.into_iter().map(row).collect()
    };
    view! {
        <Across label=words::FIRST_POST>
            <table id="openings" class="openings">
                {heads(&[texts::STORAGE, texts::N, texts::MEDIAN, texts::P95, words::RANGE, words::AWAITED, words::REFUSED])}
                <tbody>{rows}</tbody>
            </table>
        </Across>
    }
    .erased()
}

/// The cells of a row.
fn figures(storage: TokenStorage, opening: Option<Measured>) -> AnyView {
    let (least, most) = expected(storage);
    let Some((opening, spread)) = opening.and_then(|opening| opening.spread().map(|spread| (opening, spread))) else {
        let guess = |text: String| {
            view! { <td><span class="expected">{text}<span class="vh">" (" {texts::EXPECTED} ")"</span></span></td> }.erased()
        };
        return view! { {blank()} {blank()} {blank()} {blank()} {guess(words::requests((least, most)))} {guess(words::refused(0))} }
            .erased();
    };
    let found = opening.awaited();
    let as_expected = least <= found.0 && found.1 <= most;
    let seen = |text: String, good: bool, right: bool| {
        let class = if good { "measured kept" } else { "measured lost" };
        let wrong = (!right).then(|| view! { <small>{texts::UNEXPECTED}</small> });
        view! { <td><span class=class>{text}</span>{wrong}</td> }.erased()
    };
    let refused = match opening.refused() {
        Some(refused) => seen(words::refused(refused), refused == 0, refused == 0),
        None => view! { <td>{words::NOT_TOLD}</td> }.erased(),
    };
    view! {
        <td class="number">{opening.loads.len().to_string()}</td>
        <td class="number"><b>{texts::ms(spread.median)}</b></td>
        <td class="number">{texts::ms(spread.p95)}</td>
        <td class="number">{words::range(spread.least, spread.most)}</td>
        {seen(words::requests(found), found.1 == 0, as_expected)}
        {refused}
    }
    .erased()
}

/// Its class.
const fn class(part: Part) -> &'static str {
    match part {
        Part::FirstByte => "p1",
        Part::Document => "p2",
        Part::Tokens => "p3",
        Part::Feed => "p4",
        Part::Rest => "p5",
    }
}

/// The chart, and its table.
#[component]
fn Bars(openings: Vec<Measured>) -> impl IntoView {
    let middles: Vec<(&Measured, &Load)> = openings.iter().filter_map(|opening| opening.middle().map(|middle| (opening, middle))).collect();
    let longest = middles.iter().map(|(_, load)| load.painted).fold(1.0, f64::max);
    let scale = (WIDTH - 90.0) / longest;
    let legend: Vec<AnyView> = Part::ALL
        .into_iter()
        .map(|part| {
            view! {
                <li>
                    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><rect class=class(part) width="12" height="12" rx="3" /></svg>
                    {words::part(part)}
                </li>
            }
            .erased()
        })
        .collect();
    let bars: Vec<AnyView> = middles
        .iter()
        .enumerate()
        .map(|(place, (opening, load))| {
            let y = LINE * place as f64;
            let mut x = 0.0;
            let parts: Vec<AnyView> = Part::ALL
                .into_iter()
                .zip(load.parts())
                .filter(|(_, ms)| *ms > 0.0)
                .map(|(part, ms)| {
                    let (from, wide) = (x, ms * scale);
                    x += wide;
                    view! { <rect class=class(part) x=from y=y + 20.0 width=wide height="16" /> }.erased()
                })
                .collect();
            view! {
                <g>
                    <text x="0" y=y + 14.0>{texts::strategy(opening.storage).1}</text>
                    {parts}
                    <text x=x + 8.0 y=y + 33.0>{texts::ms(load.painted)}</text>
                </g>
            }
            .erased()
        })
        .collect();
    let rows: Vec<AnyView> = middles
        .iter()
        .map(|(opening, load)| {
            let parts = load.parts().map(|ms| view! { <td class="number">{texts::ms(ms)}</td> }.erased());
            let said: Vec<String> = opening.server().iter().map(|(name, ms)| words::server(name, *ms)).collect();
            view! {
                <tr>
                    <th scope="row">{texts::strategy(opening.storage).1}</th>
                    {Vec::from(parts)}
                    <td class="number">{texts::ms(load.painted)}</td>
                    <td class="number">{words::kilobytes(load.bytes)}</td>
                    <td>{if said.is_empty() { words::SILENT.to_owned() } else { said.join(", ") }}</td>
                </tr>
            }
            .erased()
        })
        .collect();
    let [first, document, tokens, feed, rest] = Part::ALL.map(words::part);
    let view_box = ["0 0 ", &WIDTH.to_string(), " ", &(LINE * middles.len() as f64).to_string()].concat();
    view! {
        <figure class="chart stacked">
            <svg viewBox=view_box role="img" aria-label=words::PARTS>{bars}</svg>
            <ul class="legend" role="list">{legend}</ul>
            <figcaption>{words::PARTS}</figcaption>
            <Across label=words::WHOLE>
                <table id="parts">
                    {heads(&[texts::STORAGE, first, document, tokens, feed, rest, words::WHOLE, words::SIZE, words::SERVER])}
                    <tbody>{rows}</tbody>
                </table>
            </Across>
        </figure>
    }
    .erased()
}

/// What was measured, as Markdown.
fn export(book: &Notebook, text: &mut String) {
    table(text, &[texts::STORAGE, texts::N, texts::MEDIAN, texts::P95, words::RANGE, words::AWAITED, words::REFUSED]);
    for opening in sorted(book) {
        let Some(spread) = opening.spread() else { continue };
        let cells = [
            texts::strategy(opening.storage).1,
            &opening.loads.len().to_string(),
            &texts::ms(spread.median),
            &texts::ms(spread.p95),
            &words::range(spread.least, spread.most),
            &words::requests(opening.awaited()),
            &opening.refused().map_or(words::NOT_TOLD.to_owned(), words::refused),
        ];
        row(text, cells.into_iter());
    }
}
