//! In place of a page that cannot be shown, or of an answer to a form that was refused as a whole.

use leptos::prelude::*;

use super::parts::{heading, request};
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::part::mark::Key;
use crate::ui::text::{self, missing as words};
use crate::wire::problem::{Code, Problem};

/// The page.
#[must_use]
pub fn problem(problem: &Problem) -> AnyView {
    let left = problem.retry_after_ms.map_or(0, |ms| ms.div_ceil(1000));
    let said = match problem.code {
        Code::InsufficientScope => text::ROLE.to_owned(),
        _ => text::refused(problem, words::DEED, left),
    };
    view! {
        <div class="guard">
            <Key />
            {heading(text::PROBLEM)}
            <p>{said}</p>
            {request(problem)}
            {if problem.code == Code::SecondFactorRequired {
                view! { <a class="btn primary" href=routes::page::TWO_FACTOR>{words::SET_UP_FACTOR}</a> }.erased()
            } else {
                view! { <a class="btn primary" href=routes::page::HOME>{text::TO_FEED}</a> }.erased()
            }}
        </div>
    }
    .erased()
}
