//! A stolen refresh token: its owner and the thief use it in turn, and the server notices or does not.

mod family;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

use super::export::{row, table};
use super::parts::figures;
use super::session::{at, last_bench, look};
use super::shell::Wants;
use super::{Book, Room};
use crate::api::Bench;
use crate::lab::chosen::Open;
use crate::lab::theft::{Outcome, outcome};
use crate::lab::{Kept, Notebook, note};
use crate::routes::{api, page};
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session, window};
use crate::ui::text::ending;
use crate::ui::text::lab::{self as texts, theft as words};
use crate::wire::lab::{Knobs, Theft as Taken, ThiefSeen, Watched};
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use family::Family;

const RULES: Knobs = Knobs::usual(30);
/// How often the server is asked how things stand, in milliseconds.
const OFTEN: u32 = 1_000;

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_THEFT,
    name: words::NAME,
    asks: words::ASKS,
    show: || view! { <Theft /> }.erased(),
    wants: Some(Wants::open(RULES, &[Open::Rotation, Open::Key])),
    runs: |book| book.thefts.len(),
    whole: None,
    export,
};

#[component]
fn Theft() -> impl IntoView {
    let (server, frame, session, book) = (expect_context::<Arc<dyn Bench>>(), Frame::here(), session(), Book::here());
    let watched = RwSignal::new(None::<Watched>);
    let bench = last_bench();
    let asking = server.clone();
    let ask = move || {
        let (server, session) = (asking.clone(), session.clone());
        async move {
            let Some(bench) = bench.get_untracked() else { return };
            let Some(now) = look(server.clone(), bench).await else {
                watched.try_set(None);
                return;
            };
            // What has changed is said, and written down.
            let before = watched.try_get_untracked().flatten();
            if before.as_ref().map(|before| (&before.uses, &before.thief)) != Some((&now.uses, &now.thief))
                && let Some(outcome) = outcome(&now, session.storage_now(), server.browser())
            {
                frame.status.try_set(words::verdict(&outcome));
                if now.thief.as_ref().is_some_and(|thief| thief.refreshes > 0 || (now.bound && thief.last.is_some())) {
                    book.write(|book| {
                        let rode = book.thefts.iter().find(|older| outcome.replaces(older)).and_then(|older| older.rode);
                        note(&mut book.thefts, Outcome { rode, ..outcome });
                    });
                }
            }
            watched.try_set(Some(now));
        }
    };
    let again = ask.clone();
    Effect::new(move |_| {
        let again = again.clone();
        // Anew where another session was begun.
        let _ = bench.get();
        spawn_local(async move { again().await });
    });
    let polled = ask.clone();
    Effect::new(move |_| {
        let (Some(window), ask) = (window(), polled.clone()) else { return };
        spawn_local(async move {
            while watched.try_get_untracked().is_some() {
                ask().await;
                window.pause(OFTEN).await;
            }
        });
    });
    let bound = Memo::new(move |_| watched.with(|now| now.as_ref().is_some_and(|now| now.bound)));
    let press = {
        let server = server.clone();
        move |what: Press| {
            let (server, ask) = (server.clone(), ask.clone());
            let Some(bench) = bench.get_untracked() else { return };
            spawn_local(async move {
                let done = match what {
                    Press::Steal => {
                        // What is bound to a key is stolen whole: that an access token opens nothing is to be seen, too.
                        let theft = Taken { refresh: server.lying_about(), access: bound.get_untracked() };
                        let body = serde_json::to_string(&theft).ok().map(Secret::new);
                        server.tell("POST", at(api::LAB_THEFT, bench), body).await.map(drop)
                    }
                    Press::You => server.refresh().await,
                    Press::Thief => server.tell("POST", at(api::LAB_THIEF_REFRESH, bench), None).await.map(drop),
                    Press::Read => server.tell("POST", at(api::LAB_THIEF_READ, bench), None).await.map(drop),
                    Press::Ride => ride(server).await.map(|rode| {
                        frame.status.set(words::rode(rode).to_owned());
                        book.write(|book| {
                            if let Some(theft) = book.thefts.last_mut().filter(|theft| theft.bound) {
                                theft.rode = Some(rode);
                            }
                        });
                    }),
                };
                if let Err(problem) = done {
                    frame.status.set(problem.title);
                }
                ask().await;
            });
        }
    };
    let kept = crate::ui::frame::session();
    let rode =
        Memo::new(move |_| book.0.with(|book| book.thefts.last().filter(|theft| theft.bound && bound.get()).and_then(|theft| theft.rode)));
    // Each part changes by itself, so that what has the focus stays where it is.
    let there = Memo::new(move |_| watched.with(Option::is_some));
    let over = Memo::new(move |_| watched.with(|now| now.as_ref().and_then(|now| now.ended)));
    let thief = Memo::new(move |_| watched.with(|now| now.as_ref().and_then(|now| now.thief.clone())));
    let tried = move || bound.get() && thief.with(|thief| thief.as_ref().is_some_and(|thief| thief.last.is_some()));
    let uses = Memo::new(move |_| watched.with(|now| now.as_ref().map(|now| now.uses.clone()).unwrap_or_default()));
    let race = Memo::new(move |_| watched.with(|now| now.as_ref().map_or(0, |now| now.race_ms)));
    let stands = Memo::new(move |_| {
        let stands = watched.with(|now| now.as_ref().and_then(|now| outcome(now, kept.storage(), String::new())));
        stands.map(|stands| Outcome { at: 0, ..stands })
    });
    let owner_in = Memo::new(move |_| stands.with(|stands| stands.as_ref().map_or(over.get().is_none(), |stands| stands.owner_in)));
    let robbed = Memo::new(move |_| thief.with(Option::is_some));
    let able = move |what: Press| match what {
        Press::Steal => over.get().is_none() && !robbed.get(),
        Press::You => owner_in.get(),
        Press::Thief | Press::Read => robbed.get(),
        Press::Ride => owner_in.get() && tried(),
    };
    let button = move |what: Press, label: &'static str| {
        let press = press.clone();
        let (id, class) = match what {
            Press::Steal => ("steal", "btn primary"),
            Press::You => ("you-refresh", "btn"),
            Press::Thief => ("thief-refreshes", "btn"),
            Press::Read => ("thief-reads", "btn"),
            Press::Ride => ("thief-rides", "btn"),
        };
        let pressed = move |_| {
            if untrack(|| able(what)) {
                press(what);
            }
        };
        view! { <button id=id class=class aria-disabled=move || (!able(what)).then_some("true") on:click=pressed>{label}</button> }.erased()
    };
    let panes = move || {
        if !there.get() {
            return "".erased();
        }
        let button = button.clone();
        let mine = [(Press::Steal, words::STEAL), (Press::You, words::YOU_REFRESH)].map(|(what, label)| button(what, label));
        let mut theirs = vec![button(Press::Thief, words::THIEF_REFRESHES), button(Press::Read, words::THIEF_READS)];
        if bound.get() {
            theirs.push(button(Press::Ride, words::THIEF_RIDES));
        }
        view! {
            <div class="panes">
                <section class="card stack owner" aria-labelledby="you">
                    <h2 id="you">{words::YOU} {move || standing(owner_in.get())}</h2>
                    <p>{move || match (over.get(), owner_in.get()) {
                        (Some(why), _) => ending::why(why),
                        (None, true) => words::YOU_HAVE_IT,
                        (None, false) => words::YOU_WERE_REFUSED,
                    }}</p>
                    <p class="deeds">{mine.into_iter().collect::<Vec<_>>()}</p>
                </section>
                <section class="card stack thief" aria-labelledby="thief">
                    <h2 id="thief">{words::THIEF} {move || stands.with(|stands| stands.as_ref().map(|stands| standing(stands.thief_in)))}</h2>
                    {move || match thief.get() {
                        Some(thief) => view! { <Seen thief=thief /> }.erased(),
                        None => view! { <p class="muted">{words::NOTHING_STOLEN}</p> }.erased(),
                    }}
                    <p class="deeds">{theirs}</p>
                    {move || rode.get().map(|rode| view! { <p id="rode">{words::rode(rode)}</p> }.erased())}
                </section>
            </div>
            {move || stands.get().map(|stands| {
                let class = match (stands.noticed_ms, stands.thief_in && stands.refreshes > 0) {
                    (Some(_), _) => "notice ok",
                    (None, true) => "notice bad",
                    (None, false) if stands.is_worthless() => "notice ok",
                    (None, false) => "notice",
                };
                view! {
                    <p class=class id="verdict">
                        <b>{words::verdict(&stands)}</b>
                        {stands.noticed_ms.map(|_| view! { " " <a href=page::MAIL>{words::OPEN_MAILS}</a> })}
                    </p>
                }
                .erased()
            })}
            <p class="muted">{move || words::race(race.get())}</p>
            {move || view! { <Family uses=uses.get() since=thief.with(|thief| thief.as_ref().map(|thief| thief.since)) /> }.erased()}
        }
        .erased()
    };
    view! {
        <p>{words::WHAT}</p>
        <p>{texts::WHAT_BOUND}</p>
        {panes}
        <p class="muted">{words::NOT}</p>
    }
    .erased()
}

/// What can be pressed.
#[derive(Clone, Copy)]
enum Press {
    Steal,
    You,
    Thief,
    Read,
    Ride,
}

/// What a script does that stays in the page: the one of the other room, of which nothing is taken along. Whether it acted in the owner's name.
async fn ride(server: Arc<dyn Bench>) -> Result<bool, Problem> {
    #[derive(Deserialize)]
    struct Acted {
        acted: bool,
    }
    let found = server.inject().await?;
    serde_json::from_str::<Acted>(found.expose()).map(|found| found.acted).map_err(|_| Problem::new(Code::Unreachable))
}

fn standing(inside: bool) -> AnyView {
    let (class, word) = if inside { ("tag ok", words::IN) } else { ("tag bad", words::OUT) };
    view! { " " <span class=class>{word}</span> }.erased()
}

/// What the thief has and has seen.
#[component]
fn Seen(thief: ThiefSeen) -> impl IntoView {
    let mut facts = vec![(words::GRANTED, thief.refreshes.to_string()), (words::READS, thief.reads.to_string())];
    if let Some((asked, status)) = thief.last {
        facts.push((words::LAST, [&status.to_string(), " ", &asked].concat()));
    }
    if !thief.saw.is_empty() {
        facts.push((words::SAW, thief.saw.join(", ")));
    }
    view! {
        <p>{if thief.by_script { words::STOLEN_BY_SCRIPT } else { words::STOLEN_OTHERWISE }}</p>
        {figures(facts)}
    }
    .erased()
}

/// What was measured, as Markdown.
fn export(book: &Notebook, text: &mut String) {
    table(text, &[texts::STORAGE, texts::ROTATION, words::GRANTED, words::READS, texts::MEASURED]);
    for theft in &book.thefts {
        let storage = texts::kept(theft.storage, theft.bound);
        let cells = [
            &storage,
            texts::rotation(theft.knobs.rotation),
            &theft.refreshes.to_string(),
            &theft.reads.to_string(),
            &words::verdict(theft),
        ];
        row(text, cells.into_iter());
    }
}
