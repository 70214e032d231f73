//! `/lab`: by which rules we measure, and what this browser has measured so far.

use std::sync::Arc;

use leptos::prelude::*;

use super::parts::heads;
use super::{Book, MEASURING, ROOMS, export};
use crate::api::Bench;
use crate::lab::Notebook;
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
        book.with(|book| {
            let row = |room: &super::Room| {
                let runs = (room.runs)(book);
                let (class, said) = match (runs, room.whole) {
                    (0, _) => ("expected", words::NOT_RUN.to_owned()),
                    (runs, Some(whole)) => ("measured", words::of(runs, whole)),
                    (runs, None) => ("measured", words::runs(runs)),
                };
                view! {
                    <tr>
                        <th scope="row"><a href=room.path>{room.name}</a><small>{room.asks}</small></th>
                        <td><span class=class>{said}</span></td>
                    </tr>
                }
                .erased()
            };
            ROOMS[MEASURING].iter().map(row).collect()
        })
    };
    let (as_json, as_markdown) = (bench.clone(), bench);
    let forget = move |_| {
        notes.write(|book| *book = book.emptied());
        frame.say(words::FORGOTTEN);
    };
    view! {
        <section class="card stack">
            <h2>{words::RESULTS}</h2>
            <table>
                {heads(&[words::EXPERIMENT, words::MEASURED])}
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
