//! Every account, for the role `admin`.

use std::sync::Arc;

use leptos::prelude::*;

use crate::api::Api;
use crate::ui::erased::Erase;
use crate::ui::frame::{Heading, PageTitle, session};
use crate::ui::part::gate::Gate;
use crate::ui::part::later::{Later, Pending};
use crate::ui::{text, time};
use crate::wire::account::{AccountSummary, Role};
use crate::wire::problem::Code;
use crate::wire::session::Boot;

const PAGE: &str = "Accounts";

/// The page.
#[component]
pub(crate) fn AdminAccounts() -> impl IntoView {
    view! { <Gate page=PAGE waiting=|| "".erased() body=|| view! { <Accounts /> }.erased() /> }.erased()
}

#[component]
fn Accounts() -> impl IntoView {
    // A courtesy: what is refused here, the server refuses in any case.
    let allowed = session().viewer().is_some_and(|viewer| viewer.role == Role::Admin);
    if !allowed {
        return view! { <PageTitle page=PAGE error=true /><div class="wide"><Refused /></div> }.erased();
    }
    let api = expect_context::<Arc<dyn Api>>();
    let accounts = Resource::new(|| (), move |()| api.accounts());
    let view = move || -> Pending {
        Box::pin(async move {
            match accounts.await {
                Ok(rows) => view! { <Table rows=rows /> }.erased(),
                Err(problem) if problem.code == Code::InsufficientScope => view! { <p class="notice bad">{text::ROLE}</p> }.erased(),
                Err(problem) => view! {
                    <div class="notice bad">
                        <p>{problem.title}</p>
                        <button class="btn" on:click=move |_| accounts.refetch()>"Try again"</button>
                    </div>
                }
                .erased(),
            }
        })
    };
    view! {
        <PageTitle page=PAGE />
        <div class="wide">
            <Heading text=PAGE />
            <Later meanwhile=|| view! { <p class="muted">"Looking…"</p> }.erased() view=Arc::new(view) />
        </div>
    }
    .erased()
}

#[component]
fn Refused() -> impl IntoView {
    view! {
        <Heading text=PAGE />
        <p class="notice bad">{text::ROLE}</p>
        <p><a href="/">"Back to your feed"</a></p>
    }
}

#[component]
fn Table(rows: Vec<AccountSummary>) -> impl IntoView {
    let now = expect_context::<Boot>().now;
    let rows: Vec<AnyView> = rows
        .into_iter()
        .map(|row| {
            let seen = row.last_seen_at.map_or_else(|| "never".to_owned(), |at| time::ago(now, at));
            view! {
                <tr>
                    <th scope="row">{row.username} {row.disabled.then(|| view! { " " <span class="tag bad">"disabled"</span> })}</th>
                    <td>{row.display_name}</td>
                    <td><span class=if row.role == Role::Admin { "tag me" } else { "tag" }>{row.role.as_str()}</span></td>
                    <td>{time::day(row.created_at)}</td>
                    <td class="number">{row.sessions.to_string()}</td>
                    <td>{seen}</td>
                </tr>
            }
            .erased()
        })
        .collect();
    view! {
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
    }
    .erased()
}
