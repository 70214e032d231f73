//! The feed: posts in pages, those who post them, and the demo that fills it.

pub mod people;
pub mod pictures;
pub mod posting;
pub mod prepare;
pub mod scenery;
pub mod seed;

use app::wire::feed::{Feed, Page, Post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::model::Timestamp;
use crate::store::posts::{self, PostRow};
use crate::store::{Db, Result};

/// Posts on a page.
const PAGE: usize = 10;
/// Pictures on a page of a profile.
const GRID: usize = 30;

/// The page of `viewer`'s feed that begins after `cursor`, newest first. A cursor that cannot be read begins at the top. Where there is
/// nothing at all, whom to follow.
///
/// # Errors
/// When the database fails.
pub async fn page(db: &Db, viewer: Uuid, cursor: Option<&str>) -> Result<Feed> {
    let rows = posts::feed(db, viewer, position_of(cursor), PAGE as i64 + 1).await?;
    let Page { items, next } = paged(rows, PAGE);
    let nothing = items.is_empty() && cursor.is_none();
    let suggestions = if nothing { people::suggestions(db, viewer).await? } else { Vec::new() };
    Ok(Feed { items, next, suggestions })
}

/// The page of an author's posts that begins after `cursor`, as `viewer` sees them.
///
/// # Errors
/// When the database fails.
pub async fn posts_of(db: &Db, viewer: Option<Uuid>, author: Uuid, cursor: Option<&str>) -> Result<Page<Post>> {
    Ok(paged(posts::by_author(db, viewer, author, position_of(cursor), GRID as i64 + 1).await?, GRID))
}

/// One post, as `viewer` sees it.
///
/// # Errors
/// When the database fails.
pub async fn post(db: &Db, viewer: Option<Uuid>, post_id: Uuid) -> Result<Option<Post>> {
    Ok(posts::by_id(db, viewer, post_id).await?.map(shown))
}

/// A page of `most` rows, out of one more if there are more.
fn paged(mut rows: Vec<PostRow>, most: usize) -> Page<Post> {
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|last| cursor((last.created_at, last.post_id)));
    Page { items: rows.into_iter().map(shown).collect(), next }
}

fn shown(row: PostRow) -> Post {
    let (width, height) = (u32::try_from(row.width).unwrap_or(1), u32::try_from(row.height).unwrap_or(1));
    let path = |file: String| format!("/pictures/{file}");
    let (picture, srcset) = if pictures::is_ours(&row.picture) {
        let widths = prepare::widths(width);
        let each = |width: &u32| format!("{} {width}w", path(pictures::file(&row.picture, *width)));
        // What takes no part in the choice gets the one in the middle.
        (path(pictures::file(&row.picture, widths[widths.len() / 2])), widths.iter().map(each).collect::<Vec<_>>().join(", "))
    } else {
        (path(row.picture), String::new())
    };
    Post {
        post_id: row.post_id,
        username: row.username,
        display_name: row.display_name,
        picture,
        srcset,
        width,
        height,
        alt: row.alt,
        caption: row.caption,
        created_at: row.created_at,
        likes: row.likes,
        liked: row.liked,
        comments: row.comments,
    }
}

fn position_of(cursor: Option<&str>) -> (Timestamp, Uuid) {
    cursor.and_then(position).unwrap_or((Timestamp::MAX, Uuid::max()))
}

fn cursor((created_at, post_id): (Timestamp, Uuid)) -> String {
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&created_at.to_be_bytes());
    bytes[8..].copy_from_slice(post_id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn position(cursor: &str) -> Option<(Timestamp, Uuid)> {
    let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
    let (created_at, post_id) = bytes.split_at(8);
    Some((Timestamp::from_be_bytes(created_at.try_into().ok()?), Uuid::from_slice(post_id).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nonsense_is_not() {
        let at = (1_800_000_000_000, Uuid::from_u128(7));
        assert_eq!(position(&cursor(at)), Some(at));
        for nonsense in ["", "x", "AAAA", "' or 1=1", &"A".repeat(500)] {
            assert_eq!(position(nonsense), None, "{nonsense}");
        }
    }
}
