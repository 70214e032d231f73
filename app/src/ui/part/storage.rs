//! Where the tokens of a session shall live: "For developers: token storage" before it begins, *Move the tokens* while it lives. In local
//! builds only.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session};
use crate::ui::part::field::{Field, Traits, fill, typed};
use crate::ui::part::form::{Send, Submission, Summary};
use crate::ui::text::{log_in, storage as words};
use crate::wire::secret::Secret;
use crate::wire::session::{Boot, Change, TokenStorage};

/// The five radios, and whether to bind the tokens to a key.
#[derive(Clone, Copy)]
pub(crate) struct Choice([NodeRef<Input>; 5], NodeRef<Input>);

impl Choice {
    pub(crate) fn new() -> Self {
        Self(TokenStorage::IN_A_BROWSER.map(|_| NodeRef::new()), NodeRef::new())
    }

    /// The one that is chosen; `None` where nothing is offered.
    pub(crate) fn chosen(self) -> Option<TokenStorage> {
        self.0.into_iter().position(checked).map(|i| TokenStorage::IN_A_BROWSER[i])
    }

    /// Whether the tokens shall be bound to a key, where they will live with this page.
    pub(crate) fn bound(self) -> bool {
        checked(self.1) && self.chosen().is_some_and(|storage| !storage.refresh_in_cookie())
    }
}

fn checked(node: NodeRef<Input>) -> bool {
    node.get_untracked().is_some_and(|input| input.checked())
}

/// The choice of a session that is about to begin, closed at first. `typed` is what a refused form had chosen.
#[component]
pub(crate) fn StorageChoice(choice: Choice, typed: String) -> impl IntoView {
    if !expect_context::<Boot>().local {
        return "".erased();
    }
    let before = TokenStorage::parse(&typed).unwrap_or_default();
    view! {
        <details class="storage" open=before != TokenStorage::default()>
            <summary>{words::CHOOSE}</summary>
            {options(choice, before)}
        </details>
    }
    .erased()
}

/// Moves the tokens of the living session. Where scripts would get hold of more than before, the password is asked for.
#[component]
pub(crate) fn Move() -> impl IntoView {
    let session = session();
    let status = Frame::here().status;
    let (choice, password) = (Choice::new(), NodeRef::<Input>::new());
    let form = Submission::new(words::MOVE_DEED, None);
    let now = session.storage();
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        let Some(verbs) = session.verbs().filter(|_| form.begin()) else { return };
        let change =
            Change { storage: choice.chosen(), password: Some(Secret::new(typed(password))), bound: choice.bound(), ..Change::default() };
        fill(password, "");
        spawn_local(async move {
            match verbs.change(change).await {
                Ok(()) => {
                    form.sending.try_set(false);
                    status.set(words::MOVED.to_owned());
                }
                Err(problem) => form.refuse(problem),
            }
        });
    };
    view! {
        <details class="storage">
            <summary>{words::MOVE}</summary>
            <form class="stack" novalidate on:submit=submit>
                <Summary of=form />
                {options(choice, now)}
                <Field
                    traits=Traits {
                        name: "password",
                        label: log_in::PASSWORD,
                        hint: Some(words::MOVE_HINT),
                        kind: "password",
                        autocomplete: "current-password",
                        optional: true,
                    }
                    typed=String::new()
                    error=form.error_of("password")
                    node=password
                />
                <Send of=form label=words::MOVE busy=words::MOVING />
            </form>
        </details>
    }
    .erased()
}

/// A radio for each strategy.
fn options(choice: Choice, chosen: TokenStorage) -> AnyView {
    let options: Vec<AnyView> = TokenStorage::IN_A_BROWSER
        .into_iter()
        .zip(choice.0)
        .map(|(storage, node)| {
            let (letter, name, sentence) = words::strategy(storage);
            view! {
                <label class="option">
                    <input type="radio" name="storage" value=storage.as_str() checked=storage == chosen node_ref=node />
                    <span class="letter" aria-hidden="true">{letter}</span>
                    <span>
                        <b>{name}</b>
                        {(!storage.refresh_in_cookie()).then(|| view! { " " <span class="tag">{words::NEEDS_SCRIPTS}</span> })}
                        <small>{sentence}</small>
                    </span>
                </label>
            }
            .erased()
        })
        .collect();
    view! {
        <fieldset>
            <legend>{words::WHERE}</legend>
            {options}
            <label class="option">
                <input type="checkbox" node_ref=choice.1 />
                <span class="letter" aria-hidden="true">{words::BIND.0}</span>
                <span>
                    <b>{words::BIND.1}</b>
                    " "
                    <span class="tag">{words::NEEDS_SCRIPTS}</span>
                    <small>{words::BIND.2}</small>
                </span>
            </label>
        </fieldset>
    }
    .erased()
}
