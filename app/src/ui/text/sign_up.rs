//! Signing up.

/// What the window is called, and the page.
pub(crate) const TITLE: &str = "Create an account";
/// Completes "We could not …".
pub(crate) const DEED: &str = "create your account";
pub(crate) const EMAIL: &str = "Email";
pub(crate) const USERNAME: &str = "Username";
pub(crate) const USERNAME_HINT: &str = "Letters, numbers, dot and underscore. 3 to 30.";
pub(crate) const NAME: &str = "Name to show";
pub(crate) const PASSWORD: &str = "Password";
pub(crate) const PASSWORD_HINT: &str = "At least 10 characters. Three unrelated words work well.";
pub(crate) const SEND: &str = "Create account";
pub(crate) const SENDING: &str = "Creating your account…";
pub(crate) const HAVE_ONE: &str = "You have an account? ";
/// Somebody else has it.
pub const TAKEN: &str = "That username is taken";
