//! The bar on top: the name, and the account menu.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use crate::api::Api;
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, go, session};
use crate::ui::part::mark::{Avatar, Key};
use crate::ui::part::nav::Nav;
use crate::ui::part::switcher::{LogOut, Switcher};
use crate::ui::text::{self, menu as words};
use crate::wire::account::{Role, Viewer};
use crate::wire::session::Why;

/// The bar.
#[component]
pub(crate) fn Bar() -> impl IntoView {
    let session = session();
    let frame = Frame::here();
    let go = go();
    let viewer = Memo::new(move |_| session.viewer());
    let who = Memo::new(move |_| viewer.with(|viewer| viewer.as_ref().map(|viewer| viewer.account_id)));
    // Somebody came or went: the cookie that holds the saved logins may have changed with it.
    let api = use_context::<Arc<dyn Api>>();
    Effect::new(move |before: Option<(Option<Uuid>, u32)>| {
        let now = (who.get(), frame.stale.get());
        if let (Some(before), Some(api)) = (before, &api)
            && before != now
            && !frame.leaving.get_untracked()
        {
            let list = api.saved();
            spawn_local(async move {
                if let Ok(list) = list.await {
                    frame.accounts.set(list);
                }
            });
        }
        now
    });
    Effect::new(move |_| {
        if viewer.with(Option::is_none) && frame.leaving.get() {
            go(&[routes::page::LOG_IN, "?why=", Why::LoggedOut.as_str()].concat());
        }
    });
    view! {
        <header class="bar">
            <div>
                <a class="brand" href=routes::page::HOME><Key />{text::SITE}</a>
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
                <span class="vh">{words::ACCOUNT_MENU}</span>
            </button>
            <div class="sheet" id="account-menu" popover="auto">
                <p class="who"><b>{display_name}</b><small>{["@", &username].concat()}</small></p>
                <a href=routes::user(&username)>{words::PROFILE}</a>
                {(role == Role::Admin).then(|| view! { <a href=routes::page::ADMIN_ACCOUNTS>{words::ACCOUNTS}</a> })}
                <Switcher username=username.clone() />
                <LogOut username=username />
            </div>
        </div>
    }
    .erased()
}
