//! The saved logins of this browser, for whoever uses it: remove one, have it ask for the password.

use leptos::prelude::*;

use super::parts::{Field, field, heading, notice, summary};
use crate::routes::page;
use crate::ui::erased::Erase;
use crate::ui::part::mark::Avatar;
use crate::ui::text::{self, log_in, saved as words};
use crate::ui::time;
use crate::wire::problem::Problem;
use crate::wire::saved::Saved;

/// What there is to show.
#[derive(Clone, Debug, Default)]
pub struct SavedModel {
    /// The saved logins.
    pub rows: Vec<Saved>,
    /// The id of one that is about to be removed, if it is confirmed.
    pub removing: Option<String>,
    /// Who was removed just now.
    pub removed: Option<String>,
    /// The id of one that shall ask no longer, which takes the password.
    pub proving: Option<String>,
    /// What was wrong with a form.
    pub problem: Option<Problem>,
    /// Whether it is shown among the settings.
    pub settings: bool,
    /// Now, Unix milliseconds.
    pub now: i64,
}

impl SavedModel {
    fn path(&self) -> &'static str {
        if self.settings { page::SETTINGS_SAVED } else { page::SAVED }
    }
}

/// The page.
#[must_use]
pub fn saved(model: &SavedModel) -> AnyView {
    let rows: Vec<AnyView> = model.rows.iter().map(|row| entry(model, row)).collect();
    let empty = rows.is_empty();
    view! {
        <div class="narrow">
            {heading(words::TITLE)}
            {model.removed.as_ref().map(|name| notice("good", &words::removed(name)))}
            {summary(model.problem.as_ref(), text::DEED)}
            {empty.then(|| view! { <p class="empty">{words::EMPTY}</p> })}
            <ul class="stack" role="list">{rows}</ul>
            <p>
                {if model.settings {
                    view! { <a href=page::HOME rel="external">{words::TO_FEED}</a> }.erased()
                } else {
                    view! { <a href=page::LOG_IN rel="external">{text::TO_LOG_IN}</a> }.erased()
                }}
            </p>
        </div>
    }
    .erased()
}

fn entry(model: &SavedModel, row: &Saved) -> AnyView {
    let (path, name, id) = (model.path(), &row.username, row.id.to_string());
    let removing = model.removing.as_ref() == Some(&id);
    let proving = model.proving.as_ref() == Some(&id);
    view! {
        <li class="card stack">
            <p class="who">
                <Avatar username=name.clone() display_name=row.display_name.clone() />
                <span><b>{name.clone()}</b><small>{lasts(row, model.now)}</small></span>
            </p>
            {if proving {
                prove(model, row)
            } else if row.spent.is_none() {
                ask(path, row)
            } else {
                "".erased()
            }}
            {if removing { confirm(path, row) } else {
                let label = words::remove(name);
                view! {
                    <form method="get" action=path data-plain>
                        <button class="btn small" name="remove" value=id aria-label=label>{words::REMOVE}</button>
                    </form>
                }
                .erased()
            }}
        </li>
    }
    .erased()
}

/// "Saved 3 days ago, until 21 February 2027".
fn lasts(row: &Saved, now: i64) -> String {
    match row.spent {
        Some(why) => words::spent(why).to_owned(),
        None if row.parked => words::PARKED.to_owned(),
        None => words::lasts(&time::ago(now, row.saved_at), &time::day(row.idle_expires_at)),
    }
}

fn ask(path: &'static str, row: &Saved) -> AnyView {
    let (deed, pressed) = if row.ask_password { ("trust", "true") } else { ("ask", "false") };
    view! {
        <form method="post" action=path data-plain>
            <input type="hidden" name="id" value=row.id.to_string() />
            <button class="btn small" name="deed" value=deed aria-pressed=pressed aria-describedby=["ask-", &row.username].concat()>
                {words::ASK}
            </button>
            <p class="hint" id=["ask-", &row.username].concat()>
                {if row.ask_password { words::ASK_ON } else { words::ASK_OFF }}
            </p>
        </form>
    }
    .erased()
}

/// The switch is turned off by the password.
fn prove(model: &SavedModel, row: &Saved) -> AnyView {
    let [before, after] = words::PROVE;
    let traits =
        Field { name: "password", label: log_in::PASSWORD, kind: "password", autocomplete: Some("current-password"), ..Field::default() };
    view! {
        <form class="stack" method="post" action=model.path() data-plain novalidate>
            <p>{before} <b>{row.username.clone()}</b> {after}</p>
            <input type="hidden" name="id" value=row.id.to_string() />
            <input class="vh" type="text" name="username" autocomplete="username" value=row.username.clone() tabindex="-1" aria-hidden="true" readonly />
            {field(traits, model.problem.as_ref())}
            <div class="pair">
                <button class="btn" name="deed" value="trust">{words::TRUST}</button>
                <a class="btn" href=model.path() rel="external">{words::KEEP_ASKING}</a>
            </div>
        </form>
    }
    .erased()
}

fn confirm(path: &'static str, row: &Saved) -> AnyView {
    let [before, after] = words::REMOVE_ASKED;
    view! {
        <form class="stack" method="post" action=path data-plain>
            <p>{before} <b>{row.username.clone()}</b> {after}</p>
            <input type="hidden" name="id" value=row.id.to_string() />
            <div class="pair">
                <button class="btn danger" name="deed" value="remove" autofocus>{words::REMOVE}</button>
                <a class="btn" href=path rel="external">{words::KEEP}</a>
            </div>
        </form>
    }
    .erased()
}
