//! What the lab expects of a browser, what it has measured there, and what it makes of both. Pure: who measures stands in `ui::lab` and in
//! the lab's adapter.
//!
//! Nothing here is a result by itself: a cell says what is *expected* until the browser at hand has said otherwise, and what was expected
//! stays in sight beside what came out.

pub mod accounts;
pub mod chosen;
pub mod compare;
pub mod cost;
pub mod cross;
pub mod lag;
pub mod leaving;
pub mod opening;
pub mod pair;
pub mod refresh;
pub mod script;
pub mod spread;
pub mod survival;
pub mod tabs;
pub mod theft;
pub mod time;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use accounts::Switch;
use chosen::Chosen;
use cost::Cost;
use cross::Crossing;
use lag::Lag;
use leaving::Leaving;
use opening::Opening;
use refresh::Burst;
use script::Robbery;
use survival::{Pending, Seen};
use tabs::Race;
use theft::Outcome;
use time::Asked;

use crate::wire::lab::Knobs;

/// A result that a notebook holds, until another takes its place.
pub trait Kept {
    /// Whether `self` and an older one answer the same question, so that the newer one counts alone.
    fn replaces(&self, older: &Self) -> bool;
}

/// Notes a result in its list.
pub fn note<T: Kept>(list: &mut Vec<T>, new: T) {
    list.retain(|old| !new.replaces(old));
    list.push(new);
}

/// What the lab keeps in a browser.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notebook {
    /// The lab's session of this browser: its bench, and its account.
    pub bench: Option<(Uuid, Uuid)>,
    /// Whether that session was begun with tokens that are bound to a key.
    pub bound: bool,
    /// By which rules it was begun.
    pub knobs: Option<Knobs>,
    /// What was chosen for the next one.
    pub chosen: Chosen,
    /// A mark that was planted.
    pub pending: Option<Pending>,
    /// What survived what, the newest of each event.
    pub survived: Vec<Seen>,
    /// Bursts, the newest of each storage.
    pub bursts: Vec<Burst>,
    /// What injected scripts could take, the newest of each storage.
    pub robberies: Vec<Robbery>,
    /// How long copies of access tokens went on, for each storage, kind of token, life and check: all runs together.
    pub lags: Vec<Lag>,
    /// What requests cost, the newest for each storage and kind of token.
    pub costs: Vec<Cost>,
    /// Log-outs, the newest of each storage.
    pub leavings: Vec<Leaving>,
    /// Thefts, the newest for each storage and rotation.
    pub thefts: Vec<Outcome>,
    /// What other sites got through, the newest of each storage and attacker.
    pub crossings: Vec<Crossing>,
    /// Races of two tabs, the newest for each storage, rotation and lock.
    pub races: Vec<Race>,
    /// Switches of accounts, the newest run.
    pub switches: Vec<Switch>,
    /// What was asked for after so much time, the newest for each of them and each set of limits.
    pub asked: Vec<Asked>,
    /// How long the first post took, the newest of each storage.
    pub openings: Vec<Opening>,
}

impl Notebook {
    /// As it was kept. What cannot be read is as good as empty, and what an older version kept without samples was not run.
    #[must_use]
    pub fn read(text: Option<&str>) -> Self {
        let mut book: Self = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        book.bursts.retain(|burst| !burst.runs.is_empty());
        book.lags.retain(|lag| !lag.runs.is_empty());
        book
    }

    /// Without its results: with the session there is, and what was chosen.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self { bench: self.bench, bound: self.bound, knobs: self.knobs, chosen: self.chosen, ..Self::default() }
    }

    /// As it is kept, and exported.
    #[must_use]
    pub fn written(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::survival::Event;

    #[test]
    fn a_notebook_is_read_as_it_was_written_and_noise_is_an_empty_one() {
        let mut book = Notebook::default();
        let seen = |found| Seen { event: Event::Reload, found, at: 1, browser: "Chromium".into() };
        book.pending = Some(Pending { mark: Uuid::from_u128(1), event: Event::Reload });
        note(&mut book.survived, seen([true; 5]));
        note(&mut book.survived, seen([false; 5]));
        note(&mut book.survived, Seen { event: Event::Link, ..seen([true; 5]) });
        assert_eq!(book.survived.iter().map(|seen| seen.found[0]).collect::<Vec<_>>(), [false, true], "the newest of each event");
        assert_eq!(Notebook::read(Some(&book.written())), book);
        for noise in [None, Some(""), Some("[]"), Some("{\"survived\":7}")] {
            assert_eq!(Notebook::read(noise), Notebook::default());
        }
        assert_eq!(Notebook::read(Some("{\"later\":1}")), Notebook::default(), "of a newer version");
    }

    #[test]
    fn a_notebook_that_kept_one_sample_is_read_and_its_other_results_stay() {
        let older = r#"{
            "survived": [{"event": "reload", "found": [false, true, true, true, true], "at": 1, "browser": "Chromium"}],
            "bursts": [{"storage": "local", "asked": 5, "answered": 5, "refused": 5, "refreshes": 1, "took_ms": 30.5, "plain_ms": 9.0,
                        "at": 1, "browser": "Chromium"}],
            "lags": [{"knobs": {"access_life": 10, "rotation": "detecting", "check": "signature", "token": "jwt"},
                      "lag_ms": 9800, "answered": 39, "at": 1, "browser": "Chromium"}]
        }"#;
        let book = Notebook::read(Some(older));
        assert_eq!((book.survived.len(), book.bursts.len(), book.lags.len()), (1, 0, 0), "one figure is no spread");
    }
}
