//! "Saved on this browser": one form and one button for each account, which work without scripts. The server has read the list out of
//! the HTTP-only cookie.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::Answer;
use crate::routes::{self, page};
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, go, session};
use crate::ui::part::field::typed;
use crate::ui::part::form::{Submission, Summary};
use crate::ui::part::mark::Avatar;
use crate::ui::part::passkey::UsePasskey;
use crate::ui::text::{self, log_in, saved as words};
use crate::ui::time;
use crate::wire::problem::Code;
use crate::wire::saved::Saved;
use crate::wire::secret::Secret;
use crate::wire::session::{Boot, Why};

/// The rows. `next`: where they lead.
#[component]
pub(crate) fn Chooser(of: Submission, entering: StoredValue<bool>, next: String) -> impl IntoView {
    let accounts = Frame::here().accounts;
    let rows = {
        move || {
            let row = |saved: Saved| view! { <Row saved=saved of=of entering=entering next=next.clone() /> }.erased();
            accounts.get().into_iter().map(row).collect::<Vec<_>>()
        }
    };
    view! {
        <section class="stack" aria-labelledby="saved">
            <h2 id="saved">{words::HERE}</h2>
            <Summary of=of />
            {rows}
            <p><a href=page::SAVED rel="external">{words::EDIT}</a></p>
        </section>
    }
    .erased()
}

#[component]
fn Row(saved: Saved, of: Submission, entering: StoredValue<bool>, next: String) -> impl IntoView {
    let Saved { id, username, display_name, ask_password, spent, parked, saved_at, .. } = saved;
    let hint = match spent {
        Some(why) => words::spent(why).to_owned(),
        None if ask_password => words::ASKS.to_owned(),
        None if parked => words::PARKED.to_owned(),
        None => words::since(&time::ago(expect_context::<Boot>().now, saved_at)),
    };
    let face = view! {
        <Avatar username=username.clone() display_name=display_name />
        <span>{words::CONTINUE} <b>{username.clone()}</b><small>{hint}</small></span>
    }
    .erased();
    if spent.is_some() {
        // The name stands in the form then.
        let to = [page::LOG_IN, "?add=1&login=", &username, "&next=", &routes::query_value(&next)].concat();
        return view! { <a class="saved" href=to rel="external">{face}</a> }.erased();
    }
    let (session, go, frame) = (session(), go(), Frame::here());
    let password = NodeRef::<Input>::new();
    // Its own name in the page: there is another password field below.
    let (field, name) = (["password-", &username].concat(), username.clone());
    let action = page::TAP.replace("{id}", &id.to_string());
    let to = next.clone();
    // Waits for a log-in under way, and goes on or says why not.
    let enter = move |answer: Answer<()>| {
        let (go, next, name) = (go.clone(), next.clone(), name.clone());
        entering.set_value(true);
        frame.returning.set_value(false);
        spawn_local(async move {
            match answer.await {
                Ok(()) => {
                    go(if next.is_empty() { page::HOME } else { &next });
                }
                Err(mut problem) => {
                    entering.set_value(false);
                    if problem.code == Code::SessionEnded {
                        let why = problem.reason.unwrap_or(Why::Unknown);
                        frame.accounts.update(|rows| rows.iter_mut().filter(|row| row.id == id).for_each(|row| row.spent = Some(why)));
                        problem.title = words::spent(why).to_owned();
                    }
                    of.refuse(text::at_row(problem, &name));
                }
            }
        });
    };
    let (by_passkey, enter_by_passkey) = (session.verbs(), enter.clone());
    let press = Box::new(move || {
        if let Some(verbs) = by_passkey.as_ref().filter(|_| of.begin()) {
            enter_by_passkey(verbs.one_tap_by_passkey(id));
        }
    });
    let submit = move |ev: leptos::ev::SubmitEvent| {
        let Some(verbs) = session.verbs() else { return };
        ev.prevent_default();
        if of.begin() {
            let secret = Some(typed(password)).filter(|typed| !typed.is_empty());
            enter(verbs.one_tap(id, secret.map(Secret::new)));
        }
    };
    let send = if ask_password {
        view! {
            <details class="more" open=of.failed().get_untracked()>
                <summary class="saved">{face}</summary>
                <div class="stack">
                    <input class="vh" type="text" name="username" autocomplete="username" value=username tabindex="-1" aria-hidden="true" readonly />
                    <div class="field">
                        <label for=field.clone()>{log_in::PASSWORD}</label>
                        <input id=field name="password" type="password" autocomplete="current-password" required node_ref=password />
                    </div>
                    <button class="btn primary">{log_in::SEND}</button>
                    <UsePasskey press=press />
                </div>
            </details>
        }
        .erased()
    } else {
        view! { <button class="saved">{face}</button> }.erased()
    };
    view! {
        <form method="post" action=action on:submit=submit>
            <input type="hidden" name="next" value=to />
            {send}
        </form>
    }
    .erased()
}
