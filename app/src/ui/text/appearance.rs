//! How the pages look.

/// What the window is called, and the page.
pub const TITLE: &str = "Appearance";

pub(crate) const SYSTEM: &str = "As the system";
pub(crate) const COLOURS: &str = "Colours";
pub(crate) const LIGHT: &str = "Light";
pub(crate) const DARK: &str = "Dark";
pub(crate) const MOTION: &str = "Motion";
pub(crate) const REDUCED: &str = "Reduced";
pub(crate) const SAVE: &str = "Save";
pub(crate) const SAVED: &str = "Saved for this browser.";
