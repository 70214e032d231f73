//! The mails of a local build.

/// What the window is called, and the page.
pub const TITLE: &str = "Outbox";

pub(crate) const WHAT: &str = "This is a local build without a mail server. What would have been sent is here, newest first.";
pub(crate) const EMPTY: &str = "No mail yet.";

/// To whom, and when.
pub(crate) fn sent(to: &str, when: &str) -> String {
    ["To ", to, " · ", when].concat()
}
