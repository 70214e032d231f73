//! `/api/users/{username}`, and one's own profile.

use std::sync::Arc;

use app::wire::feed::{Followers, NewProfile, Profile};
use app::wire::problem::Code;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;

use super::extract::{Body, Caller};
use super::feed::After;
use super::posts::allow;
use super::problem::Answer;
use crate::auth::policy::Action;
use crate::feed::people;
use crate::site::Site;

/// `GET`, also for those who are not logged in.
///
/// # Errors
/// As the problem says.
pub async fn get(
    State(site): State<Arc<Site>>,
    caller: Option<Caller>,
    Path(username): Path<String>,
    Query(query): Query<After>,
) -> Answer<Json<Profile>> {
    let viewer = allow(caller.as_ref(), Action::ReadPosts)?;
    let profile = people::profile(&site.auth.db, viewer, &username, query.after.as_deref()).await?;
    Ok(Json(profile.ok_or(Code::NotFound)?))
}

/// `PUT …/follow`.
///
/// # Errors
/// As the problem says.
pub async fn follow(State(site): State<Arc<Site>>, caller: Caller, Path(username): Path<String>) -> Answer<Json<Followers>> {
    set_follow(&site, &caller, &username, true).await
}

/// `DELETE …/follow`.
///
/// # Errors
/// As the problem says.
pub async fn unfollow(State(site): State<Arc<Site>>, caller: Caller, Path(username): Path<String>) -> Answer<Json<Followers>> {
    set_follow(&site, &caller, &username, false).await
}

async fn set_follow(site: &Site, caller: &Caller, username: &str, follow: bool) -> Answer<Json<Followers>> {
    allow(Some(caller), Action::Follow)?;
    let followers = people::follow(&site.auth.db, caller.claims.sub, username, follow, site.auth.clock.now()).await?;
    Ok(Json(followers.ok_or(Code::NotFound)?))
}

/// `PUT /api/me/profile`.
///
/// # Errors
/// As the problem says.
pub async fn edit(State(site): State<Arc<Site>>, caller: Caller, Body(new): Body<NewProfile>) -> Answer<StatusCode> {
    allow(Some(&caller), Action::EditProfile)?;
    people::edit(&site.auth.db, caller.claims.sub, &caller.claims.preferred_username, &new).await?;
    Ok(StatusCode::NO_CONTENT)
}
