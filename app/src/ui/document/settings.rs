//! Hubs: what can be set, each with what it is now.

use leptos::prelude::*;

use super::alerts::alerts;
use super::parts::heading;
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::text::{self, settings as words};
use crate::ui::time;
use crate::wire::security::Activity;

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
        Row { to: routes::page::PROFILE, name: text::profile::TITLE, value: words::PROFILE.to_owned() },
        Row { to: routes::page::SECURITY, name: words::SECURITY_TITLE, value: words::logged_in_on(&text::sessions::count(browsers)) },
        Row { to: routes::page::APPEARANCE, name: text::appearance::TITLE, value: words::APPEARANCE.to_owned() },
        Row { to: routes::page::DATA, name: text::data::TITLE, value: words::DATA.to_owned() },
    ];
    hub(words::TITLE, open, &rows)
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
    let changed = words::changed(model.password_changed_at.map(time::day).as_deref());
    let app = words::on_since(model.app_since.map(time::day).as_deref());
    let (passkeys, saved) = (words::passkeys(model.passkeys), words::saved(model.saved));
    let rows = [
        Row { to: routes::page::PASSWORD, name: words::PASSWORD, value: changed },
        Row { to: routes::page::TWO_FACTOR, name: text::two_factor::TITLE, value: app },
        Row { to: routes::page::PASSKEYS, name: text::passkeys::TITLE, value: passkeys },
        Row { to: routes::page::SESSIONS, name: text::sessions::TITLE, value: text::sessions::count(model.browsers) },
        Row { to: routes::page::SETTINGS_SAVED, name: words::SAVED, value: saved },
        Row { to: routes::page::ACTIVITY, name: text::activity::TITLE, value: words::ACTIVITY.to_owned() },
    ];
    hub(words::SECURITY_TITLE, &model.open, &rows)
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
