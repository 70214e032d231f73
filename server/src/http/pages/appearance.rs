//! `/settings/appearance`. For this browser, whoever is logged in, and for nobody too.

use app::routes::page;
use app::ui::document::appearance::{self, Appearance};
use app::ui::text::appearance::TITLE;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::http::cookies;
use crate::http::documents::{self, Shown};
use crate::http::extract::Form;
use crate::http::visitor::Visitor;

/// `?saved`
#[derive(Deserialize)]
pub struct Done {
    saved: Option<String>,
}

impl Done {
    /// Whether it says so.
    #[must_use]
    pub fn is(&self) -> bool {
        self.saved.is_some()
    }
}

/// The page.
pub async fn show(Query(done): Query<Done>, visitor: Visitor) -> Response {
    let view = appearance::appearance(cookies::looks(&visitor.headers), done.is());
    documents::page(visitor, StatusCode::OK, TITLE, view).await
}

/// The form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    theme: String,
    motion: String,
    #[serde(default)]
    more: String,
    #[serde(default)]
    back: String,
}

/// Keeps the choice. What is none follows the system.
///
/// # Errors
/// None of its own.
pub async fn choose(visitor: Visitor, Form(choice): Form<Choice>) -> Shown {
    let known = |words: &[&'static str], said: &str| words.iter().copied().find(|word| *word == said);
    let looks = Appearance {
        theme: known(&["light", "dark"], &choice.theme),
        motion: known(&["reduced"], &choice.motion),
        more: known(&["by-hand"], &choice.more),
        back: known(&["no-line"], &choice.back),
    };
    let mut response = documents::go(visitor, &[page::APPEARANCE, "?saved"].concat());
    cookies::append(response.headers_mut(), vec![cookies::keep_looks(looks)]);
    Ok(response)
}
