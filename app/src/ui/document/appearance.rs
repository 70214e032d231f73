//! How the pages look, in this browser.

use leptos::prelude::*;

use super::parts::{heading, notice};
use crate::routes;
use crate::ui::erased::Erase;

/// What the window is called, and the page.
pub const TITLE: &str = "Appearance";

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
    let themes = [("system", "As the system"), ("light", "Light"), ("dark", "Dark")];
    let motions = [("system", "As the system"), ("reduced", "Reduced")];
    let more = [("on", "As I scroll on"), ("by-hand", "When I press “Load more posts”")];
    let back = [("on", "Shown: “You are back”, and how fast"), ("no-line", "Not shown")];
    view! {
        <div class="narrow">
            {heading(TITLE)}
            {saved.then(|| notice("good", "Saved for this browser."))}
            <form class="card stack" method="post" action=routes::page::APPEARANCE>
                {choice("theme", "Colours", &themes, chosen.theme.unwrap_or("system"))}
                {choice("motion", "Motion", &motions, chosen.motion.unwrap_or("system"))}
                {choice("more", "Load posts automatically", &more, chosen.more.unwrap_or("on"))}
                {choice("back", "Return line", &back, chosen.back.unwrap_or("on"))}
                <button class="btn primary">"Save"</button>
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
