//! Where documents are shown: pages that the server makes. The first one comes with the HTML; those that follow are fetched with the
//! session's credentials, whatever the token storage, and so are the answers to their forms. Nothing of a document is built here.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::location::{BrowserUrl, LocationProvider};
use uuid::Uuid;

use crate::api::{Documents, Turn};
use crate::routes;
use crate::session::Phase;
use crate::ui::document::Served;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, focus_soon, go, named, session, whole, window};
use crate::ui::part::gate::{Ended, Notices, Switched};
use crate::ui::text;
use crate::wire::problem::{Code, Problem};
use crate::wire::session::{Boot, TokenStorage};

/// For whom a page was made, and where their tokens live.
type Whom = Option<(Uuid, TokenStorage)>;

/// The sheet.
#[component]
pub(crate) fn Sheet() -> impl IntoView {
    let session = session();
    // What a clock has ended stays in sight: see `Why::is_of_time`.
    let over = Memo::new(move |_| match session.phase() {
        Phase::Ended(why) if !why.is_of_time() => Some(Some(why)),
        Phase::Switched { .. } => Some(None),
        _ => None,
    });
    let (location, ready) = (use_location(), ready());
    Effect::new(move |_| {
        location.pathname.track();
        // Nothing is fetched now.
        if over.get().is_some() {
            ready();
        }
    });
    view! {
        <Notices reading=true />
        {move || match over.get() {
            Some(Some(why)) => view! { <Ended why=why /> }.erased(),
            Some(None) => view! { <Switched /> }.erased(),
            None => view! { <Paper /> }.erased(),
        }}
    }
    .erased()
}

#[component]
fn Paper() -> impl IntoView {
    let (session, frame, location) = (session(), Frame::here(), use_location());
    let phases = session.clone();
    let boot = expect_context::<Boot>();
    let refused = RwSignal::new(None::<Problem>);
    let busy = RwSignal::new(false);
    let here = Memo::new(move |_| whole(&location.pathname.get(), &location.search.get()));

    let whom = Memo::new(move |_| match session.phase() {
        Phase::Active(viewer) | Phase::Offline(viewer) => Some(Some((viewer.account_id, session.storage()))),
        Phase::Anonymous => Some(None),
        Phase::Restoring | Phase::Ended(_) | Phase::Switched { .. } => None,
    });
    // What is on the sheet, and for whom: of the first page, the server has said so.
    let first = boot.title.filter(|_| !frame.hydrated.get_untracked());
    let made = first.as_ref().filter(|_| !boot.meanwhile);
    let made_for: Whom = boot.viewer.map(|viewer| (viewer.account_id, boot.storage.unwrap_or_default()));
    let shown = StoredValue::new((made.map(|_| here.get_untracked()), made_for));
    if let Some(title) = first {
        frame.title.set(named(&title));
    }

    // What came of a page or of a form: shown already, or the router's to show.
    let navigate = use_navigate();
    let replace = go();
    let arrived = ready();
    let there = arrived.clone();
    let turned = move |answer: Result<Turn, Problem>, asked: Option<&str>| {
        busy.set(false);
        arrived();
        match answer {
            Ok(Turn { target, title, problem }) => {
                refused.set(None);
                frame.loaded_now();
                if let (Some(title), Some(whom)) = (&title, whom.get_untracked()) {
                    shown.set_value((Some(target.clone()), whom));
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
                frame.status.set(text::refused(&problem, text::DEED, 0));
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
            let (answer, turned) = (documents.open(target.clone()), turned.clone());
            spawn_local(async move {
                let answer = answer.await.transpose();
                // The sheet may be gone meanwhile, or show another page.
                if let (Some(answer), Some(true)) = (answer, shown.try_with_value(|shown| shown.0.as_ref() == Some(&target))) {
                    turned(answer, Some(&target));
                }
            });
        }
    };
    let again = open.clone();
    if let Some(documents) = documents {
        let open = open.clone();
        documents.on_form(Box::new(move |answer| turned(answer, None)));
        Effect::new(move |_| {
            let Some(whom) = whom.get() else { return };
            let (at, made_for) = shown.get_value();
            let account = |whom: Whom| whom.map(|(account_id, _)| account_id);
            if made_for.is_some() && account(made_for) != account(whom) {
                documents.blank();
            }
            let target = here.get();
            if at.as_ref() != Some(&target) || made_for != whom {
                shown.set_value((Some(target.clone()), whom));
                open(target);
            } else {
                there();
            }
        });
    }
    let html = use_context::<Served>().map(|served| served.html).unwrap_or_default();
    // What failed for want of a network is fetched as soon as there is one.
    let online = open;
    Effect::new(move |before: Option<bool>| {
        let active = matches!(phases.phase(), Phase::Active(_));
        if active && before == Some(false) && refused.with_untracked(Option::is_some) {
            online(here.get_untracked());
        }
        active
    });
    Effect::new(move |_| frame.loaded_now());
    back(frame);
    view! {
        {move || {
            let again = again.clone();
            refused.get().map(|problem| {
                view! {
                    <div class="notice bad">
                        <p>{if problem.code == Code::Unreachable { text::PAGE_FAILED.to_owned() } else { problem.title }}</p>
                        {if problem.code == Code::SecondFactorRequired {
                            view! { <a class="btn" href=routes::page::TWO_FACTOR>{text::SET_IT_UP}</a> }.erased()
                        } else {
                            view! { <button class="btn" on:click=move |_| again(here.get_untracked())>{text::TRY_AGAIN}</button> }.erased()
                        }}
                    </div>
                }
                .erased()
            })
        }}
        <div id="document" aria-busy=move || busy.get().then_some("true") inner_html=html></div>
    }
    .erased()
}

/// Measures how long it took to be back, once for each opening of the site: whoever comes to the feed a second time has not come back.
fn back(frame: Frame) {
    let Some(window) = window().filter(|_| frame.returning.get_value()) else { return };
    Effect::new(move |_| {
        let window = window.clone();
        spawn_local(async move {
            let shown = window.first_post_shown().await;
            if let (Some(ms), Some(true)) = (shown, frame.returning.try_get_value()) {
                frame.returning.set_value(false);
                window.say_back(ms.round() as u32);
            }
        });
    });
}

/// Tells the router that the page is there: now it changes the address, and begins at the top of it. Until then the one before stays as
/// it is, and where it is.
fn ready() -> impl Fn() + Clone + Send + Sync + 'static {
    let browser = use_context::<BrowserUrl>();
    move || {
        if let Some(browser) = &browser {
            browser.ready_to_complete();
        }
    }
}
