//! In front of pages for people who are logged in: a full stop when the session has ended, or another tab has switched accounts.
//! Losing the network does not close it.

use std::sync::Arc;

use leptos::html::Dialog;
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
use crate::ui::text;
use crate::wire::session::Why;

const LOGGED_OUT: &str = "Logged out";
const GONE: &str = "You have been logged out";
/// Milliseconds that a refresh may take before anything is said.
const UNNOTICED: u32 = 2_000;

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
                    <p class="notice warn">{text::NEEDS_SCRIPTS} " " <a href="/login">"Log in another way"</a></p>
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
        <PageTitle page=LOGGED_OUT />
        <div class="guard">
            <Key />
            <Heading text=GONE />
            <p>{if here { text::why(why) } else { text::ended(why) }}</p>
            <a class="btn primary" href=[routes::page::LOG_IN, "?why=", why.as_str(), &next].concat()>"Log in"</a>
        </div>
    }
    .erased()
}

/// The session has run out while somebody was reading: the news before the page, which stays in its place, dimmed and out of reach.
/// `closed` is set should the browser close the dialog: then nothing of the page may stay.
#[component]
pub(crate) fn RanOut(why: Why, closed: RwSignal<bool>) -> impl IntoView {
    let (frame, at) = (Frame::here(), use_location());
    let (dialog, title) = (NodeRef::<Dialog>::new(), frame.title.get_untracked());
    frame.title.set(named(LOGGED_OUT));
    on_cleanup(move || frame.title.set(title));
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            drop(dialog.show_modal());
        }
    });
    let page = whole(&at.pathname.get_untracked(), &at.search.get_untracked());
    let to = [routes::page::LOG_IN, "?why=", why.as_str(), "&next=", &routes::query_value(&page)].concat();
    view! {
        <dialog
            class="over"
            closedby="none"
            aria-labelledby="over"
            aria-describedby="over-why"
            node_ref=dialog
            on:close=move |_| closed.set(true)
        >
            <h2 id="over">{GONE}</h2>
            <p id="over-why">{text::why(why)}</p>
            <a class="btn primary" href=to>"Log in again"</a>
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
            <PageTitle page="Another account" />
            <div class="guard">
                <Key />
                <h1 id="heading" tabindex="-1">{["You switched to ", &now, " in another tab."].concat()}</h1>
                <p>{["This tab still shows ", &mine, "."].concat()}</p>
                // A whole new page: nothing of this one is the other account's.
                <a class="btn primary" href=routes::page::HOME rel="external">{["Continue as ", &now].concat()}</a>
                <button class="btn" on:click=back>{["Switch back to ", &mine].concat()}</button>
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
        <Reconnecting />
        <Offline />
        <Soon />
        {move || session.fleeting().then(|| view! { <p class="notice warn">{text::FLEETING}</p> }.erased())}
    }
    .erased()
}

/// A refresh that takes longer than anybody would overlook.
#[component]
fn Reconnecting() -> impl IntoView {
    let (session, frame, slow) = (session(), Frame::here(), RwSignal::new(false));
    let renewing = Memo::new(move |_| session.aside().renewing);
    Effect::new(move |_| {
        // Made anew by each run, and gone with it.
        let same = StoredValue::new(());
        slow.set(false);
        if let (true, Some(window)) = (renewing.get(), window()) {
            spawn_local(async move {
                window.pause(UNNOTICED).await;
                if same.try_get_value().is_some() {
                    slow.set(true);
                    frame.status.set(text::RECONNECTING.to_owned());
                }
            });
        }
    });
    move || slow.get().then(|| view! { <p class="reconnecting">{text::RECONNECTING}</p> }.erased())
}

/// The password will be asked for, and can be entered now.
#[component]
fn Soon() -> impl IntoView {
    let (session, frame) = (session(), Frame::here());
    let soon = Memo::new(move |_| session.aside().soon);
    Effect::new(move |before: Option<_>| {
        let now = soon.get();
        if let (Some(now), true) = (now, before != Some(now)) {
            frame.status.set(text::soon(now).to_owned());
        }
        now
    });
    move || {
        soon.get().map(|soon| {
            view! {
                <div class="notice warn strip">
                    <p>{text::soon(soon)}</p>
                    <a class="btn" href=routes::page::RENEW>"Enter password now"</a>
                </div>
            }
            .erased()
        })
    }
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
    let words = move || text::offline(&frame.loaded.get());
    Effect::new(move |before: Option<bool>| {
        let now = offline.get();
        if before.is_some_and(|before| before != now) || (before.is_none() && now) {
            frame.status.set(if now { untrack(words) } else { text::ONLINE.to_owned() });
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
                    <p>{words}</p>
                    <button class="btn" on:click=retry>"Try again"</button>
                </div>
            }
            .erased()
        })
    }
}
