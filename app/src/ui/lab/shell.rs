//! The shell of the lab, in the same place in every room: the session that attacks may be aimed at, what rules it has, and what the next
//! one shall have. What is chosen here holds in all rooms that leave it open.

use std::sync::Arc;

use leptos::html::Button;
use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use super::session::{bench, look};
use super::time::lasting::Lasting;
use super::{Book, Quiet};
use crate::api::Bench;
use crate::lab::chosen::{Chosen, Open, Rules};
use crate::routes::api;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session};
use crate::ui::part::form::{Submission, Summary};
use crate::ui::text::lab as words;
use crate::wire::lab::{Begin, Check, Knobs, Rotation, TokenKind};
use crate::wire::session::TokenStorage;

/// What a room wants of the session.
#[derive(Clone, Copy)]
pub(super) struct Wants {
    /// What it suggests, and what holds where it leaves nothing open.
    pub(super) rules: Knobs,
    /// What it leaves open besides storage and life.
    pub(super) open: &'static [Open],
    /// Whether it matters for how long the session lasts.
    pub(super) lasts: bool,
}

impl Wants {
    /// A room that leaves nothing open besides storage and life.
    pub(super) const fn usual(rules: Knobs) -> Self {
        Self { rules, open: &[], lasts: false }
    }

    /// One that does.
    pub(super) const fn open(rules: Knobs, open: &'static [Open]) -> Self {
        Self { open, ..Self::usual(rules) }
    }
}

/// Lives to choose from, in seconds.
const LIVES: [u32; 4] = [10, 30, 60, 300];
const KEY: [&str; 2] = ["no", "yes"];

/// Something to choose: what it is called, whether it is always open, what there is, what is chosen now, and how it is chosen.
struct Choice {
    id: &'static str,
    label: &'static str,
    open: Option<Open>,
    options: Vec<(String, String)>,
    now: fn(&Rules, &Chosen) -> String,
    choose: fn(&mut Chosen, &str),
}

fn choices() -> [Choice; 6] {
    let named = |value: &str, name: &str| (value.to_owned(), name.to_owned());
    let storage = |one: TokenStorage| {
        let (letter, name) = words::strategy(one);
        (one.as_str().to_owned(), [letter, " – ", name].concat())
    };
    [
        Choice {
            id: "lab-storage",
            label: words::STORAGE,
            open: None,
            options: TokenStorage::IN_A_BROWSER.map(storage).into(),
            now: |rules, _| rules.storage.as_str().to_owned(),
            choose: |chosen, value| chosen.storage = TokenStorage::parse(value),
        },
        Choice {
            id: "lab-token",
            label: words::KIND,
            open: Some(Open::Token),
            options: TokenKind::ALL.map(|one| named(one.as_str(), words::kind(one))).into(),
            now: |rules, _| rules.knobs.token.as_str().to_owned(),
            choose: |chosen, value| chosen.token = Some(TokenKind::parse(value)),
        },
        Choice {
            id: "lab-life",
            label: words::LIFE,
            open: None,
            options: LIVES.map(|seconds| (seconds.to_string(), words::seconds(seconds))).into(),
            now: |rules, _| rules.knobs.access_life.to_string(),
            choose: |chosen, value| chosen.access_life = value.parse().ok(),
        },
        Choice {
            id: "lab-check",
            label: words::CHECK,
            open: Some(Open::Check),
            options: Check::ALL.map(|one| named(one.as_str(), words::check(one))).into(),
            now: |rules, _| rules.knobs.check.as_str().to_owned(),
            choose: |chosen, value| chosen.check = Some(Check::parse(value)),
        },
        Choice {
            id: "lab-rotation",
            label: words::ROTATION,
            open: Some(Open::Rotation),
            options: Rotation::ALL.map(|one| named(one.as_str(), words::rotation(one))).into(),
            now: |rules, _| rules.knobs.rotation.as_str().to_owned(),
            choose: |chosen, value| chosen.rotation = Some(Rotation::parse(value)),
        },
        Choice {
            id: "lab-key",
            label: words::KEY,
            open: Some(Open::Key),
            options: vec![named(KEY[0], words::BOUND_NOT), named(KEY[1], words::BOUND)],
            // As it was chosen, also while the storage is one of those that are bound to nothing.
            now: |_, chosen| KEY[usize::from(chosen.bound)].to_owned(),
            choose: |chosen, value| chosen.bound = value == KEY[1],
        },
    ]
}

/// What the parts of the shell look at.
#[derive(Clone, Copy)]
struct Looks {
    wants: Wants,
    book: Book,
    /// The bench of the session there is.
    here: Memo<Option<Uuid>>,
    /// The session there is.
    present: Memo<Option<Rules>>,
    chosen: Memo<Chosen>,
    /// The next one.
    wanted: Memo<Rules>,
    /// Whether there is one that is not as the next one would be.
    differs: Memo<bool>,
}

impl Looks {
    fn of(wants: Wants) -> Self {
        let (book, here, session) = (Book::here(), bench(), session());
        let present = Memo::new(move |_| {
            here.get()?;
            let (knobs, bound) = book.0.with(|book| (book.knobs, book.bound));
            Some(Rules { storage: session.storage(), knobs: knobs?, bound })
        });
        let chosen = Memo::new(move |_| book.0.with(|book| book.chosen));
        let wanted = Memo::new(move |_| {
            let storage = present.get().map(|present| present.storage).unwrap_or_default();
            chosen.get().within(storage, wants.rules, wants.open)
        });
        let differs = Memo::new(move |_| present.get().is_some_and(|present| present != wanted.get()));
        Self { wants, book, here, present, chosen, wanted, differs }
    }
}

/// Begins a session, and says which one there is.
#[component]
pub(super) fn Shell(wants: Wants) -> impl IntoView {
    let (server, looks, next) = (expect_context::<Arc<dyn Bench>>(), Looks::of(wants), NodeRef::<Button>::new());
    follow(looks, server.clone());
    let form = Submission::new(words::BEGIN_DEED, None);
    let lasting = wants.lasts.then(Lasting::new);
    let begin = begin(looks, server, form, lasting);
    let is_open = move |choice: &Choice| choice.open.is_none_or(|open| wants.open.contains(&open));
    let (open, fixed): (Vec<Choice>, Vec<Choice>) = choices().into_iter().partition(is_open);
    let selects: Vec<AnyView> = open.into_iter().map(|choice| select(choice, looks)).collect();
    let Looks { here, present, differs, .. } = looks;
    view! {
        <section class="card stack bench" aria-labelledby="bench">
            <h2 id="bench">{words::SESSION}</h2>
            {now(looks)}
            <Summary of=form />
            <form class="knobs" on:submit=begin>
                {selects}
                {lasting.map(Lasting::view)}
                <div class="deeds">
                    <button
                        id="begin"
                        node_ref=next
                        class=move || if here.get().is_none() || differs.get() { "btn primary" } else { "btn" }
                        aria-disabled=move || form.sending.get().then_some("true")
                    >
                        {move || match (form.sending.get(), here.get()) {
                            (true, _) => words::BEGINNING,
                            (_, Some(_)) => words::BEGIN_ANOTHER,
                            (_, None) => words::BEGIN,
                        }}
                    </button>
                    {suggested(looks, next)}
                </div>
            </form>
            {
                let held = Chosen::default().within(TokenStorage::Cookie, wants.rules, &[]);
                let fixed: Vec<String> = fixed.iter().map(|choice| said(choice, &held)).collect();
                move || {
                    // What the session there is says already is not said twice.
                    let said = fixed.is_empty() || (present.get().is_some() && !differs.get());
                    (!said).then(|| view! { <p class="muted" id="lab-fixed">{words::FIXED} " " {fixed.join(" · ")}</p> }.erased())
                }
            }
        </section>
    }
    .erased()
}

/// The session there is, in words, and whether the next one would be another.
fn now(looks: Looks) -> impl IntoView {
    let (Quiet(quiet), Looks { here, present, differs, .. }) = (Quiet::here(), looks);
    move || {
        let Some(present) = present.get() else {
            return (here.get().is_none() && !quiet.get()).then(|| view! { <p>{words::SESSION_NONE}</p> }.erased());
        };
        let parts: Vec<String> = choices().iter().map(|choice| said(choice, &present)).collect();
        Some(
            view! {
                <p id="lab-now"><b>{words::NOW}</b>" "{parts.join(" · ")}</p>
                {move || differs.get().then(|| view! { <p class="muted" id="lab-differs">{words::DIFFERS}</p> }.erased())}
            }
            .erased(),
        )
    }
}

/// Begins the session that is wanted, and notes its rules.
fn begin(looks: Looks, server: Arc<dyn Bench>, form: Submission, lasting: Option<Lasting>) -> impl Fn(leptos::ev::SubmitEvent) + 'static {
    let (status, session) = (Frame::here().status, session());
    move |ev| {
        ev.prevent_default();
        if !form.begin() {
            return;
        }
        let Rules { storage, knobs, bound } = looks.wanted.get_untracked();
        let bench = server.name();
        let (saved, lasts) = lasting.map_or((true, None), Lasting::chosen);
        let begun = server.begin(Begin { bench, storage, knobs, saved, lasts }, bound);
        let session = session.clone();
        spawn_local(async move {
            match begun.await {
                Ok(()) => {
                    form.sending.try_set(false);
                    if let Some(viewer) = session.viewer() {
                        looks.book.write(|book| {
                            (book.bench, book.knobs, book.bound) = (Some((bench, viewer.account_id)), Some(knobs), bound);
                        });
                    }
                    status.set(words::BEGUN.to_owned());
                }
                Err(problem) => form.refuse(problem),
            }
        });
    }
}

/// Back to what the room suggests, where something else was chosen. The storage stays. The focus goes to `next`, as the button goes.
fn suggested(looks: Looks, next: NodeRef<Button>) -> impl IntoView {
    let Looks { wants, book, chosen, .. } = looks;
    let own = Memo::new(move |_| {
        let storage = chosen.with(|chosen| chosen.storage).unwrap_or_default();
        let rules = chosen.get().within(TokenStorage::Cookie, wants.rules, wants.open);
        rules != Chosen::default().within(storage, wants.rules, wants.open)
    });
    move || {
        own.get().then(|| {
            let forget = move |_| {
                if let Some(next) = next.get_untracked() {
                    drop(next.focus());
                }
                book.write(|book| book.chosen = Chosen { storage: book.chosen.storage, ..Chosen::default() });
            };
            view! { <button type="button" class="btn" id="lab-suggested" on:click=forget>{words::SUGGESTED}</button> }.erased()
        })
    }
}

/// Asks the server after the rules of the session when they were changed elsewhere in this page, such as by *Move the tokens*.
fn follow(looks: Looks, server: Arc<dyn Bench>) {
    let (session, Looks { book, here, .. }) = (session(), looks);
    let changed = move || {
        session.wire().iter().rfind(|one| (one.method, &*one.path, one.status) == ("PATCH", api::SESSION, 200)).map(|one| one.at_ms)
    };
    let changed = Memo::new(move |_| changed());
    Effect::new(move |before: Option<Option<f64>>| {
        let now = changed.get();
        if let (Some(bench), true) = (here.get_untracked(), before.is_some_and(|before| before != now)) {
            let server = server.clone();
            spawn_local(async move {
                if let Some(watched) = look(server, bench).await {
                    book.write(|book| {
                        // Another one may have been begun meanwhile.
                        if book.bench.is_some_and(|(named, _)| named == bench) {
                            (book.knobs, book.bound) = (Some(watched.knobs), watched.bound);
                        }
                    });
                }
            });
        }
        now
    });
}

/// What it is in these rules, in words.
fn said(choice: &Choice, rules: &Rules) -> String {
    let value = (choice.now)(rules, &Chosen { bound: rules.bound, ..Chosen::default() });
    let name = choice.options.iter().find(|(option, _)| *option == value).map_or(value, |(_, name)| name.clone());
    words::rule(choice.label, &name)
}

fn select(choice: Choice, looks: Looks) -> AnyView {
    let Looks { book, wanted, chosen, .. } = looks;
    let Choice { id, label, options, now, choose, .. } = choice;
    let now = Memo::new(move |_| now(&wanted.get(), &chosen.get()));
    let options: Vec<AnyView> = options
        .into_iter()
        .map(|(value, name)| {
            let same = value.clone();
            view! { <option value=value prop:selected=move || now.with(|now| *now == same)>{name}</option> }.erased()
        })
        .collect();
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <select id=id on:change=move |ev| book.write(|book| choose(&mut book.chosen, &event_target_value(&ev)))>{options}</select>
        </div>
    }
    .erased()
}
