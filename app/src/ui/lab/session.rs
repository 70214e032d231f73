//! The session that attacks may be aimed at: an account made for it, with rules that its owner chooses.

use std::sync::Arc;

use leptos::html::Select;
use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use super::Book;
use crate::api::Bench;
use crate::session::Phase;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session};
use crate::ui::part::form::{Submission, Summary};
use crate::ui::text::lab as words;
use crate::wire::lab::{Begin, Check, Knobs, Rotation, Watched};
use crate::wire::session::TokenStorage;

/// Lives to choose from, in seconds.
const LIVES: [u32; 4] = [10, 30, 60, 300];

/// The bench of the lab's session, while that is the session of this page.
pub(super) fn bench() -> Memo<Option<Uuid>> {
    let (Book(book, _), session) = (Book::here(), session());
    Memo::new(move |_| {
        let (bench, account) = book.with(|book| book.bench)?;
        matches!(session.phase(), Phase::Active(viewer) | Phase::Offline(viewer) if viewer.account_id == account).then_some(bench)
    })
}

/// The bench that was begun last, also when its session is over by now.
pub(super) fn last_bench() -> Memo<Option<Uuid>> {
    let Book(book, _) = Book::here();
    Memo::new(move |_| book.with(|book| book.bench.map(|(bench, _)| bench)))
}

/// What the server says of a bench now. `None`: it knows none of that name, or cannot be asked.
pub(super) async fn look(server: Arc<dyn Bench>, bench: Uuid) -> Option<Watched> {
    let answer = server.tell("GET", at(crate::routes::api::LAB_BENCH, bench), None).await.ok()?;
    serde_json::from_str(answer.expose()).ok()
}

/// A path below a bench.
pub(super) fn at(path: &str, bench: Uuid) -> String {
    path.replace("{bench}", &bench.to_string())
}

/// Which rule can be chosen besides the life of the access token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Offers {
    Nothing,
    Rotation,
    Check,
}

/// Begins one, and says which one there is. `rules` are chosen at first.
#[component]
pub(super) fn LabSession(rules: Knobs, offers: Offers) -> impl IntoView {
    let server = expect_context::<Arc<dyn Bench>>();
    let (frame, session, book) = (Frame::here(), session(), Book::here());
    let [storage, life, rule] = [(); 3].map(|()| NodeRef::<Select>::new());
    let form = Submission::new(words::BEGIN_DEED, None);
    let (here, now) = (bench(), session.clone());
    let begin = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        if !form.begin() {
            return;
        }
        let chosen = |node: NodeRef<Select>| node.get_untracked().map(|select| select.value()).unwrap_or_default();
        let knobs = Knobs {
            access_life: chosen(life).parse().unwrap_or(rules.access_life),
            rotation: if offers == Offers::Rotation { Rotation::parse(&chosen(rule)) } else { rules.rotation },
            check: if offers == Offers::Check { Check::parse(&chosen(rule)) } else { rules.check },
        };
        let bench = server.name();
        let begun = server.begin(Begin { bench, storage: TokenStorage::parse(&chosen(storage)).unwrap_or_default(), knobs });
        let session = session.clone();
        spawn_local(async move {
            match begun.await {
                Ok(()) => {
                    form.sending.try_set(false);
                    if let Some(viewer) = session.viewer() {
                        book.write(|book| book.bench = Some((bench, viewer.account_id)));
                    }
                    frame.status.set(words::BEGUN.to_owned());
                }
                Err(problem) => form.refuse(problem),
            }
        });
    };
    let present = here.get_untracked().map(|_| now.storage_now()).unwrap_or_default();
    let storages: Vec<AnyView> = TokenStorage::IN_A_BROWSER
        .into_iter()
        .map(|storage| {
            let (letter, name) = words::strategy(storage);
            view! { <option value=storage.as_str() selected=storage == present>{[letter, " – ", name].concat()}</option> }.erased()
        })
        .collect();
    let lives: Vec<AnyView> = LIVES
        .into_iter()
        .map(|seconds| {
            view! { <option value=seconds.to_string() selected=seconds == rules.access_life>{words::seconds(seconds)}</option> }.erased()
        })
        .collect();
    let option = |value: &'static str, name: &'static str, now: bool| view! { <option value=value selected=now>{name}</option> }.erased();
    let select = |id: &'static str, label: &'static str, node: NodeRef<Select>, options: Vec<AnyView>| {
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <select id=id node_ref=node>{options}</select>
            </div>
        }
        .erased()
    };
    let rule = match offers {
        Offers::Nothing => None,
        Offers::Rotation => {
            let options = Rotation::ALL.map(|one| option(one.as_str(), words::rotation(one), one == rules.rotation));
            Some(select("lab-rotation", words::ROTATION, rule, options.into_iter().collect()))
        }
        Offers::Check => {
            let options = Check::ALL.map(|one| option(one.as_str(), words::check(one), one == rules.check));
            Some(select("lab-check", words::CHECK, rule, options.into_iter().collect()))
        }
    };
    view! {
        <section class="card stack bench" aria-labelledby="bench">
            <h2 id="bench">{words::SESSION}</h2>
            {move || here.get().is_none().then(|| view! { <p>{words::SESSION_NONE}</p> })}
            <Summary of=form />
            <form class="knobs" on:submit=begin>
                {select("lab-storage", words::STORAGE, storage, storages)}
                {select("lab-life", words::LIFE, life, lives)}
                {rule}
                <button class="btn primary" aria-disabled=move || form.sending.get().then_some("true")>
                    {move || match (form.sending.get(), here.get()) {
                        (true, _) => words::BEGINNING,
                        (_, Some(_)) => words::BEGIN_ANOTHER,
                        (_, None) => words::BEGIN,
                    }}
                </button>
            </form>
        </section>
    }
    .erased()
}
