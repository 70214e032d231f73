//! When one is asked again: what the clock of a session is expected to end, and what came of asking.

use serde::{Deserialize, Serialize};

use super::Kept;
use crate::wire::lab::time::{Clock, Lasts, Limits, Span};
use crate::wire::session::{TokenStorage, Why};

const HOUR: i64 = 60 * 60 * 1000;

/// What whoever comes back is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Nothing: the session goes on.
    Nothing,
    /// One tap: the session is over, and the saved login opens another one.
    Tap,
    /// The password.
    Password,
}

/// What came of asking for fresh tokens at some moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Where the tokens lay.
    pub storage: TokenStorage,
    /// Whether the session was saved.
    pub is_saved: bool,
    /// For how long it lasts, where that was chosen.
    pub lasts: Option<Lasts>,
    /// For how long it had not been used, in hours.
    pub unused: i64,
    /// How long ago it had begun, in hours.
    pub age: i64,
    /// What was expected.
    pub expected: Wanted,
    /// What came of it.
    pub found: Wanted,
    /// Why the session was over, as the server said.
    pub why: Option<Why>,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

impl Kept for Asked {
    fn replaces(&self, older: &Self) -> bool {
        (self.is_saved, self.lasts, self.unused, self.age) == (older.is_saved, older.lasts, older.unused, older.age)
    }
}

/// What is expected at this moment, by the limits and by how long everything has lasted, and why the session is over then.
#[must_use]
pub fn expect(clock: &Clock) -> (Wanted, Option<Why>) {
    let Some(session) = &clock.session else { return (Wanted::Password, Some(Why::Unknown)) };
    let Some(why) = session.ended.or(passed(clock.now, session, clock.limits)) else { return (Wanted::Nothing, None) };
    let taps = clock.saved.is_some_and(|saved| saved.ended.is_none() && passed(clock.now, &saved, clock.saved_limits).is_none());
    (if taps { Wanted::Tap } else { Wanted::Password }, Some(why))
}

/// Which of its limits something has passed. The absolute one is named first, as it is the one that no use would have moved.
fn passed(now: i64, span: &Span, limits: Limits) -> Option<Why> {
    // Nothing outlives what it was opened by.
    if now - span.begun_at >= limits.age || now >= span.expires_at {
        return Some(Why::Age);
    }
    (now - span.used_at >= limits.idle).then_some(Why::Idle)
}

/// Hours from one moment to another, both in milliseconds.
#[must_use]
pub const fn hours(from: i64, to: i64) -> i64 {
    (to - from) / HOUR
}

/// A bar of the time line: what holds, from when to when, in milliseconds since the log-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Which it is.
    pub of: Holds,
    /// When it begins.
    pub from: i64,
    /// When it ends.
    pub to: i64,
}

/// What holds for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The access token that was handed out last.
    Access,
    /// The session, if it is not used any more.
    Idle,
    /// The session, at the latest.
    Age,
    /// The saved login.
    Saved,
}

/// Everything on one line, which begins with the log-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What holds, and how long.
    pub bars: Vec<Bar>,
    /// Each jump, from where to where.
    pub jumps: Vec<(i64, i64)>,
    /// This moment.
    pub now: i64,
}

/// The time line of a clock. `None` where the server has forgotten the session.
#[must_use]
pub fn line(clock: &Clock) -> Option<Line> {
    let session = clock.session?;
    let start = clock.saved.map_or(session.begun_at, |saved| saved.begun_at.min(session.begun_at));
    let bar = |of, from: i64, to: i64| Bar { of, from: from - start, to: to - start };
    let mut bars = vec![
        bar(Holds::Access, session.used_at, session.used_at + i64::from(clock.access_life) * 1000),
        bar(Holds::Idle, session.used_at, session.idle_expires_at),
        bar(Holds::Age, session.begun_at, session.expires_at),
    ];
    bars.extend(clock.saved.map(|saved| bar(Holds::Saved, saved.begun_at, saved.idle_expires_at.min(saved.expires_at))));
    // By the server's own clock, which does not jump, a jump was made later than by this one.
    let mut ahead: i64 = clock.jumps.iter().map(|jump| i64::from(jump.hours) * HOUR).sum();
    let jumps = clock.jumps.iter().map(|jump| {
        let from = jump.at - ahead - start;
        ahead -= i64::from(jump.hours) * HOUR;
        (from.max(0), jump.at - ahead - start)
    });
    Some(Line { jumps: jumps.collect(), now: clock.now - start, bars })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::lab::time::Jumped;

    const DAY: i64 = 24 * HOUR;

    fn clock(unused: i64, age: i64) -> Clock {
        let now = 1_000 * DAY;
        let span = |idle: i64, most: i64| Span {
            begun_at: now - age,
            used_at: now - unused,
            idle_expires_at: (now - unused + idle).min(now - age + most),
            expires_at: now - age + most,
            ended: None,
        };
        Clock {
            now,
            access_life: 10,
            is_saved: true,
            lasts: None,
            limits: Limits { idle: 7 * DAY, age: 30 * DAY },
            saved_limits: Limits { idle: 90 * DAY, age: 90 * DAY },
            session: Some(span(7 * DAY, 30 * DAY)),
            saved: Some(span(90 * DAY, 90 * DAY)),
            jumps: Vec::new(),
        }
    }

    #[test]
    fn a_limit_ends_the_session_and_a_saved_login_opens_the_next() {
        let at = |unused, age| expect(&clock(unused * DAY, age * DAY));
        assert_eq!(at(0, 0), (Wanted::Nothing, None));
        assert_eq!(at(6, 29), (Wanted::Nothing, None));
        assert_eq!(at(7, 7), (Wanted::Tap, Some(Why::Idle)));
        assert_eq!(at(1, 30), (Wanted::Tap, Some(Why::Age)));
        assert_eq!(at(91, 91), (Wanted::Password, Some(Why::Age)));
        assert_eq!(expect(&Clock { saved: None, ..clock(8 * DAY, 8 * DAY) }), (Wanted::Password, Some(Why::Idle)));
        assert_eq!(expect(&Clock { session: None, ..clock(0, 0) }), (Wanted::Password, Some(Why::Unknown)));
    }

    #[test]
    fn the_line_begins_with_the_log_in_and_jumps_end_where_the_next_begin() {
        let mut clock = clock(3 * DAY, 5 * DAY);
        let now = clock.now;
        clock.jumps = vec![Jumped { at: now - 2_000, hours: 48 }, Jumped { at: now - 1_000, hours: 72 }];
        let line = line(&clock).unwrap();
        assert_eq!(line.now, 5 * DAY);
        let last = 5 * DAY - 1_000;
        assert_eq!(line.jumps, [(0, last - 3 * DAY - 1_000), (last - 3 * DAY, last)]);
        assert_eq!(line.bars[0], Bar { of: Holds::Access, from: 2 * DAY, to: 2 * DAY + 10_000 });
        assert_eq!(line.bars[1].to, 9 * DAY);
    }
}
