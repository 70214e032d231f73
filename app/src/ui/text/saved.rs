//! Saved logins: on the log-in page, on the page where they are removed, and where one is asked whether to save.

use crate::wire::session::Why;

/// What the window is called, and the page.
pub const TITLE: &str = "Saved accounts";
/// The same, when a form was refused.
pub const ERROR_TITLE: &str = "Error: Saved accounts";

pub(crate) const EMPTY: &str = "No account is saved on this browser.";
pub(crate) const TO_FEED: &str = "Back to your feed";
pub(crate) const REMOVE: &str = "Remove";
/// Around the name.
pub(crate) const REMOVE_ASKED: [&str; 2] = ["Remove ", " from this browser? You can still log in with your password."];
pub(crate) const KEEP: &str = "Keep";
pub(crate) const ASK: &str = "Ask for my password here";
pub(crate) const ASK_ON: &str = "On: one tap is not enough.";
pub(crate) const ASK_OFF: &str = "Off: one tap opens the account.";
/// Around the name.
pub(crate) const PROVE: [&str; 2] = ["To open ", " here with one tap again, enter its password."];
pub(crate) const TRUST: &str = "Do not ask any more";
pub(crate) const KEEP_ASKING: &str = "Keep asking";

pub(crate) const HERE: &str = "Saved on this browser";
pub(crate) const EDIT: &str = "Edit saved accounts";
/// Before the name.
pub(crate) const CONTINUE: &str = "Continue as ";
pub(crate) const ASKS: &str = "Asks for your password";
pub(crate) const PASSWORD_NEEDED: &str = "Password needed";

/// The page that asks.
pub(crate) const ASK_TITLE: &str = "Save your login info?";
pub(crate) const ASK_WHAT: &str = "Next time, one tap opens your feed on this browser. We keep a sign-in key here, never your password.";
/// Around the name of the other button, which is in bold.
pub(crate) const SHARED: [&str; 2] = ["Sharing this device? Choose ", ". Anyone who uses this browser could open your account."];
pub(crate) const SAVE: &str = "Save login info";
pub(crate) const NOT_NOW: &str = "Not now";
pub(crate) const FOR_LONG: &str = "Saved for 90 days. Remove it any time in Settings, Login & security.";
pub(crate) const WHAT_CHANGES: &str = "What changes if I save?";
pub(crate) const IF_SAVED: &str = "Saved: ";
pub(crate) const IF_NOT: &str = "Not saved: ";
/// Completes "We could not …".
pub(crate) const ASK_DEED: &str = "save this";
pub(crate) const SAVED: &str = "Login info saved on this browser.";
pub(crate) const NOT_SAVED: &str = "Login info not saved.";
pub(crate) const UNDO: &str = "Undo";
/// After "You are logged out."
pub(crate) const STILL: &str = " Your login info is still saved here.";

/// An account that stays within reach until the browser closes.
pub(crate) const PARKED: &str = "Within reach until this browser closes";
/// This browser has as many saved accounts as it may have.
pub const FULL: &str = "You already have five saved accounts here. Remove one to save this one.";

/// It was removed.
pub(crate) fn removed(username: &str) -> String {
    [username, " was removed from this browser."].concat()
}

/// The button, to screen readers.
pub(crate) fn remove(username: &str) -> String {
    ["Remove ", username].concat()
}

/// Since when, in the chooser.
pub(crate) fn since(ago: &str) -> String {
    ["Saved ", ago].concat()
}

/// Since when and until when: "Saved 3 days ago, until 21 Feb 2027".
pub(crate) fn lasts(ago: &str, until: &str) -> String {
    ["Saved ", ago, ", until ", until].concat()
}

/// Why one tap is not enough any more.
pub(crate) const fn spent(why: Why) -> &'static str {
    match why {
        Why::Password => "Password needed: it changed",
        _ => "Enter your password once more",
    }
}
