//! The password once more, before the age of a session asks for it.

/// What the window is called, and the page.
pub const TITLE: &str = "Enter your password";

/// Completes "We could not …".
pub(crate) const DEED: &str = "check your password";
pub(crate) const WHY: &str = "So that you are not interrupted later. This session then goes on as if you had just logged in.";
pub(crate) const PASSWORD: &str = "Password";
pub(crate) const GO_ON: &str = "Go on";
pub(crate) const DONE: &str = "Thank you. You will not be asked again for a long time.";
pub(crate) const BACK: &str = "Back to your feed";
