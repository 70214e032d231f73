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

/// Part of a list, and where the next part begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// In order.
    pub items: Vec<T>,
    /// For `?after=`; `None` at the end.
    pub next: Option<String>,
}
