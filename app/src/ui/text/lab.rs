//! The lab.

pub(crate) mod how;

use crate::lab::{Event, Place, Source};
use crate::wire::lab::{Actor, Check, Deed, Rotation, Usable};
use crate::wire::session::TokenStorage;

/// What the window is called, and the heading.
pub const TITLE: &str = "Lab";
pub(crate) const LOADING: &str = "The lab is being loaded.";
pub(crate) const NEEDS_SCRIPTS: &str = "The lab measures what scripts can do in your browser, so it needs them.";
pub(crate) const CLAIM: &str = "Where shall tokens live? Measure it in your own browser, on this very app.";
pub(crate) const ROOMS: &str = "Experiments";
/// In a room, on the way back to the list.
pub(crate) const OVERVIEW: &str = "How we measure";

pub(crate) const HOW: &str = "How it works";
pub(crate) const HOW_ASKS: &str = "From a password to a feed, and back after the tab was closed: step by step, with parts to touch.";
pub(crate) const SURVIVAL: &str = "What survives?";
pub(crate) const SURVIVAL_ASKS: &str = "Reload, new tab, restarted browser: am I still in?";
pub(crate) const REFRESH: &str = "Silent refresh";
pub(crate) const REFRESH_ASKS: &str = "What does anybody notice when the access token runs out?";
pub(crate) const SCRIPT: &str = "An injected script";
pub(crate) const SCRIPT_ASKS: &str = "What can a script take that somebody has managed to put into this page?";
pub(crate) const THEFT: &str = "A stolen refresh token";
pub(crate) const THEFT_ASKS: &str = "Who gets thrown out, and when?";
pub(crate) const LEAVING: &str = "Is log-out really log-out?";
pub(crate) const LEAVING_ASKS: &str = "What is left in the browser, and do copies still open anything?";
pub(crate) const LAG: &str = "Revocation lag";
pub(crate) const LAG_ASKS: &str = "After a log-out, for how long does a copied access token still work?";

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
pub(crate) const SESSION_NONE: &str = "This experiment needs a session of the lab: an account made for it, with rules of its own. Your own account stays within reach in the menu.";
pub(crate) const STORAGE: &str = "Token storage";
pub(crate) const LIFE: &str = "Access token lives";
pub(crate) const ROTATION: &str = "Refresh token";
pub(crate) const BEGIN: &str = "Begin a session";
pub(crate) const BEGIN_ANOTHER: &str = "Begin another";
pub(crate) const BEGINNING: &str = "Beginning…";
pub(crate) const BEGUN: &str = "The session of the lab has begun.";
/// Completes "We could not …".
pub(crate) const BEGIN_DEED: &str = "begin a session of the lab";
/// The session that was there is over, and it was none of the lab's.
pub(crate) const OWN_IS_OVER: &str = "Your session has ended.";

/// A life, to choose.
pub(crate) fn seconds(seconds: u32) -> String {
    if seconds < 60 { [&seconds.to_string(), " s"].concat() } else { [&(seconds / 60).to_string(), " min"].concat() }
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

/// What becomes of a refresh token that is used.
pub(crate) const fn rotation(rotation: Rotation) -> &'static str {
    match rotation {
        Rotation::Detecting => "replaced, reuse ends the session",
        Rotation::Blind => "replaced, reuse is only refused",
        Rotation::Never => "never replaced",
    }
}

// What survives.
pub(crate) const SURVIVAL_WHAT: &str = "A random mark is written into five places of this browser. After the event, this page looks where the mark is, and the server says which cookies came along.";
pub(crate) const PLACE: &str = "Place";
pub(crate) const WHO_LIVES_THERE: &str = "Tokens of";
pub(crate) const KEPT: &str = "kept";
pub(crate) const LOST: &str = "lost";
/// Before what was expected.
pub(crate) const EXPECTED: &str = "expected";
pub(crate) const UNEXPECTED: &str = "not as expected";
pub(crate) const DO_IT: &str = "Run";
/// Before the name of an event, to screen readers.
pub(crate) const RUN: &str = "Run: ";
pub(crate) const OPENED: &str = "Measured in this tab, which the experiment has opened. You can close it: the other one shows the result.";
pub(crate) const RESTORED: &str = "Your browser has restored its last session, so even cookies without Max-Age survived.";
pub(crate) const SAID_BY_YOU: &str = "You told us that you restarted: a page cannot see that by itself.";
pub(crate) const CANCEL: &str = "Cancel";
pub(crate) const SURVIVAL_NOT: &str = "Not shown: Safari deletes what scripts have stored after seven days of use without a visit, and keeps cookies that a server set. Private windows, and browsers that clear everything when they close, keep nothing.";

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

// Silent refresh.
pub(crate) const REFRESH_WHAT: &str = "The server is told that the access token has run out, and the page asks for five things at once. Each is refused with 401, all of them wait for one refresh, and each is asked again.";
pub(crate) const BURST: &str = "Let it run out, and ask five things at once";
pub(crate) const BURSTING: &str = "Asking…";
pub(crate) const BURST_FIGURE: &str = "Each line is a request: when it was sent, and when the answer was there.";
pub(crate) const REFRESHES: &str = "Refreshes";
pub(crate) const REQUESTS: &str = "Requests";
pub(crate) const ANSWERED: &str = "answered";
pub(crate) const REFUSED: &str = "Answers of 401";
pub(crate) const TOOK: &str = "All answered after";
pub(crate) const PLAIN: &str = "With a token that held";
pub(crate) const SENT: &str = "Sent after";
pub(crate) const STATUS: &str = "Status";
pub(crate) const REFRESH_NOT: &str = "Not shown: your network. Over the loopback a refresh costs a few milliseconds; elsewhere it costs a round trip, and once for all requests. One run is one sample.";

/// The sentence above the chart.
pub(crate) fn bursts(refreshes: u32, requests: u32) -> String {
    let calls = if refreshes == 1 { "1 refresh".to_owned() } else { [&refreshes.to_string(), " refreshes"].concat() };
    [&calls, " for ", &requests.to_string(), " requests"].concat()
}

/// Milliseconds.
pub(crate) fn ms(ms: f64) -> String {
    [&(ms.round() as i64).to_string(), " ms"].concat()
}

// An injected script.
pub(crate) const SCRIPT_WHAT: &str = "The same script under each token storage. It is fixed, it is below in full, and it runs as a part of this page. What it finds is tried out by a program without your cookies: what that can use is stolen.";
pub(crate) const PAYLOAD: &str = "The script";
pub(crate) const INJECT: &str = "Run it in this page";
pub(crate) const INJECTING: &str = "Running…";
pub(crate) const INLINE: &str = "Try it as an inline script";
pub(crate) const INLINE_RAN: &str = "The inline script ran: this browser has enforced no content policy.";
pub(crate) const LOOKS_IN: &str = "It looks in";
pub(crate) const ACCESS: &str = "Access token";
pub(crate) const REFRESH_TOKEN: &str = "Refresh token";
pub(crate) const USABLE: &str = "usable elsewhere";
pub(crate) const NOT_FOUND: &str = "none";
pub(crate) const IN_THIS_STORAGE: &str = "In this storage";
pub(crate) const ALL_STORAGES: &str = "All storages";
pub(crate) const READ_IT: &str = "Read your feed";
pub(crate) const ACTED: &str = "Acted in your name";
pub(crate) const YES: &str = "yes";
pub(crate) const NO: &str = "no";
pub(crate) const RIDES: &str =
    "No storage prevents that: as long as the page is open, the script needs no token. HTTP-only cookies stop the theft, not the use.";
pub(crate) const SCRIPT_NOT: &str = "Not shown: extensions of the browser and malware on the machine read more than a script can. And what a script does next: it could ask for your password in a page that looks like this one.";

/// What another machine could use of what a script has found.
pub(crate) fn usable(usable: Usable) -> String {
    let what = match (usable.access, usable.refresh) {
        (true, true) => "access token and refresh token",
        (true, false) => "access token",
        (false, true) => "refresh token",
        (false, false) => "nothing",
    };
    ["Usable elsewhere: ", what].concat()
}

/// The content policy has refused a script.
pub(crate) fn forbidden(directive: &str) -> String {
    ["The content policy of this site refused it (", directive, "). A script has to come as a file of this site to run here."].concat()
}

/// Where a script looks.
pub(crate) const fn source(source: Source) -> &'static str {
    match source {
        Source::Cookie => "document.cookie",
        Source::Browser => "localStorage",
        Source::Tab => "sessionStorage",
        Source::Wire => "what the page sends",
        Source::Memory => "the memory of the page’s wasm",
        Source::Api => "answers of the API",
    }
}

// A stolen refresh token.
pub(crate) const THEFT_WHAT: &str = "The thief is a program without your cookies and without a browser. It gets one copy of your refresh token, and then each of you uses it when you press. Your page also refreshes by itself before its access token runs out.";
pub(crate) const YOU: &str = "You";
pub(crate) const THIEF: &str = "Thief";
pub(crate) const STEAL: &str = "Steal the refresh token";
pub(crate) const YOU_HAVE_IT: &str = "This page has the session of the lab.";
pub(crate) const YOU_WERE_REFUSED: &str =
    "Your token was refused: somebody has used it before you. You have to log in again, and do not learn why.";
pub(crate) const STOLEN_BY_SCRIPT: &str = "A script in this page could read it.";
pub(crate) const STOLEN_OTHERWISE: &str = "No script finds it lying open here. It was taken as malware on this machine, or a proxy, could.";
pub(crate) const YOU_REFRESH: &str = "You refresh";
pub(crate) const THIEF_REFRESHES: &str = "Thief refreshes";
pub(crate) const THIEF_READS: &str = "Thief reads your feed";
pub(crate) const IN: &str = "in";
pub(crate) const OUT: &str = "out";
pub(crate) const NOTHING_STOLEN: &str = "Nothing is stolen yet.";
pub(crate) const SAW: &str = "Saw pictures of";
pub(crate) const LAST: &str = "Last answer";
pub(crate) const GRANTED: &str = "Refreshes granted";
pub(crate) const READS: &str = "Requests answered";
pub(crate) const TREE: &str = "The family of tokens";
pub(crate) const TREE_EMPTY: &str = "No refresh token has been used yet.";
pub(crate) const WHEN: &str = "When";
pub(crate) const WHO: &str = "Who";
pub(crate) const SHOWED: &str = "Showed";
pub(crate) const GOT: &str = "Got";
pub(crate) const WHAT_CAME: &str = "What the server did";
pub(crate) const THEFT_NOT: &str =
    "Not shown: what the thief does with what it has seen. And a thief who works inside your open page needs no token at all.";
pub(crate) const OPEN_MAILS: &str = "A mail to the owner was written: the outbox of this local build shows it.";

/// What the thief was given, if anything.
pub(crate) const NOTHING: &str = "nothing";

/// What came of a theft.
pub(crate) fn verdict(noticed_ms: Option<i64>, thief_in: bool, owner_in: bool) -> String {
    match (noticed_ms, thief_in, owner_in) {
        (Some(ms), ..) => ["A token was used twice. Noticed ", &decimal(ms), " s after the theft: the session is over, for both."].concat(),
        (None, true, true) => "Not noticed so far. Both are in.".to_owned(),
        (None, true, false) => "Not noticed. You are out, and the thief is in.".to_owned(),
        (None, false, true) => "The thief is out, and you are in.".to_owned(),
        (None, false, false) => "Both are out.".to_owned(),
    }
}

/// For how long a replaced token counts as the loser of a race.
pub(crate) fn race(ms: i64) -> String {
    [
        "Within ",
        &decimal(ms),
        " s after a hand-out, an older token may be a second tab's: it gets nothing, and nothing is ended. A thief who comes in that time is not seen then, but at the next use.",
    ]
    .concat()
}

/// Seconds with one decimal place, from milliseconds.
pub(crate) fn decimal(ms: i64) -> String {
    let tenths = (ms + 50) / 100;
    [&(tenths / 10).to_string(), ".", &(tenths % 10).to_string()].concat()
}

/// Who.
pub(crate) const fn actor(actor: Actor) -> &'static str {
    match actor {
        Actor::You => YOU,
        Actor::Thief => THIEF,
    }
}

/// What the server did with a token.
pub(crate) const fn deed(deed: Deed) -> &'static str {
    match deed {
        Deed::Rotated => "replaced it",
        Deed::Kept => "gave an access token, and kept it",
        Deed::Repeated => "handed the same successor out again",
        Deed::Another => "handed another successor out",
        Deed::Superseded => "took it for the loser of a race",
        Deed::Refused => "refused it",
        Deed::Caught => "saw it used twice, and ended the session",
        Deed::Over => "refused it: the session is over",
    }
}

/// The letter and the name of a storage.
pub(crate) const fn strategy(kept: TokenStorage) -> (&'static str, &'static str) {
    let (letter, name, _) = super::storage::strategy(kept);
    (letter, name)
}

// Log-out.
pub(crate) const LEAVING_WHAT: &str = "A program without your cookies gets a copy of both tokens. Then this page logs out of the session of the lab, as the menu does, and everything is looked for once more.";
pub(crate) const LEAVE: &str = "Copy the tokens, log out, and look";
pub(crate) const LOOKED_AT: &str = "Looked at";
pub(crate) const FOUND_THERE: &str = "Found";
pub(crate) const IN_STORES: &str = "sessionStorage and localStorage";
pub(crate) const IN_COOKIES: &str = "Cookies that come along";
pub(crate) const IN_MEMORY: &str = "Memory of the page\u{2019}s wasm";
pub(crate) const COPY_OF_ACCESS: &str = "Copy of the access token";
pub(crate) const COPY_OF_REFRESH: &str = "Copy of the refresh token";
pub(crate) const NO_TOKEN: &str = "no token";
pub(crate) const A_TOKEN: &str = "a token";
pub(crate) const NEVER_THERE: &str = "none was ever there";
pub(crate) const LEAVING_NOT: &str = "Not shown: other tabs, and the Back button; both are held by the tests of this site. And what a browser keeps on its disk after it has deleted something.";

/// How many of the tokens that were in memory are left.
pub(crate) fn remain(remain: u32, known: u32) -> String {
    match (remain, known) {
        (_, 0) => NEVER_THERE.to_owned(),
        (remain, known) => [&remain.to_string(), " of ", &known.to_string(), " left"].concat(),
    }
}

/// What the server said to a copy.
pub(crate) fn copy(status: u16) -> String {
    if status == 401 { ["refused, ", &status.to_string()].concat() } else { ["answered, ", &status.to_string()].concat() }
}

// Revocation lag.
pub(crate) const LAG_WHAT: &str = "A program gets a copy of the access token and shows it once. Then you log out, and it goes on showing it, four times a second, until it is refused. Where only signature and time are checked, that is when the time of the token is over.";
pub(crate) const LAG_RUN: &str = "Copy the token, and log out";
pub(crate) const LAG_RUNS: &str = "The copy is shown…";
pub(crate) const LAG_LONGEST: &str = "Refused after";
pub(crate) const LAG_ANSWERED: &str = "Answered after the end";
pub(crate) const LAG_CHART: &str = "For how long a copy still worked";
pub(crate) const LAG_NOT: &str = "Not shown: several servers. There the news of an end has to travel; the tests of this site measure how long it takes. One run is one sample, exact to a quarter of a second.";

/// How often, of something that was shown.
pub(crate) fn times(count: u32) -> String {
    if count == 1 { "once".to_owned() } else { [&count.to_string(), " times"].concat() }
}

// The export.
pub(crate) const EXPORT_TITLE: &str = "# Where tokens live: measured";
pub(crate) const EXPORT_HOW: &str = "Measured by the lab of Nightlatch in the browsers named. What is not listed was not run.";
