//! Every account, for the role `admin`.

use leptos::prelude::*;

use super::parts::heading;
use crate::ui::erased::Erase;
use crate::ui::text::accounts as words;
use crate::ui::time;
use crate::wire::account::{AccountSummary, Role};

/// The page, at the time `now` in Unix milliseconds.
#[must_use]
pub fn accounts(rows: Vec<AccountSummary>, now: i64) -> AnyView {
    let rows: Vec<AnyView> = rows.into_iter().map(|account| row(account, now)).collect();
    view! {
        <div class="wide">
            {heading(words::TITLE)}
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
        </div>
    }
    .erased()
}

fn row(account: AccountSummary, now: i64) -> AnyView {
    let seen = account.last_seen_at.map_or_else(|| words::NEVER.to_owned(), |at| time::ago(now, at));
    view! {
        <tr>
            <th scope="row">{account.username} {account.disabled.then(|| view! { " " <span class="tag bad">{words::DISABLED}</span> })}</th>
            <td>{account.display_name}</td>
            <td><span class=if account.role == Role::Admin { "tag me" } else { "tag" }>{account.role.as_str()}</span></td>
            <td>{time::day(account.created_at)}</td>
            <td class="number">{account.sessions.to_string()}</td>
            <td>{seen}</td>
        </tr>
    }
    .erased()
}
