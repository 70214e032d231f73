//! The bar: the ways around the site, and the account menu.

pub(crate) const SITE: &str = "Site";
pub(crate) const HOME: &str = "Home";
pub(crate) const NEW: &str = "New";
pub(crate) const YOU: &str = "You";
pub(crate) const SETTINGS: &str = "Settings";
/// After the name, to screen readers.
pub(crate) const ACCOUNT_MENU: &str = " (account menu)";
pub(crate) const PROFILE: &str = "Profile";
pub(crate) const ACCOUNTS: &str = "Accounts";
pub(crate) const THIS: &str = "This account";
pub(crate) const ADD: &str = "+ Add an account";
pub(crate) const SWITCH: &str = "Switch";
/// Before the name.
pub(crate) const SWITCH_TO: &str = "Switch to ";
/// Before the name, and after it where it is a question.
pub(crate) const LOG_OUT: [&str; 2] = ["Log out ", "?"];
pub(crate) const KEEP: &str = " Keep login info saved on this browser";
pub(crate) const LEAVE: &str = "Log out";
pub(crate) const CANCEL: &str = "Cancel";
pub(crate) const LEAVE_ALL: &str = "Log out of all accounts on this browser";
