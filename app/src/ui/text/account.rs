//! One account, for admins.

/// What the page is called where there is no account to name.
pub const TITLE: &str = "Account";

pub(crate) const STATE: &str = "State";
pub(crate) const ACTIVE: &str = "active";
pub(crate) const PROFILE: &str = "Profile";
pub(crate) const DEEDS: &str = "What you can do";
pub(crate) const OWN: &str = "This is your own account. Another admin can change its role or disable it, you cannot.";
pub(crate) const NOTED: &str = "Everything done here is noted in the account’s login history, and in the audit log with your name.";
/// Completes "We could not … because of a problem on our side".
pub(crate) const DEED: &str = "change the account";
pub(crate) const MAKE_ADMIN: &str = "Make admin";
pub(crate) const TAKE_ROLE: &str = "Take the role away";
pub(crate) const DISABLE: &str = "Disable";
pub(crate) const ENABLE: &str = "Enable";
pub(crate) const END: &str = "Log out everywhere";

pub(crate) fn is_disabled(name: &str) -> String {
    format!("{name} is disabled and logged out everywhere.")
}

pub(crate) fn is_enabled(name: &str) -> String {
    format!("{name} can log in again.")
}

pub(crate) fn is_admin(name: &str) -> String {
    format!("{name} is an admin now.")
}

pub(crate) fn is_user(name: &str) -> String {
    format!("{name} is no admin any more.")
}

pub(crate) fn is_logged_out(name: &str) -> String {
    format!("{name} is logged out everywhere.")
}

pub(crate) fn ask_admin(name: &str) -> String {
    format!("Make {name} an admin? Admins see every account and can do all of this.")
}

pub(crate) fn ask_user(name: &str) -> String {
    format!("Take the role of an admin away from {name}?")
}

pub(crate) fn ask_enable(name: &str) -> String {
    format!("Enable {name}? The account can log in again. What has ended stays ended.")
}

pub(crate) fn ask_disable(name: &str) -> String {
    format!("Disable {name}? The account is logged out everywhere at once and cannot log in.")
}

pub(crate) fn ask_end(name: &str) -> String {
    format!("Log {name} out everywhere? Saved logins go, too. The password stays as it is.")
}

/// What a button does, and to whom.
pub(crate) fn button(deed: &str, name: &str) -> String {
    format!("{deed}: {name}")
}

/// The same for screen readers, after the deed.
pub(crate) fn of(name: &str) -> String {
    format!(": {name}")
}

/// In answer to whoever wants to delete their account, and nobody would be left who governs.
pub const LAST_ADMIN: &str = "You are the only admin. Make somebody else one first.";
