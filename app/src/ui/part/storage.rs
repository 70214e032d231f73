//! "For developers: token storage": where the tokens of the session that is about to begin shall live. In local builds only.

use leptos::html::Input;
use leptos::prelude::*;

use crate::ui::erased::Erase;
use crate::ui::text;
use crate::wire::session::{Boot, TokenStorage};

/// The five radios.
#[derive(Clone, Copy)]
pub(crate) struct Choice([NodeRef<Input>; 5]);

impl Choice {
    pub(crate) fn new() -> Self {
        Self(TokenStorage::IN_A_BROWSER.map(|_| NodeRef::new()))
    }

    /// The one that is chosen; `None` where nothing is offered.
    pub(crate) fn chosen(self) -> Option<TokenStorage> {
        let checked = |node: &NodeRef<Input>| node.get_untracked().is_some_and(|input| input.checked());
        self.0.iter().position(checked).map(|i| TokenStorage::IN_A_BROWSER[i])
    }
}

/// The choice, closed at first. `typed` is what a refused form had chosen.
#[component]
pub(crate) fn StorageChoice(choice: Choice, typed: String) -> impl IntoView {
    if !expect_context::<Boot>().local {
        return "".erased();
    }
    let before = TokenStorage::parse(&typed).unwrap_or_default();
    let options: Vec<AnyView> = TokenStorage::IN_A_BROWSER
        .into_iter()
        .zip(choice.0)
        .map(|(storage, node)| {
            let (letter, name, sentence) = text::strategy(storage);
            view! {
                <label class="option">
                    <input type="radio" name="storage" value=storage.as_str() checked=storage == before node_ref=node />
                    <span class="letter" aria-hidden="true">{letter}</span>
                    <span>
                        <b>{name}</b>
                        {(!storage.refresh_in_cookie()).then(|| view! { " " <span class="tag">"needs scripts"</span> })}
                        <small>{sentence}</small>
                    </span>
                </label>
            }
            .erased()
        })
        .collect();
    view! {
        <details class="storage" open=before != TokenStorage::default()>
            <summary>"For developers: token storage"</summary>
            <fieldset>
                <legend>"Where shall the tokens of this session live?"</legend>
                {options}
            </fieldset>
        </details>
    }
    .erased()
}
