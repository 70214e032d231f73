//! `/settings/profile`.

use std::sync::Arc;

use app::routes::page;
use app::ui::document::profile::{self, ProfilePage};
use app::ui::text::{self, profile::TITLE};
use app::wire::feed::NewProfile;
use axum::extract::{Query, State};
use axum::http::StatusCode;

use super::appearance::Done;
use super::post::allowed;
use crate::auth::Error;
use crate::auth::policy::Action;
use crate::feed::people;
use crate::http::documents::{self, Shown};
use crate::http::extract::Form;
use crate::http::visitor::Visitor;
use crate::site::Site;

/// The page.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Query(done): Query<Done>, visitor: Visitor) -> Shown {
    let Some(viewer) = allowed(&visitor, Action::EditProfile)? else { return Ok(documents::stranger(visitor).await) };
    // As it is now: the token may remember an older name.
    let now = people::profile(&site.auth.db, None, &viewer.username, None).await?.ok_or(Error::InvalidAccess)?;
    let view = profile::profile(&ProfilePage {
        username: now.username,
        display_name: now.display_name,
        bio: now.bio,
        problem: None,
        saved: done.is(),
    });
    Ok(documents::page(visitor, StatusCode::OK, TITLE, view).await)
}

/// Takes it over, or shows the page again with what was typed.
///
/// # Errors
/// As the problem says.
pub async fn save(State(site): State<Arc<Site>>, visitor: Visitor, Form(new): Form<NewProfile>) -> Shown {
    let Some(viewer) = allowed(&visitor, Action::EditProfile)? else { return Ok(documents::stranger(visitor).await) };
    match people::edit(&site.auth.db, viewer.account_id, &viewer.username, &new).await {
        Ok(()) => Ok(documents::go(visitor, &[page::PROFILE, "?saved"].concat())),
        Err(Error::Fields(problem)) => {
            let NewProfile { display_name, bio } = new;
            let view =
                profile::profile(&ProfilePage { username: viewer.username, display_name, bio, problem: Some(problem), saved: false });
            Ok(documents::page(visitor, StatusCode::UNPROCESSABLE_ENTITY, &[text::ERROR, TITLE].concat(), view).await)
        }
        Err(error) => Err(error.into()),
    }
}
