//! Pages that the server makes, one a file: functions of plain data, links and forms. With scripts, `part::sheet` fetches them through the
//! session and shows them in place; without, they are ordinary pages. No code of theirs reaches the browser.

pub mod accounts;
pub mod appearance;
pub mod feed;
pub mod missing;
pub mod parts;
#[allow(unreachable_pub)]
pub mod post;
pub mod problem;
pub mod saved;

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
