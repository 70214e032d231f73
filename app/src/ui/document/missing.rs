//! What stands where nothing is.

use leptos::prelude::*;

use super::parts::heading;
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::part::mark::Key;

/// What the window is called.
pub const TITLE: &str = "Page not found";

/// The page; the server answers 404 with it.
#[must_use]
pub fn missing() -> AnyView {
    view! {
        <div class="guard">
            <Key />
            {heading("This page does not exist.")}
            <p>"The address may be mistyped, or the page is gone."</p>
            <a class="btn primary" href=routes::page::HOME>"Go to the feed"</a>
        </div>
    }
    .erased()
}
