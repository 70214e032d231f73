//! Another password: by the old one, or by a link in a mail.

use leptos::prelude::*;

use super::parts::{Field, field, heading, notice, summary};
use super::sessions::username;
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::text::{self, password as words};
use crate::wire::problem::Problem;

/// What the page that changes a password shows.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Whose.
    pub username: String,
    /// Fewest characters.
    pub least: usize,
    /// Whether others shall be logged out.
    pub end_others: bool,
    /// Where one comes from: something was not the owner.
    pub secured: bool,
    /// It was changed, and so many other browsers were logged out.
    pub done: Option<u32>,
    /// What was wrong.
    pub problem: Option<Problem>,
}

/// The page that changes a password.
#[must_use]
pub fn change(model: &Change) -> AnyView {
    let problem = model.problem.as_ref();
    view! {
        <div class="narrow">
            {heading(words::TITLE)}
            {summary(problem, words::CHANGE_DEED)}
            {model.secured.then(|| notice("warn", words::SECURED))}
            {model.done.map(|ended| notice("good", &words::done(ended)))}
            <form class="card stack" method="post" action=routes::page::PASSWORD novalidate>
                {username(&model.username)}
                {field(current(), problem)}
                {field(new(&words::hint(model.least)), problem)}
                <label class="choice">
                    <input type="checkbox" name="end_others" value="yes" checked=model.end_others />
                    {words::END_OTHERS}
                </label>
                <button class="btn primary">{words::TITLE}</button>
            </form>
            <p><a href=routes::page::FORGOT>{words::FORGOT_TITLE}</a></p>
        </div>
    }
    .erased()
}

fn current() -> Field<'static> {
    Field { name: "current", label: words::CURRENT, kind: "password", autocomplete: Some("current-password"), ..Field::default() }
}

fn new(hint: &str) -> Field<'_> {
    Field { name: "new", label: words::NEW, hint: Some(hint), kind: "password", autocomplete: Some("new-password"), ..Field::default() }
}

/// What the page for those who forgot shows.
#[derive(Clone, Debug, Default)]
pub struct Forgot {
    /// What was typed.
    pub login: String,
    /// A link is on its way, if there is such an account.
    pub sent: bool,
    /// Whether mails can be read at this very site.
    pub outbox: bool,
    /// What was wrong.
    pub problem: Option<Problem>,
}

/// The page for those who forgot. It says the same of every name.
#[must_use]
pub fn forgot(model: &Forgot) -> AnyView {
    let login =
        Field { name: "login", label: text::log_in::LOGIN, autocomplete: Some("username"), value: &model.login, ..Field::default() };
    let [before, outbox, after] = words::LOCAL;
    view! {
        <div class="narrow">
            {heading(words::FORGOT_TITLE)}
            {summary(model.problem.as_ref(), words::FORGOT_DEED)}
            {model.sent.then(|| notice("good", words::SENT))}
            {(model.sent && model.outbox)
                .then(|| view! { <p class="muted">{before} <a href=routes::page::MAIL>{outbox}</a> {after}</p> })}
            <form class="card stack" method="post" action=routes::page::FORGOT novalidate>
                <p>{words::WE_SEND}</p>
                {field(login, model.problem.as_ref())}
                <button class="btn primary">{words::SEND}</button>
            </form>
            <p class="center"><a href=routes::page::LOG_IN>{text::TO_LOG_IN}</a></p>
        </div>
    }
    .erased()
}

/// The page that a link leads to: whose password it sets, fewest characters, where the form goes, what was wrong.
#[must_use]
pub fn reset(name: &str, least: usize, path: &str, problem: Option<&Problem>) -> AnyView {
    let [before, after] = words::RESET_MEANS;
    view! {
        <div class="narrow">
            {heading(words::RESET_TITLE)}
            {summary(problem, words::RESET_DEED)}
            <form class="card stack" method="post" action=path.to_owned() novalidate>
                <p>{before} <b>{name.to_owned()}</b> {after}</p>
                {username(name)}
                {field(new(&words::hint(least)), problem)}
                <button class="btn primary">{words::SET}</button>
            </form>
        </div>
    }
    .erased()
}

/// In its place, for a link that was used, is too old, or never was one.
#[must_use]
pub fn spent() -> AnyView {
    view! {
        <div class="narrow">
            {heading(words::SPENT_TITLE)}
            <p>{words::SPENT}</p>
            <p><a class="btn primary" href=routes::page::FORGOT>{words::ASK_AGAIN}</a></p>
        </div>
    }
    .erased()
}
