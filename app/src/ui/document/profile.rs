//! What one's own profile says.

use leptos::prelude::*;

use super::parts::{Field, field, heading, notice, summary, text_area};
use crate::routes;
use crate::ui::erased::Erase;
use crate::wire::feed::BIO_MAX;
use crate::wire::problem::Problem;

/// What the window is called, and the page.
pub const TITLE: &str = "Profile";

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
        label: "Name to show",
        hint: Some("Your username stays as it is. Other places show the new name within minutes."),
        autocomplete: Some("name"),
        value: &page.display_name,
        optional: true,
        longest: Some(50),
        ..Field::default()
    };
    let bio = Field {
        name: "bio",
        label: "About you",
        hint: Some("Everybody can read this. 300 characters at most."),
        value: &page.bio,
        optional: true,
        longest: Some(BIO_MAX),
        ..Field::default()
    };
    view! {
        <div class="narrow">
            {heading(TITLE)}
            {page.saved.then(|| notice("good", "Saved."))}
            {summary(problem, "save your profile")}
            <form class="card stack" method="post" action=routes::page::PROFILE>
                {field(name, problem)}
                {text_area(bio, 4, problem)}
                <button class="btn primary">"Save profile"</button>
            </form>
            <p><a href=routes::user(&page.username)>"See your profile"</a></p>
        </div>
    }
    .erased()
}
