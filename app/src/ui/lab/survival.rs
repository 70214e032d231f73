//! What survives: a mark in five places of the browser, before and after something happens.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::cell::{Said, cell};
use super::export::{row, table};
use super::parts::Across;
use super::{Book, Room};
use crate::api::Bench;
use crate::lab::survival::{Event, Pending, Place, Seen, survives};
use crate::lab::{Notebook, note};
use crate::routes::{api, page};
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, window};
use crate::ui::text::lab::{self as texts, survival as words};
use crate::ui::time;
use crate::wire::lab::{Mark, Marks};
use crate::wire::secret::Secret;

const HERE: &str = page::LAB_SURVIVAL;

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_SURVIVAL,
    name: words::NAME,
    asks: words::ASKS,
    show: || view! { <Survival /> }.erased(),
    wants: None,
    runs: |book| book.survived.len(),
    whole: Some(Event::ALL.len()),
    export,
};

#[component]
fn Survival() -> impl IntoView {
    let (bench, Book(book, _)) = (expect_context::<Arc<dyn Bench>>(), Book::here());
    // This page was opened by the experiment, and is what it was for.
    let came = RwSignal::new(None::<Event>);
    look(&bench, came);
    let head: Vec<AnyView> = Event::ALL.into_iter().map(|event| view! { <Column event=event /> }.erased()).collect();
    let rows = move || -> Vec<AnyView> {
        Place::ALL
            .into_iter()
            .enumerate()
            .map(|(at, place)| {
                let (name, letters) = words::place(place);
                let cells: Vec<AnyView> = Event::ALL
                    .into_iter()
                    .map(|event| cell(book.with(|book| after(book, event).map(|seen| seen.found[at])), survives(place, event), FOUND))
                    .collect();
                view! { <tr><th scope="row">{name}<small>{letters}</small></th>{cells}</tr> }.erased()
            })
            .collect()
    };
    let said = move || -> Vec<AnyView> {
        let line = |seen: &Seen| {
            let note = match seen.event {
                Event::Restart if seen.found[3] => [" ", words::SAID_BY_YOU, " ", words::RESTORED].concat(),
                Event::Restart => [" ", words::SAID_BY_YOU].concat(),
                _ => String::new(),
            };
            let measured = texts::measured(&time::moment(seen.at), &seen.browser);
            view! { <li><b>{words::event(seen.event)}</b>". " {measured} "." {note}</li> }.erased()
        };
        book.with(|book| Event::ALL.into_iter().filter_map(|event| after(book, event)).map(line).collect())
    };
    view! {
        <p>{words::WHAT}</p>
        {move || came.get().filter(|event| matches!(event, Event::Link | Event::Script)).map(|_| view! { <p class="notice">{words::OPENED}</p> })}
        <Waiting />
        <Across label=words::NAME>
            <table class="cells">
                <thead><tr><th scope="col">{words::PLACE}<small>{words::WHO_LIVES_THERE}</small></th>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </Across>
        <ul class="runs">{said}</ul>
        <p class="muted">{words::NOT}</p>
    }
    .erased()
}

const FOUND: Said = Said { yes: words::KEPT, no: words::LOST, good: true };

/// The head of a column: the event, and the button that makes it happen.
#[component]
fn Column(event: Event) -> impl IntoView {
    let bench = expect_context::<Arc<dyn Bench>>();
    let (book, frame) = (Book::here(), Frame::here());
    let run = move |_| {
        let bench = bench.clone();
        let mark = bench.name();
        bench.plant(mark);
        let body = serde_json::to_string(&Mark { mark }).ok().map(Secret::new);
        let told = bench.tell("POST", api::LAB_MARKS.to_owned(), body);
        spawn_local(async move {
            if let Err(problem) = told.await {
                frame.status.set(problem.title);
                return;
            }
            book.write(|book| book.pending = Some(Pending { mark, event }));
            match event {
                Event::Reload => bench.reload(),
                Event::Link => bench.open(HERE, false),
                Event::Script => bench.open(HERE, true),
                Event::Typed | Event::Restart => {}
            }
        });
    };
    view! {
        <th scope="col">
            {words::event(event)}
            <button class="btn small" aria-label=[words::RUN, words::event(event)].concat() on:click=run>{words::DO_IT}</button>
        </th>
    }
    .erased()
}

/// What one has to do oneself, until it was done.
#[component]
fn Waiting() -> impl IntoView {
    let book = Book::here();
    move || {
        let pending = book.0.with(|book| book.pending).filter(|pending| !pending.event.is_automatic());
        let Some(Pending { event, .. }) = pending else { return "".erased() };
        view! {
            <div class="notice warn strip" role="status">
                <p><b>{words::event(event)}</b>". " {words::by_hand(event)}</p>
                <button class="btn" on:click=move |_| book.write(|book| book.pending = None)>{words::CANCEL}</button>
            </div>
        }
        .erased()
    }
}

/// Looks for a mark that another page has planted.
fn look(bench: &Arc<dyn Bench>, came: RwSignal<Option<Event>>) {
    let (book, bench) = (Book::here(), bench.clone());
    let Some(Pending { mark, event }) = book.0.with_untracked(|book| book.pending) else { return };
    let [memory, tab, browser] = bench.found(mark);
    // Nothing has happened yet: the page that planted it is still there.
    if memory {
        return;
    }
    spawn_local(async move {
        // The page stands before it says what it has found.
        if let Some(window) = window() {
            window.pause(0).await;
        }
        // A server that does not answer has seen no cookie, and that is no result: the next page looks again.
        let asked = bench.tell("GET", api::LAB_MARKS.to_owned(), None).await;
        let Some(marks) = asked.ok().and_then(|text| serde_json::from_str::<Marks>(text.expose()).ok()) else { return };
        let found = [memory, tab, browser, marks.fleeting == Some(mark), marks.lasting == Some(mark)];
        let seen = Seen { event, found, at: marks.now, browser: bench.browser() };
        came.try_set(Some(event));
        book.write(|book| {
            book.pending = None;
            note(&mut book.survived, seen);
        });
    });
}

/// What was seen after an event, if it was tried.
fn after(book: &Notebook, event: Event) -> Option<&Seen> {
    book.survived.iter().find(|seen| seen.event == event)
}

/// What was measured, as Markdown.
fn export(book: &Notebook, text: &mut String) {
    let tried: Vec<Event> = Event::ALL.into_iter().filter(|event| after(book, *event).is_some()).collect();
    let head: Vec<&str> = std::iter::once(words::PLACE).chain(tried.iter().map(|event| words::event(*event))).collect();
    table(text, &head);
    for (at, place) in Place::ALL.into_iter().enumerate() {
        let cells = tried.iter().filter_map(|event| after(book, *event)).map(|seen| if seen.found[at] { words::KEPT } else { words::LOST });
        row(text, std::iter::once(words::place(place).0).chain(cells));
    }
    for seen in &book.survived {
        *text += &["\n- ", words::event(seen.event), ": ", &texts::measured(&time::moment(seen.at), &seen.browser)].concat();
    }
    text.push('\n');
}
