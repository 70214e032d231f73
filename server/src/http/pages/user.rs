//! `/u/{username}`, and the button on it.

use std::sync::Arc;

use app::routes;
use app::ui::document::user::{self, UserPage};
use app::ui::text;
use app::wire::account::Username;
use app::wire::problem::Code;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::post::{Switch, allowed, switched};
use crate::auth::policy::Action;
use crate::feed::people;
use crate::http::documents::{self, Shown};
use crate::http::extract::Form;
use crate::http::feed::After;
use crate::http::problem::Answer;
use crate::http::ssr::see_other;
use crate::http::visitor::Visitor;
use crate::site::Site;

/// The page, also for those who are not logged in.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Path(username): Path<String>, Query(query): Query<After>, visitor: Visitor) -> Shown {
    let reader = allowed(&visitor, Action::ReadPosts)?;
    let id = reader.as_ref().map(|reader| reader.account_id);
    let Some(profile) = people::profile(&site.auth.db, id, &username, query.after.as_deref()).await? else {
        let view = user::nobody(&username.chars().filter(|c| c.is_ascii_graphic()).take(30).collect::<String>());
        return Ok(documents::page(visitor, StatusCode::NOT_FOUND, text::user::NOBODY_TITLE, view).await);
    };
    let title = user::title(&profile);
    let view = user::user(UserPage { profile, reader: reader.map(|reader| reader.username) });
    Ok(documents::page(visitor, StatusCode::OK, &title, view).await)
}

/// The button's path, opened.
///
/// # Errors
/// 404 where it names nobody.
pub async fn open(Path(username): Path<String>) -> Answer<Response> {
    let username = Username::parse(&username).map_err(|_| Code::NotFound)?;
    Ok(see_other(&routes::user(username.as_str())))
}

/// The follow button.
///
/// # Errors
/// As the problem says.
pub async fn follow(State(site): State<Arc<Site>>, Path(username): Path<String>, visitor: Visitor, Form(switch): Form<Switch>) -> Shown {
    let Some(reader) = allowed(&visitor, Action::Follow)? else { return Ok(documents::stranger(visitor).await) };
    let now = site.auth.clock.now();
    people::follow(&site.auth.db, reader.account_id, &username, switch.on, now).await?.ok_or(Code::NotFound)?;
    Ok(switched(&site, visitor, &routes::user(&username)))
}
