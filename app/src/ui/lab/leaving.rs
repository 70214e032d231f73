//! Log-out: what is left of the tokens in the browser, and what copies of them still open.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use super::export::{row, table};
use super::parts::{Across, heads};
use super::session::{at, bench, look};
use super::shell::Wants;
use super::{Book, Room};
use crate::api::{Answer, Bench};
use crate::lab::leaving::{Beside, Leaving as Left};
use crate::lab::{Notebook, note};
use crate::routes::{api, page};
use crate::session::Verbs;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session};
use crate::ui::text::lab::{self as texts, leaving as words};
use crate::wire::lab::{Knobs, Marks, Theft};
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::{Leave, TokenStorage};

const RULES: Knobs = Knobs::usual(60);

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_LEAVING,
    name: words::NAME,
    asks: words::ASKS,
    show: || view! { <Leaving /> }.erased(),
    wants: Some(Wants::usual(RULES)),
    runs: |book| book.leavings.len(),
    whole: None,
    export,
};

#[component]
fn Leaving() -> impl IntoView {
    let (server, frame, session, book) = (expect_context::<Arc<dyn Bench>>(), Frame::here(), session(), Book::here());
    let (here, busy) = (bench(), RwSignal::new(false));
    // Of which storage the result is shown.
    let shown = RwSignal::new(None::<TokenStorage>);
    let leave = move |_| {
        let (Some(bench), Some(verbs), false) = (here.get_untracked(), session.verbs(), busy.get_untracked()) else { return };
        busy.set(true);
        // Now, while the click is under way: later no browser lets us.
        let beside = server.open_beside();
        let (server, storage) = (server.clone(), session.storage_now());
        spawn_local(async move {
            let done = left(server.clone(), verbs, bench, storage, beside).await;
            server.close_beside();
            match done {
                Ok(left) => {
                    shown.try_set(Some(storage));
                    book.write(|book| {
                        let left = left.after(&book.leavings);
                        note(&mut book.leavings, left);
                    });
                }
                Err(problem) => frame.status.set(problem.title),
            }
            busy.try_set(false);
        });
    };
    view! {
        <p>{words::WHAT}</p>
        <p>{words::WHAT_BESIDE}</p>
        {move || here.get().map(|_| {
            view! {
                <p class="deeds">
                    <button class="btn primary" on:click=leave.clone() aria-disabled=move || busy.get().then_some("true")>{words::LEAVE}</button>
                </p>
            }
            .erased()
        })}
        {move || {
            let newest = book.0.with(|book| {
                let mut all = book.leavings.iter().rev();
                match shown.get() {
                    Some(storage) => all.find(|left| left.storage == storage).cloned(),
                    None => all.next().cloned(),
                }
            });
            newest.map(|left| view! { <Found left=left /> }.erased())
        }}
        <p class="muted">{words::NOT}</p>
    }
    .erased()
}

/// Copies the tokens, logs out, and looks: also at another tab, if one is open `beside`.
async fn left(server: Arc<dyn Bench>, verbs: Arc<dyn Verbs>, bench: Uuid, storage: TokenStorage, beside: bool) -> Result<Left, Problem> {
    let was_in = if beside { server.walk_beside(page::SETTINGS).await.ok() } else { None };
    let body = serde_json::to_string(&Theft { refresh: server.lying_about(), access: true }).ok().map(Secret::new);
    server.tell("POST", at(api::LAB_THEFT, bench), body).await?;
    let known = server.remember().await?;
    let watched = was_in.unwrap_or_default().then(|| server.watch_beside());
    verbs.log_out(Leave::Forget).await?;
    let beside = match (was_in, watched) {
        (Some(true), Some(watched)) => seen(&server, watched).await.ok(),
        (Some(false), _) => Some(Beside { was_in: false, told_ms: None, back_in: false, whole: false }),
        _ => None,
    };
    let mut copies = [0; 2];
    for (status, path) in copies.iter_mut().zip([api::LAB_THIEF_READ, api::LAB_THIEF_REFRESH]) {
        server.tell("POST", at(path, bench), None).await?;
        let thief = look(server.clone(), bench).await.and_then(|watched| watched.thief);
        *status = thief.and_then(|thief| thief.last).ok_or_else(|| Problem::new(Code::Unreachable))?.1;
    }
    let marks = server.tell("GET", api::LAB_MARKS.to_owned(), None).await?;
    let marks: Marks = serde_json::from_str(marks.expose()).map_err(|_| Problem::new(Code::Unreachable))?;
    let remain = server.remains().await?;
    let (stored, browser) = (server.lying_about().is_some(), server.browser());
    Ok(Left { storage, known, remain, stored, sent: marks.tokens, copies, beside, told: Vec::new(), at: marks.now, browser })
}

/// What the other tab shows, where somebody was logged in.
async fn seen(server: &Arc<dyn Bench>, watched: Answer<Option<f64>>) -> Result<Beside, Problem> {
    let told_ms = watched.await?;
    let [back_in, whole] = server.back_beside().await?;
    Ok(Beside { was_in: true, told_ms, back_in, whole })
}

#[component]
fn Found(left: Left) -> impl IntoView {
    let token = |there: bool| if there { words::A_TOKEN } else { words::NO_TOKEN }.to_owned();
    let copy = |status: u16| (words::copy(status), status == 401);
    let beside = left.beside.as_ref();
    let is_out = beside.is_none_or(Beside::is_out);
    let rows = [
        (words::IN_STORES, (token(left.stored), !left.stored)),
        (words::IN_COOKIES, (token(left.sent), !left.sent)),
        (words::IN_MEMORY, (words::remain(left.remain, left.known), left.remain == 0)),
        (words::COPY_OF_ACCESS, copy(left.copies[0])),
        (words::COPY_OF_REFRESH, copy(left.copies[1])),
        (words::BESIDE, (words::beside(beside, &left.told), is_out)),
        (words::BACK, (words::back(beside), is_out)),
    ];
    let rows: Vec<AnyView> = rows
        .into_iter()
        .map(|(name, (found, good))| {
            let class = if good { "measured kept" } else { "measured lost" };
            view! { <tr><th scope="row">{name}</th><td><span class=class>{found}</span></td></tr> }.erased()
        })
        .collect();
    let (letter, name) = texts::strategy(left.storage);
    view! {
        <section class="card stack">
            <h2>{letter} " – " {name}</h2>
            <Across label=words::FOUND_THERE>
                <table class="looked" id="left">
                    {heads(&[words::LOOKED_AT, words::FOUND_THERE])}
                    <tbody>{rows}</tbody>
                </table>
            </Across>
        </section>
    }
    .erased()
}

/// What was measured, as Markdown.
fn export(book: &Notebook, text: &mut String) {
    let left = [words::IN_STORES, words::IN_COOKIES, words::IN_MEMORY, words::COPY_OF_ACCESS, words::COPY_OF_REFRESH];
    table(text, &[&[texts::STORAGE][..], &left, &[words::BESIDE, words::BACK]].concat());
    for left in &book.leavings {
        let token = |there| if there { words::A_TOKEN } else { words::NO_TOKEN };
        let cells = [
            texts::strategy(left.storage).1,
            token(left.stored),
            token(left.sent),
            &words::remain(left.remain, left.known),
            &words::copy(left.copies[0]),
            &words::copy(left.copies[1]),
            &words::beside(left.beside.as_ref(), &left.told),
            &words::back(left.beside.as_ref()),
        ];
        row(text, cells.into_iter());
    }
}
