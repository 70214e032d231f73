//! What a browser keeps of a mark, and after what.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Kept;

/// Where a browser can keep something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A variable of the page.
    Memory,
    /// sessionStorage.
    Tab,
    /// localStorage.
    Browser,
    /// A cookie without `Max-Age`.
    Fleeting,
    /// A cookie with `Max-Age`.
    Lasting,
}

impl Place {
    /// All of them, in the order of [`Seen::found`].
    pub const ALL: [Self; 5] = [Self::Memory, Self::Tab, Self::Browser, Self::Fleeting, Self::Lasting];
}

/// What can happen to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It is loaded anew.
    Reload,
    /// The site is opened in a tab of its own, by its address.
    Typed,
    /// A link opens it in a new tab.
    Link,
    /// `window.open` opens it in a new tab.
    Script,
    /// The browser is closed and started again.
    Restart,
}

impl Event {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 5] = [Self::Reload, Self::Typed, Self::Link, Self::Script, Self::Restart];

    /// Whether the page can do it by itself.
    #[must_use]
    pub const fn is_automatic(self) -> bool {
        matches!(self, Self::Reload | Self::Link | Self::Script)
    }
}

/// Whether a mark in `place` is expected to be there after `event`: the WHATWG HTML standard for storage (§12.2), RFC 6265bis for cookies,
/// and a browser that does not restore its last session.
#[must_use]
pub const fn survives(place: Place, event: Event) -> bool {
    match place {
        Place::Memory => false,
        // A window that a script opens begins with a copy.
        Place::Tab => matches!(event, Event::Reload | Event::Script),
        Place::Browser | Place::Lasting => true,
        Place::Fleeting => !matches!(event, Event::Restart),
    }
}

/// A mark that was planted, and what is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The mark.
    pub mark: Uuid,
    /// What will happen.
    pub event: Event,
}

/// Where a mark was found after an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// What had happened.
    pub event: Event,
    /// Where, in the order of [`Place::ALL`].
    pub found: [bool; 5],
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

impl Kept for Seen {
    fn replaces(&self, older: &Self) -> bool {
        self.event == older.event
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_to_survive() {
        let row = |place| Event::ALL.map(|event| survives(place, event));
        assert_eq!(row(Place::Memory), [false; 5]);
        assert_eq!(row(Place::Tab), [true, false, false, true, false]);
        assert_eq!(row(Place::Browser), [true; 5]);
        assert_eq!(row(Place::Fleeting), [true, true, true, true, false]);
        assert_eq!(row(Place::Lasting), [true; 5]);
    }
}
