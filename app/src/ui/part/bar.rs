//! The bar on top: the name, and the account menu.

use leptos::html::Details;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, go, session, window};
use crate::ui::part::mark::{Avatar, Key};
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
                {move || viewer.get().map(|viewer| view! { <Menu viewer=viewer /> }.erased())}
            </div>
        </header>
    }
    .erased()
}

/// A disclosure, not an ARIA menu: links and a button, reached by Tab. Closes on Escape, on a click elsewhere, and when the focus moves on.
#[component]
fn Menu(viewer: Viewer) -> impl IntoView {
    let menu = NodeRef::<Details>::new();
    let (clicked, focused) = (StoredValue::new(false), StoredValue::new(false));
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    Effect::new(move |_| {
        let elsewhere = window_event_listener(leptos::ev::click, move |_| {
            if !clicked.try_get_value().unwrap_or(true) {
                close();
            }
            clicked.try_set_value(false);
        });
        on_cleanup(move || elsewhere.remove());
    });
    // Where the focus went is known one turn later, by whether it came in again.
    let moved_on = move |ev: leptos::ev::FocusEvent| {
        if let (Some(_), Some(window)) = (ev.related_target(), window()) {
            focused.set_value(false);
            spawn_local(async move {
                window.pause(0).await;
                if !focused.try_get_value().unwrap_or(true) {
                    close();
                }
            });
        }
    };
    let escape = move |ev: leptos::ev::KeyboardEvent| {
        if ev.key() == "Escape" {
            close();
            if let Some(window) = window() {
                window.focus("account");
            }
        }
    };
    let Viewer { username, display_name, role, .. } = viewer;
    view! {
        <details
            class="menu"
            node_ref=menu
            on:click=move |_| clicked.set_value(true)
            on:focusin=move |_| focused.set_value(true)
            on:focusout=moved_on
            on:keydown=escape
        >
            <summary id="account">
                <Avatar username=username.clone() display_name=display_name.clone() />
                <span class="name">{username.clone()}</span>
                <span class="vh">" (account menu)"</span>
            </summary>
            <div class="sheet">
                <p class="who"><b>{display_name}</b><small>"@" {username.clone()}</small></p>
                {(role == Role::Admin).then(|| view! { <a href=routes::page::ADMIN_ACCOUNTS on:click=move |_| close()>"Accounts"</a> })}
                <LogOut username=username />
            </div>
        </details>
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
            <button>"Log out " {username}</button>
        </form>
    }
}
