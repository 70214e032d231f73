//! A stolen refresh token: its owner and the thief use it in turn, and the server notices or does not.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Book;
use super::session::{LabSession, Offers, at, last_bench, look};
use crate::api::Bench;
use crate::lab::{Outcome, outcome};
use crate::routes::{api, page};
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session, window};
use crate::ui::text::{ending, lab as words};
use crate::wire::lab::{Actor, Deed, Knobs, Theft as Taken, ThiefSeen, Use, Watched};
use crate::wire::secret::Secret;

const RULES: Knobs = Knobs::usual(30);
/// How often the server is asked how things stand, in milliseconds.
const OFTEN: u32 = 1_000;

#[component]
pub(super) fn Theft() -> impl IntoView {
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
                frame.status.try_set(words::verdict(outcome.noticed_ms, outcome.thief_in, outcome.owner_in));
                if now.thief.as_ref().is_some_and(|thief| thief.refreshes > 0) {
                    book.write(|book| book.theft(outcome));
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
    let press = {
        let server = server.clone();
        move |what: Press| {
            let (server, ask) = (server.clone(), ask.clone());
            let Some(bench) = bench.get_untracked() else { return };
            spawn_local(async move {
                let done = match what {
                    Press::Steal => {
                        let theft = Taken { refresh: server.lying_about(), access: false };
                        let body = serde_json::to_string(&theft).ok().map(Secret::new);
                        server.tell("POST", at(api::LAB_THEFT, bench), body).await.map(drop)
                    }
                    Press::You => server.refresh().await,
                    Press::Thief => server.tell("POST", at(api::LAB_THIEF_REFRESH, bench), None).await.map(drop),
                    Press::Read => server.tell("POST", at(api::LAB_THIEF_READ, bench), None).await.map(drop),
                };
                if let Err(problem) = done {
                    frame.status.set(problem.title);
                }
                ask().await;
            });
        }
    };
    let kept = crate::ui::frame::session();
    // Each part changes by itself, so that what has the focus stays where it is.
    let there = Memo::new(move |_| watched.with(Option::is_some));
    let over = Memo::new(move |_| watched.with(|now| now.as_ref().and_then(|now| now.ended)));
    let thief = Memo::new(move |_| watched.with(|now| now.as_ref().and_then(|now| now.thief.clone())));
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
    };
    let button = move |what: Press, label: &'static str| {
        let press = press.clone();
        let (id, class) = match what {
            Press::Steal => ("steal", "btn primary"),
            Press::You => ("you-refresh", "btn"),
            Press::Thief => ("thief-refreshes", "btn"),
            Press::Read => ("thief-reads", "btn"),
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
        let theirs = [(Press::Thief, words::THIEF_REFRESHES), (Press::Read, words::THIEF_READS)].map(|(what, label)| button(what, label));
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
                    <p class="deeds">{theirs.into_iter().collect::<Vec<_>>()}</p>
                </section>
            </div>
            {move || stands.get().map(|stands| {
                let class = match (stands.noticed_ms, stands.thief_in && stands.refreshes > 0) {
                    (Some(_), _) => "notice ok",
                    (None, true) => "notice bad",
                    (None, false) => "notice",
                };
                view! {
                    <p class=class id="verdict">
                        <b>{words::verdict(stands.noticed_ms, stands.thief_in, stands.owner_in)}</b>
                        {stands.noticed_ms.map(|_| view! { " " <a href=page::MAIL>{words::OPEN_MAILS}</a> })}
                    </p>
                }
                .erased()
            })}
            <p class="muted">{move || words::race(race.get())}</p>
            {move || view! { <Tree uses=uses.get() since=thief.with(|thief| thief.as_ref().map(|thief| thief.since)) /> }.erased()}
        }
        .erased()
    };
    view! {
        <LabSession rules=RULES offers=Offers::Rotation />
        <p>{words::THEFT_WHAT}</p>
        {panes}
        <p class="muted">{words::THEFT_NOT}</p>
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
    let facts: Vec<AnyView> =
        facts.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.erased()).collect();
    view! {
        <p>{if thief.by_script { words::STOLEN_BY_SCRIPT } else { words::STOLEN_OTHERWISE }}</p>
        <dl class="figures">{facts}</dl>
    }
    .erased()
}

/// How far apart two generations stand in the drawing, and two uses, in units of its own.
const STEP: f64 = 84.0;
const ROW: f64 = 34.0;
/// How many uses are drawn at most; the table has them all.
const DRAWN: usize = 16;

/// The family of tokens: a drawing and its table. Each use is an arrow from the generation that was shown to the one that was handed out.
#[component]
fn Tree(uses: Vec<Use>, since: Option<i64>) -> impl IntoView {
    if uses.is_empty() {
        return view! { <p class="muted">{words::TREE_EMPTY}</p> }.erased();
    }
    let drawn = &uses[uses.len().saturating_sub(DRAWN)..];
    let first = drawn.iter().map(|used| used.shown).min().unwrap_or(0);
    let last = drawn.iter().flat_map(|used| [used.shown, used.handed.unwrap_or(0)]).max().unwrap_or(first);
    let x = |generation: u64| 40.0 + STEP * generation.saturating_sub(first) as f64;
    let (wide, high) = (x(last) + 60.0, 34.0 + ROW * drawn.len() as f64);
    let columns: Vec<AnyView> = (first..=last)
        .map(|generation| {
            let at = x(generation);
            view! {
                <g class="generation">
                    <text x=at y="14" text-anchor="middle">{["g", &generation.to_string()].concat()}</text>
                    <path d=["M", &at.to_string(), " 20V", &high.to_string()].concat() />
                </g>
            }
            .erased()
        })
        .collect();
    let arrows: Vec<AnyView> = drawn
        .iter()
        .enumerate()
        .map(|(place, used)| {
            let y = 40.0 + ROW * place as f64;
            let from = x(used.shown);
            let to = used.handed.map(x).filter(|to| (to - from).abs() > 1.0);
            let bad = matches!(used.deed, Deed::Refused | Deed::Caught | Deed::Over | Deed::Superseded);
            let class = [if used.by == Actor::You { "owner" } else { "thief" }, if bad { " bad" } else { "" }].concat();
            let initial = words::actor(used.by).get(..1).unwrap_or_default();
            let line = to.map(|to| {
                let d = ["M", &(from + 13.0).to_string(), " ", &y.to_string(), "H", &(to - 8.0).to_string(), "m-6-5 6 5-6 5"].concat();
                view! { <path d=d /> }.erased()
            });
            let cross = bad.then(|| {
                let d = ["M", &(from + 20.0).to_string(), " ", &(y - 5.0).to_string(), "l10 10m0-10-10 10"].concat();
                view! { <path d=d /> }.erased()
            });
            view! {
                <g class=class>
                    <circle cx=from cy=y r="12" />
                    <text x=from y=y + 4.5 text-anchor="middle">{initial}</text>
                    {line}
                    {cross}
                </g>
            }
            .erased()
        })
        .collect();
    let rows: Vec<AnyView> = uses
        .iter()
        .map(|used| {
            let name = |generation: u64| ["g", &generation.to_string()].concat();
            let when = since.or_else(|| uses.first().map(|used| used.at)).map_or(0, |since| used.at - since);
            let sign = if when < 0 { "−" } else { "+" };
            view! {
                <tr>
                    <td class="number">{[sign, &words::decimal(when.abs()), " s"].concat()}</td>
                    <th scope="row">{words::actor(used.by)}</th>
                    <td>{name(used.shown)}</td>
                    <td>{words::deed(used.deed)}</td>
                    <td>{used.handed.map_or(words::NOTHING.to_owned(), name)}</td>
                </tr>
            }
            .erased()
        })
        .collect();
    view! {
        <figure class="chart family">
            <figcaption>{words::TREE}</figcaption>
            <div class="across" tabindex="0" role="group" aria-label=words::TREE>
                <svg viewBox=["0 0 ", &wide.to_string(), " ", &high.to_string()].concat() width=wide height=high role="img" aria-label=words::TREE>
                    {columns}
                    {arrows}
                </svg>
            </div>
            <div class="across" tabindex="0" role="group" aria-label=words::WHAT_CAME>
                <table>
                    <thead><tr>
                        <th scope="col">{words::WHEN}</th><th scope="col">{words::WHO}</th><th scope="col">{words::SHOWED}</th>
                        <th scope="col">{words::WHAT_CAME}</th><th scope="col">{words::GOT}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </figure>
    }
    .erased()
}
