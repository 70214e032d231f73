//! How the pages look, in this browser.

use leptos::prelude::*;

use super::parts::{heading, notice};
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::text::appearance as words;

/// What this browser has chosen. `None` follows the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appearance {
    /// `light` or `dark`.
    pub theme: Option<&'static str>,
    /// `reduced`.
    pub motion: Option<&'static str>,
    /// `by-hand`: more posts come when somebody asks for them.
    pub more: Option<&'static str>,
    /// `no-line`: how long the way back took is not said.
    pub back: Option<&'static str>,
}

/// The page; `saved` says that the choice has just been taken over.
#[must_use]
pub fn appearance(chosen: Appearance, saved: bool) -> AnyView {
    let themes = [("system", words::SYSTEM), ("light", words::LIGHT), ("dark", words::DARK)];
    let motions = [("system", words::SYSTEM), ("reduced", words::REDUCED)];
    let more = [("on", words::AS_I_SCROLL), ("by-hand", words::BY_HAND)];
    let back = [("on", words::LINE), ("no-line", words::NO_LINE)];
    view! {
        <div class="narrow">
            {heading(words::TITLE)}
            {saved.then(|| notice("good", words::SAVED))}
            <form class="card stack" method="post" action=routes::page::APPEARANCE>
                {choice("theme", words::COLOURS, &themes, chosen.theme.unwrap_or("system"))}
                {choice("motion", words::MOTION, &motions, chosen.motion.unwrap_or("system"))}
                {choice("more", words::LOAD, &more, chosen.more.unwrap_or("on"))}
                {choice("back", words::RETURN_LINE, &back, chosen.back.unwrap_or("on"))}
                <button class="btn primary">{words::SAVE}</button>
            </form>
        </div>
    }
    .erased()
}

fn choice(name: &'static str, legend: &'static str, choices: &[(&'static str, &'static str)], chosen: &str) -> AnyView {
    let radios: Vec<AnyView> = choices
        .iter()
        .map(|(value, label)| {
            view! {
                <label class="choice">
                    <input type="radio" name=name value=*value checked=*value == chosen />
                    {*label}
                </label>
            }
            .erased()
        })
        .collect();
    view! { <fieldset class="choices"><legend>{legend}</legend>{radios}</fieldset> }.erased()
}
