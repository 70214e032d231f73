//! From opening the app to the first post.

use crate::lab::opening::Part;

pub(crate) const NAME: &str = "Time to feed";
pub(crate) const ASKS: &str = "How long from opening the app to the first post, by storage?";

pub(crate) const WHAT: &str = "A window of its own opens the feed again and again, and says by its own clock when each part was there and when the first post was painted. With tokens in memory each opening finds no session; there the lab presses the saved login at once, and that is measured.";
pub(crate) const RUN: &str = "Open the feed";
pub(crate) const BLOCKED: &str = "This browser did not let us open a window. Allow it for this site, and try again.";
pub(crate) const CLOSED: &str = "The window was closed, or cut off from this page: no result.";
pub(crate) const BLIND: &str = "This browser does not say when a picture was painted: no result.";
pub(crate) const LATE: &str = "No first post came to be seen: no result.";

/// While it runs.
pub(crate) fn opening(now: u32, all: u32) -> String {
    ["Opening ", &now.to_string(), " of ", &all.to_string(), "…"].concat()
}

// The results.
pub(crate) const FIRST_POST: &str = "Until the first post";
pub(crate) const RANGE: &str = "Min – max";
pub(crate) const AWAITED: &str = "Requests before it";
pub(crate) const REFUSED: &str = "401s";
pub(crate) const NOT_TOLD: &str = "not told by this browser";
pub(crate) const WITH_A_TAP: &str = "with one tap, pressed by the lab";

/// `none`, `1 request`, `1 or 2 requests`.
pub(crate) fn requests((least, most): (u32, u32)) -> String {
    let number = |count: u32| if count == 0 { "none".to_owned() } else { count.to_string() };
    let numbers = if least == most { number(least) } else { [&number(least), " or ", &number(most)].concat() };
    match most {
        0 => numbers,
        1 => [&numbers, " request"].concat(),
        _ => [&numbers, " requests"].concat(),
    }
}

/// Answers of 401, in all openings.
pub(crate) fn refused(count: u32) -> String {
    if count == 0 { "none".to_owned() } else { [&count.to_string(), " refused"].concat() }
}

/// `120–180 ms`
pub(crate) fn range(min: f64, max: f64) -> String {
    [&(min.round() as i64).to_string(), " – ", &super::ms(max)].concat()
}

pub(crate) const PARTS: &str = "Where the time went, in the opening that took as long as the one in the middle.";
pub(crate) const WHOLE: &str = "All";
pub(crate) const SERVER: &str = "Server, inside";
/// The server says nothing of it, or the browser does not.
pub(crate) const SILENT: &str = "not told";
pub(crate) const SIZE: &str = "Document";

/// A part.
pub(crate) const fn part(part: Part) -> &'static str {
    match part {
        Part::FirstByte => "First byte",
        Part::Document => "Download",
        Part::Tokens => "Tokens",
        Part::Feed => "Feed call",
        Part::Rest => "Until painted",
    }
}

/// Bytes, in kilobytes.
pub(crate) fn kilobytes(bytes: f64) -> String {
    if bytes > 0.0 { [&((bytes / 100.0).round() / 10.0).to_string(), " kB"].concat() } else { NOT_TOLD.to_owned() }
}

/// What the server said: `auth 1.2 ms`.
pub(crate) fn server(name: &str, ms: f64) -> String {
    [name, " ", &((ms * 10.0).round() / 10.0).to_string(), " ms"].concat()
}

pub(crate) const NOT: &str = "Not shown: your network. Over the loopback a request costs next to nothing; elsewhere each one that the first post waits for costs a round trip. Nor a browser that was just started: scripts and styles are in its cache after the first opening. And a window behind others may be drawn late.";
