//! After the right password, without scripts: the code.

use leptos::prelude::*;

use super::parts::{Field, field, heading, summary};
use crate::routes::page;
use crate::ui::erased::Erase;
use crate::ui::text::{self, log_in as words};
use crate::wire::problem::Problem;

/// The page.
#[must_use]
pub fn log_in_code(problem: Option<&Problem>) -> AnyView {
    let traits = Field {
        name: "code",
        label: text::CODE,
        hint: Some(text::CODE_HINT),
        autocomplete: Some("one-time-code"),
        longest: Some(40),
        ..Field::default()
    };
    view! {
        <div class="narrow">
            {heading(words::CODE_TITLE)}
            {summary(problem, words::DEED)}
            // The browser sends it itself: the answer sets the session's cookies.
            <form class="card stack" method="post" action=page::LOG_IN_CODE data-plain="">
                {field(traits, problem)}
                <button class="btn primary">{words::SEND}</button>
            </form>
            <p class="center"><a href=page::LOG_IN rel="external">{words::AS_ANOTHER}</a></p>
        </div>
    }
    .erased()
}
