//! How the pages look.

/// What the window is called, and the page.
pub const TITLE: &str = "Appearance";

pub(crate) const SYSTEM: &str = "As the system";
pub(crate) const COLOURS: &str = "Colours";
pub(crate) const LIGHT: &str = "Light";
pub(crate) const DARK: &str = "Dark";
pub(crate) const MOTION: &str = "Motion";
pub(crate) const REDUCED: &str = "Reduced";
pub(crate) const LOAD: &str = "Load posts automatically";
pub(crate) const AS_I_SCROLL: &str = "As I scroll on";
pub(crate) const BY_HAND: &str = "When I press “Load more posts”";
pub(crate) const RETURN_LINE: &str = "Return line";
pub(crate) const LINE: &str = "Shown: “You are back”, and how fast";
pub(crate) const NO_LINE: &str = "Not shown";
pub(crate) const SAVE: &str = "Save";
pub(crate) const SAVED: &str = "Saved for this browser.";
