//! How long a copy of an access token goes on after the end of its session.

use serde::{Deserialize, Serialize};

use super::spread::Spread;
use crate::wire::lab::{Check, Knobs, TokenKind};
use crate::wire::session::TokenStorage;

/// For how long a copy of an access token still opened something after its session had ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Milliseconds from the end of the session to the first refusal. The copy was shown every [`LAG_STEP`].
    pub lag_ms: i64,
    /// How often the copy was answered after the end.
    pub answered: u32,
}

/// Log-outs with one storage and by the same rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    /// Where the tokens lay. Older notebooks do not say it.
    #[serde(default)]
    pub storage: TokenStorage,
    /// By which rules.
    pub knobs: Knobs,
    /// Each of them, each with a session of its own, in the order in which they were made. Older notebooks have none: they kept one
    /// figure, and not with which storage.
    #[serde(default)]
    pub runs: Vec<Run>,
    /// When the last of them was, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

/// How often a copy is shown, in milliseconds: how exact [`Run::lag_ms`] is.
pub const LAG_STEP: u32 = 250;

/// Whether a copy is expected to work for as long as the token lives. An id has no signature that could be trusted.
#[must_use]
pub const fn outlives(knobs: Knobs) -> bool {
    matches!((knobs.token, knobs.check), (TokenKind::Jwt, Check::Signature))
}

impl Lag {
    /// How long the copies went on, in milliseconds.
    #[must_use]
    pub fn spread(&self) -> Spread {
        Spread::of(self.runs.iter().map(|run| run.lag_ms as f64).collect())
    }

    /// How often they were answered after the end, in all runs together.
    #[must_use]
    pub fn answered(&self) -> u32 {
        self.runs.iter().map(|run| run.answered).sum()
    }

    /// Whether both answer the same question. An id is looked up, whatever a JWT would be checked for.
    fn is_like(&self, other: &Self) -> bool {
        let asked = |lag: &Self| (lag.storage, lag.knobs.token, lag.knobs.access_life, outlives(lag.knobs));
        asked(self) == asked(other)
    }
}

/// Notes runs beside those of the same storage and rules, and answers with all of them. Another browser begins anew.
pub fn add(lags: &mut Vec<Lag>, new: Lag) -> &Lag {
    let place = lags.iter().position(|older| older.is_like(&new)).unwrap_or_else(|| {
        lags.push(Lag { runs: Vec::new(), ..new.clone() });
        lags.len() - 1
    });
    let lag = &mut lags[place];
    if lag.browser != new.browser {
        lag.runs.clear();
    }
    lag.runs.extend(&new.runs);
    (lag.knobs, lag.at, lag.browser) = (new.knobs, new.at, new.browser);
    lag
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lag(storage: TokenStorage, check: Check, lag_ms: i64) -> Lag {
        let knobs = Knobs { check, ..Knobs::usual(10) };
        Lag { storage, knobs, runs: vec![Run { lag_ms, answered: 2 }], at: lag_ms, browser: "A".into() }
    }

    #[test]
    fn runs_of_the_same_rules_add_up_and_others_stand_beside_them() {
        let mut lags = Vec::new();
        for ms in [9_000, 10_000, 9_500] {
            add(&mut lags, lag(TokenStorage::Cookie, Check::Signature, ms));
        }
        add(&mut lags, lag(TokenStorage::Cookie, Check::Ended, 20));
        add(&mut lags, lag(TokenStorage::Local, Check::Signature, 9_900));
        assert_eq!(lags.iter().map(|lag| lag.runs.len()).collect::<Vec<_>>(), [3, 1, 1]);
        assert_eq!(lags[0].spread(), Spread { n: 3, least: 9_000.0, median: 9_500.0, p95: 10_000.0, most: 10_000.0 });
        assert_eq!((lags[0].answered(), lags[0].at), (6, 9_500));
        add(&mut lags, Lag { browser: "B".into(), ..lag(TokenStorage::Cookie, Check::Signature, 8_000) });
        assert_eq!(lags[0].spread().n, 1, "browsers are not mixed");
    }

    #[test]
    fn an_id_is_looked_up_whatever_a_jwt_would_be_checked_for() {
        let id = |check| {
            let lag = lag(TokenStorage::Cookie, check, 20);
            Lag { knobs: Knobs { token: TokenKind::Opaque, ..lag.knobs }, ..lag }
        };
        let mut lags = Vec::new();
        for check in Check::ALL {
            add(&mut lags, id(check));
        }
        assert_eq!((lags.len(), lags[0].spread().n), (1, 2));
        assert!(outlives(lag(TokenStorage::Cookie, Check::Signature, 0).knobs) && !outlives(lags[0].knobs));
    }
}
