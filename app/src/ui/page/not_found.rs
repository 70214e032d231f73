//! What stands where nothing is.

use leptos::prelude::*;

use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::frame::{Heading, PageTitle};
use crate::ui::part::mark::Key;

/// The fallback of the router; the server answers 404 with it.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    view! {
        <PageTitle page="Page not found" />
        <div class="guard">
            <Key />
            <Heading text="This page does not exist." />
            <p>"The address may be mistyped, or the page is gone."</p>
            <a class="btn primary" href=routes::page::HOME>"Go to the feed"</a>
        </div>
    }
    .erased()
}
