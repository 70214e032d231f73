//! What stands where nothing is, or where a page cannot be shown.

/// What the window is called.
pub const TITLE: &str = "Page not found";
/// The same for a page that cannot be shown.
pub const PROBLEM_TITLE: &str = "Error: There is a problem";

pub(crate) const NO_PAGE: &str = "This page does not exist.";
pub(crate) const NO_PAGE_BECAUSE: &str = "The address may be mistyped, or the page is gone.";
pub(crate) const SET_UP_FACTOR: &str = "Set up a second factor";
/// Completes "We could not …".
pub(crate) const DEED: &str = "show this page";
