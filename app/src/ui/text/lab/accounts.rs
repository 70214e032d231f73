//! Two accounts, two tabs.

use crate::lab::spread::Spread;

pub(crate) const NAME: &str = "Two accounts, two tabs";
pub(crate) const ASKS: &str = "Switch here, act there: as whom?";

pub(crate) const WHAT: &str = "Both tabs show one account of the lab. The first tab switches to another one. The second still shows the former, and somebody presses Like there. Tabs share their cookies, and in those there is the other account by now.";
pub(crate) const GUARD: &str = "With each request a page of this site says which account it shows (X-Account), and the server refuses what is meant for another one. And as soon as a tab hears of the switch, nothing of its page stays. Here the second tab sends the like twice: as the page would, and without X-Account.";

// The second tab.
pub(crate) const SECOND_WHAT: &str =
    "Leave it open, and go back to the first one. While a run is under way, the guard’s page comes and goes here.";

// The run.
pub(crate) const RUN_TITLE: &str = "Switches";
pub(crate) const COOKIES_ALONE: &str = "Tabs share all of a session with cookies alone. Begin a session with cookies.";
pub(crate) const RUNNING: &str = "Switching…";

/// The button.
pub(crate) fn run(rounds: u32) -> String {
    ["Switch ", &rounds.to_string(), " times, and back"].concat()
}

/// Which switch it is.
pub(crate) fn running(round: u32) -> String {
    ["Switch ", &round.to_string()].concat()
}

/// What came of it.
pub(crate) fn outcome(refused: u32, acted: u32, rounds: u32) -> String {
    let of = |some: u32| [&some.to_string(), " of ", &rounds.to_string()].concat();
    ["Refused: ", &of(refused), ". Carried out for the other account without the guard: ", &of(acted), "."].concat()
}

// The results.
pub(crate) const REQUEST: &str = "Like from the tab that still shows the former account";
pub(crate) const WITH: &str = "With X-Account, as this site sends it";
pub(crate) const WITHOUT: &str = "The same request without X-Account";
pub(crate) const ANSWER: &str = "The server";
pub(crate) const REFUSED: &str = "refuses it, 409";
pub(crate) const ACTED: &str = "acts as the other account";
pub(crate) const TIME: &str = "Guard’s page after";
pub(crate) const CHART: &str = "From the switch in one tab to the guard’s page in the other";
pub(crate) const ROUND: &str = "Switch";
pub(crate) const NOT: &str = "Not shown: storages that tabs do not share, where each goes on as the account it shows; and other browsers, which share no cookies at all. The likes are those of an account of the lab, and are taken back at once.";

/// How often, in words of a cell.
pub(crate) fn times(some: u32, rounds: u32, what: &str) -> String {
    if some == rounds { what.to_owned() } else { [what, ", ", &some.to_string(), " of ", &rounds.to_string()].concat() }
}

/// Median and p95.
pub(crate) fn spread(spread: Spread) -> String {
    ["median ", &ms(spread.median), ", p95 ", &ms(spread.p95), ", ", &spread.n.to_string(), " runs"].concat()
}

/// Milliseconds with one decimal place.
pub(crate) fn ms(ms: f64) -> String {
    let tenths = (ms * 10.0).round() as i64;
    [&(tenths / 10).to_string(), ".", &(tenths % 10).to_string(), " ms"].concat()
}
