//! What another site can make a browser send, and in whose name.

use serde::{Deserialize, Serialize};

use super::Kept;
use crate::wire::lab::cross::{Arrival, Attacker, Crossed, Outcome, Target, Vector};
use crate::wire::session::TokenStorage;

/// What a cookie says of `SameSite`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// `None; Secure`.
    None,
    /// Nothing: the browser decides.
    Unwritten,
    /// `Lax`.
    Lax,
    /// `Strict`.
    Strict,
}

impl SameSite {
    /// All of them, in the order of [`Arrival::cookies`].
    pub const ALL: [Self; 4] = [Self::None, Self::Unwritten, Self::Lax, Self::Strict];
}

/// For so many milliseconds after it was set, Chromium lets a cookie without `SameSite` go with a form that another site posts.
pub const LAX_AND_POST: i64 = 120_000;

/// How many requests an attacker sends: each vector one, and those that post one to each target.
pub const REQUESTS: usize = Vector::ALL.len() + Vector::POSTING.len();

/// Whether a cookie is expected to come along: RFC 6265bis §5.6.7 (ports do not make sites), Chromium's rule for what is not written, and
/// a browser that keeps cookies from third parties. `fresh`: it was set less than [`LAX_AND_POST`] ago.
#[must_use]
pub const fn travels(attacker: Attacker, by: Vector, cookie: SameSite, fresh: bool) -> bool {
    match (attacker, by) {
        (Attacker::Port, _) => true,
        (Attacker::Site, Vector::Form) => matches!(cookie, SameSite::None) || (matches!(cookie, SameSite::Unwritten) && fresh),
        (Attacker::Site, Vector::Link) => !matches!(cookie, SameSite::Strict),
        (Attacker::Site, Vector::Fetch | Vector::Image | Vector::Frame) => false,
    }
}

/// What `Sec-Fetch-Site` is expected to say.
#[must_use]
pub const fn fetch_site(attacker: Attacker) -> &'static str {
    match attacker {
        Attacker::Site => "cross-site",
        Attacker::Port => "same-site",
    }
}

/// What is expected to come of a request that was to change something. The session's own cookie is `Lax`.
#[must_use]
pub const fn comes_of(attacker: Attacker, by: Vector, target: Target, storage: TokenStorage) -> Outcome {
    match target {
        Target::Guarded => Outcome::Refused,
        Target::Open if storage.access_in_cookie() && travels(attacker, by, SameSite::Lax, true) => Outcome::Acted,
        Target::Open => Outcome::Nobody,
    }
}

/// A request that arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Which cookies came along, in the order of [`SameSite::ALL`].
    pub cookies: [bool; 4],
    /// What `Sec-Fetch-Site` said.
    pub fetch_site: Option<String>,
}

/// What one attacker got through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crossing {
    /// Where the tokens lay.
    pub storage: TokenStorage,
    /// Who attacked.
    pub attacker: Attacker,
    /// What arrived, in the order of [`Vector::ALL`]; `None`: it did not.
    pub hits: [Option<Hit>; 5],
    /// What came of those that post, in the order of [`Vector::POSTING`] and, inside, of [`Target::ALL`].
    pub outcomes: [[Option<Outcome>; 2]; 2],
    /// When the form was posted, in milliseconds after the cookies were set.
    pub since_ms: i64,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

impl Crossing {
    /// From what the server has seen. `None`: the attack is not over yet. Its last request is the form to [`Target::Open`].
    #[must_use]
    pub fn of(attacker: Attacker, storage: TokenStorage, seen: &Crossed, browser: String) -> Option<Self> {
        let find = |by, target| seen.arrivals.iter().find(|one| (one.from, one.by, one.target) == (attacker, by, target));
        let last = find(Vector::Form, Target::Open)?;
        let hit = |one: &Arrival| Hit { cookies: one.cookies, fetch_site: one.fetch_site.clone() };
        let hits = Vector::ALL.map(|by| find(by, Target::Open).map(hit));
        let outcomes = Vector::POSTING.map(|by| Target::ALL.map(|target| find(by, target).and_then(|one| one.outcome)));
        let at = seen.planted_at? + last.since_ms;
        Some(Self { storage, attacker, hits, outcomes, since_ms: last.since_ms, at, browser })
    }

    /// Whether the cookies were still new when the form was posted.
    #[must_use]
    pub const fn fresh(&self) -> bool {
        self.since_ms < LAX_AND_POST
    }
}

impl Kept for Crossing {
    fn replaces(&self, older: &Self) -> bool {
        (self.storage, self.attacker) == (older.storage, older.attacker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_to_come_along() {
        let row = |by, fresh| SameSite::ALL.map(|cookie| travels(Attacker::Site, by, cookie, fresh));
        assert_eq!(row(Vector::Form, true), [true, true, false, false]);
        assert_eq!(row(Vector::Form, false), [true, false, false, false]);
        for fresh in [true, false] {
            assert_eq!(row(Vector::Link, fresh), [true, true, true, false]);
            for by in [Vector::Fetch, Vector::Image, Vector::Frame] {
                assert_eq!(row(by, fresh), [false; 4], "{by:?}");
            }
        }
        for by in Vector::ALL {
            assert!(SameSite::ALL.into_iter().all(|cookie| travels(Attacker::Port, by, cookie, false)), "{by:?}");
        }
    }

    #[test]
    fn what_is_expected_to_be_done() {
        for storage in TokenStorage::IN_A_BROWSER {
            for by in Vector::POSTING {
                for attacker in Attacker::ALL {
                    assert_eq!(comes_of(attacker, by, Target::Guarded, storage), Outcome::Refused);
                }
                assert_eq!(comes_of(Attacker::Site, by, Target::Open, storage), Outcome::Nobody, "the session's cookie is Lax");
                let done = comes_of(Attacker::Port, by, Target::Open, storage) == Outcome::Acted;
                assert_eq!(done, storage == TokenStorage::Cookie, "{storage:?}");
            }
        }
    }

    #[test]
    fn a_result_is_there_when_the_last_request_is() {
        let arrival = |from, by, target, cookies| Arrival {
            from,
            by,
            target,
            cookies,
            fetch_site: Some("cross-site".into()),
            origin: None,
            outcome: (target == Target::Guarded).then_some(Outcome::Refused),
            since_ms: 7,
        };
        let mut seen = Crossed { planted_at: Some(100), now: 200, ..Crossed::default() };
        let of = |seen: &Crossed, attacker| Crossing::of(attacker, TokenStorage::Cookie, seen, "Chromium".into());
        assert_eq!(of(&seen, Attacker::Site), None);
        seen.arrivals.push(arrival(Attacker::Site, Vector::Form, Target::Guarded, [false; 4]));
        seen.arrivals.push(arrival(Attacker::Port, Vector::Form, Target::Open, [true; 4]));
        assert_eq!(of(&seen, Attacker::Site), None, "the other's request is none of its own");
        seen.arrivals.push(arrival(Attacker::Site, Vector::Form, Target::Open, [true, false, false, false]));
        let crossing = of(&seen, Attacker::Site).unwrap();
        assert_eq!((crossing.at, crossing.since_ms, crossing.fresh()), (107, 7, true));
        assert_eq!(crossing.hits.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, false, false, false]);
        assert_eq!(crossing.outcomes, [[None, Some(Outcome::Refused)], [None, None]]);
    }
}
