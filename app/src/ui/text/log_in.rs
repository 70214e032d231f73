//! Logging in: by name and password, by a code.

/// What the window is called.
pub(crate) const TITLE: &str = "Log in";
/// The heading, where accounts are saved.
pub(crate) const BACK: &str = "Welcome back";
/// Above the form then.
pub(crate) const ANOTHER: &str = "Log in to another account";
/// Completes "We could not …".
pub(crate) const DEED: &str = "log you in";
pub(crate) const LOGIN: &str = "Username or email";
pub(crate) const PASSWORD: &str = "Password";
pub(crate) const SEND: &str = "Log in";
pub(crate) const SENDING: &str = "Logging in…";
pub(crate) const FORGOT: &str = "Forgot password?";
pub(crate) const NEW_HERE: &str = "New here? ";
pub(crate) const SIGN_UP: &str = "Create an account";

/// The page of the code, without scripts.
pub const CODE_TITLE: &str = "Enter your code";
pub(crate) const AS_ANOTHER: &str = "Log in as somebody else";

/// Accounts of a local build.
pub(crate) const DEMO: &str = "Demo accounts";
pub(crate) const DEMO_WHAT: &str = "This is a local build. These three are made for trying out.";
/// Before the link to the lab.
pub(crate) const LAB: &str = "What survives, what leaks, what a thief can do: measure it in the";
pub(crate) const DEMO_POSTS: &str = "Posts pictures";
pub(crate) const DEMO_ADMIN: &str = "May see all accounts";
pub(crate) const FILL: &str = "Fill in";
/// Before the name, to screen readers.
pub(crate) const FILL_LABEL: &str = "Fill in ";
