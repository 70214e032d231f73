//! People: what a profile shows, who follows whom, whom one could follow.

use app::wire::account::display_name;
use app::wire::feed::{Followers, NewProfile, Person, Profile, bio};
use app::wire::problem::{Code, Problem};
use uuid::Uuid;

use crate::auth::{Error, Result};
use crate::model::Timestamp;
use crate::store::follows::{self, ProfileRow};
use crate::store::{self, Db};

/// How many people are suggested.
const SUGGESTIONS: i64 = 6;
/// Among the authors of so many of the newest posts.
const AMONG: i64 = 200;

/// The profile of `username`, as `viewer` sees it, with the page of its posts after `cursor`. `None`: there is no such account.
///
/// # Errors
/// When the database fails.
pub async fn profile(db: &Db, viewer: Option<Uuid>, username: &str, cursor: Option<&str>) -> Result<Option<Profile>> {
    let Some(row) = row(db, viewer, username).await? else { return Ok(None) };
    let page = super::posts_of(db, viewer, row.account_id, cursor).await?;
    Ok(Some(Profile {
        username: row.username,
        display_name: row.display_name,
        bio: row.bio,
        posts: row.posts,
        followers: row.followers,
        following: row.following,
        followed: row.followed,
        page,
    }))
}

/// A username is stored in lower case, and has no character that a database could stumble over.
async fn row(db: &Db, viewer: Option<Uuid>, username: &str) -> Result<Option<ProfileRow>> {
    match app::wire::account::Username::parse(username) {
        Ok(username) => Ok(follows::profile(db, username.as_str(), viewer).await?),
        Err(_) => Ok(None),
    }
}

/// `viewer` follows `username` from now on, or no longer. A second time changes nothing. `None`: there is no such account.
///
/// # Errors
/// [`Error::Fields`] for oneself; when the database fails.
pub async fn follow(db: &Db, viewer: Uuid, username: &str, follow: bool, now: Timestamp) -> Result<Option<Followers>> {
    let Some(before) = row(db, Some(viewer), username).await? else { return Ok(None) };
    if before.account_id == viewer {
        return Err(Error::Fields(Problem::new(Code::InvalidFields).titled("You cannot follow yourself")));
    }
    let mut tx = db.begin().await?;
    if follow {
        follows::insert(&mut tx, viewer, before.account_id, now).await?;
    } else {
        follows::delete(&mut tx, viewer, before.account_id).await?;
    }
    tx.commit().await?;
    let after = row(db, Some(viewer), username).await?;
    Ok(after.map(|row| Followers { followers: row.followers, followed: row.followed }))
}

/// What `account_id` says of itself from now on.
///
/// # Errors
/// [`Error::Fields`] for what cannot be kept; when the database fails.
pub async fn edit(db: &Db, account_id: Uuid, username: &str, new: &NewProfile) -> Result<()> {
    let bio = bio(&new.bio).map_err(|fault| Error::Fields(Problem::new(Code::InvalidFields).field("bio", fault.to_string())))?;
    let name = display_name(&new.display_name).unwrap_or_else(|| username.to_owned());
    Ok(follows::update(db, account_id, &name, &bio).await?)
}

/// Whom `viewer` could follow: who has posted lately.
///
/// # Errors
/// When the database fails.
pub async fn suggestions(db: &Db, viewer: Uuid) -> store::Result<Vec<Person>> {
    let people = follows::suggested(db, viewer, AMONG, SUGGESTIONS).await?;
    Ok(people.into_iter().map(|(username, display_name)| Person { username, display_name }).collect())
}
