//! Silent refresh.

pub(crate) const NAME: &str = "Silent refresh";
pub(crate) const ASKS: &str = "What does anybody notice when the access token runs out?";

pub(crate) const WHAT: &str = "The server is told that the access token has run out, and the page asks for five things at once. Each is refused with 401, all of them wait for one refresh, and each is asked again. That is a burst, and it is repeated as often as you say.";
pub(crate) const HELD_IS: &str = "A request is held up from when it is sent with the token that has run out until it is sent again, by the clock of this page. Of each burst the request counts that was held up longest: all of them wait for the same refresh, so they are one sample.";
pub(crate) const BURST: &str = "Ask five things at once";
pub(crate) const REFRESHES: &str = "Refreshes in a burst";
pub(crate) const BURSTS: &str = "Bursts";
pub(crate) const ANSWERED: &str = "answered";
pub(crate) const REFUSED: &str = "Answers of 401";
pub(crate) const TOOK: &str = "All answered after";
pub(crate) const PLAIN: &str = "With a token that held";
pub(crate) const HELD: &str = "A request held up";
pub(crate) const REFRESH: &str = "The refresh itself";
/// The table and the chart of all storages.
pub(crate) const ALL: &str = "By token storage";
pub(crate) const CHART: &str = "For how long a request was held up: the bar is the median, the line goes to the 95th of 100";
/// Before the wire.
pub(crate) const LAST: &str = "The last burst on the wire";
pub(crate) const BURST_FIGURE: &str = "Each line is a request: when it was sent, and when the answer was there.";
pub(crate) const WIRE_TOOK: &str = "Answered after";
pub(crate) const SENT: &str = "Sent after";
pub(crate) const STATUS: &str = "Status";
pub(crate) const NOT: &str = "Not shown: your network. Over the loopback a refresh costs next to nothing; elsewhere it costs a round trip, and once for all requests.";

/// While it runs.
pub(crate) fn bursting(now: u32, all: u32) -> String {
    ["Burst ", &now.to_string(), " of ", &all.to_string(), "…"].concat()
}

/// The fewest and the most calls of the refresh: `1`, `1 – 2`.
pub(crate) fn refreshes((least, most): (u32, u32)) -> String {
    if least == most { most.to_string() } else { [&least.to_string(), " – ", &most.to_string()].concat() }
}

/// What came out, in a sentence.
pub(crate) fn bursts(range: (u32, u32), requests: u32, runs: usize) -> String {
    let calls = if range == (1, 1) { " refresh for " } else { " refreshes for " };
    let once = [&refreshes(range), calls, &requests.to_string(), " requests"].concat();
    if runs == 1 { once } else { [&once, ", in each of ", &runs.to_string(), " bursts"].concat() }
}
