//! The feed, and beside it how it opened without a password.

use leptos::prelude::*;

use crate::ui::erased::Erase;
use crate::ui::frame::{Heading, PageTitle};
use crate::ui::part::feed::Feed;
use crate::ui::part::gate::Gate;
use crate::ui::part::post::Skeleton;
use crate::ui::part::return_line::ReturnLine;
use crate::ui::part::side::Side;

/// The page.
#[component]
pub(crate) fn Home() -> impl IntoView {
    view! { <Gate page="Home" waiting=waiting body=body /> }.erased()
}

fn body() -> AnyView {
    view! {
        <PageTitle page="Home" />
        <div class="columns">
            <div class="feed">
                <Heading text="Home" class="vh" />
                <Feed />
            </div>
            <aside class="side" aria-label="Your session">
                <Side />
                <ReturnLine />
            </aside>
        </div>
    }
    .erased()
}

fn waiting() -> AnyView {
    view! { <div class="columns"><div class="feed"><Skeleton /></div><div class="side"></div></div> }.erased()
}
