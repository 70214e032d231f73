//! Two tabs that show the same refresh token at once, again and again.

use serde::{Deserialize, Serialize};

use super::Kept;
use super::spread::Spread;
use crate::wire::lab::{Rotation, Use};
use crate::wire::session::TokenStorage;

/// How many races are a run.
pub const ROUNDS: u32 = 20;
/// The storages that two tabs share: in the others each tab has tokens of its own.
pub const SHARED: [TokenStorage; 3] = [TokenStorage::Cookie, TokenStorage::Hybrid, TokenStorage::Local];

/// By which rules server and browser deal with two tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What becomes of a refresh token that is shown a second time.
    pub rotation: Rotation,
    /// Whether the tabs wait for each other.
    pub lock: bool,
}

impl Policy {
    /// Those that are compared, the one that loses most first.
    pub const ALL: [Self; 4] = [
        Self { rotation: Rotation::Strict, lock: false },
        Self { rotation: Rotation::Strict, lock: true },
        Self { rotation: Rotation::Detecting, lock: false },
        Self { rotation: Rotation::Detecting, lock: true },
    ];

    /// Whether sessions are expected to be lost: where nothing keeps the tabs apart, and nothing forgives that they met.
    #[must_use]
    pub const fn loses(self) -> bool {
        matches!(self.rotation, Rotation::Strict) && !self.lock
    }
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Race {
    /// Where the tokens lay.
    pub storage: TokenStorage,
    /// What became of a refresh token that was shown a second time.
    pub rotation: Rotation,
    /// Whether the tabs waited for each other.
    pub lock: bool,
    /// How much later than it could the server answered a refresh, in milliseconds.
    pub delay_ms: u32,
    /// How many races there were, each with a session of its own.
    pub rounds: u32,
    /// How many of those sessions were over after it.
    pub lost: u32,
    /// In how many of them a refresh token was shown more than once.
    pub met: u32,
    /// Calls of the refresh, in all of them.
    pub refreshes: u32,
    /// How far apart the two tabs began, in milliseconds.
    pub apart: Spread,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

impl Race {
    /// By which rules it was run.
    #[must_use]
    pub const fn policy(&self) -> Policy {
        Policy { rotation: self.rotation, lock: self.lock }
    }
}

impl Kept for Race {
    fn replaces(&self, older: &Self) -> bool {
        (self.storage, self.policy()) == (older.storage, older.policy())
    }
}

/// Whether a refresh token was shown more than once.
#[must_use]
pub fn met(uses: &[Use]) -> bool {
    uses.iter().enumerate().any(|(at, one)| uses[..at].iter().any(|other| other.shown == one.shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::lab::{Actor, Deed};

    #[test]
    fn tabs_have_met_where_a_token_was_shown_twice() {
        let shown = |shown| Use { at: 0, by: Actor::You, shown, deed: Deed::Rotated, handed: None };
        assert!(!met(&[]) && !met(&[shown(1)]) && !met(&[shown(1), shown(2)]));
        assert!(met(&[shown(1), shown(2), shown(1)]));
    }

    #[test]
    fn one_policy_of_four_is_expected_to_lose_sessions() {
        assert_eq!(Policy::ALL.map(Policy::loses), [true, false, false, false]);
    }
}
