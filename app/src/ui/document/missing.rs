//! What stands where nothing is.

use leptos::prelude::*;

use super::parts::heading;
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::part::mark::Key;
use crate::ui::text::{self, missing as words};

/// The page; the server answers 404 with it.
#[must_use]
pub fn missing() -> AnyView {
    view! {
        <div class="guard">
            <Key />
            {heading(words::NO_PAGE)}
            <p>{words::NO_PAGE_BECAUSE}</p>
            <a class="btn primary" href=routes::page::HOME>{text::TO_FEED}</a>
        </div>
    }
    .erased()
}
