//! What survives.

use crate::lab::survival::{Event, Place};

pub(crate) const NAME: &str = "What survives?";
pub(crate) const ASKS: &str = "Reload, new tab, restarted browser: am I still in?";

pub(crate) const WHAT: &str = "A random mark is written into five places of this browser. After the event, this page looks where the mark is, and the server says which cookies came along.";
pub(crate) const PLACE: &str = "Place";
pub(crate) const WHO_LIVES_THERE: &str = "Tokens of";
pub(crate) const KEPT: &str = "kept";
pub(crate) const LOST: &str = "lost";
pub(crate) const DO_IT: &str = "Run";
/// Before the name of an event, to screen readers.
pub(crate) const RUN: &str = "Run: ";
pub(crate) const OPENED: &str = "Measured in this tab, which the experiment has opened. You can close it: the other one shows the result.";
pub(crate) const RESTORED: &str = "Your browser has restored its last session, so even cookies without Max-Age survived.";
pub(crate) const SAID_BY_YOU: &str = "You told us that you restarted: a page cannot see that by itself.";
pub(crate) const CANCEL: &str = "Cancel";
pub(crate) const NOT: &str = "Not shown: Safari deletes what scripts have stored after seven days of use without a visit, and keeps cookies that a server set. Private windows, and browsers that clear everything when they close, keep nothing.";

/// What one has to do oneself.
pub(crate) const fn by_hand(event: Event) -> &'static str {
    match event {
        Event::Restart => {
            "The marks are set. Close all windows of this browser, start it again, and open this page. If your browser opens its last tabs by itself, that is part of the answer."
        }
        _ => "The marks are set. Open a new tab, and type or paste the address of this page.",
    }
}

/// An event.
pub(crate) const fn event(event: Event) -> &'static str {
    match event {
        Event::Reload => "Reload",
        Event::Typed => "New tab, typed",
        Event::Link => "New tab, by a link",
        Event::Script => "window.open",
        Event::Restart => "Restart",
    }
}

/// A place, and the letters of the storages whose tokens live there.
pub(crate) const fn place(place: Place) -> (&'static str, &'static str) {
    match place {
        Place::Memory => ("Memory of the page", "M, and the access token of H"),
        Place::Tab => ("sessionStorage", "S"),
        Place::Browser => ("localStorage", "L"),
        Place::Fleeting => ("Cookie without Max-Age", "C and H, not saved"),
        Place::Lasting => ("Cookie with Max-Age", "C and H, saved"),
    }
}
