//! The attackers of the lab: where they are, and what has arrived of what they made browsers send. In memory, as all of the lab.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use app::wire::lab::cross::{Addresses, Arrival, Attacker, Crossed};
use uuid::Uuid;

use super::ROOM;
use crate::model::Timestamp;

/// The only host whose attackers make sense: browsers find every name below it on this machine, and other ports of it are the same site.
const HOST: &str = "http://localhost";
/// What the other site is called.
const EVIL: &str = "http://evil.localhost";

/// Where the attackers are, and what they have achieved.
pub struct Cross {
    site: Option<String>,
    port: OnceLock<String>,
    tallies: Mutex<HashMap<Uuid, Tally>>,
}

/// What has arrived for a bench.
struct Tally {
    mark: Uuid,
    planted_at: Timestamp,
    /// One of each attacker, vector and target at most.
    arrivals: Vec<Arrival>,
}

impl Cross {
    /// Those that there can be beside this public origin.
    #[must_use]
    pub fn beside(origin: &str) -> Self {
        let port = origin.strip_prefix(HOST).filter(|port| port.is_empty() || port.starts_with(':'));
        Self { site: port.map(|port| [EVIL, port].concat()), port: OnceLock::new(), tallies: Mutex::default() }
    }

    /// Whether there can be any.
    #[must_use]
    pub const fn is_possible(&self) -> bool {
        self.site.is_some()
    }

    /// The attacker on another port is there from now on.
    pub fn listens(&self, port: u16) {
        if self.is_possible() {
            let _ = self.port.set(format!("{HOST}:{port}"));
        }
    }

    /// The origin of an attacker, if it is there.
    #[must_use]
    pub fn address(&self, attacker: Attacker) -> Option<&str> {
        match attacker {
            Attacker::Site => self.site.as_deref(),
            Attacker::Port => self.port.get().map(String::as_str),
        }
    }

    /// Both.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        let address = |attacker| self.address(attacker).map(str::to_owned);
        Addresses { site: address(Attacker::Site), port: address(Attacker::Port) }
    }

    fn tallies<T>(&self, look: impl FnOnce(&mut HashMap<Uuid, Tally>) -> T) -> T {
        look(&mut self.tallies.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Cookies with this mark were set: the count begins anew. The oldest makes room.
    pub fn plant(&self, bench: Uuid, mark: Uuid, now: Timestamp) {
        self.tallies(|tallies| {
            if tallies.len() >= ROOM
                && !tallies.contains_key(&bench)
                && let Some(oldest) = tallies.iter().min_by_key(|(_, tally)| tally.planted_at).map(|(bench, _)| *bench)
            {
                tallies.remove(&oldest);
            }
            tallies.insert(bench, Tally { mark, planted_at: now, arrivals: Vec::new() });
        });
    }

    /// What the cookies of a bench hold, and since when. `None`: none were set.
    #[must_use]
    pub fn planted(&self, bench: Uuid) -> Option<(Uuid, Timestamp)> {
        self.tallies(|tallies| tallies.get(&bench).map(|tally| (tally.mark, tally.planted_at)))
    }

    /// A request has arrived. The one before of its kind is forgotten.
    pub fn note(&self, bench: Uuid, new: Arrival) {
        self.tallies(|tallies| {
            if let Some(tally) = tallies.get_mut(&bench) {
                tally.arrivals.retain(|old| (old.from, old.by, old.target) != (new.from, new.by, new.target));
                tally.arrivals.push(new);
            }
        });
    }

    /// What has arrived for a bench.
    #[must_use]
    pub fn seen(&self, bench: Uuid, now: Timestamp) -> Crossed {
        self.tallies(|tallies| {
            let tally = tallies.get(&bench);
            let arrivals = tally.map(|tally| tally.arrivals.clone()).unwrap_or_default();
            Crossed { planted_at: tally.map(|tally| tally.planted_at), arrivals, now }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::wire::lab::cross::{Target, Vector};

    #[test]
    fn there_are_attackers_beside_localhost_alone() {
        let site = |origin| Cross::beside(origin).address(Attacker::Site).map(str::to_owned);
        assert_eq!(site("http://localhost:3000").as_deref(), Some("http://evil.localhost:3000"));
        assert_eq!(site("http://localhost").as_deref(), Some("http://evil.localhost"));
        for origin in ["https://localhost:3000", "http://127.0.0.1:3000", "http://localhost.example", "https://nightlatch.example"] {
            let cross = Cross::beside(origin);
            cross.listens(4000);
            assert_eq!(cross.addresses(), Addresses::default(), "{origin}");
        }
        let cross = Cross::beside("http://localhost:3000");
        assert_eq!(cross.address(Attacker::Port), None, "nobody listens there yet");
        cross.listens(4000);
        assert_eq!(cross.address(Attacker::Port), Some("http://localhost:4000"));
    }

    #[test]
    fn what_is_counted_has_bounds() {
        let cross = Cross::beside("http://localhost:3000");
        let arrival = |since_ms| Arrival {
            from: Attacker::Site,
            by: Vector::Form,
            target: Target::Open,
            cookies: [false; 4],
            fetch_site: None,
            origin: None,
            outcome: None,
            since_ms,
        };
        let bench = |at: usize| Uuid::from_u128(at as u128);
        cross.note(bench(0), arrival(1));
        assert_eq!(cross.seen(bench(0), 0), Crossed::default(), "without cookies nothing is counted");
        for at in 0..=ROOM {
            cross.plant(bench(at), Uuid::nil(), at as i64);
        }
        assert_eq!((cross.planted(bench(0)), cross.planted(bench(1))), (None, Some((Uuid::nil(), 1))));
        cross.note(bench(1), arrival(1));
        cross.note(bench(1), arrival(2));
        assert_eq!(cross.seen(bench(1), 0).arrivals, [arrival(2)], "the newest of a kind");
        cross.plant(bench(1), Uuid::nil(), 900);
        assert_eq!(cross.seen(bench(1), 0).arrivals, []);
    }
}
