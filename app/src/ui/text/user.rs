//! Somebody's profile.

/// What the window is called where there is no such account.
pub const NOBODY_TITLE: &str = "Account not found";

/// After a link to the log-in page.
pub(crate) const TO_FOLLOW: &str = " to follow.";
pub(crate) const EDIT: &str = "Edit profile";
pub(crate) const NO_POSTS: &str = "No posts yet.";
/// After a number.
pub(crate) const FOLLOWING: &str = " following";

/// What the window is called.
pub(crate) fn title(name: &str, username: &str) -> String {
    [name, " (@", username, ")"].concat()
}

/// After a number.
pub(crate) const fn posts(count: i64) -> &'static str {
    if count == 1 { "post" } else { "posts" }
}

/// The same.
pub(crate) const fn followers(count: i64) -> &'static str {
    if count == 1 { "follower" } else { "followers" }
}

pub(crate) fn nobody(username: &str) -> String {
    ["There is no account called @", username, "."].concat()
}
