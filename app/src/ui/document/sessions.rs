//! Where the account is logged in.

use leptos::prelude::*;

use super::alerts::{alerts, ip};
use super::parts::{Field, field, heading, notice, summary};
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::text::{activity, password, sessions as words};
use crate::ui::time;
use crate::wire::problem::Problem;
use crate::wire::security::{Activity, SessionSummary};

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
            {heading(words::TITLE)}
            {summary(model.problem.as_ref(), words::DEED)}
            {model.done.as_ref().map(|done| notice("good", &said(done)))}
            {alerts(&model.open)}
            <p class="muted">{words::count(model.list.len())}</p>
            <ul role="list" class="stack">{rows}</ul>
            {if only { view! { <p>{words::ONLY}</p> }.erased() } else { others(model) }}
            <p><a href=routes::page::ACTIVITY>{activity::TITLE}</a></p>
        </div>
    }
    .erased()
}

fn said(done: &Done) -> String {
    match done {
        Done::Ended(name) => words::ended(name),
        Done::Others(count) => words::others_ended(*count),
        Done::Mine => words::MINE.to_owned(),
        Done::Named => words::NAMED.to_owned(),
    }
}

fn browser(row: &SessionSummary, now: i64) -> AnyView {
    let used = match now - row.last_used_at {
        _ if row.current => words::ACTIVE.to_owned(),
        // It is written down every five minutes at most.
        past if past < 5 * 60_000 => words::USED_LATELY.to_owned(),
        _ => words::used(&time::ago(now, row.last_used_at)),
    };
    let facts = [
        used,
        words::address(ip(&row.ip)),
        words::since(&time::moment(row.created_at)),
        words::place(row.storage).to_owned(),
        if row.saved { words::SAVED } else { words::NOT_SAVED }.to_owned(),
    ];
    let id = row.session_id.to_string();
    view! {
        <li class="card browser">
            <div>
                <h2>{row.device.clone()} {row.current.then(|| view! { " " <span class="tag me">{words::THIS}</span> })}</h2>
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
            <summary class="btn danger">{words::END} <span class="vh">" " {device.clone()}</span></summary>
            <form class="stack" method="post" action=routes::page::SESSIONS>
                <p>{words::end_asked(&device)}</p>
                <input type="hidden" name="deed" value="end" />
                <input type="hidden" name="id" value=id />
                <button class="btn danger">{words::end(&device)}</button>
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
            <summary class="btn">{words::RENAME} <span class="vh">" " {row.device.clone()}</span></summary>
            <form class="stack" method="post" action=routes::page::SESSIONS>
                <input type="hidden" name="deed" value="call" />
                <input type="hidden" name="id" value=id />
                <div class="field">
                    <label for=field_id.clone()>{words::NAME}</label>
                    <p class="hint" id=[&field_id, "-hint"].concat()>{words::NAME_HINT}</p>
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
                <button class="btn">{words::SAVE_NAME}</button>
            </form>
        </details>
    }
    .erased()
}

fn others(model: &Sessions) -> AnyView {
    let traits = Field {
        name: "password",
        label: password::YOURS,
        hint: Some(words::OTHERS_HINT),
        kind: "password",
        autocomplete: Some("current-password"),
        ..Field::default()
    };
    view! {
        <details class="ask" open=model.problem.is_some()>
            <summary class="btn danger">{words::OTHERS}</summary>
            <form class="card stack" method="post" action=routes::page::SESSIONS novalidate>
                <input type="hidden" name="deed" value="others" />
                {username(&model.username)}
                {field(traits, model.problem.as_ref())}
                <button class="btn danger">{words::OTHERS}</button>
            </form>
        </details>
    }
    .erased()
}

/// For password managers: whose password is asked for.
pub(super) fn username(username: &str) -> AnyView {
    view! { <input type="text" name="username" value=username.to_owned() autocomplete="username" readonly hidden /> }.erased()
}
