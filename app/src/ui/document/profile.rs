//! What one's own profile says.

use leptos::prelude::*;

use super::parts::{Field, field, heading, notice, summary, text_area};
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::text::profile as words;
use crate::wire::feed::BIO_MAX;
use crate::wire::problem::Problem;

/// What the form holds.
#[derive(Clone, Debug)]
pub struct ProfilePage {
    /// Whose it is.
    pub username: String,
    /// The name to show, as it is or as it was typed.
    pub display_name: String,
    /// What they say about themselves, the same.
    pub bio: String,
    /// Why the form was refused.
    pub problem: Option<Problem>,
    /// Whether it has just been taken over.
    pub saved: bool,
}

/// The page.
#[must_use]
pub fn profile(page: &ProfilePage) -> AnyView {
    let problem = page.problem.as_ref();
    let name = Field {
        name: "display_name",
        label: words::NAME,
        hint: Some(words::NAME_HINT),
        autocomplete: Some("name"),
        value: &page.display_name,
        optional: true,
        longest: Some(50),
        ..Field::default()
    };
    let bio = Field {
        name: "bio",
        label: words::BIO,
        hint: Some(words::BIO_HINT),
        value: &page.bio,
        optional: true,
        longest: Some(BIO_MAX),
        ..Field::default()
    };
    view! {
        <div class="narrow">
            {heading(words::TITLE)}
            {page.saved.then(|| notice("good", words::SAVED))}
            {summary(problem, words::DEED)}
            <form class="card stack" method="post" action=routes::page::PROFILE>
                {field(name, problem)}
                {text_area(bio, 4, problem)}
                <button class="btn primary">{words::SAVE}</button>
            </form>
            <p><a href=routes::user(&page.username)>{words::SEE}</a></p>
        </div>
    }
    .erased()
}
