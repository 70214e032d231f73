//! A burst of requests at the moment when the access token runs out, again and again.

use serde::{Deserialize, Serialize};

use super::Kept;
use super::spread::Spread;
use crate::session::{Exchange, Part};
use crate::wire::session::TokenStorage;

/// How many calls of the refresh a burst is expected to take, however many requests wait for it.
pub const REFRESHES: u32 = 1;

/// One burst.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// How many of its requests were answered in the end.
    pub answered: u32,
    /// Answers of 401.
    pub refused: u32,
    /// By how much each request was held up, in milliseconds: from when it was sent with the token that had run out, until it was sent again.
    pub held_ms: Vec<f64>,
    /// How long each call of the refresh took, in milliseconds.
    pub refresh_ms: Vec<f64>,
    /// Milliseconds until all were answered.
    pub took_ms: f64,
    /// Milliseconds that the same requests took with a token that held, just before.
    pub plain_ms: f64,
}

impl Run {
    /// What the exchanges of a burst say of it: those of one request share their group.
    #[must_use]
    pub fn seen(all: &[Exchange]) -> Self {
        let first = |replay: &Exchange| all.iter().find(|sent| sent.group == replay.group && sent.part == Part::Request);
        let of = |part: Part| all.iter().filter(move |exchange| exchange.part == part);
        Self {
            refused: u32::try_from(all.iter().filter(|exchange| exchange.status == 401).count()).unwrap_or(u32::MAX),
            held_ms: of(Part::Replay).filter_map(|replay| first(replay).map(|sent| replay.at_ms - sent.at_ms)).collect(),
            refresh_ms: of(Part::Refresh).map(|refresh| refresh.took_ms).collect(),
            ..Self::default()
        }
    }

    /// How many calls of the refresh it took.
    #[must_use]
    pub fn refreshes(&self) -> u32 {
        u32::try_from(self.refresh_ms.len()).unwrap_or(u32::MAX)
    }

    /// By how much the request was held up that waited longest. All of them wait for one refresh, so that a burst is one sample and not
    /// as many as it has requests.
    #[must_use]
    pub fn held(&self) -> Option<f64> {
        self.held_ms.iter().copied().max_by(f64::total_cmp)
    }
}

/// Bursts with one storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Burst {
    /// Where the tokens lay.
    pub storage: TokenStorage,
    /// How many requests were made at once.
    pub asked: u32,
    /// Each of them, in the order in which they were made. Older notebooks have none: they kept one burst, and not what it cost.
    #[serde(default)]
    pub runs: Vec<Run>,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

impl Burst {
    /// By how much a request was held up.
    #[must_use]
    pub fn held(&self) -> Spread {
        self.spread(Run::held)
    }

    /// How long a call of the refresh took.
    #[must_use]
    pub fn refresh(&self) -> Spread {
        Spread::of(self.runs.iter().flat_map(|run| &run.refresh_ms).copied().collect())
    }

    /// How long it took until all were answered.
    #[must_use]
    pub fn took(&self) -> Spread {
        self.spread(|run| Some(run.took_ms))
    }

    /// How long the same requests took with a token that held.
    #[must_use]
    pub fn plain(&self) -> Spread {
        self.spread(|run| Some(run.plain_ms))
    }

    fn spread(&self, figure: fn(&Run) -> Option<f64>) -> Spread {
        Spread::of(self.runs.iter().filter_map(figure).collect())
    }

    /// The fewest and the most calls of the refresh that a burst took.
    #[must_use]
    pub fn refreshes(&self) -> (u32, u32) {
        let all = || self.runs.iter().map(Run::refreshes);
        (all().min().unwrap_or(0), all().max().unwrap_or(0))
    }

    /// A figure of all bursts together.
    #[must_use]
    pub fn sum(&self, figure: fn(&Run) -> u32) -> u32 {
        self.runs.iter().map(figure).sum()
    }
}

impl Kept for Burst {
    fn replaces(&self, older: &Self) -> bool {
        self.storage == older.storage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(group: u64, part: Part, status: u16, at_ms: f64, took_ms: f64) -> Exchange {
        Exchange { group, part, method: "GET", path: "/api/feed".to_owned(), status, at_ms, took_ms }
    }

    #[test]
    fn a_request_is_held_up_until_it_is_sent_again() {
        let all = [
            sent(1, Part::Request, 401, 10.0, 5.0),
            sent(2, Part::Request, 401, 11.0, 6.0),
            sent(3, Part::Request, 200, 11.0, 6.0),
            sent(1, Part::Refresh, 200, 15.0, 20.0),
            sent(2, Part::Replay, 200, 36.0, 5.0),
            sent(1, Part::Replay, 200, 35.0, 5.0),
        ];
        let run = Run::seen(&all);
        assert_eq!((run.refused, run.refreshes()), (2, 1));
        assert_eq!((&run.held_ms[..], run.held()), (&[25.0, 25.0][..], Some(25.0)));
        assert_eq!(run.refresh_ms, [20.0]);
        assert_eq!(Run::seen(&[]).held(), None);
    }

    #[test]
    fn each_burst_is_a_sample_by_the_request_that_waited_longest() {
        let run = |held: f64, refreshes: usize| Run {
            held_ms: vec![1.0, held, 2.0],
            refresh_ms: vec![held / 2.0; refreshes],
            refused: 5,
            took_ms: held + 1.0,
            plain_ms: 4.0,
            ..Run::default()
        };
        let runs = vec![run(30.0, 1), run(10.0, 1), run(20.0, 2)];
        let burst = Burst { storage: TokenStorage::Local, asked: 5, runs, at: 0, browser: String::new() };
        assert_eq!(burst.held(), Spread { n: 3, least: 10.0, median: 20.0, p95: 30.0, most: 30.0 });
        assert_eq!((burst.refresh().n, burst.refresh().median), (4, 10.0), "every call of the refresh");
        assert_eq!((burst.took().median, burst.plain().p95), (21.0, 4.0));
        assert_eq!((burst.refreshes(), burst.sum(|run| run.refused)), ((1, 2), 15), "the worst is in sight");
    }
}
