//! The bar on top: the name, and the account menu.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, go, session};
use crate::ui::part::mark::{Avatar, Key};
use crate::ui::part::nav::Nav;
use crate::wire::account::{Role, Viewer};
use crate::wire::session::Why;

/// The bar.
#[component]
pub(crate) fn Bar() -> impl IntoView {
    let session = session();
    let frame = Frame::here();
    let go = go();
    let viewer = Memo::new(move |_| session.viewer());
    Effect::new(move |_| {
        if viewer.with(Option::is_none) && frame.leaving.get() {
            go(&[routes::page::LOG_IN, "?why=", Why::LoggedOut.as_str()].concat());
        }
    });
    view! {
        <header class="bar">
            <div>
                <a class="brand" href=routes::page::HOME><Key />"Nightlatch"</a>
                <Nav />
                {move || viewer.get().map(|viewer| view! { <Menu viewer=viewer /> }.erased())}
            </div>
        </header>
    }
    .erased()
}

/// A popover, not an ARIA menu: a link and a button, reached by Tab. The browser opens it, and closes it on Escape and on a click
/// elsewhere, with scripts and without.
#[component]
fn Menu(viewer: Viewer) -> impl IntoView {
    let Viewer { username, display_name, role, .. } = viewer;
    view! {
        <div class="menu">
            <button id="account" popovertarget="account-menu">
                <Avatar username=username.clone() display_name=display_name.clone() />
                <span class="name">{username.clone()}</span>
                <span class="vh">" (account menu)"</span>
            </button>
            <div class="sheet" id="account-menu" popover="auto">
                <p class="who"><b>{display_name}</b><small>{["@", &username].concat()}</small></p>
                // Whole new pages, as the popover would stay open above a page that only changed.
                <a href=routes::user(&username) rel="external">"Profile"</a>
                {(role == Role::Admin).then(|| view! { <a href=routes::page::ADMIN_ACCOUNTS rel="external">"Accounts"</a> })}
                <LogOut username=username />
            </div>
        </div>
    }
    .erased()
}

#[component]
fn LogOut(username: String) -> impl IntoView {
    let session = session();
    let frame = Frame::here();
    let log_out = move |ev: leptos::ev::SubmitEvent| {
        // Without verbs the form goes its plain way.
        if let Some(verbs) = session.verbs() {
            ev.prevent_default();
            frame.leaving.set(true);
            frame.saved.set(None);
            spawn_local(async move {
                let _ = verbs.log_out().await;
            });
        }
    };
    view! {
        <form method="post" action=routes::page::LOG_OUT on:submit=log_out>
            <button>{["Log out ", &username].concat()}</button>
        </form>
    }
}
