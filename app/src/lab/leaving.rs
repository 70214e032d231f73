//! What a log-out leaves behind.

use serde::{Deserialize, Serialize};

use super::Kept;
use crate::wire::session::TokenStorage;

/// What another tab of the site has shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// Whether anybody was logged in there before.
    pub was_in: bool,
    /// After how many milliseconds nobody was. `None`: somebody was to the end, or from the beginning nobody.
    pub told_ms: Option<f64>,
    /// Whether anybody was after its Back button had been pressed.
    pub back_in: bool,
    /// Whether the browser had kept the whole page that Back led to.
    pub whole: bool,
}

impl Beside {
    /// Whether nobody is logged in there.
    #[must_use]
    pub const fn is_out(&self) -> bool {
        !self.back_in && (self.told_ms.is_some() || !self.was_in)
    }
}

/// What is left after a log-out, and what of it still opens anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leaving {
    /// Where the tokens lay.
    pub storage: TokenStorage,
    /// How many tokens were in the memory of the page's wasm before.
    pub known: u32,
    /// How many of them still are.
    pub remain: u32,
    /// Whether a token lies open in sessionStorage or localStorage.
    pub stored: bool,
    /// Whether a cookie with a token still comes along.
    pub sent: bool,
    /// What the server said to a copy of the access token, and of the refresh token: the status.
    pub copies: [u16; 2],
    /// Another tab of this site. `None`: the browser opened none, or it could not be looked at.
    #[serde(default)]
    pub beside: Option<Beside>,
    /// After how many milliseconds nobody was logged in there, in each of the last runs with this storage, the newest last.
    #[serde(default)]
    pub told: Vec<f64>,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

/// So many runs are counted together.
const RUNS: usize = 100;

impl Leaving {
    /// The same, with the times of the runs before it.
    #[must_use]
    pub fn after(mut self, before: &[Self]) -> Self {
        let earlier = before.iter().find(|one| self.replaces(one)).map(|one| one.told.clone()).unwrap_or_default();
        self.told = earlier.into_iter().chain(self.beside.and_then(|beside| beside.told_ms)).collect();
        let surplus = self.told.len().saturating_sub(RUNS);
        self.told.drain(..surplus);
        self
    }
}

impl Kept for Leaving {
    fn replaces(&self, older: &Self) -> bool {
        self.storage == older.storage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(storage: TokenStorage, told_ms: Option<f64>) -> Leaving {
        let beside = Some(Beside { was_in: true, told_ms, back_in: false, whole: false });
        let browser = String::new();
        Leaving { storage, known: 1, remain: 0, stored: false, sent: false, copies: [401; 2], beside, told: Vec::new(), at: 0, browser }
    }

    #[test]
    fn times_of_one_storage_are_counted_together() {
        let mut book = vec![left(TokenStorage::Local, Some(3.0)).after(&[])];
        for (storage, told) in [(TokenStorage::Cookie, Some(9.0)), (TokenStorage::Local, None), (TokenStorage::Local, Some(5.0))] {
            let new = left(storage, told).after(&book);
            super::super::note(&mut book, new);
        }
        assert_eq!(book.iter().map(|one| &one.told[..]).collect::<Vec<_>>(), [&[9.0][..], &[3.0, 5.0]]);
        for more in 0..2 * RUNS {
            let new = left(TokenStorage::Local, Some(more as f64)).after(&book);
            super::super::note(&mut book, new);
        }
        assert_eq!((book[1].told.len(), book[1].told.last()), (RUNS, Some(&199.0)));
    }
}
