//! `/lab`: by which rules we measure, and what this browser has measured so far.

use std::sync::Arc;

use leptos::prelude::*;

use super::{Book, ROOMS, export};
use crate::api::Bench;
use crate::lab::{Event, Notebook};
use crate::ui::erased::Erase;
use crate::ui::frame::Frame;
use crate::ui::text::lab as words;

#[component]
pub(super) fn Overview() -> impl IntoView {
    let (notes, frame) = (Book::here(), Frame::here());
    let Book(book, _) = notes;
    let bench = expect_context::<Arc<dyn Bench>>();
    let rules: Vec<AnyView> = words::RULES.into_iter().map(|rule| view! { <li>{rule}</li> }.erased()).collect();
    let rows = move || -> Vec<AnyView> {
        let count = |book: &Notebook, room: usize| match room {
            0 if !book.survived.is_empty() => words::of(book.survived.len(), Event::ALL.len()),
            1 => words::runs(book.bursts.len()),
            2 => words::runs(book.robberies.len()),
            3 => words::runs(book.thefts.len()),
            4 => words::runs(book.leavings.len()),
            5 => words::runs(book.lags.len()),
            _ => words::NOT_RUN.to_owned(),
        };
        book.with(|book| {
            let row = |(at, room): (usize, &super::Room)| {
                let measured = count(book, at);
                let class = if measured == words::NOT_RUN { "expected" } else { "measured" };
                view! {
                    <tr>
                        <th scope="row"><a href=room.path>{room.name}</a><small>{room.asks}</small></th>
                        <td><span class=class>{measured}</span></td>
                    </tr>
                }
                .erased()
            };
            ROOMS[1..].iter().enumerate().map(row).collect()
        })
    };
    let (as_json, as_markdown) = (bench.clone(), bench);
    let forget = move |_| {
        notes.write(|book| *book = Notebook { bench: book.bench, ..Notebook::default() });
        frame.say(words::FORGOTTEN);
    };
    view! {
        <section class="card stack">
            <h2>{words::RESULTS}</h2>
            <table>
                <thead><tr><th scope="col">{words::EXPERIMENT}</th><th scope="col">{words::MEASURED}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="deeds">
                <button class="btn" on:click=move |_| {
                    as_json.download("nightlatch-lab.json", "application/json", &book.with_untracked(Notebook::written));
                }>{words::EXPORT_JSON}</button>
                <button class="btn" on:click=move |_| {
                    as_markdown.download("nightlatch-lab.md", "text/markdown", &book.with_untracked(export::markdown));
                }>{words::EXPORT_MARKDOWN}</button>
                <button class="btn" on:click=forget>{words::FORGET}</button>
            </p>
        </section>
        <section class="card stack">
            <h2>{words::OVERVIEW}</h2>
            <ol class="rules">{rules}</ol>
        </section>
    }
    .erased()
}
