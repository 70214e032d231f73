//! In front of pages for people who are logged in: a full stop when the session has ended, or another tab has switched accounts.
//! Losing the network does not close it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use uuid::Uuid;

use crate::api::Api;
use crate::routes;
use crate::session::Phase;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, Heading, PageTitle, focus_soon, go, session};
use crate::ui::part::mark::Key;
use crate::ui::text::{self, ending as words};
use crate::wire::session::Why;

/// What stands in the gate. A change of phase that is none of these rebuilds nothing.
#[derive(Clone, PartialEq)]
enum Pass {
    Waiting,
    Open(Uuid),
    Nobody,
    Ended(Why),
    Switched,
}

/// Shows `body` to an account, anew for another account. (A function and not children: those would be erased by Leptos, which takes more room.)
#[component]
pub(crate) fn Gate(page: &'static str, body: fn() -> AnyView) -> impl IntoView {
    let session = session();
    let location = use_location();
    let go = go();
    let pass = Memo::new(move |_| match session.phase() {
        Phase::Restoring => Pass::Waiting,
        Phase::Active(viewer) | Phase::Offline(viewer) => Pass::Open(viewer.account_id),
        Phase::Anonymous => Pass::Nobody,
        Phase::Ended(why) => Pass::Ended(why),
        Phase::Switched { .. } => Pass::Switched,
    });
    Effect::new(move |_| {
        if pass.get() == Pass::Nobody {
            let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
            if path == routes::page::HOME && search.is_empty() {
                go(routes::page::LOG_IN);
            } else {
                let mark = if search.is_empty() { "" } else { "?" };
                go(&[routes::page::LOG_IN, "?next=", &routes::query_value(&[path.as_str(), mark, search.as_str()].concat())].concat());
            }
        }
    });
    view! {
        <Notices />
        {move || match pass.get() {
            Pass::Open(_) => body(),
            Pass::Waiting => view! {
                <PageTitle page=page />
                <Heading text=page class="vh" />
                <noscript>
                    <p class="notice warn">{text::NEEDS_SCRIPTS} " " <a href="/login">{text::ANOTHER_WAY}</a></p>
                </noscript>
            }
            .erased(),
            Pass::Ended(why) => view! { <Ended why=why /> }.erased(),
            Pass::Switched => view! { <Switched /> }.erased(),
            Pass::Nobody => "".erased(),
        }}
    }
    .erased()
}

/// The session is over: nothing of the page stays.
#[component]
pub(crate) fn Ended(why: Why) -> impl IntoView {
    let here = Frame::here().leaving.get_untracked();
    let at = use_location();
    let page =
        [at.pathname.get_untracked(), at.search.get_untracked()].join(if at.search.with_untracked(String::is_empty) { "" } else { "?" });
    let next = if here || page == routes::page::HOME { String::new() } else { ["&next=", &routes::query_value(&page)].concat() };
    view! {
        <PageTitle page=words::PAGE />
        <div class="guard">
            <Key />
            <Heading text=words::HEADING />
            <p>{if here { words::why(why) } else { words::ended(why) }}</p>
            <a class="btn primary" href=[routes::page::LOG_IN, "?why=", why.as_str(), &next].concat()>{text::LOG_IN}</a>
        </div>
    }
    .erased()
}

/// Another account is in use in this browser: nothing of the page stays, and whose it shall be is asked.
#[component]
pub(crate) fn Switched() -> impl IntoView {
    let (session, api, go) = (session(), expect_context::<Arc<dyn Api>>(), go());
    move || {
        let Phase::Switched { mine, now } = session.phase() else { return "".erased() };
        let (verbs, api, go) = (session.verbs(), api.clone(), go.clone());
        let (mine, now) = (mine.username, now.username);
        let name = mine.clone();
        let back = move |_| {
            let (verbs, list, go, name) = (verbs.clone(), api.saved(), go.clone(), name.clone());
            spawn_local(async move {
                let row = list.await.unwrap_or_default().into_iter().find(|row| row.username == name);
                let tapped = match (row, verbs) {
                    (Some(row), Some(verbs)) => verbs.one_tap(row.id, None).await.is_ok(),
                    _ => false,
                };
                if !tapped {
                    go(&[routes::page::LOG_IN, "?add=1&login=", &name].concat());
                }
            });
        };
        focus_soon("heading");
        view! {
            <PageTitle page=words::SWITCHED_PAGE />
            <div class="guard">
                <Key />
                <h1 id="heading" tabindex="-1">{words::switched(&now)}</h1>
                <p>{words::still_shows(&mine)}</p>
                // A whole new page: nothing of this one is the other account's.
                <a class="btn primary" href=routes::page::HOME rel="external">{words::go_on_as(&now)}</a>
                <button class="btn" on:click=back>{words::switch_back(&mine)}</button>
            </div>
        }
        .erased()
    }
}

/// What is to be known above every page of somebody who is logged in.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    let session = session();
    view! {
        <Offline />
        {move || session.fleeting().then(|| view! { <p class="notice warn">{text::storage::FLEETING}</p> }.erased())}
    }
    .erased()
}

/// The network is gone, the session is not.
#[component]
fn Offline() -> impl IntoView {
    let session = session();
    let frame = Frame::here();
    let offline = {
        let session = session.clone();
        Memo::new(move |_| matches!(session.phase(), Phase::Offline(_)))
    };
    Effect::new(move |before: Option<bool>| {
        let now = offline.get();
        if before.is_some_and(|before| before != now) || (before.is_none() && now) {
            frame.status.set(if now { text::OFFLINE } else { text::ONLINE }.to_owned());
        }
        now
    });
    move || {
        let verbs = session.verbs();
        offline.get().then(|| {
            let retry = move |_| {
                if let Some(verbs) = &verbs {
                    verbs.retry();
                }
            };
            view! {
                <div class="notice warn offline">
                    <p>{text::OFFLINE}</p>
                    <button class="btn" on:click=retry>{text::TRY_AGAIN}</button>
                </div>
            }
            .erased()
        })
    }
}
