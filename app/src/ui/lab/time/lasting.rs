//! For how long a session of the lab shall last: saved or not, and with which limits.

use leptos::prelude::*;

use crate::ui::erased::Erase;
use crate::ui::text::lab::time as words;
use crate::wire::lab::time::Lasts;

/// What is chosen.
#[derive(Clone, Copy)]
pub(in crate::ui::lab) struct Lasting {
    is_saved: RwSignal<bool>,
    /// Not as on this site.
    own: RwSignal<bool>,
    idle: RwSignal<u32>,
    age: RwSignal<u32>,
    login: RwSignal<u32>,
}

impl Lasting {
    pub(in crate::ui::lab) fn new() -> Self {
        let days = RwSignal::new;
        // A saved login that outlives the session is the case in which one tap is enough.
        Self { is_saved: RwSignal::new(true), own: RwSignal::new(false), idle: days(7), age: days(30), login: days(90) }
    }

    /// Whether it is saved, and its limits, where they are not those of this site.
    pub(in crate::ui::lab) fn chosen(self) -> (bool, Option<Lasts>) {
        let days = |days: RwSignal<u32>| days.get_untracked();
        let lasts = Lasts { idle: days(self.idle), age: days(self.age), saved: days(self.login) };
        (self.is_saved.get_untracked(), self.own.get_untracked().then_some(lasts))
    }

    /// The controls, as a part of a form.
    pub(in crate::ui::lab) fn view(self) -> AnyView {
        let most = Lasts::MOST;
        let sliders = move || {
            self.own.get().then(|| {
                let login = self.is_saved.get().then(|| slider("lab-login", words::SAVED_LIFE, most.saved, self.login));
                view! {
                    {slider("lab-idle", words::IDLE, most.idle, self.idle)}
                    {slider("lab-age", words::AGE, most.age, self.age)}
                    {login}
                }
                .erased()
            })
        };
        view! {
            <div class="lasting">
                {select("lab-saved", words::SAVED, [words::IS_SAVED, words::IS_NOT_SAVED], move |first| self.is_saved.set(first))}
                {select("lab-lasts", words::LASTS, [words::AS_HERE, words::AS_CHOSEN], move |first| self.own.set(!first))}
                {sliders}
            </div>
        }
        .erased()
    }
}

/// One of two. `chose` is told whether it is the first.
fn select(id: &'static str, label: &'static str, names: [&'static str; 2], chose: impl Fn(bool) + 'static) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <select id=id on:change=move |ev| chose(event_target_value(&ev) == "0")>
                <option value="0">{names[0]}</option>
                <option value="1">{names[1]}</option>
            </select>
        </div>
    }
    .erased()
}

/// A number of days.
fn slider(id: &'static str, label: &'static str, most: u32, days: RwSignal<u32>) -> AnyView {
    let said = move || words::days(days.get());
    view! {
        <div class="field">
            <span><label for=id>{label}</label><output for=id>{said}</output></span>
            <input
                id=id
                type="range"
                min="1"
                max=most.to_string()
                step="1"
                value=days.get_untracked().to_string()
                aria-valuetext=said
                on:input=move |ev| {
                    if let Ok(chosen) = event_target_value(&ev).parse() {
                        days.set(chosen);
                    }
                }
            />
        </div>
    }
    .erased()
}
