//! Every account, for the role `admin`.

use leptos::prelude::*;

use super::parts::heading;
use crate::ui::erased::Erase;
use crate::ui::time;
use crate::wire::account::{AccountSummary, Role};

/// What the window is called, and the page.
pub const TITLE: &str = "Accounts";

/// The page, at the time `now` in Unix milliseconds.
#[must_use]
pub fn accounts(rows: Vec<AccountSummary>, now: i64) -> AnyView {
    let rows: Vec<AnyView> = rows.into_iter().map(|account| row(account, now)).collect();
    view! {
        <div class="wide">
            {heading(TITLE)}
            <div class="scroll" role="region" aria-labelledby="accounts" tabindex="0">
                <table>
                    <caption id="accounts">"Every account, with its living sessions"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Username"</th>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col">"Created"</th>
                            <th scope="col" class="number">"Sessions"</th>
                            <th scope="col">"Last used"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
    .erased()
}

fn row(account: AccountSummary, now: i64) -> AnyView {
    let seen = account.last_seen_at.map_or_else(|| "never".to_owned(), |at| time::ago(now, at));
    view! {
        <tr>
            <th scope="row">{account.username} {account.disabled.then(|| view! { " " <span class="tag bad">"disabled"</span> })}</th>
            <td>{account.display_name}</td>
            <td><span class=if account.role == Role::Admin { "tag me" } else { "tag" }>{account.role.as_str()}</span></td>
            <td>{time::day(account.created_at)}</td>
            <td class="number">{account.sessions.to_string()}</td>
            <td>{seen}</td>
        </tr>
    }
    .erased()
}
