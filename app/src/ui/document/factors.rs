//! What the pages of passkeys and of the second factor have in common: several forms on a page, of which one may have been refused, and
//! fields for what a person proves who they are with.

use leptos::prelude::*;

use super::parts::{Field, field, heading, notice, summary};
use crate::ui::erased::Erase;
use crate::ui::text::{self, log_in, two_factor as words};
use crate::wire::problem::Problem;

/// A form that was refused.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Why. Faults of fields name them as the page does: after the form.
    pub problem: Problem,
    /// Which form: what its button does, or the id of what it is about.
    pub form: String,
}

impl Refused {
    /// Whether it is that of `form`.
    pub(super) fn is(refused: Option<&Self>, form: &str) -> bool {
        refused.is_some_and(|refused| refused.form == form)
    }
}

/// A page. `confined`: the site demands a second factor of this account, and this session has shown one alone.
pub(super) fn page(title: &str, confined: bool, refused: Option<&Refused>, inside: AnyView) -> AnyView {
    view! {
        <div class="narrow settings">
            {heading(title)}
            {summary(refused.map(|refused| &refused.problem), words::DEED)}
            {confined.then(|| notice("warn", words::DEMANDED))}
            {inside}
        </div>
    }
    .erased()
}

/// The password, for one form.
pub(super) fn password(form: &str, refused: Option<&Refused>) -> AnyView {
    let traits =
        Field { name: "password", label: log_in::PASSWORD, kind: "password", autocomplete: Some("current-password"), ..Field::default() };
    of_form(form, traits, refused)
}

/// A code, for one form.
pub(super) fn code(form: &str, refused: Option<&Refused>) -> AnyView {
    let traits = Field { name: "code", label: text::CODE, autocomplete: Some("one-time-code"), longest: Some(40), ..Field::default() };
    of_form(form, traits, refused)
}

/// Several forms of a page have a field of this name, so each is called after its form.
pub(super) fn of_form(form: &str, traits: Field<'_>, refused: Option<&Refused>) -> AnyView {
    let id = [form, "-", traits.name].concat();
    field(Field { id: &id, ..traits }, refused.map(|refused| &refused.problem))
}
