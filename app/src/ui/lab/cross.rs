//! Another site: which requests of it carry which cookies, and which of them are obeyed.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::cell::{Said, cell};
use super::export::{row, table};
use super::parts::{Across, figures, heads};
use super::session::{at, bench};
use super::shell::Wants;
use super::{Book, Room};
use crate::api::Bench;
use crate::lab::cross::{Crossing, LAX_AND_POST, REQUESTS, SameSite, comes_of, fetch_site, travels};
use crate::lab::{Notebook, note};
use crate::routes::{api, page};
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session, window};
use crate::ui::text::lab::{self as texts, cross as words};
use crate::ui::time;
use crate::wire::lab::Knobs;
use crate::wire::lab::cross::{Addresses, Attacker, Crossed, Outcome, Target, Vector};
use crate::wire::problem::{Code, Problem};
use crate::wire::session::TokenStorage;

const RULES: Knobs = Knobs::usual(300);

/// How often the server is asked what has arrived, in milliseconds.
const EVERY: u32 = 500;
/// In milliseconds: for so long after the cookies were set it is asked.
const WATCHED: i64 = 15 * 60_000;

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_CROSS,
    name: words::NAME,
    asks: words::ASKS,
    show: || view! { <Cross /> }.erased(),
    wants: Some(Wants::usual(RULES)),
    runs: |book| book.crossings.len(),
    whole: None,
    export,
};

#[component]
fn Cross() -> impl IntoView {
    let (server, frame, session, book) = (expect_context::<Arc<dyn Bench>>(), Frame::here(), session(), Book::here());
    let (here, busy) = (bench(), RwSignal::new(false));
    let addresses = RwSignal::new(None::<Addresses>);
    // What has arrived for which bench.
    let seen = RwSignal::new(None::<(Uuid, Crossed)>);
    let asking = server.clone();
    spawn_local(async move {
        if let Ok(found) = ask::<Addresses>(&asking, api::LAB_CROSS.to_owned()).await {
            addresses.try_set(Some(found));
        }
    });
    let plant = move |_| {
        let (Some(bench), false) = (here.get_untracked(), busy.get_untracked()) else { return };
        busy.set(true);
        let (server, storage) = (server.clone(), session.storage_now());
        spawn_local(async move {
            // So that the access token holds for as long as one may take.
            drop(server.refresh().await);
            let planted = server.tell("POST", at(api::LAB_BENCH_CROSS, bench), None).await;
            busy.try_set(false);
            match planted {
                Ok(_) => watch(server, book, seen, bench, storage).await,
                Err(problem) => drop(frame.status.try_set(problem.title)),
            }
        });
    };
    let planted = Memo::new(move |_| {
        let bench = here.get()?;
        seen.with(|seen| seen.as_ref().filter(|(of, seen)| *of == bench && seen.planted_at.is_some()).map(|_| bench))
    });
    let links = move || {
        let bench = planted.get()?;
        let found = addresses.get()?;
        let links: Vec<AnyView> = Attacker::ALL
            .into_iter()
            .filter_map(|attacker| {
                let target = [found.of(attacker)?, "/", &bench.to_string(), "/begin"].concat();
                Some(
                    view! { <a class="btn primary" href=target target="_blank" rel="noopener external">{words::open(attacker)}</a> }
                        .erased(),
                )
            })
            .collect();
        Some(view! { <p class="notice">{words::PLANTED}</p> <p class="deeds">{links}</p> }.erased())
    };
    let possible = move || addresses.with(|found| found.as_ref().is_some_and(|found| found.site.is_some()));
    view! {
        <p>{words::WHAT}</p>
        <p>{words::DEED}</p>
        {move || (addresses.with(Option::is_some) && !possible()).then(|| view! { <p class="notice warn">{words::NO_ATTACKER}</p> })}
        {move || (here.get().is_some() && possible()).then(|| {
            view! {
                <p class="deeds">
                    <button class=move || if planted.get().is_some() { "btn" } else { "btn primary" } on:click=plant.clone() aria-disabled=move || busy.get().then_some("true")>
                        {move || match (busy.get(), planted.get()) {
                            (true, _) => words::PLANTING,
                            (_, Some(_)) => words::PLANT_AGAIN,
                            (_, None) => words::PLANT,
                        }}
                    </button>
                </p>
            }
            .erased()
        })}
        {links}
        <From attacker=Attacker::Site addresses=addresses seen=seen />
        <From attacker=Attacker::Port addresses=addresses seen=seen />
        <p class="notice">{words::PROTECTS}</p>
        <p class="muted">{words::NOT}</p>
    }
    .erased()
}

/// Asks the lab for something.
async fn ask<T: DeserializeOwned>(server: &Arc<dyn Bench>, path: String) -> Result<T, Problem> {
    let answer = server.tell("GET", path, None).await?;
    serde_json::from_str(answer.expose()).map_err(|_| Problem::new(Code::Unreachable))
}

/// Asks what has arrived, until this page is left, other cookies are set, or nobody attacks any more. What is complete is noted.
async fn watch(server: Arc<dyn Bench>, book: Book, seen: RwSignal<Option<(Uuid, Crossed)>>, bench: Uuid, storage: TokenStorage) {
    let Some(window) = window() else { return };
    let mut planted = None;
    let mut noted: Vec<Crossing> = Vec::new();
    loop {
        // A question that was not answered is asked again.
        if let Ok(found) = ask::<Crossed>(&server, at(api::LAB_BENCH_CROSS, bench)).await {
            let Some(planted_at) = found.planted_at else { return };
            if *planted.get_or_insert(planted_at) != planted_at || found.now - planted_at > WATCHED {
                return;
            }
            for crossing in Attacker::ALL.into_iter().filter_map(|attacker| Crossing::of(attacker, storage, &found, server.browser())) {
                if !noted.contains(&crossing) {
                    noted.push(crossing.clone());
                    book.write(|book| note(&mut book.crossings, crossing));
                }
            }
            if seen.try_set(Some((bench, found))).is_some() {
                return;
            }
        }
        window.pause(EVERY).await;
    }
}

const ARRIVED: Said = Said { yes: texts::YES, no: texts::NO, good: false };
const SENT: Said = Said { yes: words::SENT, no: words::NOT_SENT, good: false };

/// A cell of words: what is expected, until there is something measured. `good` says which of them are harmless.
fn worded(measured: Option<&'static str>, expected: &'static str, good: impl Fn(&str) -> bool) -> AnyView {
    let as_expected = measured.map(|word| word == expected);
    let harmless = measured.is_none_or(good);
    cell(as_expected, true, Said { yes: expected, no: measured.unwrap_or(expected), good: as_expected == Some(harmless) })
}

/// One attacker: where it is, what it got here, and what came of it.
#[component]
fn From(attacker: Attacker, addresses: RwSignal<Option<Addresses>>, seen: RwSignal<Option<(Uuid, Crossed)>>) -> impl IntoView {
    let (session, Book(book, _), here) = (session(), Book::here(), bench());
    // That of the storage at hand, or else the newest.
    let crossing = Memo::new(move |_| {
        let storage = here.get().map(|_| session.storage());
        book.with(|book| {
            let mut own = book.crossings.iter().rev().filter(|one| one.attacker == attacker);
            match storage {
                Some(storage) => own.find(|one| one.storage == storage).cloned(),
                None => own.next().cloned(),
            }
        })
    });
    let storage = {
        let session = crate::ui::frame::session();
        move || crossing.with(|one| one.as_ref().map(|one| one.storage)).unwrap_or_else(|| session.storage())
    };
    let address = move || match addresses.with(|found| found.as_ref().map(|found| found.of(attacker).map(str::to_owned))) {
        Some(Some(address)) => figures([(words::ADDRESS, address)]),
        Some(None) if attacker == Attacker::Port => view! { <p>{words::NOT_HERE}</p> }.erased(),
        _ => "".erased(),
    };
    let arrived = move || {
        let bench = here.get()?;
        let count = seen.with(|seen| {
            let (of, seen) = seen.as_ref()?;
            Some(seen.arrivals.iter().filter(|one| *of == bench && one.from == attacker).count())
        })?;
        (0 < count && count < REQUESTS).then(|| words::arrived(count, REQUESTS))
    };
    let measured = move || {
        crossing.with(|one| match one {
            None => words::NOT_MEASURED.to_owned(),
            Some(one) => {
                let (letter, name) = texts::strategy(one.storage);
                let measured = texts::measured(&time::moment(one.at), &one.browser);
                // Only from another site does it matter how old a cookie is.
                let old = (attacker == Attacker::Site).then(|| words::since(&texts::decimal(one.since_ms), one.fresh()));
                [letter, " – ", name, ". ", &measured, ". ", &old.unwrap_or_default()].concat()
            }
        })
    };
    let id = attacker.as_str();
    view! {
        <section class="card stack" aria-labelledby=["from-", id].concat()>
            <h2 id=["from-", id].concat()>{words::attacker(attacker)}</h2>
            <p>{words::relation(attacker)}</p>
            {address}
            <p class="muted" role="status">{move || arrived().unwrap_or_else(measured)}</p>
            <p><b>{words::COOKIES}</b></p>
            <Across label=words::COOKIES>
                <table class="cells" id=["cookies-", id].concat()>
                    {heads(&HEADS)}
                    <tbody>{move || crossing.with(|one| cookie_rows(attacker, one.as_ref()))}</tbody>
                </table>
            </Across>
            <p><b>{words::DONE}</b></p>
            <Across label=words::DONE>
                <table class="cells" id=["outcomes-", id].concat()>
                    {heads(&[words::VECTOR, words::target(Target::Open), words::target(Target::Guarded)])}
                    <tbody>{move || crossing.with(|one| outcome_rows(attacker, storage(), one.as_ref()))}</tbody>
                </table>
            </Across>
        </section>
    }
    .erased()
}

const HEADS: [&str; 7] = [
    words::VECTOR,
    words::ARRIVED,
    words::same_site(SameSite::None),
    words::same_site(SameSite::Unwritten),
    words::same_site(SameSite::Lax),
    words::same_site(SameSite::Strict),
    words::FETCH_SITE,
];

fn cookie_rows(attacker: Attacker, crossing: Option<&Crossing>) -> Vec<AnyView> {
    let fresh = crossing.is_none_or(Crossing::fresh);
    let line = |(at, by): (usize, Vector)| {
        let hit = crossing.map(|one| one.hits[at].as_ref());
        let cookies: Vec<AnyView> = SameSite::ALL
            .into_iter()
            .enumerate()
            .map(|(column, cookie)| {
                let sent = hit.map(|hit| hit.is_some_and(|hit| hit.cookies[column]));
                cell(sent, travels(attacker, by, cookie, fresh), SENT)
            })
            .collect();
        let (name, what) = words::vector(by);
        view! {
            <tr>
                <th scope="row">{name}<small>{what}</small></th>
                {cell(hit.map(|hit| hit.is_some()), true, ARRIVED)}
                {cookies}
                {worded(hit.map(|hit| said(hit.and_then(|hit| hit.fetch_site.as_deref()))), fetch_site(attacker), |word| word != SAME_ORIGIN)}
            </tr>
        }
        .erased()
    };
    Vector::ALL.into_iter().enumerate().map(line).collect()
}

/// What would make a request look like one of our own.
const SAME_ORIGIN: &str = "same-origin";

/// What `Sec-Fetch-Site` said: one of the words of the standard, or nothing.
fn said(site: Option<&str>) -> &'static str {
    let words = [fetch_site(Attacker::Site), fetch_site(Attacker::Port), SAME_ORIGIN, "none"];
    site.and_then(|site| words.into_iter().find(|word| *word == site)).unwrap_or(words::SAID_NOTHING)
}

fn outcome_rows(attacker: Attacker, storage: TokenStorage, crossing: Option<&Crossing>) -> Vec<AnyView> {
    let line = |(at, by): (usize, Vector)| {
        let cells: Vec<AnyView> = Target::ALL
            .into_iter()
            .enumerate()
            .map(|(column, target)| {
                let came = crossing.map(|one| one.outcomes[at][column].map_or(words::NOT_ARRIVED, words::outcome));
                worded(came, words::outcome(comes_of(attacker, by, target, storage)), |word| word != words::outcome(Outcome::Acted))
            })
            .collect();
        let (name, what) = words::vector(by);
        view! { <tr><th scope="row">{name}<small>{what}</small></th>{cells}</tr> }.erased()
    };
    Vector::POSTING.into_iter().enumerate().map(line).collect()
}

/// What was measured, as Markdown.
fn export(book: &Notebook, text: &mut String) {
    let mut head = vec![words::RESULT];
    head.extend(HEADS);
    head.extend(Target::ALL.map(words::target));
    table(text, &head);
    for one in &book.crossings {
        let name = [words::attacker(one.attacker), ", ", texts::strategy(one.storage).1].concat();
        for (at, by) in Vector::ALL.into_iter().enumerate() {
            let hit = one.hits[at].as_ref();
            let mut cells = vec![&*name, words::vector(by).0, if hit.is_some() { texts::YES } else { texts::NO }];
            let sent = |at: usize| hit.is_some_and(|hit| hit.cookies[at]);
            cells.extend((0..SameSite::ALL.len()).map(|at| if sent(at) { words::SENT } else { words::NOT_SENT }));
            cells.push(said(hit.and_then(|hit| hit.fetch_site.as_deref())));
            let posted = Vector::POSTING.into_iter().position(|posting| posting == by);
            cells.extend((0..Target::ALL.len()).map(|target| match posted {
                Some(posted) => one.outcomes[posted][target].map_or(words::NOT_ARRIVED, words::outcome),
                None => "",
            }));
            row(text, cells.into_iter());
        }
    }
    for one in &book.crossings {
        let name = [words::attacker(one.attacker), ", ", texts::strategy(one.storage).1].concat();
        *text += &["\n- ", &name, ": ", &texts::measured(&time::moment(one.at), &one.browser)].concat();
        if one.since_ms >= LAX_AND_POST {
            *text += &[". ", &words::since(&texts::decimal(one.since_ms), false)].concat();
        }
    }
    text.push('\n');
}
