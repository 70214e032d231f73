//! An injected script: the same one under each storage, and what of its loot another machine could use.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use uuid::Uuid;

use super::cell::{Said, cell};
use super::export::{row, table};
use super::parts::{Across, heads};
use super::session::{at, bench, look};
use super::shell::Wants;
use super::{Book, Room};
use crate::api::Bench;
use crate::lab::chosen::Open;
use crate::lab::script::{KEPT, Robbery, Source, finds, finds_anywhere};
use crate::lab::{Notebook, note};
use crate::routes::{api, page};
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session};
use crate::ui::text::lab::{self as texts, script as words};
use crate::wire::lab::{Knobs, Loot, Usable, Watched};
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::TokenStorage;

const RULES: Knobs = Knobs::usual(60);

/// What the script hands over.
#[derive(Deserialize)]
struct Found {
    #[serde(flatten)]
    sources: HashMap<String, Loot>,
    key: Option<bool>,
    read: bool,
    acted: bool,
}

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_SCRIPT,
    name: words::NAME,
    asks: words::ASKS,
    show: || view! { <Script /> }.erased(),
    wants: Some(Wants::open(RULES, &[Open::Key])),
    runs: |book| book.robberies.len(),
    whole: None,
    export,
};

#[component]
fn Script() -> impl IntoView {
    let (server, frame, session, book) = (expect_context::<Arc<dyn Bench>>(), Frame::here(), session(), Book::here());
    let (here, busy) = (bench(), RwSignal::new(false));
    let said = RwSignal::new(None::<String>);
    let (running, kept) = (session.clone(), session);
    let trying = server.clone();
    let payload = server.payload();
    let inject = move |_| {
        let (Some(bench), false) = (here.get_untracked(), busy.get_untracked()) else { return };
        busy.set(true);
        let (server, storage) = (server.clone(), running.storage_now());
        spawn_local(async move {
            match rob(server, bench, storage).await {
                Ok(robbery) => {
                    frame.status.set(words::usable(robbery.all()));
                    book.write(|book| note(&mut book.robberies, robbery));
                }
                Err(problem) => frame.status.set(problem.title),
            }
            busy.try_set(false);
        });
    };
    let inline = move |_| {
        let tried = trying.inject_inline();
        spawn_local(async move {
            let directive = tried.await.unwrap_or_default();
            let text = if directive.is_empty() { words::INLINE_RAN.to_owned() } else { words::forbidden(&directive) };
            frame.status.set(text.clone());
            said.try_set(Some(text));
        });
    };
    view! {
        <p>{words::WHAT}</p>
        <p>{texts::WHAT_BOUND}</p>
        <details class="more">
            <summary>{words::PAYLOAD}</summary>
            <pre class="code" tabindex="0">{payload}</pre>
        </details>
        {move || here.get().map(|_| {
            view! {
                <p class="deeds">
                    <button class="btn primary" on:click=inject.clone() aria-disabled=move || busy.get().then_some("true")>
                        {move || if busy.get() { words::INJECTING } else { words::INJECT }}
                    </button>
                    <button class="btn" on:click=inline.clone()>{words::INLINE}</button>
                </p>
            }
            .erased()
        })}
        {move || said.get().map(|said| view! { <p class="notice" id="inline">{said}</p> }.erased())}
        {move || {
            let storage = here.get().map(|_| kept.storage())?;
            let (bound, robbery) = book.0.with(|book| (book.bound, found(book, (storage, book.bound))));
            Some(view! { <Sources kept=(storage, bound) robbery=robbery /> }.erased())
        }}
        <Storages />
        <p class="notice">{words::RIDES}</p>
        <p class="muted">{words::NOT}</p>
    }
    .erased()
}

fn found(book: &Notebook, kept: (TokenStorage, bool)) -> Option<Robbery> {
    book.robberies.iter().find(|robbery| (robbery.storage, robbery.bound) == kept).cloned()
}

/// Runs the script, and has its loot tried out.
async fn rob(server: Arc<dyn Bench>, bench: Uuid, storage: TokenStorage) -> Result<Robbery, Problem> {
    let unread = |_| Problem::new(Code::Unreachable);
    let found = server.inject().await?;
    let mut found: Found = serde_json::from_str(found.expose()).map_err(unread)?;
    let mut taken = [Usable::default(); Source::ALL.len()];
    for (taken, source) in taken.iter_mut().zip(Source::ALL) {
        let loot = found.sources.remove(source.as_str()).unwrap_or_default();
        let body = serde_json::to_string(&loot).map(Secret::new).map_err(unread)?;
        let answer = server.tell("POST", at(api::LAB_LOOT, bench), Some(body)).await?;
        *taken = serde_json::from_str(answer.expose()).map_err(unread)?;
    }
    let Watched { bound, now: at, .. } = look(server.clone(), bench).await.ok_or_else(|| Problem::new(Code::Unreachable))?;
    let key = found.key.filter(|_| bound);
    Ok(Robbery { storage, bound, key, taken, read: found.read, acted: found.acted, at, browser: server.browser() })
}

const FOUND: Said = Said { yes: words::USABLE, no: words::NOT_FOUND, good: false };
const DONE: Said = Said { yes: texts::YES, no: texts::NO, good: false };

/// Where the script has looked, and what it found there.
#[component]
fn Sources(kept: (TokenStorage, bool), robbery: Option<Robbery>) -> impl IntoView {
    let rows: Vec<AnyView> = Source::ALL
        .into_iter()
        .enumerate()
        .map(|(at, source)| {
            let (taken, expected) = (robbery.as_ref().map(|robbery| robbery.taken[at]), finds(source, kept));
            view! {
                <tr>
                    <th scope="row">{words::source(source)}</th>
                    {cell(taken.map(|taken| taken.access), expected.access, FOUND)}
                    {cell(taken.map(|taken| taken.refresh), expected.refresh, FOUND)}
                </tr>
            }
            .erased()
        })
        .collect();
    let (letter, name) = (texts::strategy(kept.0).0, texts::kept(kept.0, kept.1));
    let key = robbery.and_then(|robbery| robbery.key);
    view! {
        <section class="stack">
            <h2>{words::IN_THIS_STORAGE} ": " {letter} " – " {name}</h2>
            <Across label=words::IN_THIS_STORAGE>
                <table class="cells" id="sources">
                    {heads(&[words::LOOKS_IN, words::ACCESS, words::REFRESH_TOKEN])}
                    <tbody>{rows}</tbody>
                </table>
            </Across>
            {key.map(|taken| view! { <p class="notice" id="key">{words::key(taken)}</p> }.erased())}
        </section>
    }
    .erased()
}

/// The storages beside each other.
#[component]
fn Storages() -> impl IntoView {
    let Book(book, _) = Book::here();
    let rows = move || -> Vec<AnyView> {
        let row = |kept: (TokenStorage, bool)| {
            let robbery = book.with(|book| found(book, kept));
            let (all, expected) = (robbery.as_ref().map(Robbery::all), finds_anywhere(kept));
            let (letter, name) = (texts::strategy(kept.0).0, texts::kept(kept.0, kept.1));
            view! {
                <tr>
                    <th scope="row"><span class="letter" aria-hidden="true">{letter}</span>" "{name}</th>
                    {cell(all.map(|all| all.access), expected.access, FOUND)}
                    {cell(all.map(|all| all.refresh), expected.refresh, FOUND)}
                    {cell(robbery.as_ref().map(|robbery| robbery.read), true, DONE)}
                    {cell(robbery.as_ref().map(|robbery| robbery.acted), true, DONE)}
                </tr>
            }
            .erased()
        };
        KEPT.into_iter().map(row).collect()
    };
    view! {
        <section class="stack">
            <h2>{words::ALL_STORAGES}</h2>
            <Across label=words::ALL_STORAGES>
                <table class="cells" id="storages">
                    {heads(&[texts::STORAGE, words::ACCESS, words::REFRESH_TOKEN, words::READ_IT, words::ACTED])}
                    <tbody>{rows}</tbody>
                </table>
            </Across>
        </section>
    }
    .erased()
}

/// What was measured, as Markdown.
fn export(book: &Notebook, text: &mut String) {
    table(text, &[texts::STORAGE, texts::MEASURED, words::READ_IT, words::ACTED]);
    for robbery in &book.robberies {
        let word = |is| if is { texts::YES } else { texts::NO };
        let storage = texts::kept(robbery.storage, robbery.bound);
        let cells = [storage.as_str(), &words::usable(robbery.all()), word(robbery.read), word(robbery.acted)];
        row(text, cells.into_iter());
    }
}
