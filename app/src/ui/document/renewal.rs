//! The password once more, before the session takes it anyway.

use leptos::prelude::*;

use super::parts::{Field, field, heading, notice, summary};
use super::sessions::username;
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::text::{self, renewal as words};
use crate::wire::problem::Problem;

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct Renewal {
    /// Whose password.
    pub username: String,
    /// Whether it takes a code of the second factor, too.
    pub code: bool,
    /// It has just been entered.
    pub done: bool,
    /// What was wrong.
    pub problem: Option<Problem>,
}

/// The page.
#[must_use]
pub fn renewal(model: &Renewal) -> AnyView {
    let problem = model.problem.as_ref();
    let password =
        Field { name: "password", label: words::PASSWORD, kind: "password", autocomplete: Some("current-password"), ..Field::default() };
    let code =
        Field { name: "code", label: text::CODE, hint: Some(text::CODE_HINT), autocomplete: Some("one-time-code"), ..Field::default() };
    let inside = if model.done {
        view! {
            {notice("good", words::DONE)}
            <p><a class="btn" href=routes::page::HOME>{words::BACK}</a></p>
        }
        .erased()
    } else {
        view! {
            {summary(problem, words::DEED)}
            <form class="card stack" method="post" action=routes::page::RENEW novalidate data-renew="">
                <p>{words::WHY}</p>
                {username(&model.username)}
                {field(password, problem)}
                {model.code.then(|| field(code, problem))}
                <button class="btn primary">{words::GO_ON}</button>
            </form>
        }
        .erased()
    };
    view! { <div class="narrow">{heading(words::TITLE)} {inside}</div> }.erased()
}
