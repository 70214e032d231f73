//! One cell of a table: what is expected until it was measured. What is expected is drawn, what was measured is filled.

use leptos::prelude::*;

use crate::ui::erased::Erase;
use crate::ui::text::lab as words;

/// What `yes` and `no` are called, and whether `yes` is the better of the two.
#[derive(Clone, Copy)]
pub(super) struct Said {
    pub(super) yes: &'static str,
    pub(super) no: &'static str,
    pub(super) good: bool,
}

/// The cell.
pub(super) fn cell(measured: Option<bool>, expected: bool, said: Said) -> AnyView {
    let word = |is| if is { said.yes } else { said.no };
    let Some(is) = measured else {
        return view! { <td><span class="expected">{word(expected)}<span class="vh">" (" {words::EXPECTED} ")"</span></span></td> }
            .erased();
    };
    let class = if is == said.good { "measured kept" } else { "measured lost" };
    let wrong = (is != expected).then(|| view! { <small>{words::UNEXPECTED}</small> });
    view! { <td><span class=class>{word(is)}</span>{wrong}</td> }.erased()
}
