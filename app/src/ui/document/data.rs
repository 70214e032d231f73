//! A copy of one's data, and the end of the account.

use leptos::prelude::*;

use super::parts::{Field, field, heading, summary};
use super::sessions::username;
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::text::{self, data as words, password};
use crate::wire::problem::Problem;

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
    let traits =
        Field { name: "password", label: password::YOURS, kind: "password", autocomplete: Some("current-password"), ..Field::default() };
    let shown = [routes::page::DATA, "?copy"].concat();
    view! {
        <div class="narrow">
            {heading(words::TITLE)}
            {summary(model.problem.as_ref(), words::DELETE_DEED)}
            <section class="card stack">
                <h2>{words::COPY}</h2>
                <p>{words::COPY_HOLDS}</p>
                {model.file.then(|| view! { <p><a class="btn" href=routes::page::DATA_COPY rel="external" download="">{words::DOWNLOAD}</a></p> })}
                {match &model.copy {
                    None => view! { <p><a class="btn" href=shown>{words::SHOW}</a></p> }.erased(),
                    Some(copy) => view! {
                        <label for="copy">{words::SHOWN}</label>
                        <pre id="copy" class="copy" tabindex="0">{copy.clone()}</pre>
                    }
                    .erased(),
                }}
            </section>
            <section class="card stack">
                <h2>{words::DELETE}</h2>
                <p>{words::DELETE_MEANS}</p>
                <details class="ask" open=model.problem.is_some()>
                    <summary class="btn danger">{words::delete(&model.username)}</summary>
                    <form class="stack" method="post" action=routes::page::DATA novalidate>
                        {username(&model.username)}
                        {field(traits, model.problem.as_ref())}
                        <button class="btn danger">{words::delete(&model.username)}</button>
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
            {heading(words::GOODBYE_TITLE)}
            <p>{words::GONE}</p>
            <p>{words::BACK}</p>
            <p><a class="btn primary" href=routes::page::LOG_IN rel="external">{text::LOG_IN}</a></p>
        </div>
    }
    .erased()
}
