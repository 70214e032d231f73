//! Hubs: what can be set, each with what it is now.

use leptos::prelude::*;

use super::alerts::alerts;
use super::parts::heading;
use super::sessions::count;
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::time;
use crate::wire::security::Activity;

/// What the window is called, and the page.
pub const TITLE: &str = "Settings";
/// The same for what has to do with logging in.
pub const SECURITY_TITLE: &str = "Login and security";

/// One way on.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where to.
    pub to: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What it is now.
    pub value: String,
}

/// `/settings`.
#[must_use]
pub fn settings(open: &[Activity], browsers: usize) -> AnyView {
    let rows = [
        Row { to: routes::page::PROFILE, name: "Profile", value: "Your name, and what you say about yourself".to_owned() },
        Row { to: routes::page::SECURITY, name: SECURITY_TITLE, value: ["Logged in on ", &count(browsers)].concat() },
        Row { to: routes::page::APPEARANCE, name: "Appearance", value: "Colours, motion and the feed, in this browser".to_owned() },
        Row { to: routes::page::DATA, name: "Your data", value: "A copy of it, and the end of the account".to_owned() },
    ];
    hub(TITLE, open, &rows)
}

/// What the hub of security shows.
#[derive(Clone, Debug)]
pub struct Security {
    /// What the owner is asked.
    pub open: Vec<Activity>,
    /// When the password last changed, Unix milliseconds.
    pub password_changed_at: Option<i64>,
    /// In how many browsers the account is logged in.
    pub browsers: usize,
    /// Since when an authenticator app is set up, Unix milliseconds.
    pub app_since: Option<i64>,
    /// How many passkeys there are.
    pub passkeys: usize,
    /// How many accounts this browser holds a key of.
    pub saved: usize,
}

/// `/settings/security`.
#[must_use]
pub fn security(model: &Security) -> AnyView {
    let changed = model.password_changed_at.map_or_else(|| "never changed".to_owned(), |at| ["changed ", &time::day(at)].concat());
    let app = model.app_since.map_or_else(|| "off".to_owned(), |at| ["on since ", &time::day(at)].concat());
    let passkeys = counted(model.passkeys, "1 passkey", "passkeys");
    let saved = counted(model.saved, "1 account", "accounts");
    let rows = [
        Row { to: routes::page::PASSWORD, name: "Password", value: changed },
        Row { to: routes::page::TWO_FACTOR, name: super::two_factor::TITLE, value: app },
        Row { to: routes::page::PASSKEYS, name: super::passkeys::TITLE, value: passkeys },
        Row { to: routes::page::SESSIONS, name: super::sessions::TITLE, value: count(model.browsers) },
        Row { to: routes::page::SETTINGS_SAVED, name: "Saved logins on this browser", value: saved },
        Row { to: routes::page::ACTIVITY, name: super::activity::TITLE, value: "the last 90 days".to_owned() },
    ];
    hub(SECURITY_TITLE, &model.open, &rows)
}

fn counted(n: usize, one: &str, many: &str) -> String {
    match n {
        0 => "none".to_owned(),
        1 => one.to_owned(),
        n => format!("{n} {many}"),
    }
}

fn hub(title: &str, open: &[Activity], rows: &[Row]) -> AnyView {
    let rows: Vec<AnyView> = rows
        .iter()
        .map(|row| {
            view! {
                <li class="card">
                    <a href=row.to>{row.name}</a>
                    <p class="muted">{row.value.clone()}</p>
                </li>
            }
            .erased()
        })
        .collect();
    view! {
        <div class="narrow">
            {heading(title)}
            {alerts(open)}
            <ul role="list" class="stack">{rows}</ul>
        </div>
    }
    .erased()
}
