//! The accounts of this browser in the account menu: switch to another one, add one, log out of one or of all. Forms that work without
//! scripts; with them, the session's verbs do the same in place.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::routes::page;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, go, session};
use crate::ui::text::{menu as words, saved};
use crate::wire::saved::Saved;
use crate::wire::session::Leave;

/// The others, and *Add an account*.
#[component]
pub(crate) fn Switcher(username: String) -> impl IntoView {
    let accounts = Frame::here().accounts;
    let present = username.clone();
    view! {
        <p class="present"><span aria-hidden="true">"✓ "</span>{username}<small>{words::THIS}</small></p>
        {move || {
            let others = accounts.get().into_iter().filter(|saved| saved.username != present);
            others.map(|saved| view! { <Other saved=saved /> }.erased()).collect::<Vec<_>>()
        }}
        <a href=[page::LOG_IN, "?add=1"].concat()>{words::ADD}</a>
    }
    .erased()
}

#[component]
fn Other(saved: Saved) -> impl IntoView {
    let Saved { id, username, ask_password, spent, .. } = saved;
    if ask_password || spent.is_some() {
        let to = [page::LOG_IN, "?add=1&login=", &username].concat();
        return view! { <a href=to>{username}<small>{saved::PASSWORD_NEEDED}</small></a> }.erased();
    }
    let (session, go, frame) = (session(), go(), Frame::here());
    let switch = move |ev: leptos::ev::SubmitEvent| {
        let Some(verbs) = session.verbs() else { return };
        ev.prevent_default();
        let go = go.clone();
        frame.returning.set_value(false);
        spawn_local(async move {
            match verbs.one_tap(id, None).await {
                Ok(()) => {
                    go(page::HOME);
                }
                // The row of the log-in page says what is wrong, and takes the password.
                Err(_) => go(&[page::LOG_IN, "?add=1"].concat()),
            }
        });
    };
    view! {
        <form method="post" action=page::TAP.replace("{id}", &id.to_string()) on:submit=switch>
            <button aria-label=[words::SWITCH_TO, &username].concat()>{username.clone()}<small>{words::SWITCH}</small></button>
        </form>
    }
    .erased()
}

/// Out of this account, which may be asked about first, or out of all.
#[component]
pub(crate) fn LogOut(username: String) -> impl IntoView {
    let (session, frame) = (session(), Frame::here());
    let keep = NodeRef::<Input>::new();
    let mine = username.clone();
    let kept = {
        let mine = mine.clone();
        Memo::new(move |_| frame.accounts.with(|rows| rows.iter().any(|row| row.username == mine && !row.parked && row.spent.is_none())))
    };
    let several = Memo::new(move |_| frame.accounts.with(|rows| !rows.is_empty()));
    let leave = move |ev: leptos::ev::SubmitEvent, all: bool| {
        // Without verbs the form goes its plain way.
        let Some(verbs) = session.verbs() else { return };
        ev.prevent_default();
        let forget = keep.get_untracked().is_some_and(|keep| !keep.checked());
        let how = if all {
            Leave::All
        } else if forget {
            Leave::Forget
        } else {
            Leave::Keep
        };
        frame.leaving.set(true);
        let mine = mine.clone();
        frame.accounts.update(|rows| rows.retain(|row| !all && (row.username != mine || !(row.parked || forget))));
        spawn_local(async move {
            let _ = verbs.log_out(how).await;
        });
    };
    let (one, every) = (leave.clone(), leave);
    let [before, after] = words::LOG_OUT;
    let (title, label) = ([before, &username, after].concat(), [before, &username].concat());
    view! {
        {move || {
            let (one, title, label) = (one.clone(), title.clone(), label.clone());
            if !kept.get() {
                return view! { <form method="post" action=page::LOG_OUT on:submit=move |ev| one(ev, false)><button>{label}</button></form> }.erased();
            }
            view! {
                <button type="button" popovertarget="log-out">{label}</button>
                <div class="sheet leave" id="log-out" popover="auto" role="dialog" aria-labelledby="log-out-title">
                    <form method="post" action=page::LOG_OUT on:submit=move |ev| one(ev, false)>
                        <p class="who" id="log-out-title"><b>{title}</b></p>
                        <input type="hidden" name="asked" value="1" />
                        <label class="choice">
                            <input type="checkbox" name="keep" checked node_ref=keep />
                            {words::KEEP}
                        </label>
                        <button class="btn primary">{words::LEAVE}</button>
                        <button class="btn" type="button" popovertarget="log-out" popovertargetaction="hide">{words::CANCEL}</button>
                    </form>
                </div>
            }
            .erased()
        }}
        {move || {
            let every = every.clone();
            several.get().then(|| {
                view! {
                    <form method="post" action=page::LOG_OUT on:submit=move |ev| every(ev, true)>
                        <button name="all" value="1">{words::LEAVE_ALL}</button>
                    </form>
                }
                .erased()
            })
        }}
    }
    .erased()
}
