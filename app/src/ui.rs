//! What the pages look like.

use leptos::prelude::*;

/// The whole page: navigation, the current page, live regions.
#[component]
pub fn App() -> impl IntoView {
    view! { <main id="main"><h1>"Nightlatch"</h1></main> }
}
