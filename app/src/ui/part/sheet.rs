//! Where documents are shown: pages that the server makes. The first one comes with the HTML; those that follow are fetched with the
//! session's credentials, whatever the token storage, and so are the answers to their forms. Nothing of a document is built here.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use uuid::Uuid;

use crate::api::{Answer, Documents, Turn};
use crate::session::Phase;
use crate::ui::document::Served;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, focus_soon, go, named, session};
use crate::ui::part::gate::{Ended, Offline};
use crate::ui::text;
use crate::wire::problem::Problem;
use crate::wire::session::Boot;

/// A page, and for whom it was made.
type Shown = Option<(String, Option<Uuid>)>;

/// The sheet.
#[component]
pub(crate) fn Sheet() -> impl IntoView {
    let session = session();
    let over = Memo::new(move |_| match session.phase() {
        Phase::Ended(why) => Some(why),
        _ => None,
    });
    view! {
        <Offline />
        {move || match over.get() {
            Some(why) => view! { <Ended why=why /> }.erased(),
            None => view! { <Paper /> }.erased(),
        }}
    }
    .erased()
}

#[component]
fn Paper() -> impl IntoView {
    let (session, frame, location) = (session(), Frame::here(), use_location());
    let boot = expect_context::<Boot>();
    let refused = RwSignal::new(None::<Problem>);
    let busy = RwSignal::new(false);
    let here = Memo::new(move |_| whole(&location.pathname.get(), &location.search.get()));

    let first = !frame.hydrated.get_untracked();
    let made = boot.title.filter(|_| first);
    let shown: StoredValue<Shown> =
        StoredValue::new(made.as_ref().map(|_| (here.get_untracked(), boot.viewer.map(|viewer| viewer.account_id))));
    if let Some(title) = made {
        frame.title.set(named(&title));
    }

    let who = Memo::new(move |_| match session.phase() {
        Phase::Active(viewer) | Phase::Offline(viewer) => Some(Some(viewer.account_id)),
        Phase::Anonymous => Some(None),
        Phase::Restoring | Phase::Ended(_) => None,
    });
    // What came of a page or of a form: shown already, or the router's to show.
    let navigate = use_navigate();
    let replace = go();
    let turned = move |answer: Result<Turn, Problem>, asked: Option<&str>| {
        busy.set(false);
        match answer {
            Ok(Turn { target, title, problem }) => {
                refused.set(None);
                if let (Some(title), Some(who)) = (&title, who.get_untracked()) {
                    shown.set_value(Some((target.clone(), who)));
                    frame.title.set(title.clone());
                    focus_soon(if problem { "problem" } else { "heading" });
                }
                if asked.is_some() {
                    // It led elsewhere: nobody wants to come back to where it led from.
                    if asked != Some(&*target) {
                        replace(&target);
                    }
                } else if !problem {
                    let replace = target == here.get_untracked();
                    navigate(&target, NavigateOptions { replace, ..Default::default() });
                }
            }
            Err(problem) => {
                frame.status.set(text::refused(&problem, "do this", 0));
                refused.set(Some(problem));
            }
        }
    };
    let documents = use_context::<Arc<dyn Documents>>();
    let open = {
        let (documents, turned) = (documents.clone(), turned.clone());
        move |target: String| {
            let Some(documents) = &documents else { return };
            busy.set(true);
            let (answer, turned): (Answer<Turn>, _) = (documents.open(target.clone()), turned.clone());
            spawn_local(async move {
                let answer = answer.await;
                // Another page may have been asked for meanwhile.
                if shown.try_with_value(|shown| shown.as_ref().is_some_and(|(at, _)| *at == target)) == Some(true) {
                    turned(answer, Some(&target));
                }
            });
        }
    };
    if let Some(documents) = documents {
        documents.on_form(Box::new(move |answer| turned(answer, None)));
    }
    let again = open.clone();
    Effect::new(move |_| {
        let Some(who) = who.get() else { return };
        let wanted = Some((here.get(), who));
        if shown.with_value(|shown| *shown != wanted) {
            shown.set_value(wanted);
            open(here.get_untracked());
        }
    });
    let html = use_context::<Served>().map(|served| served.html).unwrap_or_default();
    view! {
        {move || {
            let again = again.clone();
            refused.get().map(|problem| {
                view! {
                    <div class="notice bad">
                        <p>{text::PAGE_FAILED} " " {problem.title}</p>
                        <button class="btn" on:click=move |_| again(here.get_untracked())>"Try again"</button>
                    </div>
                }
                .erased()
            })
        }}
        <div id="document" aria-busy=move || busy.get().then_some("true") inner_html=html></div>
    }
    .erased()
}

/// Path and query.
fn whole(path: &str, search: &str) -> String {
    [path, if search.is_empty() { "" } else { "?" }, search].concat()
}
