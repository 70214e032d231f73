//! The feed: posts in pages, and the demo that fills it.

pub mod scenery;
pub mod seed;

use app::wire::feed::{Page, Post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::model::Timestamp;
use crate::store::{Db, Result, posts};

/// Posts on a page.
const PAGE: usize = 10;

/// The page that begins after `cursor`, newest first. A cursor that cannot be read begins at the top.
///
/// # Errors
/// When the database fails.
pub async fn page(db: &Db, cursor: Option<&str>) -> Result<Page<Post>> {
    let position = cursor.and_then(position).unwrap_or((Timestamp::MAX, Uuid::max()));
    let mut rows = posts::after(db, position, PAGE as i64 + 1).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|last| self::cursor((last.created_at, last.post_id)));
    let items = rows
        .into_iter()
        .map(|row| Post {
            post_id: row.post_id,
            username: row.username,
            display_name: row.display_name,
            picture: format!("/pictures/{}", row.picture),
            alt: row.alt,
            caption: row.caption,
            created_at: row.created_at,
        })
        .collect();
    Ok(Page { items, next })
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
