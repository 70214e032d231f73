//! Why a session is over, and what stands in the way of a page.

use crate::wire::session::{Soon, Why};

pub(crate) const PAGE: &str = "Logged out";
pub(crate) const HEADING: &str = "You have been logged out";
/// The way back, where the page stays in sight behind the news.
pub(crate) const AGAIN: &str = "Log in again";
/// The way not to come to that.
pub(crate) const ENTER_NOW: &str = "Enter password now";
/// Another tab has switched accounts.
pub(crate) const SWITCHED_PAGE: &str = "Another account";

/// The heading then.
pub(crate) fn switched(now: &str) -> String {
    ["You switched to ", now, " in another tab."].concat()
}

pub(crate) fn still_shows(mine: &str) -> String {
    ["This tab still shows ", mine, "."].concat()
}

pub(crate) fn go_on_as(now: &str) -> String {
    ["Continue as ", now].concat()
}

pub(crate) fn switch_back(mine: &str) -> String {
    ["Switch back to ", mine].concat()
}

/// The age of a session is near its end.
pub(crate) const fn soon(soon: Soon) -> &'static str {
    match soon {
        Soon::Day => "You will be asked for your password within a day.",
        Soon::Quarter => "You will be asked for your password within 15 minutes.",
    }
}

/// Why the session is over, on the page that asks to log in again.
pub(crate) const fn why(why: Why) -> &'static str {
    match why {
        Why::LoggedOut => "You are logged out.",
        Why::Elsewhere => "You were logged out from another device.",
        Why::Everywhere => "You logged out everywhere.",
        Why::Password => "Your password was changed, so other browsers were logged out. Log in with the new password.",
        Why::Idle => "You had not been here for a while, so we logged you out.",
        Why::Age => "It has been a long time since you last entered your password. Enter it once more.",
        Why::Reuse => {
            "We logged out this browser for your safety: an old sign-in key was used a second time. \
             If you did not expect this, change your password."
        }
        Why::Cleared => "Your browser cleared its saved data, so you need to log in again.",
        Why::Moved => "You moved this session's tokens into another tab, where it goes on.",
        Why::Unknown => "Please log in again.",
    }
}

/// The same in a tab that was not asked.
pub(crate) const fn ended(reason: Why) -> &'static str {
    match reason {
        Why::LoggedOut => "You logged out in another tab.",
        other => why(other),
    }
}
