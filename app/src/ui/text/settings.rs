//! The hubs of the settings.

/// What the window is called, and the page.
pub const TITLE: &str = "Settings";
/// The same for what has to do with logging in.
pub const SECURITY_TITLE: &str = "Login and security";

pub(crate) const PROFILE: &str = "Your name, and what you say about yourself";
pub(crate) const APPEARANCE: &str = "Colours, motion and the feed, in this browser";
pub(crate) const DATA: &str = "A copy of it, and the end of the account";
pub(crate) const PASSWORD: &str = "Password";
pub(crate) const SAVED: &str = "Saved logins on this browser";
pub(crate) const ACTIVITY: &str = "the last 90 days";

pub(crate) fn logged_in_on(browsers: &str) -> String {
    ["Logged in on ", browsers].concat()
}

/// When the password was changed last.
pub(crate) fn changed(day: Option<&str>) -> String {
    day.map_or_else(|| "never changed".to_owned(), |day| ["changed ", day].concat())
}

/// Since when an authenticator app is set up.
pub(crate) fn on_since(day: Option<&str>) -> String {
    day.map_or_else(|| "off".to_owned(), |day| ["on since ", day].concat())
}

pub(crate) fn passkeys(count: usize) -> String {
    counted(count, "1 passkey", "passkeys")
}

pub(crate) fn saved(count: usize) -> String {
    counted(count, "1 account", "accounts")
}

fn counted(n: usize, one: &str, many: &str) -> String {
    match n {
        0 => "none".to_owned(),
        1 => one.to_owned(),
        n => format!("{n} {many}"),
    }
}
