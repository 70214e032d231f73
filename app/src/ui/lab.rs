//! The lab: experiments that a reader runs in their own browser, on this very app. It has wasm of its own, so that nobody else loads it:
//! the pages know [`Inside`] alone.

mod accounts;
mod cell;
mod compare;
mod cost;
mod cross;
mod export;
mod how;
mod lag;
mod leaving;
mod opening;
mod overview;
mod pair;
mod parts;
mod refresh;
mod script;
mod session;
mod shell;
mod survival;
mod tabs;
mod theft;
mod time;
mod witness;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use self::pair::is_second;
use self::shell::{Shell, Wants};
use crate::api::Bench;
use crate::lab::Notebook;
use crate::lab::chosen::Open;
use crate::routes;
use crate::session::Phase;
use crate::ui::erased::Erase;
use crate::ui::frame::{Heading, session};
use crate::ui::part::inspector::Inspector;
use crate::ui::text::lab as words;
use crate::wire::lab::Knobs;

/// What is shown at the place of the lab. In context where the lab's wasm runs. It is told whether the page was just opened, so that
/// the focus stays where it is, and takes that down.
#[derive(Clone, Copy)]
pub struct Inside(pub fn(StoredValue<bool>) -> AnyView);

/// A room: where it is, what it is called, what it asks, and what was measured there.
struct Room {
    path: &'static str,
    name: &'static str,
    asks: &'static str,
    show: fn() -> AnyView,
    /// What it wants of the lab's session, if it needs one.
    wants: Option<Wants>,
    /// How many results of it a notebook holds.
    runs: fn(&Notebook) -> usize,
    /// How many there can be, where that says something.
    whole: Option<usize>,
    /// Writes them out.
    export: fn(&Notebook, &mut String),
}

/// In the order of the list.
const ROOMS: [Room; 14] = [
    how::ROOM,
    survival::ROOM,
    opening::ROOM,
    refresh::ROOM,
    tabs::ROOM,
    script::ROOM,
    cross::ROOM,
    theft::ROOM,
    leaving::ROOM,
    accounts::ROOM,
    lag::ROOM,
    cost::ROOM,
    time::ROOM,
    compare::ROOM,
];

/// Of `/lab` itself, where everything can be chosen.
const ALL: Wants = Wants::open(Knobs::usual(60), &Open::ALL);

/// Those that measure, which are numbered.
const MEASURING: std::ops::Range<usize> = 1..13;

/// Everything in the lab. Wants `Arc<dyn Bench>` in context.
pub fn inside(opened: StoredValue<bool>) -> AnyView {
    let bench = expect_context::<Arc<dyn Bench>>();
    let book = RwSignal::new(Notebook::read(bench.kept().as_deref()));
    let again = bench.clone();
    bench.on_kept(Box::new(move || drop(book.try_set(Notebook::read(again.kept().as_deref())))));
    provide_context(Book(book, StoredValue::new(bench)));
    provide_context(Quiet(RwSignal::new(false)));
    let path = use_location().pathname;
    let here = Memo::new(move |_| path.with(|path| ROOMS.iter().position(|room| room.path == path)));
    let links = move || -> Vec<AnyView> {
        let link = |to: &'static str, name: &'static str, number: String, current: bool| {
            let current = current.then_some("page");
            view! { <li><a href=to aria-current=current><span aria-hidden="true">{number}</span>{name}</a></li> }.erased()
        };
        let at = here.get();
        let number = |place: usize| if MEASURING.contains(&place) { words::number(place) } else { String::new() };
        let rooms = ROOMS.iter().enumerate().map(|(place, room)| link(room.path, room.name, number(place), at == Some(place)));
        std::iter::once(link(routes::page::LAB, words::OVERVIEW, String::new(), at.is_none())).chain(rooms).collect()
    };
    let head = move |name: &'static str, asks: &'static str| {
        let heading = if opened.get_value() {
            opened.set_value(false);
            view! { <h1 id="heading" tabindex="-1">{name}</h1> }.erased()
        } else {
            view! { <Heading text=name /> }.erased()
        };
        view! { {heading} <p class="asks">{asks}</p> }.erased()
    };
    view! {
        <nav class="rooms" aria-label=words::ROOMS>
            <ul role="list">{links}</ul>
        </nav>
        <div class="room">
            <Over />
            {move || match here.get() {
                None => view! { {head(words::TITLE, words::CLAIM)} <Shell wants=ALL /> <overview::Overview /> }.erased(),
                Some(place) => {
                    let room = &ROOMS[place];
                    // A second tab goes along with the first.
                    let shell = room.wants.filter(|_| !is_second()).map(|wants| view! { <Shell wants=wants /> }.erased());
                    view! { {head(room.name, room.asks)} {shell} {(room.show)()} }.erased()
                }
            }}
        </div>
        <Inspector more=|| view! { <witness::Witness /> }.erased() />
    }
    .erased()
}

/// A session that is over takes no page away here: how it came to that is what one is looking at.
#[component]
fn Over() -> impl IntoView {
    let (session, Quiet(quiet)) = (session(), Quiet::here());
    move || {
        if quiet.get() {
            return "".erased();
        }
        let Phase::Ended(why) = session.phase() else { return "".erased() };
        view! {
            <div class="notice warn strip">
                <p>{words::OWN_IS_OVER} " " {crate::ui::text::ending::why(why)}</p>
                <a class="btn" href=routes::page::LOG_IN rel="external">{crate::ui::text::LOG_IN}</a>
            </div>
        }
        .erased()
    }
}

/// Whether an experiment is losing sessions at this moment: nothing is said of each of them. In context.
#[derive(Clone, Copy)]
struct Quiet(RwSignal<bool>);

impl Quiet {
    fn here() -> Self {
        expect_context()
    }
}

/// What the lab keeps in this browser, and by whom. In context.
#[derive(Clone, Copy)]
struct Book(RwSignal<Notebook>, StoredValue<Arc<dyn Bench>>);

impl Book {
    fn here() -> Self {
        expect_context()
    }

    /// Writes into it, and keeps it. Also when the page that has measured is left: other pages hold it as it was kept.
    fn write(self, change: impl FnOnce(&mut Notebook)) {
        let text = self.0.try_update(|book| {
            change(book);
            book.written()
        });
        if let (Some(text), Some(bench)) = (text, self.1.try_get_value()) {
            bench.keep(&text);
        }
    }
}
