//! Silent refresh: the access token runs out while five things are asked for at once.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Book;
use super::session::{LabSession, Offers, at, bench, look};
use crate::api::Bench;
use crate::lab::Burst;
use crate::routes::api;
use crate::session::{Exchange, Part};
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session, window};
use crate::ui::text::{inspector, lab as words};
use crate::wire::lab::Knobs;

/// What is asked for.
const ASKED: [&str; 5] = [api::ME, api::FEED, api::SESSIONS, api::ACTIVITY, api::FACTOR];
const RULES: Knobs = Knobs::usual(60);

/// How wide the chart is, and how high a line of it, in units of its own.
const WIDTH: f64 = 640.0;
const LINE: f64 = 26.0;

#[component]
pub(super) fn Refresh() -> impl IntoView {
    let (server, frame, session, book) = (expect_context::<Arc<dyn Bench>>(), Frame::here(), session(), Book::here());
    let (here, busy) = (bench(), RwSignal::new(false));
    // The exchanges of the last burst, and when it began.
    let lanes = RwSignal::new(None::<(f64, Vec<Exchange>)>);
    let wire = session.clone();
    let run = move |_| {
        let (Some(bench), Some(window), false) = (here.get_untracked(), window(), busy.get_untracked()) else { return };
        busy.set(true);
        let (server, session) = (server.clone(), session.clone());
        spawn_local(async move {
            // With a token that holds, to compare with.
            let began = window.ticks();
            all(&server).await;
            let plain_ms = window.ticks() - began;
            if let Err(problem) = server.tell("POST", at(api::LAB_EXPIRE, bench), None).await {
                frame.status.set(problem.title);
                busy.try_set(false);
                return;
            }
            let began = window.ticks();
            let answered = all(&server).await;
            let took_ms = window.ticks() - began;
            let all: Vec<Exchange> = session.wire_now().into_iter().filter(|exchange| exchange.at_ms >= began).collect();
            let Some(now) = look(server.clone(), bench).await.map(|watched| watched.now) else {
                busy.try_set(false);
                return;
            };
            let count =
                |what: &dyn Fn(&Exchange) -> bool| u32::try_from(all.iter().filter(|exchange| what(exchange)).count()).unwrap_or(u32::MAX);
            let burst = Burst {
                storage: session.storage_now(),
                asked: ASKED.len() as u32,
                answered,
                refused: count(&|exchange| exchange.status == 401),
                refreshes: count(&|exchange| exchange.part == Part::Refresh),
                took_ms,
                plain_ms,
                at: now,
                browser: server.browser(),
            };
            frame.status.set(words::bursts(burst.refreshes, burst.asked));
            lanes.try_set(Some((began, all)));
            book.write(|book| book.burst(burst));
            busy.try_set(false);
        });
    };
    let figures = move || {
        let storage = wire.storage();
        let burst = book.0.with(|book| book.bursts.iter().find(|burst| burst.storage == storage).cloned())?;
        Some(view! { <Figures burst=burst /> }.erased())
    };
    view! {
        <LabSession rules=RULES offers=Offers::Nothing />
        <p>{words::REFRESH_WHAT}</p>
        {move || here.get().map(|_| {
            view! {
                <p class="deeds">
                    <button class="btn primary" on:click=run.clone() aria-disabled=move || busy.get().then_some("true")>
                        {move || if busy.get() { words::BURSTING } else { words::BURST }}
                    </button>
                </p>
            }
            .erased()
        })}
        {figures}
        {move || lanes.get().map(|(began, all)| view! { <Lanes began=began all=all /> }.erased())}
        <p class="muted">{words::REFRESH_NOT}</p>
    }
    .erased()
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

#[component]
fn Figures(burst: Burst) -> impl IntoView {
    let rows = [
        (words::REFRESHES, burst.refreshes.to_string()),
        (words::REQUESTS, [&words::of(burst.answered as usize, burst.asked as usize), " ", words::ANSWERED].concat()),
        (words::REFUSED, burst.refused.to_string()),
        (words::TOOK, words::ms(burst.took_ms)),
        (words::PLAIN, words::ms(burst.plain_ms)),
    ];
    let rows: Vec<AnyView> = rows.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.erased()).collect();
    view! {
        <section class="card stack">
            <h2>{words::bursts(burst.refreshes, burst.asked)}</h2>
            <dl class="figures">{rows}</dl>
        </section>
    }
    .erased()
}

/// The chart, and its table.
#[component]
fn Lanes(began: f64, all: Vec<Exchange>) -> impl IntoView {
    let end = all.iter().map(|exchange| exchange.at_ms - began + exchange.took_ms).fold(1.0, f64::max);
    let scale = WIDTH / end;
    let height = LINE * all.len() as f64;
    let bars: Vec<AnyView> = all
        .iter()
        .enumerate()
        .map(|(at, exchange)| {
            let (x, y) = ((exchange.at_ms - began) * scale, LINE * at as f64);
            let wide = (exchange.took_ms * scale).max(2.0);
            let class = ["lane ", part(exchange.part).0].concat();
            // The words stand where there is room for them.
            let (from, anchor) = if x > WIDTH / 2.0 { (x - 6.0, "end") } else { (x + wide + 6.0, "start") };
            let label = [part(exchange.part).1, " ", &exchange.status.to_string()].concat();
            view! {
                <g class=class>
                    <rect x=x y=y + 5.0 width=wide height=LINE - 10.0 rx="3" />
                    <text x=from y=y + LINE / 2.0 + 4.0 text-anchor=anchor>{label}</text>
                </g>
            }
            .erased()
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
                    <td class="number">{words::ms(exchange.at_ms - began)}</td>
                    <td class="number">{words::ms(exchange.took_ms)}</td>
                </tr>
            }
            .erased()
        })
        .collect();
    let view_box = ["0 0 ", &WIDTH.to_string(), " ", &height.to_string()].concat();
    view! {
        <figure class="chart">
            <svg viewBox=view_box role="img" aria-label=words::BURST_FIGURE>{bars}</svg>
            <figcaption>{words::BURST_FIGURE} " 0 – " {words::ms(end)}</figcaption>
            <div class="across" tabindex="0" role="group" aria-label=words::REQUESTS>
                <table>
                    <thead><tr>
                        <th scope="col">{words::REQUESTS}</th><th scope="col">{inspector::WIRE}</th><th scope="col">{words::STATUS}</th>
                        <th scope="col">{words::SENT}</th><th scope="col">{words::TOOK}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </figure>
    }
    .erased()
}

/// Its class and its name.
const fn part(part: Part) -> (&'static str, &'static str) {
    match part {
        Part::Request => ("asks", inspector::REQUEST),
        Part::Refresh => ("renews", inspector::REFRESH_CALL),
        Part::Replay => ("replays", inspector::REPLAY),
    }
}
