//! What happened to the account's security.

use leptos::prelude::*;

use super::alerts::ip;
use super::parts::heading;
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::time;
use crate::wire::security::{Activity, Alert, Outcome, Topic};

/// What the window is called, and the page.
pub const TITLE: &str = "Login history";

/// What the page shows.
#[derive(Clone, Debug)]
pub struct History {
    /// Newest first.
    pub events: Vec<Activity>,
    /// Which part.
    pub topic: Topic,
    /// Whether there is more.
    pub more: bool,
}

/// The page.
#[must_use]
pub fn activity(model: &History) -> AnyView {
    let topics: Vec<AnyView> = Topic::EACH.into_iter().map(|topic| link(topic, topic == model.topic)).collect();
    let rows: Vec<AnyView> = model.events.iter().map(row).collect();
    let older = model.events.last().filter(|_| model.more).map(|last| {
        let to = [routes::page::ACTIVITY, "?topic=", model.topic.as_str(), "&before=", &last.event_id.to_string()].concat();
        view! { <p><a class="btn" href=to>"Older"</a></p> }
    });
    view! {
        <div class="wide">
            {heading(TITLE)}
            <p class="muted">"The last 90 days. Times are UTC."</p>
            <nav class="actions" aria-label="Filter">{topics}</nav>
            {if rows.is_empty() {
                view! { <p>"Nothing in the last 90 days."</p> }.erased()
            } else {
                view! { <ol role="list" class="stack">{rows}</ol> }.erased()
            }}
            {older}
        </div>
    }
    .erased()
}

fn link(topic: Topic, current: bool) -> AnyView {
    let name = match topic {
        Topic::All => "Everything",
        Topic::LogIns => "Logins",
        Topic::Passwords => "Passwords",
        Topic::Alarms => "Worth a look",
    };
    let to = [routes::page::ACTIVITY, "?topic=", topic.as_str()].concat();
    view! { <a class="btn small" href=to aria-current=current.then_some("page")>{name}</a> }.erased()
}

fn row(event: &Activity) -> AnyView {
    let result = match event.result {
        Outcome::Done => "Done",
        Outcome::Refused => "Refused",
        Outcome::Stopped => "Session ended",
    };
    let facts = [event.device.as_str(), " · IP ", ip(&event.ip), " · ", result].concat();
    let answer = match event.alert {
        Some(Alert::Mine) => view! { <p><span class="tag">"You said it was you"</span></p> }.erased(),
        Some(Alert::NotMine) => view! { <p><span class="tag bad">"You said it was not you"</span></p> }.erased(),
        Some(Alert::Open) | None => not_me(event),
    };
    view! {
        <li class="card browser">
            <div>
                <h2>{said(&event.kind)}</h2>
                <p class="muted"><time datetime=time::rfc3339(event.created_at)>{time::moment(event.created_at)}</time> " · " {facts}</p>
            </div>
            <div class="actions">{answer}</div>
        </li>
    }
    .erased()
}

fn not_me(event: &Activity) -> AnyView {
    let about = [said(&event.kind).as_str(), ", ", &time::moment(event.created_at)].concat();
    view! {
        <details class="ask">
            <summary class="btn">"This wasn’t me" <span class="vh">": " {about}</span></summary>
            <form class="stack" method="post" action=routes::page::ACTIVITY>
                <p>"If a browser was logged in by this, it is logged out at once. Then you choose a new password."</p>
                <input type="hidden" name="id" value=event.event_id.to_string() />
                <button class="btn danger">"Secure my account"</button>
            </form>
        </details>
    }
    .erased()
}

/// What happened, in words. A kind that is not known here says itself.
fn said(kind: &str) -> String {
    match kind {
        "signed_up" => "Account created",
        "logged_in" => "Logged in",
        "one_tap" => "Logged in with one tap",
        "passkey_used" => "Logged in with a passkey",
        "passkey_refused" | "passkey_unknown" => "A passkey was refused",
        "passkey_copied" => "A passkey was refused: there may be a copy of it",
        "passkey_added" => "Passkey added",
        "passkey_removed" => "Passkey removed",
        "second_factor_on" => "Two-factor authentication turned on",
        "second_factor_off" => "Two-factor authentication turned off",
        "second_factor_refused" => "A wrong code",
        "recovery_code_used" => "Recovery code used",
        "recovery_codes_renewed" => "New recovery codes",
        "log_in_refused" => "Login refused: wrong password",
        "logged_out" => "Logged out",
        "session_ended" => "Another browser logged out",
        "others_ended" => "All other browsers logged out",
        "password_entered" => "Password entered once more",
        "password_changed" => "Password changed",
        "password_reset" => "Password set by a link",
        "reset_asked" => "Link to a new password asked for",
        "refresh_token_reused" => "An old sign-in key was used a second time",
        "saved_login_reused" => "An old key of a saved login was used a second time",
        "session_forked" => "Tab duplicated",
        "data_exported" => "Copy of your data made",
        "deletion_asked" => "Deletion of the account asked for",
        "deletion_undone" => "Account kept",
        "role_changed" => "Role changed by an admin",
        "disabled" => "Account disabled by an admin",
        "enabled" => "Account enabled by an admin",
        "ended_by_admin" => "Logged out everywhere by an admin",
        other => return other.replace('_', " "),
    }
    .to_owned()
}
