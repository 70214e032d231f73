//! Where the account is logged in.

use crate::wire::session::TokenStorage;

/// What the window is called, and the page.
pub const TITLE: &str = "Where you’re logged in";

/// Completes "We could not …".
pub(crate) const DEED: &str = "log the others out";
pub(crate) const ONLY: &str = "You are only logged in here.";
pub(crate) const NOBODY: &str = "There was nobody else to log out.";
pub(crate) const MINE: &str = "Thank you. That browser stays logged in.";
pub(crate) const NAMED: &str = "Name saved.";
pub(crate) const THIS: &str = "This browser";
pub(crate) const ACTIVE: &str = "Active now";
pub(crate) const USED_LATELY: &str = "Last used a few minutes ago";
pub(crate) const SAVED: &str = "login info saved";
pub(crate) const NOT_SAVED: &str = "login info not saved";
pub(crate) const END: &str = "Log out";
pub(crate) const RENAME: &str = "Rename";
pub(crate) const NAME: &str = "Name of this browser";
pub(crate) const NAME_HINT: &str = "For you alone, like “Kitchen tablet”. Empty: what it says of itself.";
pub(crate) const SAVE_NAME: &str = "Save name";
pub(crate) const OTHERS: &str = "Log out of all other sessions";
pub(crate) const OTHERS_HINT: &str = "So that nobody does this who finds your browser open.";

/// "3 browsers".
pub(crate) fn count(browsers: usize) -> String {
    if browsers == 1 { "1 browser".to_owned() } else { format!("{browsers} browsers") }
}

/// One was logged out.
pub(crate) fn ended(device: &str) -> String {
    format!("{device} was logged out. Open pages there stop within 2 seconds at most.")
}

/// As many others were.
pub(crate) fn others_ended(count: u32) -> String {
    match count {
        0 => NOBODY.to_owned(),
        1 => "1 other browser was logged out.".to_owned(),
        count => format!("{count} other browsers were logged out."),
    }
}

pub(crate) fn used(ago: &str) -> String {
    ["Last used about ", ago].concat()
}

pub(crate) fn address(ip: &str) -> String {
    ["IP ", ip].concat()
}

pub(crate) fn since(when: &str) -> String {
    ["logged in ", when].concat()
}

/// The question before one is logged out.
pub(crate) fn end_asked(device: &str) -> String {
    ["Log out ", device, "? Its saved login is removed too."].concat()
}

/// The button that does it.
pub(crate) fn end(device: &str) -> String {
    ["Log out ", device].concat()
}

/// Where its tokens live.
pub(crate) const fn place(storage: TokenStorage) -> &'static str {
    match storage {
        TokenStorage::Cookie => "HTTP-only cookie",
        TokenStorage::Hybrid => "HTTP-only cookie and memory",
        TokenStorage::Local => "localStorage",
        TokenStorage::Session => "sessionStorage",
        TokenStorage::Memory => "memory",
        TokenStorage::Native => "no browser",
    }
}
