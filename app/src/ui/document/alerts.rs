//! "Was this you?", above whatever page it is asked on.

use leptos::prelude::*;

use crate::routes;
use crate::ui::erased::Erase;
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
    let from = [event.device.as_str(), ", ", &time::moment(event.created_at), ", IP ", ip(&event.ip)].concat();
    let (what, outcome) = match event.kind.as_str() {
        "deletion_undone" => {
            ("Your account is kept: ", "You had asked us to delete it, and somebody logged in before that happened. Nothing was removed.")
        }
        _ => ("New login: ", "Yes: it stays logged in. No: that browser is logged out at once, and you choose a new password."),
    };
    let (id, label) = (event.event_id.to_string(), [what, &from].concat());
    view! {
        <section class="notice warn" aria-label=label>
            <p><b>{what}</b>{[&from, ". Was this you?"].concat()}</p>
            <p class="muted">{outcome}</p>
            <form class="actions" method="post" action=routes::page::SESSIONS>
                <input type="hidden" name="deed" value="answer" />
                <input type="hidden" name="id" value=id />
                <button class="btn" name="mine" value="yes">"Yes, it was me"</button>
                <button class="btn danger" name="mine" value="no">"No, secure my account"</button>
            </form>
        </section>
    }
    .erased()
}

/// An address, or that there is none.
pub(super) fn ip(ip: &str) -> &str {
    if ip.is_empty() { "unknown" } else { ip }
}
