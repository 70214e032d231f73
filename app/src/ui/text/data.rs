//! A copy of one's data, and the end of the account.

/// What the window is called, and the page.
pub const TITLE: &str = "Your data";
/// The page on which one is told that the account will be deleted.
pub const GOODBYE_TITLE: &str = "Goodbye";

pub(crate) const COPY: &str = "A copy of everything";
pub(crate) const COPY_HOLDS: &str =
    "Your account, sessions, login history, posts, likes, comments and whom you follow, as JSON. No password and no key is in it.";
pub(crate) const DOWNLOAD: &str = "Download a copy";
pub(crate) const SHOW: &str = "Show it here";
/// Above the copy that is shown.
pub(crate) const SHOWN: &str = "Your data";
pub(crate) const DELETE: &str = "Delete your account";
pub(crate) const DELETE_MEANS: &str = "Nobody sees your profile and your posts any more, and you are logged out everywhere. After 14 days everything is removed. \
     Until then, logging in takes it back.";
/// Completes "We could not …".
pub(crate) const DELETE_DEED: &str = "delete your account";
pub(crate) const GONE: &str = "Your account is out of sight and you are logged out everywhere. In 14 days everything is removed.";
pub(crate) const BACK: &str = "If you change your mind: log in before then, and everything is as it was.";

/// The button.
pub(crate) fn delete(username: &str) -> String {
    ["Delete ", username].concat()
}
