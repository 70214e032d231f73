//! Saved logins: what a browser may know of the keys it holds, and what it may do with them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::secret::{self, Secret};
use super::session::Why;

/// How many accounts a browser may keep.
pub const MOST: usize = 5;

/// One saved login of this browser: never its key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// Names it in this browser. Of no use in another one.
    pub id: Uuid,
    /// Whose it is.
    pub username: String,
    /// What they call themselves.
    pub display_name: String,
    /// When it was saved, Unix milliseconds.
    pub saved_at: i64,
    /// When it ends if it is not used, Unix milliseconds.
    pub idle_expires_at: i64,
    /// Whether using it takes the password.
    pub ask_password: bool,
    /// Not saved: an account that stays within reach until this browser closes.
    pub parked: bool,
    /// Why it cannot be used any more, if so. Logging in with the password takes its place.
    pub spent: Option<Why>,
}

/// `POST /api/saved/{id}/session`: one tap.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tap {
    /// Where the saved login asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    pub password: Option<Secret>,
}

/// `PATCH /api/saved/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeSaved {
    /// Whether using it takes the password.
    pub ask_password: bool,
    /// To use it without the password from now on takes it once, unless one is logged in to that account.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    pub password: Option<Secret>,
}
