//! Revocation lag: a copy of the access token is shown again and again while its session ends.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use super::Book;
use super::session::{LabSession, Offers, at, bench, look};
use crate::api::{Bench, Window};
use crate::lab::{LAG_STEP, Lag as Measured};
use crate::routes::api;
use crate::session::Verbs;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session, window};
use crate::ui::text::lab as words;
use crate::wire::lab::{Check, Knobs, Theft};
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::Leave;

const RULES: Knobs = Knobs { check: Check::Signature, ..Knobs::usual(10) };

/// How wide the chart is, and how high a line of it, in units of its own.
const WIDTH: f64 = 640.0;
const LINE: f64 = 30.0;

#[component]
pub(super) fn Lag() -> impl IntoView {
    let (server, frame, session, book) = (expect_context::<Arc<dyn Bench>>(), Frame::here(), session(), Book::here());
    let (here, busy) = (bench(), RwSignal::new(false));
    let run = move |_| {
        let (Some(bench), Some(verbs), Some(window), false) = (here.get_untracked(), session.verbs(), window(), busy.get_untracked())
        else {
            return;
        };
        busy.set(true);
        let server = server.clone();
        spawn_local(async move {
            match measured(server, verbs, window, bench).await {
                Ok(lag) => {
                    frame.status.try_set([words::LAG_LONGEST, " ", &words::decimal(lag.lag_ms), " s"].concat());
                    book.write(|book| book.lag(lag));
                }
                Err(problem) => drop(frame.status.try_set(problem.title)),
            }
            busy.try_set(false);
        });
    };
    view! {
        <LabSession rules=RULES offers=Offers::Check />
        <p>{words::LAG_WHAT}</p>
        // It stays while it runs, though the session is over by then.
        {move || (here.get().is_some() || busy.get()).then(|| {
            view! {
                <p class="deeds">
                    <button class="btn primary" on:click=run.clone() aria-disabled=move || busy.get().then_some("true")>
                        {move || if busy.get() { words::LAG_RUNS } else { words::LAG_RUN }}
                    </button>
                </p>
            }
            .erased()
        })}
        {move || {
            let lags = book.0.with(|book| book.lags.clone());
            (!lags.is_empty()).then(|| view! { <Bars lags=lags /> }.erased())
        }}
        <p class="muted">{words::LAG_NOT}</p>
    }
    .erased()
}

/// Copies the access token, ends the session, and shows the copy until it is refused.
async fn measured(server: Arc<dyn Bench>, verbs: Arc<dyn Verbs>, window: Arc<dyn Window>, bench: Uuid) -> Result<Measured, Problem> {
    let body = serde_json::to_string(&Theft { refresh: None, access: true }).ok().map(Secret::new);
    server.tell("POST", at(api::LAB_THEFT, bench), body).await?;
    server.tell("POST", at(api::LAB_THIEF_READ, bench), None).await?;
    verbs.log_out(Leave::Forget).await?;
    loop {
        server.tell("POST", at(api::LAB_THIEF_READ, bench), None).await?;
        let watched = look(server.clone(), bench).await.ok_or_else(|| Problem::new(Code::Unreachable))?;
        let thief = watched.thief.ok_or_else(|| Problem::new(Code::Unreachable))?;
        if let (Some(ended_at), Some(out_at)) = (watched.ended_at, thief.out_at) {
            // But for the one before the end.
            let answered = thief.reads.saturating_sub(1);
            let (knobs, browser) = (watched.knobs, server.browser());
            return Ok(Measured { knobs, lag_ms: (out_at - ended_at).max(0), answered, at: watched.now, browser });
        }
        window.pause(LAG_STEP).await;
    }
}

/// The chart, and its table.
#[component]
fn Bars(lags: Vec<Measured>) -> impl IntoView {
    let longest = lags.iter().map(|lag| lag.lag_ms).max().unwrap_or(1).max(1) as f64;
    let name = |lag: &Measured| [&words::seconds(lag.knobs.access_life), ", ", words::check(lag.knobs.check)].concat();
    let seconds = |lag: &Measured| [&words::decimal(lag.lag_ms), " s"].concat();
    let bars: Vec<AnyView> = lags
        .iter()
        .enumerate()
        .map(|(at, lag)| {
            let y = 2.0 * LINE * at as f64;
            let wide = (lag.lag_ms as f64 / longest * (WIDTH - 80.0)).max(2.0);
            let class = if lag.lag_ms > i64::from(LAG_STEP) { "lane renews" } else { "lane replays" };
            view! {
                <g class=class>
                    <text x="0" y=y + 20.0>{name(lag)}</text>
                    <rect x="0" y=y + LINE width=wide height=LINE - 10.0 rx="3" />
                    <text x=wide + 8.0 y=y + LINE + 14.0>{seconds(lag)}</text>
                </g>
            }
            .erased()
        })
        .collect();
    let rows: Vec<AnyView> = lags
        .iter()
        .map(|lag| {
            view! {
                <tr>
                    <th scope="row">{words::seconds(lag.knobs.access_life)}</th>
                    <td>{words::check(lag.knobs.check)}</td>
                    <td class="number">{seconds(lag)}</td>
                    <td>{words::times(lag.answered)}</td>
                </tr>
            }
            .erased()
        })
        .collect();
    let view_box = ["0 0 ", &WIDTH.to_string(), " ", &(2.0 * LINE * lags.len() as f64).to_string()].concat();
    view! {
        <figure class="chart">
            <svg viewBox=view_box role="img" aria-label=words::LAG_CHART>{bars}</svg>
            <figcaption>{words::LAG_CHART}</figcaption>
            <div class="across" tabindex="0" role="group" aria-label=words::LAG_CHART>
                <table id="lags">
                    <thead><tr>
                        <th scope="col">{words::LIFE}</th><th scope="col">{words::CHECK}</th>
                        <th scope="col">{words::LAG_LONGEST}</th><th scope="col">{words::LAG_ANSWERED}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </figure>
    }
    .erased()
}
