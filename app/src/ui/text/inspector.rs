//! The inspector of a local build.

pub(crate) const TITLE: &str = "Inspector";
pub(crate) const CLOSE: &str = "Close";
pub(crate) const WIRE: &str = "Wire log";
pub(crate) const HOLD: &str = "Pause";
pub(crate) const GO_ON: &str = "Go on";
pub(crate) const HELD: &str = "Paused: what goes over the wire now is shown when you go on.";
pub(crate) const CLEAR: &str = "Clear";
pub(crate) const WIRE_CLEARED: &str = "The wire log is empty now.";
pub(crate) const COPY: &str = "Copy";
pub(crate) const COPIED: &str = "The wire log is in your clipboard, as JSON.";
pub(crate) const NOT_COPIED: &str = "This browser has refused to copy.";
pub(crate) const WIRE_EMPTY: &str = "Nothing here: a page comes with its data inside.";
pub(crate) const RENEWED: &str = "The access token did not hold: renewed, and asked again";
pub(crate) const REQUEST: &str = "request";
pub(crate) const REFRESH_CALL: &str = "refresh";
pub(crate) const REPLAY: &str = "replay";
pub(crate) const NO_ANSWER: &str = "no answer";
pub(crate) const STORAGE: &str = "Storage: ";
pub(crate) const TOKEN: &str = "Token";
pub(crate) const LIVES_IN: &str = "Lives in";
pub(crate) const WHO_READS: &str = "Who can read it";
pub(crate) const ACCESS: &str = "Access";
pub(crate) const REFRESH: &str = "Refresh";
pub(crate) const ACCESS_TOKEN: &str = "Access token";
/// The button that asks anew.
pub(crate) const AGAIN: &str = "Refresh";
pub(crate) const ASKING: &str = "Asking…";
pub(crate) const CONFIRMED: &str = ", confirmed";
pub(crate) const HANDED_OUT: &str = ", handed out, not used yet";
pub(crate) const CAME_IN: &str = "Came in";
pub(crate) const GENERATION: &str = "Generation";
pub(crate) const SAVED: &str = "Saved";
pub(crate) const YES: &str = "yes";
pub(crate) const NO: &str = "no";
pub(crate) const ENDS_UNUSED: &str = "Ends unused";
pub(crate) const ENDS: &str = "Ends at the latest";
pub(crate) const TIME_LEFT: &str = "Time left of the access token";
/// After the time.
pub(crate) const LEFT: &str = " left";
pub(crate) const EXPIRED: &str = "expired";
pub(crate) const HEADER: &str = "Header";
pub(crate) const PAYLOAD: &str = "Payload";
/// In place of both, where the token is an id.
pub(crate) const LOOKED_UP: &str = "An id that says nothing. What the server looked up";

/// How the access token came.
pub(crate) const fn came(by_cookie: bool, bound: bool) -> &'static str {
    match (by_cookie, bound) {
        (true, _) => "a cookie",
        (false, false) => "Authorization: Bearer",
        (false, true) => "Authorization: DPoP, with a signature",
    }
}
