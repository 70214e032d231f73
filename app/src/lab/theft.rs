//! How a theft of a refresh token comes out.

use serde::{Deserialize, Serialize};

use super::Kept;
use crate::wire::lab::{Actor, Deed, Knobs, Use, Watched};
use crate::wire::session::TokenStorage;

/// How a theft came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Where the tokens lay.
    pub storage: TokenStorage,
    /// By which rules.
    pub knobs: Knobs,
    /// Whether they were bound to a key.
    #[serde(default)]
    pub bound: bool,
    /// Whether a script acted from within the page, without taking anything along; `None`: it was not tried.
    #[serde(default)]
    pub rode: Option<bool>,
    /// Whether a script could read the token.
    pub by_script: bool,
    /// Milliseconds from the theft until the server noticed; `None`: it has not.
    pub noticed_ms: Option<i64>,
    /// Refreshes that the thief was granted.
    pub refreshes: u32,
    /// Requests of the thief that were answered.
    pub reads: u32,
    /// Whether the thief is still in.
    pub thief_in: bool,
    /// Whether the owner is.
    pub owner_in: bool,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

/// How a theft stands, as the server sees it. `None` before there is one.
#[must_use]
pub fn outcome(watched: &Watched, storage: TokenStorage, browser: String) -> Option<Outcome> {
    let thief = watched.thief.as_ref()?;
    let noticed = watched.uses.iter().find(|used| used.deed == Deed::Caught && used.at >= thief.since);
    let out = |used: &&Use| matches!(used.deed, Deed::Refused | Deed::Caught | Deed::Over);
    let owner_out = watched.uses.iter().rev().find(|used| used.by == Actor::You).filter(out).is_some();
    Some(Outcome {
        storage,
        knobs: watched.knobs,
        bound: watched.bound,
        rode: None,
        by_script: thief.by_script,
        noticed_ms: noticed.map(|used| used.at - thief.since),
        refreshes: thief.refreshes,
        reads: thief.reads,
        thief_in: watched.ended.is_none() && thief.out_at.is_none(),
        owner_in: watched.ended.is_none() && !owner_out,
        at: watched.now,
        browser,
    })
}

impl Outcome {
    /// Whether what was stolen opens nothing, and its owner is not disturbed.
    #[must_use]
    pub const fn is_worthless(&self) -> bool {
        self.bound && self.refreshes == 0 && self.reads == 0 && !self.thief_in && self.owner_in
    }
}

impl Kept for Outcome {
    fn replaces(&self, older: &Self) -> bool {
        let rules = |outcome: &Self| (outcome.storage, outcome.knobs.rotation, outcome.bound);
        rules(self) == rules(older)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::lab::ThiefSeen;
    use crate::wire::session::Why;

    fn watched(uses: Vec<Use>, ended: Option<Why>, out_at: Option<i64>) -> Watched {
        Watched {
            knobs: Knobs::usual(10),
            bound: false,
            generation: 3,
            ended,
            ended_at: None,
            race_ms: 4_000,
            uses,
            thief: Some(ThiefSeen { since: 1_000, by_script: true, refreshes: 1, reads: 2, out_at, last: None, saw: Vec::new() }),
            now: 9_000,
        }
    }

    #[test]
    fn what_is_bound_to_a_key_is_worthless_once_the_thief_has_tried_it() {
        let bound = |watched| Watched { bound: true, ..watched };
        let used = |at, by, deed| Use { at, by, shown: 1, deed, handed: None };
        let at = |watched| outcome(&watched, TokenStorage::Local, String::new()).unwrap();
        let tried = |out_at| {
            let mut watched =
                bound(watched(vec![used(2_000, Actor::Thief, Deed::Refused), used(3_000, Actor::You, Deed::Rotated)], None, out_at));
            if let Some(thief) = &mut watched.thief {
                (thief.refreshes, thief.reads) = (0, 0);
            }
            at(watched)
        };
        assert!(tried(Some(2_000)).is_worthless() && !tried(None).is_worthless());
        assert!(!at(bound(watched(Vec::new(), None, Some(2_000)))).is_worthless(), "it was granted something");
        assert!(tried(Some(2_000)).replaces(&tried(None)) && !tried(None).replaces(&Outcome { bound: false, ..tried(None) }));
    }

    #[test]
    fn who_is_in_after_a_theft() {
        let used = |at, by, deed| Use { at, by, shown: 1, deed, handed: None };
        let at = |watched| outcome(&watched, TokenStorage::Local, String::new()).unwrap();
        let hidden = at(watched(vec![used(2_000, Actor::Thief, Deed::Rotated)], None, None));
        assert_eq!((hidden.noticed_ms, hidden.thief_in, hidden.owner_in), (None, true, true));
        let caught = vec![used(2_000, Actor::Thief, Deed::Rotated), used(8_000, Actor::You, Deed::Caught)];
        let caught = at(watched(caught, Some(Why::Reuse), None));
        assert_eq!((caught.noticed_ms, caught.thief_in, caught.owner_in), (Some(7_000), false, false));
        let blind = vec![used(2_000, Actor::Thief, Deed::Rotated), used(8_000, Actor::You, Deed::Refused)];
        let blind = at(watched(blind, None, None));
        assert_eq!((blind.noticed_ms, blind.thief_in, blind.owner_in), (None, true, false), "the worst of all");
        assert_eq!(outcome(&Watched { thief: None, ..watched(Vec::new(), None, None) }, TokenStorage::Local, String::new()), None);
    }
}
