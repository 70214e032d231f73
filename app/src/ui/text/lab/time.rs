//! When one is asked again.

use crate::lab::time::{Holds, Wanted};
use crate::wire::lab::time::Lasts;

pub(crate) const NAME: &str = "When will I be asked again?";
pub(crate) const ASKS: &str = "After a day, a month, a year: still in, one tap, or the password?";

pub(crate) const WHAT: &str = "A jump puts the clock of this one session forward: on the server everything of it, and of its saved login, becomes that much older. Then this page asks for fresh tokens, as it does when one comes back.";
pub(crate) const JUMP: &str = "Jump";
pub(crate) const ASK: &str = "Ask now";
pub(crate) const ASKING: &str = "Asking…";
/// The server could not be asked, or another tab was faster.
pub(crate) const NO_RESULT: &str = "Nothing was asked just now, so there is no result. Try once more.";

/// Hours of the jumps, and what they are called.
pub(crate) const JUMPS: [(u32, &str); 6] =
    [(1, "1 hour"), (13, "13 hours"), (8 * 24, "8 days"), (31 * 24, "31 days"), (91 * 24, "91 days"), (366 * 24, "366 days")];

// The session.
pub(crate) const SAVED: &str = "Log-in";
pub(crate) const IS_SAVED: &str = "saved on this browser";
pub(crate) const IS_NOT_SAVED: &str = "not saved";
pub(crate) const LASTS: &str = "It lasts";
pub(crate) const AS_HERE: &str = "as long as on this site";
pub(crate) const AS_CHOSEN: &str = "as long as I choose";
pub(crate) const IDLE: &str = "Unused at most";
pub(crate) const AGE: &str = "In all at most";
pub(crate) const SAVED_LIFE: &str = "Saved login";

/// `1 day`, `30 days`.
pub(crate) fn days(days: u32) -> String {
    if days == 1 { "1 day".to_owned() } else { [&days.to_string(), " days"].concat() }
}

/// What is wrong with a number of days.
#[must_use]
pub fn days_between(most: u32) -> String {
    ["Choose between 1 and ", &most.to_string(), " days"].concat()
}

/// What is wrong with a jump.
#[must_use]
pub fn hours_between(most: u32) -> String {
    ["Jump between 1 and ", &most.to_string(), " hours"].concat()
}

/// A time that has passed, in whole hours.
pub(crate) fn past(hours: i64) -> String {
    match hours {
        0 => "less than 1 h".to_owned(),
        1..48 => [&hours.to_string(), " h"].concat(),
        _ if hours % 24 == 0 => [&(hours / 24).to_string(), " days"].concat(),
        _ => [&(hours / 24).to_string(), " days ", &(hours % 24).to_string(), " h"].concat(),
    }
}

// Now.
pub(crate) const NOW: &str = "If you came back now";
/// Before what is expected.
pub(crate) const YOU_WOULD: &str = "Expected:";

/// What one is asked for.
pub(crate) const fn wanted(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Nothing => "still in",
        Wanted::Tap => "one tap",
        Wanted::Password => "password",
    }
}

// The time line.
pub(crate) const LINE: &str = "From log-in on: what holds for how long, and where the clock of this session is. Each step of the scale is longer than the one before.";
pub(crate) const HERE: &str = "now";
pub(crate) const JUMPED: &str = "Jumps";
pub(crate) const BEGINS: &str = "From";
pub(crate) const ENDS: &str = "Until";
pub(crate) const STATE: &str = "Now";
pub(crate) const OVER: &str = "over";
pub(crate) const HOLDS: &str = "holds";
pub(crate) const WHAT_HOLDS: &str = "What";
pub(crate) const LOG_IN: &str = "log-in";

/// What holds for a time.
pub(crate) const fn holds(what: Holds) -> &'static str {
    match what {
        Holds::Access => "Access token",
        Holds::Idle => "Session, if unused",
        Holds::Age => "Session, at most",
        Holds::Saved => "Saved login",
    }
}

/// The `n`th jump.
pub(crate) fn jump(n: usize) -> String {
    ["Jump ", &n.to_string()].concat()
}

/// Steps of the scale: seconds, and what they are called.
pub(crate) const SCALE: [(i64, &str); 6] =
    [(60, "1 min"), (3_600, "1 h"), (86_400, "1 d"), (7 * 86_400, "7 d"), (30 * 86_400, "30 d"), (365 * 86_400, "1 y")];

// The results.
pub(crate) const ASKED: &str = "What came of asking";
pub(crate) const SESSION: &str = "Session";
pub(crate) const UNUSED: &str = "Not used for";
pub(crate) const SINCE: &str = "Since log-in";
pub(crate) const EXPECTED: &str = "Expected";
pub(crate) const MEASURED: &str = "Measured";
pub(crate) const WHY: &str = "What the site says";

/// Which session it was.
pub(crate) fn session(is_saved: bool, lasts: Option<Lasts>) -> String {
    let saved = if is_saved { "saved" } else { "not saved" };
    match lasts {
        None => [saved, ", limits of this site"].concat(),
        Some(Lasts { idle, age, saved: login }) => {
            [saved, ", ", &idle.to_string(), " / ", &age.to_string(), " / ", &login.to_string(), " days"].concat()
        }
    }
}

pub(crate) const NOT: &str = "Not shown: this browser\u{2019}s own clock. The Max-Age of its cookies is not moved, and no browser keeps a cookie for longer than 400 days (RFC 6265bis); Safari deletes what scripts have stored after seven days of use without a visit. The account of the lab is removed after a real day, whatever the jumps.";
