//! What requests cost.

use super::{decimal, fine};
use crate::lab::spread::Spread;
use crate::wire::lab::TokenKind;
use crate::wire::lab::cost::Remembered;

pub(crate) const NAME: &str = "What does it cost?";
pub(crate) const ASKS: &str = "A signed token, or a session that is looked up for each request: bytes, microseconds, queries.";

pub(crate) const WHAT: &str = "The same request, “who am I”, again and again: first from this page, one after another, then inside the server, where no network blurs it. A JWT is verified, and nothing is asked. The id of a server session is looked up in the database each time.";
pub(crate) const RUN: &str = "Measure it";
pub(crate) const RUNS: &str = "Measuring…";
pub(crate) const QUERIES: &str = "Queries to find out who asks";
pub(crate) const BYTES: &str = "Header bytes of a request, and of its answer";
pub(crate) const HERE: &str = "From this page and back";
pub(crate) const AUTH: &str = "Finding out who asks";
pub(crate) const TOTAL: &str = "The whole request, inside the server";
pub(crate) const BARE: &str = "A request that asks nobody who they are";
pub(crate) const SLOW: &str = "With a database that is 20 ms further away (simulated)";
pub(crate) const CHART: &str = "Finding out who asks: the bar is the median, the line goes to the 95th of 100";
pub(crate) const ALL: &str = "All that was measured";
pub(crate) const PER_SECOND: &str = "Requests a second";
pub(crate) const AT_ONCE: &str = "at once";
pub(crate) const TOKEN: &str = "Token";
pub(crate) const REMEMBERED: &str = "What the server must know to find out who asks, of 10,000 sessions";
pub(crate) const REMEMBERS: &str = "For a JWT: which sessions ended a moment ago, for as long as a token of theirs could still hold, in memory; by its signature alone nothing. For an id: every session there is, in the database. This site keeps a row for each session in both cases, as refresh tokens need one, and looks at it then.";
pub(crate) const ROWS: &str = "Rows of 10,000 sessions, with their indexes";
pub(crate) const ENDED: &str = "10,000 sessions that have all just ended, in memory";
pub(crate) const ROWS_ARE: &str = "Counted by the server with each run: a database of SQLite is made for it, filled with rows like the one of this session, and thrown away. What it keeps in memory is filled likewise.";
pub(crate) const NOT: &str = "Not shown: your network, and your database. This one runs on the same machine. A lookup that is cached costs less, and brings back the question how long an ended session goes on: see Revocation lag.";

/// How a figure lies, in microseconds.
pub(crate) fn spread_us(spread: &Spread) -> String {
    super::spread(spread, micros)
}

/// How a figure lies, in milliseconds.
pub(crate) fn spread_ms(spread: &Spread) -> String {
    super::spread(spread, fine)
}

/// Median and 95th of 100, for a table.
pub(crate) fn both(spread: &Spread) -> String {
    super::both(spread, micros)
}

/// Microseconds, or milliseconds where they are many.
pub(crate) fn micros(us: f64) -> String {
    if us < 1_000.0 { [&tenths(us), " µs"].concat() } else { [&decimal((us) as i64), " ms"].concat() }
}

/// One decimal place where there are few.
fn tenths(value: f64) -> String {
    if value < 100.0 { decimal((value * 1_000.0) as i64) } else { (value.round() as i64).to_string() }
}

/// Bytes there and back.
pub(crate) fn bytes(up: u32, down: u32) -> String {
    [&up.to_string(), " + ", &down.to_string()].concat()
}

/// What has to be known of so many sessions, by kind of token.
pub(crate) fn remembered(token: TokenKind, of: Remembered) -> String {
    match token {
        TokenKind::Jwt => ["up to ", &kilobytes(of.ended), " in memory"].concat(),
        TokenKind::Opaque => [&kilobytes(of.database), " in the database"].concat(),
    }
}

/// Bytes of so many sessions, and of one.
pub(crate) fn of_sessions(bytes: u64, sessions: u32) -> String {
    [&kilobytes(bytes), ", ", &(bytes / u64::from(sessions.max(1))).to_string(), " bytes each"].concat()
}

/// The same, where there is more to it.
pub(crate) fn at_least(bytes: u64, sessions: u32) -> String {
    ["at least ", &of_sessions(bytes, sessions)].concat()
}

/// Kilobytes of 1,000 bytes, or megabytes.
fn kilobytes(bytes: u64) -> String {
    if bytes < 1_000_000 { [&(bytes / 1_000).to_string(), " kB"].concat() } else { [&decimal((bytes / 1_000) as i64), " MB"].concat() }
}

/// What came out, in a sentence.
pub(crate) fn said(queries: f64, auth: &Spread) -> String {
    let queries = if queries > 0.0 { [&tenths(queries), " queries"].concat() } else { "no query".to_owned() };
    ["Finding out who asks took ", &queries, ", and ", &micros(auth.median), " (median of ", &auth.n.to_string(), ")"].concat()
}
