//! A copy of one's data, and the end of the account.

use leptos::prelude::*;

use super::parts::{Field, field, heading, summary};
use super::sessions::username;
use crate::routes;
use crate::ui::erased::Erase;
use crate::wire::problem::Problem;

/// What the window is called, and the page.
pub const TITLE: &str = "Your data";
/// The page on which one is told that the account will be deleted.
pub const GOODBYE_TITLE: &str = "Goodbye";

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// Whose.
    pub username: String,
    /// Whether the browser itself shows who is there, and can fetch a file.
    pub file: bool,
    /// The copy, where it is shown on the page.
    pub copy: Option<String>,
    /// What was wrong with the password.
    pub problem: Option<Problem>,
}

/// The page.
#[must_use]
pub fn data(model: &Data) -> AnyView {
    let password =
        Field { name: "password", label: "Your password", kind: "password", autocomplete: Some("current-password"), ..Field::default() };
    let shown = [routes::page::DATA, "?copy"].concat();
    view! {
        <div class="narrow">
            {heading(TITLE)}
            {summary(model.problem.as_ref(), "delete your account")}
            <section class="card stack">
                <h2>"A copy of everything"</h2>
                <p>"Your account, sessions, login history, posts, likes, comments and whom you follow, as JSON. No password and no key is in it."</p>
                {model.file.then(|| view! { <p><a class="btn" href=routes::page::DATA_COPY rel="external" download="">"Download a copy"</a></p> })}
                {match &model.copy {
                    None => view! { <p><a class="btn" href=shown>"Show it here"</a></p> }.erased(),
                    Some(copy) => view! {
                        <label for="copy">"Your data"</label>
                        <pre id="copy" class="copy" tabindex="0">{copy.clone()}</pre>
                    }
                    .erased(),
                }}
            </section>
            <section class="card stack">
                <h2>"Delete your account"</h2>
                <p>
                    "Nobody sees your profile and your posts any more, and you are logged out everywhere. After 14 days everything is removed. "
                    "Until then, logging in takes it back."
                </p>
                <details class="ask" open=model.problem.is_some()>
                    <summary class="btn danger">"Delete " {model.username.clone()}</summary>
                    <form class="stack" method="post" action=routes::page::DATA novalidate>
                        {username(&model.username)}
                        {field(password, model.problem.as_ref())}
                        <button class="btn danger">"Delete " {model.username.clone()}</button>
                    </form>
                </details>
            </section>
        </div>
    }
    .erased()
}

/// The account will be deleted, and its owner is logged out.
#[must_use]
pub fn goodbye() -> AnyView {
    view! {
        <div class="narrow">
            {heading(GOODBYE_TITLE)}
            <p>"Your account is out of sight and you are logged out everywhere. In 14 days everything is removed."</p>
            <p>"If you change your mind: log in before then, and everything is as it was."</p>
            <p><a class="btn primary" href=routes::page::LOG_IN rel="external">"Log in"</a></p>
        </div>
    }
    .erased()
}
