//! `/api/posts/{post_id}/comments` and `/api/comments/{comment_id}`.

use std::sync::Arc;

use app::wire::account::Viewer;
use app::wire::feed::{Comment, CommentText, NewComment};
use app::wire::problem::{Code, Problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use uuid::Uuid;

use super::extract::{Body, Caller};
use super::once::{self, Once};
use super::posts::{allow, named};
use super::problem::Answer;
use crate::auth::Error;
use crate::auth::policy::Action;
use crate::model::id;
use crate::site::Site;
use crate::store::comments;

/// The most that one request is answered with.
const MOST: i64 = 200;

/// `GET`: oldest first.
///
/// # Errors
/// As the problem says. A post that is not there has no comments.
pub async fn list(State(site): State<Arc<Site>>, caller: Option<Caller>, Path(post): Path<String>) -> Answer<Json<Vec<Comment>>> {
    allow(caller.as_ref(), Action::ReadPosts)?;
    Ok(Json(all(&site, named(&post)?).await?))
}

/// The first of them, oldest first.
///
/// # Errors
/// When the database fails.
pub(super) async fn all(site: &Site, post_id: Uuid) -> Answer<Vec<Comment>> {
    let rows = comments::of_post(&site.auth.db, post_id, MOST).await?;
    let comment = |row: comments::CommentRow| Comment {
        comment_id: row.comment_id,
        username: row.username,
        content: row.content,
        created_at: row.created_at,
    };
    Ok(rows.into_iter().map(comment).collect())
}

/// `POST`: one more; once for each `Idempotency-Key`.
///
/// # Errors
/// As the problem says.
pub async fn create(
    State(site): State<Arc<Site>>,
    caller: Caller,
    Path(post): Path<String>,
    headers: HeaderMap,
    Body(form): Body<NewComment>,
) -> Answer<Response> {
    allow(Some(&caller), Action::Comment)?;
    let text = CommentText::parse(&form.content).map_err(|fault| Problem::new(Code::InvalidFields).field("content", fault.to_string()))?;
    let (status, body) = say(&site, &headers, &caller.claims.viewer(), named(&post)?, &text).await?;
    Ok(once::json(status, body))
}

/// Says it, and answers with a status and the comment as JSON.
///
/// # Errors
/// As the problem says.
pub(super) async fn say(
    site: &Site,
    headers: &HeaderMap,
    author: &Viewer,
    post_id: Uuid,
    text: &CommentText,
) -> Answer<(StatusCode, String)> {
    let once = Once::of(headers, author.account_id, &[b"comment", post_id.as_bytes(), text.as_str().as_bytes()])?;
    if let Some(reply) = once.answer(site).await? {
        return Ok(reply);
    }
    let now = site.auth.clock.now();
    let new = comments::NewComment { comment_id: id(now), post_id, account_id: author.account_id, content: text.as_str(), created_at: now };
    let mut tx = site.auth.db.begin().await?;
    if !comments::insert(&mut tx, &new).await? {
        return Err(Code::NotFound.into());
    }
    let comment =
        Comment { comment_id: new.comment_id, username: author.username.clone(), content: text.as_str().to_owned(), created_at: now };
    let body = serde_json::to_string(&comment).map_err(|_| Error::Broken("a comment that cannot be written"))?;
    once.keep(site, tx, StatusCode::CREATED, body).await
}

/// `DELETE /api/comments/{comment_id}`: one's own.
///
/// # Errors
/// As the problem says; 404 for somebody else's.
pub async fn destroy(State(site): State<Arc<Site>>, caller: Caller, Path(comment): Path<String>) -> Answer<StatusCode> {
    allow(Some(&caller), Action::Comment)?;
    let gone = comments::delete(&site.auth.db, named(&comment)?, caller.claims.sub).await?;
    gone.map(|_| StatusCode::NO_CONTENT).ok_or(Code::NotFound.into())
}
