//! Where the account is logged in.

use leptos::prelude::*;

use super::alerts::{alerts, ip};
use super::parts::{Field, field, heading, notice, summary};
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::time;
use crate::wire::problem::Problem;
use crate::wire::security::{Activity, SessionSummary};
use crate::wire::session::TokenStorage;

/// What the window is called, and the page.
pub const TITLE: &str = "Where you’re logged in";

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Sessions {
    /// The browsers, this one first.
    pub list: Vec<SessionSummary>,
    /// What the owner is asked.
    pub open: Vec<Activity>,
    /// What has just been done.
    pub done: Option<Done>,
    /// What was wrong with the password.
    pub problem: Option<Problem>,
    /// Whose password it is.
    pub username: String,
    /// The present, Unix milliseconds.
    pub now: i64,
}

/// Something that has just been done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// This browser was logged out.
    Ended(String),
    /// As many others were.
    Others(u32),
    /// It was the owner.
    Mine,
    /// A browser has another name.
    Named,
}

/// The page.
#[must_use]
pub fn sessions(model: &Sessions) -> AnyView {
    let rows: Vec<AnyView> = model.list.iter().map(|row| browser(row, model.now)).collect();
    let only = model.list.len() <= 1;
    view! {
        <div class="wide">
            {heading(TITLE)}
            {summary(model.problem.as_ref(), "log the others out")}
            {model.done.as_ref().map(|done| notice("good", &said(done)))}
            {alerts(&model.open)}
            <p class="muted">{count(model.list.len())}</p>
            <ul role="list" class="stack">{rows}</ul>
            {if only { view! { <p>"You are only logged in here."</p> }.erased() } else { others(model) }}
            <p><a href=routes::page::ACTIVITY>"Login history"</a></p>
        </div>
    }
    .erased()
}

/// "3 browsers".
pub(super) fn count(browsers: usize) -> String {
    if browsers == 1 { "1 browser".to_owned() } else { format!("{browsers} browsers") }
}

fn said(done: &Done) -> String {
    match done {
        Done::Ended(name) => format!("{name} was logged out. Open pages there stop within 2 seconds at most."),
        Done::Others(0) => "There was nobody else to log out.".to_owned(),
        Done::Others(1) => "1 other browser was logged out.".to_owned(),
        Done::Others(count) => format!("{count} other browsers were logged out."),
        Done::Mine => "Thank you. That browser stays logged in.".to_owned(),
        Done::Named => "Name saved.".to_owned(),
    }
}

fn browser(row: &SessionSummary, now: i64) -> AnyView {
    let used = match now - row.last_used_at {
        _ if row.current => "Active now".to_owned(),
        // It is written down every five minutes at most.
        past if past < 5 * 60_000 => "Last used a few minutes ago".to_owned(),
        _ => ["Last used about ", &time::ago(now, row.last_used_at)].concat(),
    };
    let facts = [
        used,
        ["IP ", ip(&row.ip)].concat(),
        ["logged in ", &time::moment(row.created_at)].concat(),
        place(row.storage).to_owned(),
        if row.saved { "login info saved" } else { "login info not saved" }.to_owned(),
    ];
    let id = row.session_id.to_string();
    view! {
        <li class="card browser">
            <div>
                <h2>{row.device.clone()} {row.current.then(|| view! { " " <span class="tag me">"This browser"</span> })}</h2>
                <p class="muted">{facts.join(" · ")}</p>
            </div>
            <div class="actions">
                {(!row.current).then(|| end(row, id.clone()))}
                {name(row, id)}
            </div>
        </li>
    }
    .erased()
}

/// The question opens in place, with and without scripts.
fn end(row: &SessionSummary, id: String) -> AnyView {
    let device = row.device.clone();
    view! {
        <details class="ask">
            <summary class="btn danger">"Log out" <span class="vh">" " {device.clone()}</span></summary>
            <form class="stack" method="post" action=routes::page::SESSIONS>
                <p>"Log out " {device.clone()} "? Its saved login is removed too."</p>
                <input type="hidden" name="deed" value="end" />
                <input type="hidden" name="id" value=id />
                <button class="btn danger">"Log out " {device}</button>
            </form>
        </details>
    }
    .erased()
}

fn name(row: &SessionSummary, id: String) -> AnyView {
    let field_id = ["name-", &id].concat();
    let value = if row.named { row.device.clone() } else { String::new() };
    view! {
        <details class="ask">
            <summary class="btn">"Rename" <span class="vh">" " {row.device.clone()}</span></summary>
            <form class="stack" method="post" action=routes::page::SESSIONS>
                <input type="hidden" name="deed" value="call" />
                <input type="hidden" name="id" value=id />
                <div class="field">
                    <label for=field_id.clone()>"Name of this browser"</label>
                    <p class="hint" id=[&field_id, "-hint"].concat()>"For you alone, like “Kitchen tablet”. Empty: what it says of itself."</p>
                    <div class="entry">
                        <input
                            id=field_id.clone()
                            name="name"
                            type="text"
                            maxlength="50"
                            autocomplete="off"
                            value=value
                            aria-describedby=[&field_id, "-hint"].concat()
                        />
                    </div>
                </div>
                <button class="btn">"Save name"</button>
            </form>
        </details>
    }
    .erased()
}

fn others(model: &Sessions) -> AnyView {
    let traits = Field {
        name: "password",
        label: "Your password",
        hint: Some("So that nobody does this who finds your browser open."),
        kind: "password",
        autocomplete: Some("current-password"),
        ..Field::default()
    };
    view! {
        <details class="ask" open=model.problem.is_some()>
            <summary class="btn danger">"Log out of all other sessions"</summary>
            <form class="card stack" method="post" action=routes::page::SESSIONS novalidate>
                <input type="hidden" name="deed" value="others" />
                {username(&model.username)}
                {field(traits, model.problem.as_ref())}
                <button class="btn danger">"Log out of all other sessions"</button>
            </form>
        </details>
    }
    .erased()
}

/// For password managers: whose password is asked for.
pub(super) fn username(username: &str) -> AnyView {
    view! { <input type="text" name="username" value=username.to_owned() autocomplete="username" readonly hidden /> }.erased()
}

const fn place(storage: TokenStorage) -> &'static str {
    match storage {
        TokenStorage::Cookie => "HTTP-only cookie",
        TokenStorage::Hybrid => "HTTP-only cookie and memory",
        TokenStorage::Local => "localStorage",
        TokenStorage::Session => "sessionStorage",
        TokenStorage::Memory => "memory",
        TokenStorage::Native => "no browser",
    }
}
