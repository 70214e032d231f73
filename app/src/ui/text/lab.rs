//! The lab.

pub(crate) mod accounts;
pub(crate) mod compare;
pub(crate) mod cost;
pub mod cross;
pub(crate) mod how;
pub(crate) mod lag;
pub(crate) mod leaving;
pub(crate) mod opening;
pub(crate) mod pair;
pub(crate) mod refresh;
pub(crate) mod script;
pub(crate) mod survival;
pub(crate) mod tabs;
pub(crate) mod theft;
pub mod time;
pub(crate) mod witness;

use crate::lab::spread::Spread;
use crate::wire::lab::{Check, Rotation, TokenKind};
use crate::wire::session::TokenStorage;

/// What the window is called, and the heading.
pub const TITLE: &str = "Lab";
pub(crate) const LOADING: &str = "The lab is being loaded.";
pub(crate) const NEEDS_SCRIPTS: &str = "The lab measures what scripts can do in your browser, so it needs them.";
pub(crate) const CLAIM: &str = "Where shall tokens live? Measure it in your own browser, on this very app.";
pub(crate) const ROOMS: &str = "Experiments";
/// In a room, on the way back to the list.
pub(crate) const OVERVIEW: &str = "How we measure";

// How we measure.
pub(crate) const RULES: [&str; 6] = [
    "No verdict without a run. Until this browser has measured it, a cell is expected: grey, with a dashed line. What was expected stays in sight when it turns out wrong.",
    "The wire is one click away: every request of the page, with the refresh it caused and its replay, is in the Inspector.",
    "Each experiment says what it does not show.",
    "Attacks are real, and fenced: they know one session, which the lab has made for you, of an account that nobody else has and that is removed after a day.",
    "What a script cannot know, you say, and it is marked as said by you.",
    "Every experiment is run by the end-to-end tests too, which compare what this page shows with what they saw.",
];
pub(crate) const RESULTS: &str = "What this browser has measured";
pub(crate) const EXPERIMENT: &str = "Experiment";
pub(crate) const MEASURED: &str = "Measured";
pub(crate) const NOT_RUN: &str = "not run";
pub(crate) const EXPORT_JSON: &str = "Export as JSON";
pub(crate) const EXPORT_MARKDOWN: &str = "Export as Markdown";
pub(crate) const FORGET: &str = "Forget all results";
pub(crate) const FORGOTTEN: &str = "All results of this browser are forgotten.";

/// Before the name of an experiment.
pub(crate) fn number(number: usize) -> String {
    [&number.to_string(), "."].concat()
}

/// `3 of 5`.
pub(crate) fn of(some: usize, all: usize) -> String {
    [&some.to_string(), " of ", &all.to_string()].concat()
}

/// `n runs`.
pub(crate) fn runs(count: usize) -> String {
    match count {
        0 => NOT_RUN.to_owned(),
        1 => "1 run".to_owned(),
        count => [&count.to_string(), " runs"].concat(),
    }
}

/// When something was measured, and in which browser.
pub(crate) fn measured(when: &str, browser: &str) -> String {
    ["Measured on ", when, " in ", browser].concat()
}

// The session of the lab.
pub(crate) const SESSION: &str = "Session of the lab";
pub(crate) const SESSION_NONE: &str = "Experiments need a session of the lab: an account made for it, with rules of its own. Your own account stays within reach in the menu.";
pub(crate) const STORAGE: &str = "Token storage";
pub(crate) const LIFE: &str = "Access token lives";
pub(crate) const ROTATION: &str = "Refresh token";
pub(crate) const BEGIN: &str = "Begin a session";
pub(crate) const BEGIN_ANOTHER: &str = "Begin another";
pub(crate) const BEGINNING: &str = "Beginning…";
pub(crate) const BEGUN: &str = "The session of the lab has begun.";
/// Before the rules of the session there is.
pub(crate) const NOW: &str = "Now:";
/// The session there is does not have the rules that are chosen.
pub(crate) const DIFFERS: &str = "What is chosen below differs. It holds from the next session on.";
/// Before what an experiment does not let one choose.
pub(crate) const FIXED: &str = "The same in all runs of this experiment:";
/// On a button: what was chosen is forgotten.
pub(crate) const SUGGESTED: &str = "As suggested";
/// Completes "We could not …".
pub(crate) const BEGIN_DEED: &str = "begin a session of the lab";
/// The session that was there is over, and it was none of the lab's.
pub(crate) const OWN_IS_OVER: &str = "Your session has ended.";

/// A life, to choose.
pub(crate) fn seconds(seconds: u32) -> String {
    if seconds < 60 { [&seconds.to_string(), " s"].concat() } else { [&(seconds / 60).to_string(), " min"].concat() }
}

/// A rule of a session: what it is about, and what holds.
pub(crate) fn rule(label: &str, name: &str) -> String {
    [label, ": ", name].concat()
}

/// What is wrong with a life.
#[must_use]
pub fn life(shortest: u32, longest: u32) -> String {
    ["Choose between ", &shortest.to_string(), " and ", &longest.to_string(), " seconds"].concat()
}

pub(crate) const CHECK: &str = "Access token is checked for";

/// What is looked at before an access token opens anything.
pub(crate) const fn check(check: Check) -> &'static str {
    match check {
        Check::Ended => "signature, time, ended sessions",
        Check::Signature => "signature and time alone",
    }
}

pub(crate) const KEY: &str = "Bound to a key (L, S, M)";
pub(crate) const BOUND_NOT: &str = "no";
pub(crate) const BOUND: &str = "yes";
pub(crate) const WHAT_BOUND: &str = "Tokens that are bound to a key (DPoP) hold only together with a signature for each request. The key is made in this browser, which signs with it and gives it to nobody.";
pub(crate) const KIND: &str = "Access token";

/// What an access token is.
pub(crate) const fn kind(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Jwt => "a JWT",
        TokenKind::Opaque => "a session id, looked up",
    }
}

/// What becomes of a refresh token that is used.
pub(crate) const fn rotation(rotation: Rotation) -> &'static str {
    match rotation {
        Rotation::Strict => "replaced, any second use ends the session",
        Rotation::Detecting => "replaced, reuse ends the session",
        Rotation::Blind => "replaced, reuse is only refused",
        Rotation::Never => "never replaced",
    }
}

// For several rooms.
/// Below the head of a column.
pub(crate) const MEDIAN_P95: &str = "median / p95";
pub(crate) const N: &str = "N";
pub(crate) const MEDIAN: &str = "Median";
pub(crate) const P95: &str = "p95";
/// Below the head of a column that shares its name with the next one.
pub(crate) const ITS_MEDIAN: &str = "median";
/// The head of a choice.
pub(crate) const TIMES: &str = "How often";

/// How often, to choose, and of something that was done.
pub(crate) fn times(count: u32) -> String {
    if count == 1 { "once".to_owned() } else { [&count.to_string(), " times"].concat() }
}

/// How samples lie, in full.
pub(crate) fn spread(spread: &Spread, unit: fn(f64) -> String) -> String {
    [
        "median ",
        &unit(spread.median),
        ", p95 ",
        &unit(spread.p95),
        ", ",
        &unit(spread.least),
        " to ",
        &unit(spread.most),
        ", N ",
        &spread.n.to_string(),
    ]
    .concat()
}

/// How samples lie, beside a bar: `12 ms, p95 15 ms, N 5`.
pub(crate) fn lies(spread: &Spread, unit: fn(f64) -> String) -> String {
    [&unit(spread.median), ", ", P95, " ", &unit(spread.p95), ", ", N, " ", &spread.n.to_string()].concat()
}

/// Median and 95th of 100: `12 ms / 15 ms`.
pub(crate) fn both(spread: &Spread, unit: fn(f64) -> String) -> String {
    [&unit(spread.median), " / ", &unit(spread.p95)].concat()
}

/// Milliseconds, with one decimal place where they are few.
pub(crate) fn fine(value: f64) -> String {
    if value < 10.0 { [&decimal((value * 1_000.0) as i64), " ms"].concat() } else { ms(value) }
}

/// Milliseconds.
pub(crate) fn ms(ms: f64) -> String {
    [&(ms.round() as i64).to_string(), " ms"].concat()
}

/// Seconds with one decimal place, from milliseconds.
pub(crate) fn decimal(ms: i64) -> String {
    let tenths = (ms + 50) / 100;
    [&(tenths / 10).to_string(), ".", &(tenths % 10).to_string()].concat()
}

/// A token storage by its name, and whether the tokens there are bound to a key.
pub(crate) fn kept(storage: TokenStorage, bound: bool) -> String {
    [strategy(storage).1, if bound { ", bound to a key" } else { "" }].concat()
}

/// The letter and the name of a storage.
pub(crate) const fn strategy(kept: TokenStorage) -> (&'static str, &'static str) {
    let (letter, name, _) = super::storage::strategy(kept);
    (letter, name)
}

pub(crate) const YES: &str = "yes";
pub(crate) const NO: &str = "no";

/// Before what was expected.
pub(crate) const EXPECTED: &str = "expected";
pub(crate) const UNEXPECTED: &str = "not as expected";

pub(crate) const REQUESTS: &str = "Requests";

// The export.
pub(crate) const EXPORT_TITLE: &str = "# Where tokens live: measured";
pub(crate) const EXPORT_HOW: &str = "Measured by the lab of Nightlatch in the browsers named. What is not listed was not run.";
