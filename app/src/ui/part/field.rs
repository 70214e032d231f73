//! A labelled field: label above, hint and error between label and field, all of them named to screen readers.

use leptos::html::Input;
use leptos::prelude::*;

use crate::ui::erased::Erase;
use crate::ui::frame::Frame;
use crate::ui::text::{self, password as words};

/// What makes one field differ from another.
#[derive(Clone, Copy, Default)]
pub(crate) struct Traits {
    /// `name` and `id`.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: Option<&'static str>,
    /// `type`; a `password` gets a button that shows it.
    pub(crate) kind: &'static str,
    pub(crate) autocomplete: &'static str,
    pub(crate) optional: bool,
}

/// The field. Its content stays in the element: what was typed before scripts took over is not lost.
#[component]
pub(crate) fn Field(traits: Traits, typed: String, error: Signal<Option<String>>, node: NodeRef<Input>) -> impl IntoView {
    let Traits { name, label, hint, kind, autocomplete, optional } = traits;
    let secret = kind == "password";
    let hint_id = format!("{name}-hint");
    let error_id = format!("{name}-error");
    let described = {
        let (hint_id, error_id) = (hint_id.clone(), error_id.clone());
        move || match (hint.is_some(), error.with(Option::is_some)) {
            (true, true) => Some(format!("{hint_id} {error_id}")),
            (true, false) => Some(hint_id.clone()),
            (false, true) => Some(error_id.clone()),
            (false, false) => None,
        }
    };
    view! {
        <div class="field">
            <label for=name>{label} {optional.then(|| view! { " " <span class="muted">{text::OPTIONAL}</span> })}</label>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            {move || {
                error.get().map(|error| view! { <p class="err" id=error_id.clone()><span class="vh">{text::ERROR}</span>{error}</p> })
            }}
            <div class="entry">
                <input
                    id=name
                    name=name
                    type=kind
                    value=typed
                    autocomplete=autocomplete
                    autocapitalize=(name != "display_name").then_some("none")
                    spellcheck="false"
                    required=!optional
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=described
                    node_ref=node
                />
                {secret.then(|| view! { <Reveal of=name /> })}
            </div>
        </div>
    }
    .erased()
}

/// *Show* and *Hide*, as documents have it, too. It needs scripts, so it appears with them; what it does, the browser's side does for all.
#[component]
fn Reveal(of: &'static str) -> impl IntoView {
    let hydrated = Frame::here().hydrated;
    view! {
        <button type="button" class="btn reveal" hidden=move || !hydrated.get() aria-controls=of aria-label=words::SHOW_LABEL>
            {words::SHOW}
        </button>
    }
}

/// What the element holds now.
pub(crate) fn typed(node: NodeRef<Input>) -> String {
    node.get_untracked().map(|input| input.value()).unwrap_or_default()
}

/// Puts `text` into the element.
pub(crate) fn fill(node: NodeRef<Input>, text: &str) {
    if let Some(input) = node.get_untracked() {
        input.set_value(text);
    }
}
