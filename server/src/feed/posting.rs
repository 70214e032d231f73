//! Posts come and go, and their pictures with them.
//!
//! A picture is known to the database before its files are written, so that no file is ever forgotten: what no post shows an hour later is
//! removed by [`sweep`].

use std::time::Duration;

use app::wire::account::Viewer;
use app::wire::feed::{Likes, Post, caption, description};
use app::wire::problem::{Code, Problem};
use uuid::Uuid;

use super::pictures::{self, Pictures};
use super::prepare::Prepared;
use crate::auth::{Error, Result};
use crate::model::{Timestamp, id, millis};
use crate::store::posts::{self, NewPicture, NewPost, PostRow};
use crate::store::{Db, Tx, likes};

/// How long a picture may lie there without a post: longer than any request takes.
const UNUSED: Duration = Duration::from_secs(60 * 60);

/// The words of a post, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What its author says.
    pub caption: String,
    /// What the picture shows.
    pub alt: String,
}

impl Words {
    /// Checks both.
    ///
    /// # Errors
    /// [`Error::Fields`] with each that cannot be kept.
    pub fn parse(text: &str, alt: &str) -> Result<Self> {
        match (caption(text), description(alt)) {
            (Ok(caption), Ok(alt)) => Ok(Self { caption, alt }),
            (caption, alt) => {
                let faults = [("caption", caption.err()), ("alt", alt.err())];
                let problem = faults.into_iter().fold(Problem::new(Code::InvalidFields), |problem, (name, fault)| match fault {
                    Some(fault) => problem.field(name, fault.to_string()),
                    None => problem,
                });
                Err(Error::Fields(problem))
            }
        }
    }
}

/// A picture that no post shows yet.
#[derive(Clone, Debug)]
pub struct Kept {
    name: String,
    width: u32,
    height: u32,
}

/// Keeps a prepared picture. It is removed again unless a post shows it within the hour.
///
/// # Errors
/// When the database or the picture store fails.
pub async fn keep(db: &Db, store: &Pictures, prepared: Prepared, now: Timestamp) -> Result<Kept> {
    let name = pictures::new_name();
    let new =
        NewPicture { name: &name, media_type: "image/jpeg", content: &[], width: prepared.width, height: prepared.height, created_at: now };
    let mut tx = db.begin().await?;
    posts::insert_picture(&mut tx, &new).await?;
    tx.commit().await?;
    let (width, height) = (prepared.width, prepared.height);
    store.keep(&name, prepared).await?;
    Ok(Kept { name, width, height })
}

/// A new post that shows a kept picture.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, author: &Viewer, kept: &Kept, words: Words, now: Timestamp) -> Result<Post> {
    let post_id = id(now);
    let new =
        NewPost { post_id, account_id: author.account_id, picture: &kept.name, alt: &words.alt, caption: &words.caption, created_at: now };
    posts::insert(tx, &new).await?;
    Ok(super::shown(PostRow {
        post_id,
        account_id: author.account_id,
        username: author.username.clone(),
        display_name: author.display_name.clone(),
        picture: kept.name.clone(),
        width: kept.width.into(),
        height: kept.height.into(),
        alt: words.alt,
        caption: words.caption,
        created_at: now,
        likes: 0,
        liked: false,
        comments: 0,
    }))
}

/// Says anew what the picture of a post of `account_id` shows. `None`: it has no such post.
///
/// # Errors
/// [`Error::Fields`] for what cannot be kept; when the database fails.
pub async fn describe(db: &Db, post_id: Uuid, account_id: Uuid, alt: &str) -> Result<Option<Post>> {
    let alt = description(alt).map_err(|fault| Error::Fields(Problem::new(Code::InvalidFields).field("alt", fault.to_string())))?;
    if !posts::describe(db, post_id, account_id, &alt).await? {
        return Ok(None);
    }
    Ok(super::post(db, Some(account_id), post_id).await?)
}

/// Removes a post of `account_id` with its likes, comments and picture. `false`: it has no such post.
///
/// # Errors
/// When the database fails. Files that could not be removed are left to [`sweep`].
pub async fn delete(db: &Db, store: &Pictures, post_id: Uuid, account_id: Uuid) -> Result<bool> {
    let Some(post) = posts::by_id(db, None, post_id).await?.filter(|post| post.account_id == account_id) else { return Ok(false) };
    if posts::delete(db, post_id, account_id).await?.is_none() {
        return Ok(false);
    }
    if let Err(error) = forget(db, store, &post.picture, post.width).await {
        tracing::warn!(%error, "the picture of a removed post is left to the sweep");
    }
    Ok(true)
}

/// First the files, then the row that knows of them.
async fn forget(db: &Db, store: &Pictures, name: &str, width: i64) -> Result<()> {
    if pictures::is_ours(name) {
        store.remove(name, u32::try_from(width).unwrap_or(1)).await?;
    }
    Ok(posts::delete_picture(db, name).await?)
}

/// Removes the pictures that no post shows any more, or never did.
///
/// # Errors
/// When the database or the picture store fails; then the next time does it.
pub async fn sweep(db: &Db, store: &Pictures, now: Timestamp) -> Result<usize> {
    let orphans = posts::orphans(db, now - millis(UNUSED)).await?;
    for (name, width) in &orphans {
        forget(db, store, name, *width).await?;
    }
    Ok(orphans.len())
}

/// `account_id` likes the post from now on, or no longer. A second time changes nothing. `None`: there is no such post.
///
/// # Errors
/// When the database fails.
pub async fn like(db: &Db, post_id: Uuid, account_id: Uuid, like: bool, now: Timestamp) -> Result<Option<Likes>> {
    if like {
        likes::insert(db, post_id, account_id, now).await?;
    } else {
        likes::delete(db, post_id, account_id).await?;
    }
    Ok(likes::count(db, post_id).await?.map(|likes| Likes { likes, liked: like }))
}
