//! One account, for the role `admin`, and what can be done to it.

use leptos::prelude::*;

use super::parts::{heading, notice, summary};
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::text::{account as words, accounts as list};
use crate::ui::time;
use crate::wire::account::{AccountSummary, Role};
use crate::wire::problem::Problem;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Account {
    /// Whose.
    pub account: AccountSummary,
    /// Whether it is that of the admin who looks.
    pub own: bool,
    /// What has just been done.
    pub done: Option<Done>,
    /// What could not be done.
    pub problem: Option<Problem>,
    /// The present, Unix milliseconds.
    pub now: i64,
}

/// Something that can be done, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It cannot log in any more.
    Disabled,
    /// It can again.
    Enabled,
    /// It has the role `admin`.
    Admin,
    /// It has the role `user`.
    User,
    /// It is logged out everywhere.
    Ended,
}

impl Done {
    const EACH: [Self; 5] = [Self::Disabled, Self::Enabled, Self::Admin, Self::User, Self::Ended];

    /// As forms and addresses say it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disable",
            Self::Enabled => "enable",
            Self::Admin => "admin",
            Self::User => "user",
            Self::Ended => "end",
        }
    }

    /// Reads it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|done| done.as_str() == text)
    }

    fn said(self, name: &str) -> String {
        match self {
            Self::Disabled => words::is_disabled(name),
            Self::Enabled => words::is_enabled(name),
            Self::Admin => words::is_admin(name),
            Self::User => words::is_user(name),
            Self::Ended => words::is_logged_out(name),
        }
    }
}

/// The page.
#[must_use]
pub fn account(model: &Account) -> AnyView {
    let account = &model.account;
    let seen = account.last_seen_at.map_or_else(|| list::NEVER.to_owned(), |at| time::ago(model.now, at));
    let state = if account.disabled { view! { <span class="tag bad">{list::DISABLED}</span> }.erased() } else { words::ACTIVE.erased() };
    let profile = routes::user(&account.username);
    view! {
        <div class="narrow">
            {heading(&account.username)}
            {summary(model.problem.as_ref(), words::DEED)}
            {model.done.map(|done| notice("good", &done.said(&account.username)))}
            <section class="card stack">
                <dl>
                    <dt>{list::NAME}</dt>
                    <dd>{account.display_name.clone()}</dd>
                    <dt>{list::ROLE}</dt>
                    <dd><span class=if account.role == Role::Admin { "tag me" } else { "tag" }>{account.role.as_str()}</span></dd>
                    <dt>{words::STATE}</dt>
                    <dd>{state}</dd>
                    <dt>{list::CREATED}</dt>
                    <dd>{time::day(account.created_at)}</dd>
                    <dt>{list::SESSIONS}</dt>
                    <dd>{account.sessions.to_string()}</dd>
                    <dt>{list::LAST_USED}</dt>
                    <dd>{seen}</dd>
                </dl>
                <p><a class="btn small" href=profile>{words::PROFILE}</a></p>
            </section>
            <section class="card stack">
                <h2>{words::DEEDS}</h2>
                {if model.own { view! { <p>{words::OWN}</p> }.erased() } else { deeds(account) }}
                {end(account)}
                <p class="muted">{words::NOTED}</p>
            </section>
            <p><a href=routes::page::ADMIN_ACCOUNTS>{list::ALL}</a></p>
        </div>
    }
    .erased()
}

fn deeds(account: &AccountSummary) -> AnyView {
    let name = &account.username;
    let role = match account.role {
        Role::User => ask(account, Done::Admin, words::MAKE_ADMIN, words::ask_admin(name)),
        Role::Admin => ask(account, Done::User, words::TAKE_ROLE, words::ask_user(name)),
    };
    let state = if account.disabled {
        ask(account, Done::Enabled, words::ENABLE, words::ask_enable(name))
    } else {
        ask(account, Done::Disabled, words::DISABLE, words::ask_disable(name))
    };
    [role, state].collect_view().erased()
}

fn end(account: &AccountSummary) -> AnyView {
    ask(account, Done::Ended, words::END, words::ask_end(&account.username))
}

/// The question opens in place, with and without scripts.
fn ask(account: &AccountSummary, deed: Done, button: &'static str, question: String) -> AnyView {
    let class = if matches!(deed, Done::Enabled | Done::Admin) { "btn" } else { "btn danger" };
    let name = account.username.clone();
    let path = routes::admin_account(&account.account_id.to_string());
    view! {
        <details class="ask">
            <summary class=class>{button} <span class="vh">{words::of(&name)}</span></summary>
            <form class="stack" method="post" action=path>
                <p>{question}</p>
                <input type="hidden" name="deed" value=deed.as_str() />
                <button class=class>{words::button(button, &name)}</button>
            </form>
        </details>
    }
    .erased()
}
