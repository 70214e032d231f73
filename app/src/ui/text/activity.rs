//! Login history, and "Was this you?" wherever it is asked.

use crate::wire::security::{Outcome, Topic};

/// What the window is called, and the page.
pub const TITLE: &str = "Login history";

pub(crate) const SINCE: &str = "The last 90 days. Times are UTC.";
pub(crate) const NOTHING: &str = "Nothing in the last 90 days.";
pub(crate) const FILTER: &str = "Filter";
pub(crate) const OLDER: &str = "Older";
pub(crate) const MINE: &str = "You said it was you";
pub(crate) const NOT_MINE: &str = "You said it was not you";
pub(crate) const NOT_ME: &str = "This wasn’t me";
pub(crate) const NOT_ME_MEANS: &str = "If a browser was logged in by this, it is logged out at once. Then you choose a new password.";
pub(crate) const SECURE: &str = "Secure my account";
/// The answers to "Was this you?".
pub(crate) const YES: &str = "Yes, it was me";
pub(crate) const NO: &str = "No, secure my account";
/// In place of an address that is not known.
pub(crate) const NO_ADDRESS: &str = "unknown";

/// What is asked about, up to the colon, and what the two answers lead to.
pub(crate) fn asked(kind: &str) -> [&'static str; 2] {
    match kind {
        "deletion_undone" => {
            ["Your account is kept: ", "You had asked us to delete it, and somebody logged in before that happened. Nothing was removed."]
        }
        _ => ["New login: ", "Yes: it stays logged in. No: that browser is logged out at once, and you choose a new password."],
    }
}

/// From where, in the question.
pub(crate) fn from(device: &str, when: &str, ip: &str) -> String {
    [device, ", ", when, ", IP ", ip].concat()
}

/// The question itself, after from where.
pub(crate) fn was_it_you(from: &str) -> String {
    [from, ". Was this you?"].concat()
}

/// What follows the time of an event.
pub(crate) fn facts(device: &str, ip: &str, result: Outcome) -> String {
    let result = match result {
        Outcome::Done => "Done",
        Outcome::Refused => "Refused",
        Outcome::Stopped => "Session ended",
    };
    [device, " · IP ", ip, " · ", result].concat()
}

pub(crate) const fn topic(topic: Topic) -> &'static str {
    match topic {
        Topic::All => "Everything",
        Topic::LogIns => "Logins",
        Topic::Passwords => "Passwords",
        Topic::Alarms => "Worth a look",
    }
}

/// What happened. A kind that is not known here says itself.
pub(crate) fn said(kind: &str) -> String {
    match kind {
        "signed_up" => "Account created",
        "logged_in" => "Logged in",
        "one_tap" => "Logged in with one tap",
        "passkey_used" => "Logged in with a passkey",
        "passkey_refused" | "passkey_unknown" => "A passkey was refused",
        "passkey_copied" => "A passkey was refused: there may be a copy of it",
        "passkey_added" => "Passkey added",
        "passkey_removed" => "Passkey removed",
        "second_factor_on" => "Two-factor authentication turned on",
        "second_factor_off" => "Two-factor authentication turned off",
        "second_factor_refused" => "A wrong code",
        "recovery_code_used" => "Recovery code used",
        "recovery_codes_renewed" => "New recovery codes",
        "log_in_refused" => "Login refused: wrong password",
        "logged_out" => "Logged out",
        "session_ended" => "Another browser logged out",
        "others_ended" => "All other browsers logged out",
        "password_entered" => "Password entered once more",
        "password_changed" => "Password changed",
        "password_reset" => "Password set by a link",
        "reset_asked" => "Link to a new password asked for",
        "refresh_token_reused" => "An old sign-in key was used a second time",
        "saved_login_reused" => "An old key of a saved login was used a second time",
        "session_forked" => "Tab duplicated",
        "data_exported" => "Copy of your data made",
        "deletion_asked" => "Deletion of the account asked for",
        "deletion_undone" => "Account kept",
        "role_changed" => "Role changed by an admin",
        "disabled" => "Account disabled by an admin",
        "enabled" => "Account enabled by an admin",
        "ended_by_admin" => "Logged out everywhere by an admin",
        other => return other.replace('_', " "),
    }
    .to_owned()
}
