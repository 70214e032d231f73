//! The feed: posts, in pages.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    /// What the picture shows, for those who cannot see it. Empty when its author said nothing.
    pub alt: String,
    /// What its author says.
    pub caption: String,
    /// Unix milliseconds.
    pub created_at: i64,
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
    /// Nothing but blanks.
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
        let text = text.trim();
        if text.is_empty() {
            return Err(CommentFault::Empty);
        }
        if text.chars().count() > 500 {
            return Err(CommentFault::Length);
        }
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(CommentFault::Character);
        }
        Ok(Self(text.to_owned()))
    }

    /// As it is kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Part of a list, and where the next part begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// In order.
    pub items: Vec<T>,
    /// For `?after=`; `None` at the end.
    pub next: Option<String>,
}
