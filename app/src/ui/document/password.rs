//! Another password: by the old one, or by a link in a mail.

use leptos::prelude::*;

use super::parts::{Field, field, heading, notice, summary};
use super::sessions::username;
use crate::routes;
use crate::ui::erased::Erase;
use crate::wire::problem::Problem;

/// What the window is called, and the page that changes it.
pub const TITLE: &str = "Change password";
/// The page for those who do not know it.
pub const FORGOT_TITLE: &str = "Forgot your password?";
/// The page that a link in a mail leads to.
pub const RESET_TITLE: &str = "Set a new password";
/// The same, for a link that is good for nothing any more.
pub const SPENT_TITLE: &str = "This link does not work any more";

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
            {heading(TITLE)}
            {summary(problem, "change your password")}
            {model.secured.then(|| notice("warn", "If a browser was logged in by it, that browser is logged out. Now choose a new password."))}
            {model.done.map(|ended| notice("good", &done(ended)))}
            <form class="card stack" method="post" action=routes::page::PASSWORD novalidate>
                {username(&model.username)}
                {field(current(), problem)}
                {field(new(&hint(model.least)), problem)}
                <label class="choice">
                    <input type="checkbox" name="end_others" value="yes" checked=model.end_others />
                    " Log out other browsers and remove their saved logins"
                </label>
                <button class="btn primary">"Change password"</button>
            </form>
            <p><a href=routes::page::FORGOT>"Forgot your password?"</a></p>
        </div>
    }
    .erased()
}

fn done(ended: u32) -> String {
    match ended {
        0 => "Password changed.".to_owned(),
        1 => "Password changed. 1 other browser was logged out.".to_owned(),
        ended => format!("Password changed. {ended} other browsers were logged out."),
    }
}

fn current() -> Field<'static> {
    Field { name: "current", label: "Current password", kind: "password", autocomplete: Some("current-password"), ..Field::default() }
}

fn hint(least: usize) -> String {
    format!("At least {least} characters. Three unrelated words work well.")
}

fn new(hint: &str) -> Field<'_> {
    Field { name: "new", label: "New password", hint: Some(hint), kind: "password", autocomplete: Some("new-password"), ..Field::default() }
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
        Field { name: "login", label: "Username or email", autocomplete: Some("username"), value: &model.login, ..Field::default() };
    let sent =
        "If there is such an account, a link is on its way to its owner. It works once, for one hour. Look into your spam folder, too.";
    view! {
        <div class="narrow">
            {heading(FORGOT_TITLE)}
            {summary(model.problem.as_ref(), "send a link")}
            {model.sent.then(|| notice("good", sent))}
            {(model.sent && model.outbox)
                .then(|| view! { <p class="muted">"This is a local build: mails are in the " <a href=routes::page::MAIL>"outbox"</a> "."</p> })}
            <form class="card stack" method="post" action=routes::page::FORGOT novalidate>
                <p>"We send you a link with which you set a new one."</p>
                {field(login, model.problem.as_ref())}
                <button class="btn primary">"Send a link"</button>
            </form>
            <p class="center"><a href=routes::page::LOG_IN>"Back to log in"</a></p>
        </div>
    }
    .erased()
}

/// The page that a link leads to: whose password it sets, fewest characters, where the form goes, what was wrong.
#[must_use]
pub fn reset(name: &str, least: usize, path: &str, problem: Option<&Problem>) -> AnyView {
    view! {
        <div class="narrow">
            {heading(RESET_TITLE)}
            {summary(problem, "set your password")}
            <form class="card stack" method="post" action=path.to_owned() novalidate>
                <p>"For the account " <b>{name.to_owned()}</b> ". Every browser is logged out, and saved logins are removed."</p>
                {username(name)}
                {field(new(&hint(least)), problem)}
                <button class="btn primary">"Set password"</button>
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
            {heading(SPENT_TITLE)}
            <p>"A link works once, for one hour, and only the newest one. Your password is as it was."</p>
            <p><a class="btn primary" href=routes::page::FORGOT>"Ask for a new link"</a></p>
        </div>
    }
    .erased()
}
