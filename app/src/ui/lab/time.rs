//! When one is asked again: the clock of a session is put forward, and its page asks for fresh tokens.

pub(super) mod lasting;
mod line;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use self::line::TimeLine;
use super::export::{row, table};
use super::parts::{Across, heads};
use super::session::{at, bench, last_bench};
use super::shell::Wants;
use super::{Book, Room};
use crate::api::{Bench, Window};
use crate::lab::time::{Asked, Wanted, expect, hours, line};
use crate::lab::{Notebook, note};
use crate::routes::{api, page};
use crate::session::{Part, Phase, Session};
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session, window};
use crate::ui::text::ending;
use crate::ui::text::lab::{self as texts, time as words};
use crate::wire::lab::Knobs;
use crate::wire::lab::time::{Clock, Jump};
use crate::wire::problem::{Code, Problem};
use crate::wire::saved::Saved;
use crate::wire::secret::Secret;

/// Long enough for the page not to refresh by itself between a jump and the question.
const RULES: Knobs = Knobs::usual(300);

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_TIME,
    name: words::NAME,
    asks: words::ASKS,
    show: || view! { <Time /> }.erased(),
    wants: Some(Wants { lasts: true, ..Wants::usual(RULES) }),
    runs: |book| book.asked.len(),
    whole: None,
    export,
};

#[component]
fn Time() -> impl IntoView {
    let (server, frame, session, book) = (expect_context::<Arc<dyn Bench>>(), Frame::here(), session(), Book::here());
    let (here, last, busy) = (bench(), last_bench(), RwSignal::new(false));
    let clock = RwSignal::new(None::<Clock>);
    let looks = server.clone();
    Effect::new(move |_| {
        let (Some(bench), server) = (last.get(), looks.clone()) else { return };
        spawn_local(async move {
            // One that the server has forgotten has no clock.
            clock.try_set(look(&server, bench).await.ok());
        });
    });
    let jumps = server.clone();
    let jump = move |hours: u32| {
        let (Some(bench), false) = (here.get_untracked(), busy.get_untracked()) else { return };
        busy.set(true);
        let server = jumps.clone();
        spawn_local(async move {
            let body = serde_json::to_string(&Jump { hours }).ok().map(Secret::new);
            let answer = server.tell("POST", at(api::LAB_JUMP, bench), body).await;
            match answer.and_then(|text| read(&text)) {
                Ok(moved) => {
                    frame.status.try_set([words::YOU_WOULD, " ", words::wanted(expect(&moved).0)].concat());
                    clock.try_set(Some(moved));
                }
                Err(problem) => drop(frame.status.try_set(problem.title)),
            }
            busy.try_set(false);
        });
    };
    let ask = move |_| {
        let (Some(bench), Some(window), false) = (here.get_untracked(), window(), busy.get_untracked()) else { return };
        busy.set(true);
        let (server, session) = (server.clone(), session.clone());
        spawn_local(async move {
            match asked(&server, &session, &window, bench).await {
                Ok(Some(asked)) => {
                    frame.status.try_set(words::wanted(asked.found).to_owned());
                    book.write(|book| note(&mut book.asked, asked));
                }
                Ok(None) => drop(frame.status.try_set(words::NO_RESULT.to_owned())),
                Err(problem) => drop(frame.status.try_set(problem.title)),
            }
            clock.try_set(look(&server, bench).await.ok());
            busy.try_set(false);
        });
    };
    let buttons = move || -> Vec<AnyView> {
        let jump = jump.clone();
        let button = move |(hours, name): (u32, &'static str)| {
            let jump = jump.clone();
            view! {
                <button class="btn" on:click=move |_| jump(hours) aria-disabled=move || busy.get().then_some("true")>
                    {words::JUMP} " " {name}
                </button>
            }
            .erased()
        };
        words::JUMPS.into_iter().map(button).collect()
    };
    view! {
        <p>{words::WHAT}</p>
        {move || here.get().map(|_| {
            view! {
                <div class="deeds">{buttons()}</div>
                <p class="deeds">
                    <button class="btn primary" on:click=ask.clone() aria-disabled=move || busy.get().then_some("true")>
                        {move || if busy.get() { words::ASKING } else { words::ASK }}
                    </button>
                </p>
            }
            .erased()
        })}
        {move || clock.get().and_then(|clock| {
            let line = line(&clock)?;
            let (wanted, why) = expect(&clock);
            let why = why.map(|why| view! { <p class="muted">{ending::why(why)}</p> });
            Some(view! {
                <section class="card stack" aria-labelledby="clock">
                    <h2 id="clock">{words::NOW}</h2>
                    <p id="expected"><span class="expected">{words::YOU_WOULD} " " {words::wanted(wanted)}</span></p>
                    {why}
                    <TimeLine line=line />
                </section>
            }
            .erased())
        })}
        {move || {
            let asked = book.0.with(|book| book.asked.clone());
            (!asked.is_empty()).then(|| view! { <Results asked=asked /> }.erased())
        }}
        <p class="muted">{words::NOT}</p>
    }
    .erased()
}

async fn look(server: &Arc<dyn Bench>, bench: Uuid) -> Result<Clock, Problem> {
    read(&server.tell("GET", at(api::LAB_CLOCK, bench), None).await?)
}

fn read(text: &Secret) -> Result<Clock, Problem> {
    serde_json::from_str(text.expose()).map_err(|_| Problem::new(Code::Unreachable))
}

/// Asks for fresh tokens as the page does, and looks what became of the session. `None`: nothing was asked, or nothing answered.
async fn asked(server: &Arc<dyn Bench>, session: &Session, window: &Arc<dyn Window>, bench: Uuid) -> Result<Option<Asked>, Problem> {
    let before = look(server, bench).await?;
    let (Some(then), Some(viewer)) = (before.session, session.viewer()) else { return Ok(None) };
    let (expected, _) = expect(&before);
    let began = window.ticks();
    server.refresh().await?;
    let called = |exchange: &crate::session::Exchange| exchange.part == Part::Refresh && exchange.at_ms >= began;
    let status = session.wire_now().into_iter().rev().find(called).map(|exchange| exchange.status);
    let (found, why) = match (status, session.phase()) {
        (Some(200), Phase::Active(_)) => (Wanted::Nothing, None),
        (Some(401), Phase::Ended(why)) => {
            // What the page that asks to log in would offer.
            let saved = server.tell("GET", api::SAVED.to_owned(), None).await?;
            let saved: Vec<Saved> = serde_json::from_str(saved.expose()).map_err(|_| Problem::new(Code::Unreachable))?;
            let opens = |saved: &Saved| saved.username == viewer.username && saved.spent.is_none() && !saved.ask_password;
            (if saved.iter().any(opens) { Wanted::Tap } else { Wanted::Password }, Some(why))
        }
        _ => return Ok(None),
    };
    Ok(Some(Asked {
        storage: session.storage_now(),
        is_saved: before.is_saved,
        lasts: before.lasts,
        unused: hours(then.used_at, before.now),
        age: hours(then.begun_at, before.now),
        expected,
        found,
        why,
        at: before.now,
        browser: server.browser(),
    }))
}

#[component]
fn Results(asked: Vec<Asked>) -> impl IntoView {
    let rows: Vec<AnyView> = asked
        .iter()
        .rev()
        .map(|asked| {
            let class = match asked.found {
                Wanted::Nothing => "measured kept",
                Wanted::Tap => "measured",
                Wanted::Password => "measured lost",
            };
            let wrong = (asked.found != asked.expected).then(|| view! { <small>{texts::UNEXPECTED}</small> });
            view! {
                <tr>
                    <th scope="row">{words::session(asked.is_saved, asked.lasts)}<small>{texts::strategy(asked.storage).1}</small></th>
                    <td class="number">{words::past(asked.unused)}</td>
                    <td class="number">{words::past(asked.age)}</td>
                    <td><span class="expected">{words::wanted(asked.expected)}</span></td>
                    <td><span class=class>{words::wanted(asked.found)}</span>{wrong}</td>
                    <td class="said">{asked.why.map(ending::why)}</td>
                </tr>
            }
            .erased()
        })
        .collect();
    view! {
        <section class="stack" aria-labelledby="asked-head">
            <h2 id="asked-head">{words::ASKED}</h2>
            <Across label=words::ASKED>
                <table id="asked" class="asked">
                    {heads(&[words::SESSION, words::UNUSED, words::SINCE, words::EXPECTED, words::MEASURED, words::WHY])}
                    <tbody>{rows}</tbody>
                </table>
            </Across>
        </section>
    }
    .erased()
}

/// What was measured, as Markdown.
fn export(book: &Notebook, text: &mut String) {
    table(text, &[words::SESSION, words::UNUSED, words::SINCE, words::EXPECTED, words::MEASURED, words::WHY]);
    for asked in &book.asked {
        let session = words::session(asked.is_saved, asked.lasts);
        let cells = [
            session.as_str(),
            &words::past(asked.unused),
            &words::past(asked.age),
            words::wanted(asked.expected),
            words::wanted(asked.found),
            asked.why.map_or("", ending::why),
        ];
        row(text, cells.into_iter());
    }
}
