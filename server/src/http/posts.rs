//! `/api/posts` and `/api/posts/{post_id}`: one at a time.

use std::sync::Arc;

use app::wire::account::Viewer;
use app::wire::feed::{Likes, NewDescription, Post};
use app::wire::problem::Code;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::extract::{Body, Caller};
use super::once::{self, Once};
use super::problem::Answer;
use super::upload::{self, Upload};
use crate::auth::Error;
use crate::auth::policy::{Action, is_public, may};
use crate::feed::posting::{self, Words};
use crate::site::Site;

/// Whether somebody, or nobody in particular, may do `action`.
///
/// # Errors
/// 401 or 403.
pub(super) fn allow(caller: Option<&Caller>, action: Action) -> Answer<Option<Uuid>> {
    match caller {
        Some(caller) if may(caller.claims.role, action) => Ok(Some(caller.claims.sub)),
        Some(_) => Err(Error::Forbidden.into()),
        None if is_public(action) => Ok(None),
        None => Err(Code::Unauthenticated.into()),
    }
}

/// An id that is none names nothing.
pub(super) fn named(id: &str) -> Answer<Uuid> {
    id.parse().map_err(|_| Code::NotFound.into())
}

/// `GET`, also for those who are not logged in.
///
/// # Errors
/// As the problem says.
pub async fn get(State(site): State<Arc<Site>>, caller: Option<Caller>, Path(post): Path<String>) -> Answer<Json<Post>> {
    let viewer = allow(caller.as_ref(), Action::ReadPosts)?;
    let post = crate::feed::post(&site.auth.db, viewer, named(&post)?).await?;
    Ok(Json(post.ok_or(Code::NotFound)?))
}

/// `POST`: a new one; once for each `Idempotency-Key`.
///
/// # Errors
/// As the problem says.
pub async fn create(State(site): State<Arc<Site>>, caller: Caller, headers: HeaderMap, request: Request) -> Answer<Response> {
    allow(Some(&caller), Action::Post)?;
    upload::refuse_large(&request)?;
    let upload = upload::read(&site, request).await?;
    let (status, body) = post(&site, &headers, &caller.claims.viewer(), upload).await?;
    Ok(once::json(status, body))
}

/// Makes a post of what was sent. Answers with a status and the post as JSON.
///
/// # Errors
/// As the problem says, with every field that cannot be accepted.
pub(super) async fn post(site: &Site, headers: &HeaderMap, author: &Viewer, upload: Upload) -> Answer<(StatusCode, String)> {
    let words = Words::parse(&upload.caption, &upload.alt);
    if let Some(mut fault) = upload.fault {
        if let Err(Error::Fields(problem)) = words {
            fault.fields.extend(problem.fields);
        }
        return Err(fault.into());
    }
    let words = words?;
    let picture = Sha256::digest(&upload.picture);
    let once = Once::of(headers, author.account_id, &[b"post", words.caption.as_bytes(), words.alt.as_bytes(), &picture])?;
    if let Some(reply) = once.answer(site).await? {
        return Ok(reply);
    }
    let auth = &site.auth;
    let prepared = site.pictures.prepare(upload.room, upload.picture).await?;
    let now = auth.clock.now();
    let kept = posting::keep(&auth.db, &site.pictures, prepared, now).await?;
    let mut tx = auth.db.begin().await?;
    let post = posting::insert(&mut tx, author, &kept, words, now).await?;
    let body = serde_json::to_string(&post).map_err(|_| Error::Broken("a post that cannot be written"))?;
    once.keep(site, tx, StatusCode::CREATED, body).await
}

/// `PATCH`: what the picture of one's own shows.
///
/// # Errors
/// As the problem says; 404 for somebody else's.
pub async fn describe(
    State(site): State<Arc<Site>>,
    caller: Caller,
    Path(post): Path<String>,
    Body(new): Body<NewDescription>,
) -> Answer<Json<Post>> {
    allow(Some(&caller), Action::Post)?;
    let post = posting::describe(&site.auth.db, named(&post)?, caller.claims.sub, &new.alt).await?;
    Ok(Json(post.ok_or(Code::NotFound)?))
}

/// `DELETE`: one's own.
///
/// # Errors
/// As the problem says; 404 for somebody else's.
pub async fn destroy(State(site): State<Arc<Site>>, caller: Caller, Path(post): Path<String>) -> Answer<StatusCode> {
    allow(Some(&caller), Action::Post)?;
    let gone = posting::delete(&site.auth.db, &site.pictures, named(&post)?, caller.claims.sub).await?;
    if gone { Ok(StatusCode::NO_CONTENT) } else { Err(Code::NotFound.into()) }
}

/// `PUT …/like`.
///
/// # Errors
/// As the problem says.
pub async fn like(State(site): State<Arc<Site>>, caller: Caller, Path(post): Path<String>) -> Answer<Json<Likes>> {
    set_like(&site, &caller, &post, true).await
}

/// `DELETE …/like`.
///
/// # Errors
/// As the problem says.
pub async fn unlike(State(site): State<Arc<Site>>, caller: Caller, Path(post): Path<String>) -> Answer<Json<Likes>> {
    set_like(&site, &caller, &post, false).await
}

async fn set_like(site: &Site, caller: &Caller, post: &str, like: bool) -> Answer<Json<Likes>> {
    allow(Some(caller), Action::Like)?;
    let now = site.auth.clock.now();
    let likes = posting::like(&site.auth.db, named(post)?, caller.claims.sub, like, now).await?;
    Ok(Json(likes.ok_or(Code::NotFound)?))
}
