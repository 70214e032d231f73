//! "Was this you?", above whatever page it is asked on.

use leptos::prelude::*;

use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::text::activity as words;
use crate::ui::time;
use crate::wire::security::Activity;

/// The questions that are open, newest first; nothing where there are none.
#[must_use]
pub fn alerts(open: &[Activity]) -> AnyView {
    open.iter().map(alert).collect::<Vec<AnyView>>().erased()
}

/// The same above a page that has a layout of its own.
#[must_use]
pub fn above(open: &[Activity], page: AnyView) -> AnyView {
    if open.is_empty() { page } else { view! { <div class="asked">{alerts(open)}</div> {page} }.erased() }
}

fn alert(event: &Activity) -> AnyView {
    let from = words::from(&event.device, &time::moment(event.created_at), ip(&event.ip));
    let [what, outcome] = words::asked(&event.kind);
    let (id, label) = (event.event_id.to_string(), [what, &from].concat());
    view! {
        <section class="notice warn" aria-label=label>
            <p><b>{what}</b>{words::was_it_you(&from)}</p>
            <p class="muted">{outcome}</p>
            <form class="actions" method="post" action=routes::page::SESSIONS>
                <input type="hidden" name="deed" value="answer" />
                <input type="hidden" name="id" value=id />
                <button class="btn" name="mine" value="yes">{words::YES}</button>
                <button class="btn danger" name="mine" value="no">{words::NO}</button>
            </form>
        </section>
    }
    .erased()
}

/// An address, or that there is none.
pub(super) fn ip(ip: &str) -> &str {
    if ip.is_empty() { words::NO_ADDRESS } else { ip }
}
