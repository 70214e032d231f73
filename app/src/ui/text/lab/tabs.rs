//! Two tabs, one refresh token.

use crate::lab::spread::Spread;
use crate::lab::tabs::Policy;
use crate::wire::lab::Rotation;

pub(crate) const NAME: &str = "Two tabs, one refresh token";
pub(crate) const ASKS: &str = "Why do people get logged out of every tab?";

pub(crate) const WHAT: &str = "Two tabs share one session, and both need fresh tokens at the same moment: the machine has just woken up, or the network is back. Here they meet twenty times, each time with a new session. A session that is over afterwards is lost, in both tabs.";

// The second tab.
pub(crate) const SECOND_WHAT: &str = "Leave it open, and go back to the first one. It takes part whenever a race is run there.";

// The run.
pub(crate) const RUN_TITLE: &str = "Races";
pub(crate) const TWO_SERVERS: &str = "A strict server ends the session when a refresh token is shown a second time, however soon. One with grace forgives what is recent, as this site does.";
pub(crate) const KEPT_ON: &str = "Both tabs run the app’s own code. What can be switched off is the lock alone (Web Locks). With or without it, a tab looks into the store before it asks, and goes along with what the other tab has put there.";
pub(crate) const SERVER: &str = "Server";
pub(crate) const BROWSER: &str = "Browser";
pub(crate) const ANSWERS: &str = "Answer of a refresh";
/// As its value, and as it is called.
pub(crate) const LOCK_ON: (&str, &str) = ("on", "lock on");
pub(crate) const LOCK_OFF: (&str, &str) = ("off", "lock off");
pub(crate) const RUN_ALL: &str = "Run all four rules";
pub(crate) const NOT_SHARED: &str = "Tabs do not share this storage: each has a session of its own there. Begin a session with cookies, with cookie and memory, or in localStorage.";

/// The button.
pub(crate) fn run(rounds: u32) -> String {
    ["Run ", &rounds.to_string(), " races"].concat()
}

/// What a server makes of a refresh token that is shown a second time.
pub(crate) const fn rule(rotation: Rotation) -> &'static str {
    match rotation {
        Rotation::Strict => "strict",
        Rotation::Detecting => "with grace",
        other => super::rotation(other),
    }
}

/// Whether the tabs wait for each other.
pub(crate) const fn locked(lock: bool) -> &'static str {
    if lock { LOCK_ON.1 } else { LOCK_OFF.1 }
}

/// When a refresh is answered.
pub(crate) const fn delay(ms: u32) -> &'static str {
    match ms {
        0 => "at once",
        10 => "10 ms later (simulated)",
        50 => "50 ms later (simulated)",
        _ => "later (simulated)",
    }
}

/// Which race it is, and how many sessions were lost before.
pub(crate) fn running(policy: Policy, round: u32, lost: u32) -> String {
    [short(policy), ": race ", &round.to_string(), ", ", &lost.to_string(), " lost"].concat()
}

/// What came of a run.
pub(crate) fn outcome(policy: Policy, lost: u32, rounds: u32) -> String {
    [short(policy), ": ", &lost.to_string(), " of ", &rounds.to_string(), " sessions lost."].concat()
}

const fn short(policy: Policy) -> &'static str {
    match (policy.rotation, policy.lock) {
        (Rotation::Strict, false) => "Strict, lock off",
        (Rotation::Strict, true) => "Strict, lock on",
        (_, false) => "With grace, lock off",
        (_, true) => "With grace, lock on",
    }
}

// The results.
pub(crate) const MATRIX: &str = "Sessions lost";
pub(crate) const RULES: &str = "Server and browser";
pub(crate) const LOST: &str = "lost";
pub(crate) const KEPT: &str = "none lost";
pub(crate) const CHART: &str = "Sessions lost. Shown twice: how often both tabs showed the same token. Apart: how far apart they began.";
pub(crate) const SESSIONS_LOST: &str = "Lost";
pub(crate) const MET: &str = "Shown twice";
pub(crate) const REFRESHES: &str = "Refreshes";
pub(crate) const APART: &str = "Apart: median, p95";

/// A cell of the table.
pub(crate) fn lost(lost: u32, rounds: u32) -> String {
    [&lost.to_string(), " of ", &rounds.to_string()].concat()
}

/// Median and p95, with one decimal place.
pub(crate) fn spread(spread: Spread) -> String {
    let ms = |ms: f64| {
        let tenths = (ms * 10.0).round() as i64;
        [&(tenths / 10).to_string(), ".", &(tenths % 10).to_string()].concat()
    };
    [&ms(spread.median), ", ", &ms(spread.p95), " ms"].concat()
}

/// Both rules, in one place.
pub(crate) fn rules(policy: Policy) -> String {
    [rule(policy.rotation), ", ", locked(policy.lock)].concat()
}

// What it teaches.
pub(crate) const MOST: &str = "Most ‘random log-outs’ are this";
pub(crate) const WHY: &str = "Nobody has stolen anything: two tabs showed the same token, or an answer was lost and the tab tried again. A server cannot tell that from a theft by the token alone, so it has to forgive what is recent, and only that.";
/// The rule, and what this site does.
pub(crate) const LEARNED: [(&str, &str); 5] = [
    (
        "The losing answer never clears the cookie.",
        "It would take the winner’s tokens away. Here a refresh that fails sets no cookie and clears none.",
    ),
    (
        "Grace hands out the current token, not none.",
        "Here the loser gets the current token as long as nobody has used it. Once it was used, the loser gets 409, nothing ends, and it takes what the winner has put into the store or the cookie.",
    ),
    (
        "Grace is for the direct predecessor alone.",
        "Here that is the token for which the current one was handed out, and what was handed out since and lost. An older one gets no token, and ends the session as soon as the race window is over.",
    ),
    (
        "A lock saves requests, and is no safety.",
        "Here one of two tabs asks, and the other takes what it has fetched. Without the lock nothing is lost either.",
    ),
    (
        "A lost answer is no theft.",
        "No lock helps against it. Here the next try gets the token that was missed, or another in its place, however late it comes.",
    ),
];
pub(crate) const NOT: &str = "Not shown: lost answers, for which strict rules end a session in one tab alone; browsers without Web Locks; and how often tabs meet in real life. Here they are made to meet.";
