//! The password once more, before the session takes it anyway.

use leptos::prelude::*;

use super::parts::{Field, field, heading, notice, summary};
use super::sessions::username;
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::text;
use crate::wire::problem::Problem;

/// What the window is called, and the page.
pub const TITLE: &str = "Enter your password";

const WHY: &str = "So that you are not interrupted later. This session then goes on as if you had just logged in.";
const DONE: &str = "Thank you. You will not be asked again for a long time.";

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
        Field { name: "password", label: "Password", kind: "password", autocomplete: Some("current-password"), ..Field::default() };
    let code =
        Field { name: "code", label: text::CODE, hint: Some(text::CODE_HINT), autocomplete: Some("one-time-code"), ..Field::default() };
    let inside = if model.done {
        view! {
            {notice("good", DONE)}
            <p><a class="btn" href=routes::page::HOME>"Back to your feed"</a></p>
        }
        .erased()
    } else {
        view! {
            {summary(problem, "check your password")}
            <form class="card stack" method="post" action=routes::page::RENEW novalidate data-renew="">
                <p>{WHY}</p>
                {username(&model.username)}
                {field(password, problem)}
                {model.code.then(|| field(code, problem))}
                <button class="btn primary">"Go on"</button>
            </form>
        }
        .erased()
    };
    view! { <div class="narrow">{heading(TITLE)} {inside}</div> }.erased()
}
