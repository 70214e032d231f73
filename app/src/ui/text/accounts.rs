//! Every account, for admins.

/// What the window is called, and the page.
pub const TITLE: &str = "Accounts";

pub(crate) const CAPTION: &str = "Accounts, with their living sessions";
pub(crate) const USERNAME: &str = "Username";
pub(crate) const NAME: &str = "Name";
pub(crate) const ROLE: &str = "Role";
pub(crate) const CREATED: &str = "Created";
pub(crate) const SESSIONS: &str = "Sessions";
pub(crate) const LAST_USED: &str = "Last used";
/// In place of when an account was used last.
pub(crate) const NEVER: &str = "never";
pub(crate) const DISABLED: &str = "disabled";
pub(crate) const SEARCH_FOR: &str = "Username or email";
pub(crate) const SEARCH: &str = "Search";
/// Away from what was searched.
pub(crate) const ALL: &str = "All accounts";
pub(crate) const NOBODY: &str = "Nobody is called so.";
/// What the links to other pages of the list are called together.
pub(crate) const PAGES: &str = "Pages";
pub(crate) const FIRST: &str = "First page";
pub(crate) const MORE: &str = "More accounts";
