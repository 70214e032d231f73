//! A copy of everything that is kept about an account, for its owner. No hash and no key is in it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::events::{self as history, activity, kind};
use super::{Auth, Error, Result, device};
use crate::model::Device;
use crate::store::{accounts, comments, events, follows, likes, posts, sessions};

/// The most events, and the most posts, in a copy.
const MOST: i64 = 10_000;

/// Everything of an account, as JSON.
///
/// # Errors
/// [`Error::InvalidAccess`] when it is gone.
pub async fn all(auth: &Auth, account_id: Uuid, session_id: Uuid, asking: &Device) -> Result<Value> {
    let account = accounts::by_id(&auth.db, account_id).await?.ok_or(Error::InvalidAccess)?;
    let now = auth.clock.now();
    let mut tx = auth.db.begin().await?;
    history::note(&mut tx, account_id, Some(session_id), kind::EXPORTED, asking, now).await?;
    tx.commit().await?;
    let sessions = sessions::all_of_account(&auth.db, account_id).await?;
    let events = events::of_account(&auth.db, account_id, events::NEWEST_FIRST, "all", MOST).await?;
    let posts = posts::by_author(&auth.db, None, account_id, (i64::MAX, Uuid::max()), MOST).await?;
    let bio = follows::profile(&auth.db, &account.username, None).await?.map(|profile| profile.bio);
    let follows = follows::of_account(&auth.db, account_id).await?;
    let likes = likes::of_account(&auth.db, account_id).await?;
    let comments = comments::of_account(&auth.db, account_id).await?;
    Ok(json!({
        "exported_at": now,
        "account": {
            "account_id": account.account_id,
            "username": account.username,
            "display_name": account.display_name,
            "email": account.email,
            "bio": bio,
            "role": account.role,
            "created_at": account.created_at,
            "password_changed_at": account.password_changed_at,
        },
        "sessions": sessions.iter().map(|row| json!({
            "session_id": row.session_id,
            "device": row.label.clone().unwrap_or_else(|| device::name(&row.user_agent)),
            "user_agent": row.user_agent,
            "ip": row.ip,
            "storage": row.storage,
            "saved": row.saved,
            "created_at": row.created_at,
            "last_used_at": row.last_seen_at,
            "expires_at": row.expires_at,
            "ended_at": row.ended_at,
            "ended_why": row.ended_why,
        })).collect::<Vec<_>>(),
        "events": events.iter().map(activity).collect::<Vec<_>>(),
        "posts": posts.iter().map(|row| json!({
            "post_id": row.post_id,
            "picture": row.picture,
            "alt": row.alt,
            "caption": row.caption,
            "created_at": row.created_at,
        })).collect::<Vec<_>>(),
        "follows": follows,
        "likes": likes,
        "comments": comments.iter().map(|row| json!({
            "comment_id": row.comment_id,
            "post_id": row.post_id,
            "content": row.content,
            "created_at": row.created_at,
        })).collect::<Vec<_>>(),
    }))
}
