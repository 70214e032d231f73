//! `/api/posts/{post_id}/comments`.

use std::sync::Arc;

use app::wire::feed::{Comment, CommentText, NewComment};
use app::wire::problem::{Code, Problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use uuid::Uuid;

use super::extract::{Body, Caller};
use super::once::Once;
use super::problem::Answer;
use crate::auth::Error;
use crate::auth::policy::{Action, may};
use crate::model::id;
use crate::site::Site;
use crate::store::comments;

/// The most that one request is answered with.
const MOST: i64 = 200;

/// `GET`: oldest first.
///
/// # Errors
/// As the problem says. A post that is not there has no comments.
pub async fn list(State(site): State<Arc<Site>>, caller: Caller, Path(post): Path<String>) -> Answer<Json<Vec<Comment>>> {
    if !may(caller.claims.role, Action::ReadFeed) {
        return Err(Error::Forbidden.into());
    }
    let rows = comments::of_post(&site.auth.db, named(&post)?, MOST).await?;
    let comment = |row: comments::CommentRow| Comment {
        comment_id: row.comment_id,
        username: row.username,
        content: row.content,
        created_at: row.created_at,
    };
    Ok(Json(rows.into_iter().map(comment).collect()))
}

/// An id that is none names nothing.
fn named(post: &str) -> Answer<Uuid> {
    post.parse().map_err(|_| Code::NotFound.into())
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
    if !may(caller.claims.role, Action::Comment) {
        return Err(Error::Forbidden.into());
    }
    let text = CommentText::parse(&form.content).map_err(|fault| Problem::new(Code::InvalidFields).field("content", fault.to_string()))?;
    let (post_id, account_id) = (named(&post)?, caller.claims.sub);
    let once = Once::of(&headers, account_id, &[b"comment", post_id.as_bytes(), text.as_str().as_bytes()])?;
    if let Some(reply) = once.answered(&site).await? {
        return Ok(reply);
    }
    let now = site.auth.clock.now();
    let new = comments::NewComment { comment_id: id(now), post_id, account_id, content: text.as_str(), created_at: now };
    let mut tx = site.auth.db.begin().await?;
    if !comments::insert(&mut tx, &new).await? {
        return Err(Code::NotFound.into());
    }
    let comment = Comment {
        comment_id: new.comment_id,
        username: caller.claims.preferred_username,
        content: text.as_str().to_owned(),
        created_at: now,
    };
    let body = serde_json::to_string(&comment).map_err(|_| Error::Broken("a comment that cannot be written"))?;
    once.commit(&site, tx, StatusCode::CREATED, body).await
}
