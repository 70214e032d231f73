//! Log-out: what is left of the tokens in the browser, and what copies of them still open.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use super::Book;
use super::session::{LabSession, Offers, at, bench, look};
use crate::api::Bench;
use crate::lab::Leaving as Left;
use crate::routes::api;
use crate::session::Verbs;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session};
use crate::ui::text::lab as words;
use crate::wire::lab::{Knobs, Marks, Theft};
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::{Leave, TokenStorage};

const RULES: Knobs = Knobs::usual(60);

#[component]
pub(super) fn Leaving() -> impl IntoView {
    let (server, frame, session, book) = (expect_context::<Arc<dyn Bench>>(), Frame::here(), session(), Book::here());
    let (here, busy) = (bench(), RwSignal::new(false));
    // Of which storage the result is shown.
    let shown = RwSignal::new(None::<TokenStorage>);
    let leave = move |_| {
        let (Some(bench), Some(verbs), false) = (here.get_untracked(), session.verbs(), busy.get_untracked()) else { return };
        busy.set(true);
        let (server, storage) = (server.clone(), session.storage_now());
        spawn_local(async move {
            match left(server, verbs, bench, storage).await {
                Ok(left) => {
                    shown.try_set(Some(storage));
                    book.write(|book| book.leaving(left));
                }
                Err(problem) => frame.status.set(problem.title),
            }
            busy.try_set(false);
        });
    };
    view! {
        <LabSession rules=RULES offers=Offers::Nothing />
        <p>{words::LEAVING_WHAT}</p>
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
        <p class="muted">{words::LEAVING_NOT}</p>
    }
    .erased()
}

/// Copies the tokens, logs out, and looks.
async fn left(server: Arc<dyn Bench>, verbs: Arc<dyn Verbs>, bench: Uuid, storage: TokenStorage) -> Result<Left, Problem> {
    let body = serde_json::to_string(&Theft { refresh: server.lying_about(), access: true }).ok().map(Secret::new);
    server.tell("POST", at(api::LAB_THEFT, bench), body).await?;
    let known = server.remember().await?;
    verbs.log_out(Leave::Forget).await?;
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
    Ok(Left { storage, known, remain, stored, sent: marks.tokens, copies, at: marks.now, browser })
}

#[component]
fn Found(left: Left) -> impl IntoView {
    let token = |there: bool| if there { words::A_TOKEN } else { words::NO_TOKEN }.to_owned();
    let copy = |status: u16| (words::copy(status), status == 401);
    let rows = [
        (words::IN_STORES, (token(left.stored), !left.stored)),
        (words::IN_COOKIES, (token(left.sent), !left.sent)),
        (words::IN_MEMORY, (words::remain(left.remain, left.known), left.remain == 0)),
        (words::COPY_OF_ACCESS, copy(left.copies[0])),
        (words::COPY_OF_REFRESH, copy(left.copies[1])),
    ];
    let rows: Vec<AnyView> = rows
        .into_iter()
        .map(|(name, (found, good))| {
            let class = if good { "measured kept" } else { "measured lost" };
            view! { <tr><th scope="row">{name}</th><td><span class=class>{found}</span></td></tr> }.erased()
        })
        .collect();
    let (letter, name) = words::strategy(left.storage);
    view! {
        <section class="card stack">
            <h2>{letter} " – " {name}</h2>
            <div class="across" tabindex="0" role="group" aria-label=words::FOUND_THERE>
                <table id="left">
                    <thead><tr><th scope="col">{words::LOOKED_AT}</th><th scope="col">{words::FOUND_THERE}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .erased()
}
