//! The form for a new post. It works without scripts: the picture goes along with it.

use leptos::prelude::*;

use super::parts::{Field, heading, summary, text_area};
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::text::{self, post as words};
use crate::wire::feed::{ALT_MAX, CAPTION_MAX};
use crate::wire::problem::Problem;

/// What came back with a form that was refused.
#[derive(Clone, Debug, Default)]
pub struct NewPostPage {
    /// Why.
    pub problem: Option<Problem>,
    /// As typed.
    pub caption: String,
    /// As typed.
    pub alt: String,
}

/// The page.
#[must_use]
pub fn new_post(page: &NewPostPage) -> AnyView {
    let problem = page.problem.as_ref();
    let caption = Field {
        name: "caption",
        label: words::CAPTION,
        value: &page.caption,
        optional: true,
        longest: Some(CAPTION_MAX),
        ..Field::default()
    };
    let alt = Field {
        name: "alt",
        label: words::DESCRIBE,
        hint: Some(words::DESCRIBE_HINT),
        value: &page.alt,
        optional: true,
        longest: Some(ALT_MAX),
        ..Field::default()
    };
    let error = problem.and_then(|problem| problem.of_field("picture")).map(str::to_owned);
    let again = problem.is_some().then_some(words::AGAIN);
    let described = if error.is_some() { "picture-hint picture-error" } else { "picture-hint" };
    let again = again.map(|again| view! { <span data-again>{again}</span> });
    view! {
        <div class="narrow">
            {heading(words::NEW_TITLE)}
            {summary(problem, words::NEW_DEED)}
            <form class="card stack" method="post" enctype="multipart/form-data" action=routes::page::NEW_POST data-keep="">
                <div class="field">
                    <label for="picture">{words::PICTURE}</label>
                    <p class="hint" id="picture-hint">{words::PICTURE_HINT}{again}</p>
                    {error.clone().map(|error| view! { <p class="err" id="picture-error"><span class="vh">{text::ERROR}</span>{error}</p> })}
                    // With scripts: what is dropped here is chosen, and what is chosen is shown.
                    <div class="drop" data-drop>
                        <input
                            id="picture"
                            name="picture"
                            type="file"
                            accept="image/jpeg,image/png,image/webp"
                            required=true
                            aria-invalid=error.is_some().then_some("true")
                            aria-describedby=described
                        />
                        <p class="hint or">{words::DROP}</p>
                        <canvas hidden role="img" aria-label=words::CHOSEN></canvas>
                    </div>
                </div>
                {text_area(caption, 4, problem)}
                {text_area(alt, 2, problem)}
                <p class="hint">{words::REMOVED}</p>
                <div class="sending" hidden>
                    <progress max="100" value="0" aria-label=words::UPLOAD></progress>
                    <p class="number"></p>
                    <p></p>
                </div>
                <button class="btn primary">{words::PUBLISH}</button>
            </form>
        </div>
    }
    .erased()
}
