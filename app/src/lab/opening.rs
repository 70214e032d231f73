//! From opening the app to the first post: what a window measured of it, and where the time went.

use serde::{Deserialize, Serialize};

use super::Kept;
use super::spread::Spread;
use crate::routes::{api, page};
use crate::wire::session::TokenStorage;

/// A request of the page's scripts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Where to, without a query.
    pub path: String,
    /// When it was sent, in milliseconds since the navigation began.
    pub from: f64,
    /// When the answer was there.
    pub to: f64,
    /// The status; `None` where the browser does not tell.
    pub status: Option<u16>,
}

/// One opening, as the window that was opened has measured it. Milliseconds since the navigation began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// The first byte of the document was there.
    pub first_byte: f64,
    /// Its last one was.
    pub document: f64,
    /// How many bytes it took, head and body; 0 where the browser does not tell.
    pub bytes: f64,
    /// The first post was painted.
    pub painted: f64,
    /// The lab pressed the saved login, where there was no session.
    pub pressed: Option<f64>,
    /// How long the server says that it took inside, by name.
    pub server: Vec<(String, f64)>,
    /// What the scripts asked for.
    pub calls: Vec<Call>,
}

/// A part of the time until the first post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Until the first byte of the document.
    FirstByte,
    /// Until its last one.
    Document,
    /// A refresh, a fork or a tap: tokens are fetched.
    Tokens,
    /// The feed is fetched by scripts.
    Feed,
    /// Everything else: scripts begin, the picture comes, the browser paints.
    Rest,
}

impl Part {
    /// All of them, in the order of [`Load::parts`].
    pub const ALL: [Self; 5] = [Self::FirstByte, Self::Document, Self::Tokens, Self::Feed, Self::Rest];
}

impl Call {
    fn part(&self) -> Option<Part> {
        let taps = self.path.starts_with(api::SAVED) && self.path.ends_with("/session");
        match self.path.as_str() {
            api::REFRESH | api::FORK => Some(Part::Tokens),
            _ if taps => Some(Part::Tokens),
            page::HOME | api::FEED => Some(Part::Feed),
            _ => None,
        }
    }
}

impl Load {
    /// Where the time until the first post went, in milliseconds: the parts in their order, each moment counted once, and all of them
    /// together as long as it took.
    #[must_use]
    pub fn parts(&self) -> [f64; 5] {
        let mut edges = vec![0.0, self.first_byte, self.document, self.painted];
        edges.extend(self.calls.iter().flat_map(|call| [call.from, call.to]));
        edges.retain(|edge| (0.0..=self.painted).contains(edge));
        edges.sort_by(f64::total_cmp);
        let mut parts = [0.0; 5];
        for pair in edges.windows(2) {
            let middle = f64::midpoint(pair[0], pair[1]);
            let under_way = |part| self.calls.iter().any(|call| call.part() == Some(part) && (call.from..=call.to).contains(&middle));
            let part = match middle {
                at if at < self.first_byte => Part::FirstByte,
                at if at < self.document => Part::Document,
                _ if under_way(Part::Tokens) => Part::Tokens,
                _ if under_way(Part::Feed) => Part::Feed,
                _ => Part::Rest,
            };
            parts[part as usize] += pair[1] - pair[0];
        }
        parts
    }

    /// How many requests of the page's scripts were answered before the first post was painted: what it had to wait for.
    #[must_use]
    pub fn awaited(&self) -> u32 {
        self.calls.iter().filter(|call| call.part().is_some() && call.to <= self.painted).count() as u32
    }

    /// How many were refused with 401, before or right after. `None`: the browser does not tell.
    #[must_use]
    pub fn refused(&self) -> Option<u32> {
        let told: Option<Vec<u16>> = self.calls.iter().map(|call| call.status).collect();
        told.map(|told| told.into_iter().filter(|status| *status == 401).count() as u32)
    }
}

/// The fewest and the most requests of scripts that are expected before the first post: with an access token that holds, and without.
/// Sessions in cookies come with the document; where the access token goes with the page, another one is fetched meanwhile. A window that a script opens begins with a copy of sessionStorage, and forks once.
#[must_use]
pub const fn expected(storage: TokenStorage) -> (u32, u32) {
    match storage {
        TokenStorage::Cookie => (0, 0),
        TokenStorage::Hybrid => (0, 1),
        TokenStorage::Local | TokenStorage::Session | TokenStorage::Native => (1, 2),
        TokenStorage::Memory => (2, 2),
    }
}

/// Openings with one storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// Where the tokens lay.
    pub storage: TokenStorage,
    /// How long an access token lives, in seconds.
    pub access_life: u32,
    /// Each of them, in the order in which they were made.
    pub loads: Vec<Load>,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

impl Kept for Opening {
    fn replaces(&self, older: &Self) -> bool {
        self.storage == older.storage
    }
}

/// What many runs come to, in milliseconds. `None` where there is none.
fn some(all: impl Iterator<Item = f64>) -> Option<Spread> {
    Some(Spread::of(all.collect())).filter(|spread| spread.n > 0)
}

impl Opening {
    /// How long until the first post.
    #[must_use]
    pub fn spread(&self) -> Option<Spread> {
        some(self.loads.iter().map(|load| load.painted))
    }

    /// The opening that took as long as the one in the middle.
    #[must_use]
    pub fn middle(&self) -> Option<&Load> {
        let median = self.spread()?.median;
        self.loads.iter().find(|load| load.painted.total_cmp(&median).is_eq())
    }

    /// The fewest and the most requests before the first post.
    #[must_use]
    pub fn awaited(&self) -> (u32, u32) {
        let all = || self.loads.iter().map(Load::awaited);
        (all().min().unwrap_or(0), all().max().unwrap_or(0))
    }

    /// All answers of 401. `None`: the browser does not tell.
    #[must_use]
    pub fn refused(&self) -> Option<u32> {
        self.loads.iter().map(Load::refused).sum()
    }

    /// What the server said that it took inside: each name, and the median.
    #[must_use]
    pub fn server(&self) -> Vec<(String, f64)> {
        let mut names: Vec<&String> = self.loads.iter().flat_map(|load| &load.server).map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        let of = |name: &String| {
            let said = self.loads.iter().flat_map(|load| &load.server).filter(|(other, _)| other == name).map(|(_, ms)| *ms);
            some(said).map(|spread| (name.clone(), spread.median))
        };
        names.into_iter().filter_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(path: &str, from: f64, to: f64, status: u16) -> Call {
        Call { path: path.into(), from, to, status: Some(status) }
    }

    fn load(painted: f64, calls: Vec<Call>) -> Load {
        Load { first_byte: 10.0, document: 30.0, bytes: 1.0, painted, pressed: None, server: vec![("total".into(), painted / 10.0)], calls }
    }

    #[test]
    fn every_moment_counts_once_and_all_of_them_add_up() {
        let calls = vec![
            call("/api/session/refresh", 50.0, 70.0, 200),
            call("/", 60.0, 90.0, 200),
            call("/api/me", 80.0, 85.0, 401),
            call("/api/feed", 95.0, 300.0, 200),
        ];
        let load = load(100.0, calls);
        assert_eq!(load.parts(), [10.0, 20.0, 20.0, 25.0, 25.0]);
        assert!((load.parts().iter().sum::<f64>() - load.painted).abs() < 1e-9);
        assert_eq!((load.awaited(), load.refused()), (2, Some(1)));
        let early = Load { document: 500.0, ..super::tests::load(100.0, Vec::new()) };
        assert_eq!(early.parts(), [10.0, 90.0, 0.0, 0.0, 0.0], "a post that is painted before the document has ended");
    }

    #[test]
    fn a_browser_that_does_not_tell_a_status_has_told_of_none() {
        let mut one = load(100.0, vec![call("/", 60.0, 90.0, 200)]);
        one.calls[0].status = None;
        assert_eq!(one.refused(), None);
        assert_eq!(load(100.0, Vec::new()).refused(), Some(0));
    }

    #[test]
    fn what_many_runs_come_to() {
        let all: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        assert_eq!(some(all.into_iter()).map(|spread| (spread.median, spread.p95)), Some((10.0, 19.0)));
        assert_eq!(some(std::iter::empty()), None);
        let opening = Opening {
            storage: TokenStorage::Local,
            access_life: 300,
            loads: vec![load(300.0, Vec::new()), load(100.0, Vec::new()), load(200.0, Vec::new())],
            at: 0,
            browser: String::new(),
        };
        assert_eq!(opening.middle().map(|load| load.painted), Some(200.0));
        assert_eq!(opening.server(), [("total".to_owned(), 20.0)]);
    }
}
