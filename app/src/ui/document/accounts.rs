//! The accounts, for the role `admin`.

use leptos::prelude::*;
use uuid::Uuid;

use super::parts::heading;
use crate::routes::{admin_account, page, query_value};
use crate::ui::erased::Erase;
use crate::ui::text::accounts as words;
use crate::ui::time;
use crate::wire::account::{AccountSummary, Role};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// A page of them.
    pub rows: Vec<AccountSummary>,
    /// After which account the next page begins, if there is one.
    pub next: Option<Uuid>,
    /// What is looked for.
    pub search: String,
    /// Whether this is not the first page.
    pub later: bool,
    /// The present, Unix milliseconds.
    pub now: i64,
}

/// The page.
#[must_use]
pub fn accounts(model: &Accounts) -> AnyView {
    view! {
        <div class="wide">
            {heading(words::TITLE)}
            {search(&model.search)}
            {if model.rows.is_empty() { view! { <p>{words::NOBODY}</p> }.erased() } else { table(model) }}
            {pages(model)}
        </div>
    }
    .erased()
}

fn search(text: &str) -> AnyView {
    let all = (!text.is_empty()).then(|| view! { <a class="btn" href=page::ADMIN_ACCOUNTS>{words::ALL}</a> });
    view! {
        <form class="stack" role="search" method="get" action=page::ADMIN_ACCOUNTS>
            <div class="field">
                <label for="search">{words::SEARCH_FOR}</label>
                <div class="entry">
                    <input
                        id="search"
                        name="search"
                        type="search"
                        maxlength="254"
                        autocapitalize="none"
                        autocomplete="off"
                        spellcheck="false"
                        value=text.to_owned()
                    />
                </div>
            </div>
            <p class="actions"><button class="btn">{words::SEARCH}</button> {all}</p>
        </form>
    }
    .erased()
}

fn pages(model: &Accounts) -> AnyView {
    let to = |after: Option<Uuid>| {
        let after = after.map(|after| ["&after=", &after.to_string()].concat()).unwrap_or_default();
        [page::ADMIN_ACCOUNTS, "?search=", &query_value(&model.search), &after].concat()
    };
    let first = model.later.then(|| view! { <a class="btn" href=to(None)>{words::FIRST}</a> });
    let next = model.next.map(|next| view! { <a class="btn" href=to(Some(next))>{words::MORE}</a> });
    if first.is_none() && next.is_none() {
        return "".erased();
    }
    view! { <nav class="actions" aria-label=words::PAGES>{first} {next}</nav> }.erased()
}

fn table(model: &Accounts) -> AnyView {
    let rows: Vec<AnyView> = model.rows.iter().map(|account| row(account, model.now)).collect();
    view! {
            <div class="scroll" role="region" aria-labelledby="accounts" tabindex="0">
                <table>
                    <caption id="accounts">{words::CAPTION}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{words::USERNAME}</th>
                            <th scope="col">{words::NAME}</th>
                            <th scope="col">{words::ROLE}</th>
                            <th scope="col">{words::CREATED}</th>
                            <th scope="col" class="number">{words::SESSIONS}</th>
                            <th scope="col">{words::LAST_USED}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
    }
    .erased()
}

fn row(account: &AccountSummary, now: i64) -> AnyView {
    let seen = account.last_seen_at.map_or_else(|| words::NEVER.to_owned(), |at| time::ago(now, at));
    let to = admin_account(&account.account_id.to_string());
    view! {
        <tr>
            <th scope="row"><a href=to>{account.username.clone()}</a> {account.disabled.then(|| view! { " " <span class="tag bad">{words::DISABLED}</span> })}</th>
            <td>{account.display_name.clone()}</td>
            <td><span class=if account.role == Role::Admin { "tag me" } else { "tag" }>{account.role.as_str()}</span></td>
            <td>{time::day(account.created_at)}</td>
            <td class="number">{account.sessions.to_string()}</td>
            <td>{seen}</td>
        </tr>
    }
    .erased()
}
