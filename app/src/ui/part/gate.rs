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
use crate::ui::frame::{Frame, Heading, PageTitle, focus_soon, go, named, session, whole, window};
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
    let page = whole(&at.pathname.get_untracked(), &at.search.get_untracked());
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

/// The session has run out while somebody was reading: the news before the page, which stays in its place, dimmed and out of reach.
fn ran_out(why: Why) -> AnyView {
    let (frame, at) = (Frame::here(), use_location());
    let title = frame.title.get_untracked();
    frame.title.set(named(words::PAGE));
    on_cleanup(move || frame.title.set(title));
    if let Some(window) = window() {
        spawn_local(async move {
            window.pause(0).await;
            window.open_dialog("over");
        });
    }
    let page = whole(&at.pathname.get_untracked(), &at.search.get_untracked());
    let to = [routes::page::LOG_IN, "?why=", why.as_str(), "&next=", &routes::query_value(&page)].concat();
    view! {
        <dialog class="over" id="over" closedby="none" aria-labelledby="over-title" aria-describedby="over-why">
            <h2 id="over-title">{words::HEADING}</h2>
            <p id="over-why">{words::why(why)}</p>
            <a class="btn primary" href=to>{words::AGAIN}</a>
        </dialog>
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

/// What is to be known above every page of somebody who is logged in; with `reading`, also that the session has run out meanwhile. In one
/// piece: each piece that moves by itself takes room.
#[component]
pub(crate) fn Notices(#[prop(optional)] reading: bool) -> impl IntoView {
    let (session, frame) = (session(), Frame::here());
    let said = session.clone();
    Effect::new(move |_| {
        if let Some(soon) = said.soon() {
            frame.status.set(words::soon(soon).to_owned());
        }
    });
    let all = move || -> Vec<AnyView> {
        let slow = session.slow().then(|| view! { <p class="reconnecting">{text::RECONNECTING}</p> }.erased());
        let soon = session.soon().map(|soon| {
            view! {
                <div class="notice warn strip">
                    <p>{words::soon(soon)}</p>
                    <a class="btn" href=routes::page::RENEW>{words::ENTER_NOW}</a>
                </div>
            }
            .erased()
        });
        let fleeting = session.fleeting().then(|| view! { <p class="notice warn">{text::storage::FLEETING}</p> }.erased());
        let over = match session.phase() {
            Phase::Ended(why) if reading && why.is_of_time() => Some(ran_out(why)),
            _ => None,
        };
        [slow, soon, fleeting, over].into_iter().flatten().collect()
    };
    view! {
        <Offline />
        {all}
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
            frame.status.set(if now { text::offline(&frame.loaded.get_untracked()) } else { text::ONLINE.to_owned() });
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
                <div class="notice warn strip offline">
                    <p>{move || text::offline(&frame.loaded.get())}</p>
                    <button class="btn" on:click=retry>{text::TRY_AGAIN}</button>
                </div>
            }
            .erased()
        })
    }
}
