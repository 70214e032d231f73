//! Pages that the server makes, one a file: functions of plain data, links and forms. With scripts, `part::sheet` fetches them through the
//! session and shows them in place; without, they are ordinary pages. No code of theirs reaches the browser.

pub mod account;
pub mod accounts;
pub mod activity;
pub mod alerts;
pub mod appearance;
mod card;
pub mod data;
pub mod factors;
pub mod feed;
pub mod log_in_code;
pub mod missing;
pub mod new_post;
pub mod outbox;
pub mod parts;
pub mod passkeys;
pub mod password;
mod person;
pub mod post;
pub mod problem;
pub mod profile;
pub mod renewal;
pub mod saved;
pub mod sessions;
pub mod settings;
pub mod two_factor;
pub mod user;

use leptos::prelude::*;

/// A document on its way into the frame. In context while the server renders one.
#[derive(Clone, Debug)]
pub struct Served {
    /// What is inside the page, as HTML.
    pub html: String,
    /// What the window is called, without the site's name.
    pub title: String,
}

impl Served {
    /// Writes a document's view out. A view of plain data needs nothing in context.
    #[must_use]
    pub fn new(title: impl Into<String>, view: AnyView) -> Self {
        Self { html: view.to_html(), title: title.into() }
    }
}
