//! All storages beside each other, and what follows for whom.

use leptos::prelude::*;

use super::export::{row, table};
use super::parts::Across;
use super::{Book, ROOMS, Room};
use crate::lab::Notebook;
use crate::lab::compare::{Answer, Question, Standing, answer, answered, standings, usual};
use crate::routes::page;
use crate::ui::erased::Erase;
use crate::ui::text::lab::{self as texts, compare as words};
use crate::wire::session::TokenStorage;

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_COMPARE,
    name: words::NAME,
    asks: words::ASKS,
    show: || view! { <Compare /> }.erased(),
    wants: None,
    runs: answered,
    whole: Some(Question::ALL.len() * TokenStorage::IN_A_BROWSER.len()),
    export,
};

/// Closer than this, two storages are as good as each other.
const CLOSE: f64 = 0.02;

/// Where a question is answered.
const fn room(question: Question) -> &'static str {
    match question {
        Question::Reload | Question::Restart => page::LAB_SURVIVAL,
        Question::Refresh | Question::Access => page::LAB_SCRIPT,
        Question::Neighbour => page::LAB_CROSS,
        Question::Tabs => page::LAB_TABS,
        Question::Left => page::LAB_LEAVING,
        Question::Opening => page::LAB_OPENING,
        Question::Bytes => page::LAB_COST,
    }
}

#[component]
fn Compare() -> impl IntoView {
    let Book(book, _) = Book::here();
    let weights = RwSignal::new(usual());
    let head: Vec<AnyView> = TokenStorage::IN_A_BROWSER
        .into_iter()
        .map(|storage| {
            let (letter, name) = texts::strategy(storage);
            view! { <th scope="col"><span class="letter" aria-hidden="true">{letter}</span><small>{name}</small></th> }.erased()
        })
        .collect();
    let rows = move || -> Vec<AnyView> {
        book.with(|book| {
            let line = |question: Question| {
                let cells: Vec<AnyView> =
                    TokenStorage::IN_A_BROWSER.into_iter().map(|storage| said(answer(book, question, storage))).collect();
                view! { <tr><th scope="row"><a href=room(question)>{words::question(question)}</a></th>{cells}</tr> }.erased()
            };
            Question::ALL.into_iter().map(line).collect()
        })
    };
    let standing = Memo::new(move |_| book.with(|book| standings(book, &weights.get())));
    view! {
        <p>{words::WHAT}</p>
        <Across label=words::NAME>
            <table class="cells brief" id="all">
                <thead><tr><th scope="col">{words::QUESTION}</th>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </Across>
        <section class="card stack" aria-labelledby="matters">
            <h2 id="matters">{words::MATTERS}</h2>
            <div class="knobs">{weighing(weights)}</div>
        </section>
        <section class="card stack" aria-labelledby="follows">
            <h2 id="follows">{words::FOLLOWS}</h2>
            {move || standing.with(|all| book.with(|book| follows(book, all, &weights.get())))}
        </section>
        <p class="muted">{words::NOT}</p>
    }
    .erased()
}

/// A cell.
fn said(answer: Option<Answer>) -> AnyView {
    let Some(answer) = answer else { return view! { <td><span class="expected">{words::NOT_RUN}</span></td> }.erased() };
    let class = match answer {
        Answer::Is(_, true) | Answer::Lost(0, _) => "measured kept",
        Answer::Is(_, false) | Answer::Lost(..) => "measured lost",
        Answer::Took(..) | Answer::Bytes(_) => "measured",
    };
    view! { <td><span class=class>{words::answer(answer)}</span></td> }.erased()
}

/// How much each question matters.
fn weighing(weights: RwSignal<[u8; Question::ALL.len()]>) -> Vec<AnyView> {
    let field = |(at, question): (usize, Question)| {
        let id = ["weight-", &at.to_string()].concat();
        let options: Vec<AnyView> = (0_u8..)
            .zip(words::HOW_MUCH)
            .map(|(much, name)| view! { <option value=much.to_string() selected=much == question.weight()>{name}</option> }.erased())
            .collect();
        let chosen = move |ev| {
            if let Ok(much) = event_target_value(&ev).parse() {
                weights.update(|weights| weights[at] = much);
            }
        };
        view! {
            <div class="field">
                <label for=id.clone()>{words::question(question)}</label>
                <select id=id on:change=chosen>{options}</select>
            </div>
        }
        .erased()
    };
    Question::ALL.into_iter().enumerate().map(field).collect()
}

/// What follows from it.
fn follows(book: &Notebook, all: &[Standing], weights: &[u8]) -> AnyView {
    let ranked: Vec<(&Standing, f64)> = all.iter().filter_map(|one| Some((one, one.share?))).collect();
    let rows: Vec<AnyView> = all
        .iter()
        .map(|one| {
            let (letter, name) = texts::strategy(one.storage);
            // The rooms where it is measured, each once.
            let rooms = ROOMS.iter().filter(|there| one.missing.iter().any(|question| room(*question) == there.path));
            let mut missing: Vec<AnyView> = rooms.map(|there| view! { <li><a href=there.path>{there.name}</a></li> }.erased()).collect();
            if missing.is_empty() {
                missing.push(view! { <li>{words::NOTHING_MISSING}</li> }.erased());
            }
            view! {
                <tr>
                    <th scope="row"><span class="letter" aria-hidden="true">{letter}</span>" "{name}</th>
                    <td class="number">{one.share.map_or("–".to_owned(), words::percent)}</td>
                    <td><ul role="list">{missing}</ul></td>
                </tr>
            }
            .erased()
        })
        .collect();
    let verdict = match ranked.first() {
        Some((best, most)) if ranked.len() > 1 => {
            let names: Vec<&str> =
                ranked.iter().filter(|(_, share)| most - share < CLOSE).map(|(one, _)| texts::strategy(one.storage).1).collect();
            let reason = |(question, _): (Question, &u8)| {
                let said = answer(book, question, best.storage).map(words::answer)?;
                Some(view! { <li>{words::question(question)} ": " <b>{said}</b></li> }.erased())
            };
            let reasons: Vec<AnyView> =
                Question::ALL.into_iter().zip(weights).filter(|(_, weight)| **weight > 0).filter_map(reason).collect();
            view! {
                <p class="notice ok" id="recommended"><b>{words::recommended(&names)}</b></p>
                <p>{words::REASONS} " (" {texts::strategy(best.storage).1} ")"</p>
                <ul>{reasons}</ul>
            }
            .erased()
        }
        _ => view! { <p class="notice" id="recommended">{words::TOO_FEW}</p> }.erased(),
    };
    view! {
        {verdict}
        <Across label=words::FOLLOWS>
            <table id="standings">
                {super::parts::heads(&[texts::STORAGE, words::FULFILS, words::MISSING])}
                <tbody>{rows}</tbody>
            </table>
        </Across>
    }
    .erased()
}

/// What was measured, as Markdown.
fn export(book: &Notebook, text: &mut String) {
    let head: Vec<&str> =
        std::iter::once(words::QUESTION).chain(TokenStorage::IN_A_BROWSER.into_iter().map(|storage| texts::strategy(storage).1)).collect();
    table(text, &head);
    for question in Question::ALL {
        let cells: Vec<String> = TokenStorage::IN_A_BROWSER
            .into_iter()
            .map(|storage| answer(book, question, storage).map_or(words::NOT_RUN.to_owned(), words::answer))
            .collect();
        row(text, std::iter::once(words::question(question)).chain(cells.iter().map(String::as_str)));
    }
}
