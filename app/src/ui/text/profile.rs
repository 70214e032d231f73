//! One's own profile.

/// What the window is called, and the page.
pub const TITLE: &str = "Profile";

pub(crate) const NAME: &str = "Name to show";
pub(crate) const NAME_HINT: &str = "Your username stays as it is. Other places show the new name within minutes.";
pub(crate) const BIO: &str = "About you";
pub(crate) const BIO_HINT: &str = "Everybody can read this. 300 characters at most.";
pub(crate) const SAVED: &str = "Saved.";
pub(crate) const SAVE: &str = "Save profile";
pub(crate) const SEE: &str = "See your profile";
/// Completes "We could not …".
pub(crate) const DEED: &str = "save your profile";
