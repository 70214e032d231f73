//! The feed: posts, in pages.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::account::is_hidden;

/// A picture with words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// The post.
    pub post_id: Uuid,
    /// Who posted it: unique name.
    pub username: String,
    /// Who posted it: name to show.
    pub display_name: String,
    /// Where the picture is: a path of this site.
    pub picture: String,
    /// The same in several widths, as HTML's `srcset` says it. Empty where there is one alone.
    pub srcset: String,
    /// How wide the widest of them is, in pixels.
    pub width: u32,
    /// And how high.
    pub height: u32,
    /// What the picture shows, for those who cannot see it. Empty when its author said nothing.
    pub alt: String,
    /// What its author says.
    pub caption: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// How many like it.
    pub likes: i64,
    /// Whether who asks is one of them.
    pub liked: bool,
    /// How many comments there are.
    pub comments: i64,
}

/// `GET /api/feed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// Posts of those one follows and one's own, newest first.
    pub items: Vec<Post>,
    /// For `?after=`; `None` at the end.
    pub next: Option<String>,
    /// Whom to follow: for a feed in which there is nothing at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<Person>,
}

/// Somebody, by their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Unique name.
    pub username: String,
    /// Name to show.
    pub display_name: String,
}

/// `PUT` and `DELETE /api/posts/{post_id}/like`: how it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likes {
    /// How many like the post.
    pub likes: i64,
    /// Whether who asks is one of them.
    pub liked: bool,
}

/// `PUT` and `DELETE /api/users/{username}/follow`: how it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followers {
    /// How many follow the account.
    pub followers: i64,
    /// Whether who asks is one of them.
    pub followed: bool,
}

/// `GET /api/users/{username}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Unique name.
    pub username: String,
    /// Name to show.
    pub display_name: String,
    /// What they say about themselves. May be empty.
    pub bio: String,
    /// How many posts there are.
    pub posts: i64,
    /// How many follow this account.
    pub followers: i64,
    /// How many this account follows.
    pub following: i64,
    /// Whether who asks is one of the followers.
    pub followed: bool,
    /// Its posts, newest first.
    pub page: Page<Post>,
}

/// `PATCH /api/posts/{post_id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDescription {
    /// See [`description`].
    pub alt: String,
}

/// `PUT /api/me/profile`: both are replaced.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProfile {
    /// See [`super::account::display_name`]; the username when nothing is left of it.
    pub display_name: String,
    /// See [`bio`].
    pub bio: String,
}

/// What somebody says to a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// The comment.
    pub comment_id: Uuid,
    /// Who says it: unique name.
    pub username: String,
    /// What.
    pub content: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// `POST /api/posts/{post_id}/comments`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// See [`CommentText`].
    pub content: String,
}

/// What can be said: 1 to 500 characters, no control characters but line feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentText(String);

/// A comment that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommentFault {
    /// Nothing that could be seen.
    #[error("Write something")]
    Empty,
    /// More than 500 characters.
    #[error("Use 500 characters at most")]
    Length,
    /// A control character.
    #[error("Use letters, signs and line breaks only")]
    Character,
}

impl CommentText {
    /// Trims and checks.
    ///
    /// # Errors
    /// What keeps it from being a comment.
    pub fn parse(text: &str) -> Result<Self, CommentFault> {
        // A form sends its lines with both characters.
        let text = text.trim().replace("\r\n", "\n");
        if text.chars().all(|c| c.is_whitespace() || (is_hidden(c) && !c.is_control())) {
            return Err(CommentFault::Empty);
        }
        if text.chars().count() > 500 {
            return Err(CommentFault::Length);
        }
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(CommentFault::Character);
        }
        Ok(Self(text))
    }

    /// As it is kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Largest picture that is taken, in bytes.
pub const PICTURE_MAX: usize = 8 << 20;
/// What is none, or none of those.
pub const NO_PICTURE: &str = "Choose a JPEG, PNG or WebP picture.";

/// "This picture is 14 MB. The limit is 8 MB." `size` is in bytes; a megabyte here has 2²⁰, and one that is begun is counted.
#[must_use]
pub fn oversize(size: usize) -> String {
    let megabytes = |bytes: usize| bytes.div_ceil(1 << 20).to_string();
    ["This picture is ", &megabytes(size), " MB. The limit is ", &megabytes(PICTURE_MAX), " MB."].concat()
}

/// Longest caption of a post, in characters.
pub const CAPTION_MAX: usize = 2200;
/// Longest description of a picture, in characters.
pub const ALT_MAX: usize = 1000;
/// Longest text that somebody says about themselves, in characters.
pub const BIO_MAX: usize = 300;

/// A text that cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// More characters than there may be.
    #[error("Use {} characters at most", grouped(*.0))]
    Length(usize),
    /// A control character.
    #[error("Use letters, signs and line breaks only")]
    Character,
}

/// What a post says: trimmed, [`CAPTION_MAX`] characters at most, no control characters but line feeds. May be empty.
///
/// # Errors
/// What keeps it from being a caption.
pub fn caption(text: &str) -> Result<String, TextFault> {
    prose(text, CAPTION_MAX)
}

/// What a picture shows: one line of [`ALT_MAX`] characters at most. May be empty.
///
/// # Errors
/// What keeps it from being a description.
pub fn description(text: &str) -> Result<String, TextFault> {
    Ok(prose(text, ALT_MAX)?.replace('\n', " "))
}

/// What somebody says about themselves: as a caption, but [`BIO_MAX`] characters at most. May be empty.
///
/// # Errors
/// What keeps it from being one.
pub fn bio(text: &str) -> Result<String, TextFault> {
    prose(text, BIO_MAX)
}

fn prose(text: &str, most: usize) -> Result<String, TextFault> {
    let text = text.trim().replace("\r\n", "\n");
    if text.chars().count() > most {
        return Err(TextFault::Length(most));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(TextFault::Character);
    }
    Ok(text)
}

/// "2,200".
fn grouped(n: usize) -> String {
    if n < 1000 { n.to_string() } else { format!("{},{:03}", n / 1000, n % 1000) }
}

/// Part of a list, and where the next part begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// In order.
    pub items: Vec<T>,
    /// For `?after=`; `None` at the end.
    pub next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_has_a_length_and_no_control_characters() {
        assert_eq!(caption(" Two\r\nlines \n").as_deref(), Ok("Two\nlines"));
        assert_eq!(caption(""), Ok(String::new()));
        assert_eq!(caption(&"ü".repeat(2200)).map(|text| text.chars().count()), Ok(2200));
        assert_eq!(caption(&"x".repeat(2201)).unwrap_err().to_string(), "Use 2,200 characters at most");
        assert_eq!(caption("nul \0"), Err(TextFault::Character));
        assert_eq!(description("Two\nlines").as_deref(), Ok("Two lines"));
        assert_eq!(description(&"x".repeat(1001)).unwrap_err().to_string(), "Use 1,000 characters at most");
        assert_eq!(bio(&"x".repeat(301)).unwrap_err().to_string(), "Use 300 characters at most");
    }

    #[test]
    fn a_picture_one_byte_too_large_is_told_larger_than_the_limit() {
        assert_eq!(oversize(PICTURE_MAX + 1), "This picture is 9 MB. The limit is 8 MB.");
        assert_eq!(oversize(14 << 20), "This picture is 14 MB. The limit is 8 MB.");
    }

    #[test]
    fn a_comment_from_a_form_keeps_its_lines() {
        assert_eq!(CommentText::parse("One\r\ntwo\r\n").map(|text| text.as_str().to_owned()).as_deref(), Ok("One\ntwo"));
        assert_eq!(CommentText::parse("One\rtwo"), Err(CommentFault::Character));
    }
}
