//! "Save your login info?", asked once after a log-in. Both answers weigh the same.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, Heading, PageTitle, go, session};
use crate::ui::part::form::{Submission, Summary, before, next};
use crate::ui::part::gate::Gate;
use crate::ui::part::mark::Door;
use crate::ui::text::saved as words;
use crate::ui::text::storage::saving;
use crate::wire::session::Change;

/// The page.
#[component]
pub(crate) fn Save() -> impl IntoView {
    view! { <Gate page=words::ASK_TITLE body=|| view! { <Question /> }.erased() /> }.erased()
}

#[component]
fn Question() -> impl IntoView {
    let session = session();
    let frame = Frame::here();
    let go = go();
    let refused = frame.take_refused();
    let next = next(before(refused.as_ref(), "next"));
    let form = Submission::new(words::ASK_DEED, refused.map(|form| form.problem));
    let storage = {
        let session = session.clone();
        move || session.storage()
    };

    // Which button was pressed: the event of the form does not say.
    let answer = StoredValue::new(false);
    let submit = move |ev: leptos::ev::SubmitEvent| {
        let Some(verbs) = session.verbs() else { return };
        ev.prevent_default();
        if !form.begin() {
            return;
        }
        let save = answer.get_value();
        let (go, next) = (go.clone(), next());
        spawn_local(async move {
            match verbs.change(Change { save: Some(save), ..Change::default() }).await {
                Ok(()) => {
                    frame.stale.update(|stale| *stale += 1);
                    if save {
                        frame.say(words::SAVED);
                    } else {
                        frame.status.set(words::NOT_SAVED.to_owned());
                    }
                    go(next.as_deref().unwrap_or(routes::page::HOME));
                }
                Err(problem) => form.refuse(problem),
            }
        });
    };
    let sending = move || form.sending.get().then_some("true");
    view! {
        <PageTitle page=words::ASK_TITLE error=form.failed() />
        <div class="doorway">
            <Door />
            <div class="narrow">
                <section class="card ask">
                    <Heading text=words::ASK_TITLE />
                    <Summary of=form />
                    <p>{words::ASK_WHAT}</p>
                    <p class="notice warn">{words::SHARED[0]} <b>{words::NOT_NOW}</b> {words::SHARED[1]}</p>
                    <form method="post" action=routes::page::SAVE class="pair" on:submit=submit>
                        {move || next().map(|next| view! { <input type="hidden" name="next" value=next /> })}
                        <button class="btn" name="save" value="yes" aria-disabled=sending on:click=move |_| answer.set_value(true)>
                            {words::SAVE}
                        </button>
                        <button class="btn" name="save" value="no" aria-disabled=sending on:click=move |_| answer.set_value(false)>
                            {words::NOT_NOW}
                        </button>
                    </form>
                    <p class="muted">{words::FOR_LONG}</p>
                    <details class="more">
                        <summary>{words::WHAT_CHANGES}</summary>
                        {move || {
                            let [saved, not_saved] = saving(storage());
                            view! {
                                <p><b>{words::IF_SAVED}</b>{saved}</p>
                                <p><b>{words::IF_NOT}</b>{not_saved}</p>
                            }
                        }}
                    </details>
                </section>
            </div>
        </div>
    }
    .erased()
}
