//! The demo: three accounts and their posts, made once in an empty database.

use app::wire::account::Role;
use app::wire::secret::Secret;
use uuid::Uuid;

use super::scenery::{self, DemoPost};
use crate::auth::{Auth, Result};
use crate::model::{Timestamp, id};
use crate::store::accounts::{self, NewAccount};
use crate::store::posts::{self, NewPicture, NewPost};
use crate::store::{follows, likes};

/// Who is in the demo: username, name to show, role. Each password is `correct-horse-` and the username.
const PEOPLE: [(&str, &str, Role); 3] =
    [("mina", "Mina", Role::User), ("rover", "Trail Rover", Role::User), ("admin", "Admin", Role::Admin)];
const HOUR: i64 = 60 * 60 * 1000;

/// Makes the demo, unless there are accounts already.
///
/// # Errors
/// When the database fails.
pub async fn demo(auth: &Auth) -> Result<()> {
    if accounts::count(&auth.db).await? > 0 {
        return Ok(());
    }
    let now = auth.clock.now();
    let mut new = Vec::new();
    for (username, display_name, role) in PEOPLE {
        new.push(person(auth, username, display_name, role, now).await?);
    }
    let mut tx = auth.db.begin().await?;
    for account in &new {
        match accounts::insert(&mut tx, account).await {
            Ok(_) => {}
            // Another server on the same database was faster.
            Err(error) if crate::store::is_taken(&error) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    for (at, post) in scenery::demo_posts().iter().enumerate() {
        let Some(author) = new.iter().find(|account| account.username == post.username) else { continue };
        let post_id = insert(&mut tx, author, post, now).await?;
        // The newest one is still to be discovered.
        let likers = new.iter().enumerate().filter(|(who, other)| at > 0 && other.account_id != author.account_id && (at + who) % 2 == 0);
        for (_, liker) in likers {
            likes::insert_with(&mut tx, post_id, liker.account_id, now).await?;
        }
    }
    // Everybody follows everybody: each of the three feeds is full.
    for follower in &new {
        for followed in new.iter().filter(|other| other.account_id != follower.account_id) {
            follows::insert(&mut tx, follower.account_id, followed.account_id, now).await?;
        }
    }
    tx.commit().await?;
    tracing::info!("made the demo accounts mina, rover and admin, with their posts");
    Ok(())
}

async fn person(auth: &Auth, username: &str, display_name: &str, role: Role, now: Timestamp) -> Result<NewAccount> {
    let email = format!("{username}@nightlatch.example");
    Ok(NewAccount {
        account_id: id(now),
        username: username.to_owned(),
        display_name: display_name.to_owned(),
        email_key: email.clone(),
        email,
        password_hash: auth.hasher.hash(&Secret::new(format!("correct-horse-{username}"))).await?,
        role,
        created_at: now,
    })
}

async fn insert(tx: &mut crate::store::Tx, author: &NewAccount, post: &DemoPost, now: Timestamp) -> Result<Uuid> {
    let created_at = now - i64::from(post.hours_ago) * HOUR;
    let post_id = id(created_at);
    let name = format!("{post_id}.svg");
    let drawn = scenery::draw(post.seed, post.scene);
    let (width, height) = scenery::SIZE;
    let picture = NewPicture { name: &name, media_type: "image/svg+xml", content: drawn.as_bytes(), width, height, created_at };
    posts::insert_picture(tx, &picture).await?;
    let new = NewPost { post_id, account_id: author.account_id, picture: &name, alt: post.alt, caption: post.caption, created_at };
    posts::insert(tx, &new).await?;
    Ok(post_id)
}
