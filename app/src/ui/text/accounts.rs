//! Every account, for admins.

/// What the window is called, and the page.
pub const TITLE: &str = "Accounts";

pub(crate) const CAPTION: &str = "Every account, with its living sessions";
pub(crate) const USERNAME: &str = "Username";
pub(crate) const NAME: &str = "Name";
pub(crate) const ROLE: &str = "Role";
pub(crate) const CREATED: &str = "Created";
pub(crate) const SESSIONS: &str = "Sessions";
pub(crate) const LAST_USED: &str = "Last used";
/// In place of when an account was used last.
pub(crate) const NEVER: &str = "never";
pub(crate) const DISABLED: &str = "disabled";
