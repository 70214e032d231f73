//! Revocation lag.

pub(crate) const NAME: &str = "Revocation lag";
pub(crate) const ASKS: &str = "After a log-out, for how long does a copied access token still work?";

pub(crate) const WHAT: &str = "A program gets a copy of the access token and shows it once. Then you log out, and it goes on showing it, four times a second, until it is refused. Where only signature and time are checked, that is when the time of the token is over. The id of a server session is looked up, and refused as soon as its row says so.";
pub(crate) const ADDS: &str =
    "Each further run begins a session of its own, by the same rules. Runs with the same storage and the same rules add up.";
pub(crate) const RUN: &str = "Copy the token, and log out";
pub(crate) const STOP: &str = "Stop";
pub(crate) const STOPPED: &str = "Stopped. Runs that were over by then are kept.";
pub(crate) const LONGEST: &str = "Refused after";
pub(crate) const ANSWERED: &str = "Answered after the end, all runs";
/// The head of the column that says what was measured.
pub(crate) const OF: &str = "Token storage and rules";
/// What is done with the id of a server session.
pub(crate) const LOOKED_UP: &str = "its row is looked up";
pub(crate) const CHART: &str = "For how long a copy still worked: the bar is the median, the line goes to the 95th of 100";
/// A run with these rules.
pub(crate) const QUICK: &str = "By these rules a run is over in a moment.";
pub(crate) const NOT: &str = "Not shown: several servers. There the news of an end has to travel; the tests of this site measure how long it takes. A run is exact to a quarter of a second, and to what a request takes here.";

/// How long a run lasts where the copy works as long as the token lives.
pub(crate) fn slow(life: &str) -> String {
    ["By these rules a run lasts as long as the access token lives: ", life, "."].concat()
}

/// While it runs.
pub(crate) fn running(now: u32, all: u32) -> String {
    ["Run ", &now.to_string(), " of ", &all.to_string(), "…"].concat()
}

/// Milliseconds, as seconds.
pub(crate) fn seconds(ms: f64) -> String {
    [&super::decimal(ms as i64), " s"].concat()
}
