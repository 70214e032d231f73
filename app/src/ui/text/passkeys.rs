//! Passkeys.

/// What the window is called, and the page.
pub const TITLE: &str = "Passkeys";

pub(crate) const WHAT: &str =
    "A passkey logs you in with your fingerprint, face or device PIN. There is no password to type, and none to steal.";
pub(crate) const EMPTY: &str = "You have no passkeys yet.";
pub(crate) const NOT_HERE: &str = "This site can have no passkeys at its address.";
pub(crate) const CHANGE: &str = "Rename or remove";
pub(crate) const NAME: &str = "Name";
pub(crate) const NAME_HINT: &str = "So that you know it again, like “Phone”.";
pub(crate) const RENAME: &str = "Rename";
pub(crate) const REMOVE: &str = "Remove";
pub(crate) const ADD: &str = "Add a passkey";
pub(crate) const CREATE: &str = "Create the passkey";
pub(crate) const NOT_MADE: &str = "Your device did not make a passkey. Try again.";
pub(crate) const MAKING_NEEDS_SCRIPTS: &str = "Making a passkey needs scripts, and scripts do not run here.";
/// In the row of one saved account, another one's was used.
pub const OTHER: &str = "That passkey does not belong to this account. Use one that does, or log in with the password.";
/// There, where the account has none.
pub const NONE: &str = "This account has no passkey. Log in with the password.";
/// On the log-in page.
pub(crate) const USE: &str = "Use a passkey";

/// Since when there is one, and since when it has not been used.
pub(crate) fn dates(added: &str, used: Option<&str>) -> String {
    match used {
        Some(used) => ["Added ", added, ", last used ", used].concat(),
        None => ["Added ", added, ", never used"].concat(),
    }
}
