//! Another password: by the old one, or by a link in a mail. And what is said about passwords wherever one is asked for.

/// What the window is called, and the page that changes it.
pub const TITLE: &str = "Change password";
/// The page for those who do not know it.
pub const FORGOT_TITLE: &str = "Forgot your password?";
/// The page that a link in a mail leads to.
pub const RESET_TITLE: &str = "Set a new password";
/// The same, for a link that is good for nothing any more.
pub const SPENT_TITLE: &str = "This link does not work any more";
/// A new password that is the old one.
pub const SAME: &str = "Choose a password that you do not use already";

pub(crate) const YOURS: &str = "Your password";
/// The button beside a field, while nobody can read it.
pub const SHOW: &str = "Show";
/// While everybody can.
pub const HIDE: &str = "Hide";
/// The same to screen readers.
pub const SHOW_LABEL: &str = "Show password";
/// The same.
pub const HIDE_LABEL: &str = "Hide password";
/// Read out when it was pressed.
pub const VISIBLE: &str = "Your password is visible";
/// The same.
pub const HIDDEN: &str = "Your password is hidden";

pub(crate) const CURRENT: &str = "Current password";
pub(crate) const NEW: &str = "New password";
pub(crate) const SECURED: &str = "If a browser was logged in by it, that browser is logged out. Now choose a new password.";
pub(crate) const END_OTHERS: &str = " Log out other browsers and remove their saved logins";
/// Completes "We could not …".
pub(crate) const CHANGE_DEED: &str = "change your password";
/// The same.
pub(crate) const FORGOT_DEED: &str = "send a link";
/// The same.
pub(crate) const RESET_DEED: &str = "set your password";
pub(crate) const SENT: &str =
    "If there is such an account, a link is on its way to its owner. It works once, for one hour. Look into your spam folder, too.";
/// Around the link to the outbox of a local build.
pub(crate) const LOCAL: [&str; 3] = ["This is a local build: mails are in the ", "outbox", "."];
pub(crate) const WE_SEND: &str = "We send you a link with which you set a new one.";
pub(crate) const SEND: &str = "Send a link";
/// Around the name of the account.
pub(crate) const RESET_MEANS: [&str; 2] = ["For the account ", ". Every browser is logged out, and saved logins are removed."];
pub(crate) const SET: &str = "Set password";
pub(crate) const SPENT: &str = "A link works once, for one hour, and only the newest one. Your password is as it was.";
pub(crate) const ASK_AGAIN: &str = "Ask for a new link";

/// It was changed, and so many others were logged out.
pub(crate) fn done(ended: u32) -> String {
    match ended {
        0 => "Password changed.".to_owned(),
        1 => "Password changed. 1 other browser was logged out.".to_owned(),
        ended => format!("Password changed. {ended} other browsers were logged out."),
    }
}

/// What a new one must be like.
pub(crate) fn hint(least: usize) -> String {
    format!("At least {least} characters. Three unrelated words work well.")
}
