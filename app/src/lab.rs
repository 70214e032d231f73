//! What the lab expects of a browser, what it has measured there, and what it makes of both. Pure: who measures stands in `ui::lab` and in
//! the lab's adapter.
//!
//! Nothing here is a result by itself: a cell says what is *expected* until the browser at hand has said otherwise, and what was expected
//! stays in sight beside what came out.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::wire::lab::{Deed, Knobs, Usable, Use, Watched};
use crate::wire::session::TokenStorage;

/// Where a browser can keep something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A variable of the page.
    Memory,
    /// sessionStorage.
    Tab,
    /// localStorage.
    Browser,
    /// A cookie without `Max-Age`.
    Fleeting,
    /// A cookie with `Max-Age`.
    Lasting,
}

impl Place {
    /// All of them, in the order of [`Seen::found`].
    pub const ALL: [Self; 5] = [Self::Memory, Self::Tab, Self::Browser, Self::Fleeting, Self::Lasting];
}

/// What can happen to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It is loaded anew.
    Reload,
    /// The site is opened in a tab of its own, by its address.
    Typed,
    /// A link opens it in a new tab.
    Link,
    /// `window.open` opens it in a new tab.
    Script,
    /// The browser is closed and started again.
    Restart,
}

impl Event {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 5] = [Self::Reload, Self::Typed, Self::Link, Self::Script, Self::Restart];

    /// Whether the page can do it by itself.
    #[must_use]
    pub const fn is_automatic(self) -> bool {
        matches!(self, Self::Reload | Self::Link | Self::Script)
    }
}

/// Whether a mark in `place` is expected to be there after `event`: the WHATWG HTML standard for storage (§12.2), RFC 6265bis for cookies,
/// and a browser that does not restore its last session.
#[must_use]
pub const fn survives(place: Place, event: Event) -> bool {
    match place {
        Place::Memory => false,
        // A window that a script opens begins with a copy.
        Place::Tab => matches!(event, Event::Reload | Event::Script),
        Place::Browser | Place::Lasting => true,
        Place::Fleeting => !matches!(event, Event::Restart),
    }
}

/// A mark that was planted, and what is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The mark.
    pub mark: Uuid,
    /// What will happen.
    pub event: Event,
}

/// Where a mark was found after an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// What had happened.
    pub event: Event,
    /// Where, in the order of [`Place::ALL`].
    pub found: [bool; 5],
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

/// What one burst of requests took after the access token had run out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Burst {
    /// Where the tokens lay.
    pub storage: TokenStorage,
    /// How many requests were made at once.
    pub asked: u32,
    /// How many of them were answered in the end.
    pub answered: u32,
    /// Answers of 401.
    pub refused: u32,
    /// Calls of the refresh.
    pub refreshes: u32,
    /// Milliseconds until all were answered.
    pub took_ms: f64,
    /// Milliseconds that the same requests took with a token that held, just before.
    pub plain_ms: f64,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

/// Where an injected script looks for tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `document.cookie`.
    Cookie,
    /// localStorage.
    Browser,
    /// sessionStorage.
    Tab,
    /// What the page sends.
    Wire,
    /// The memory of the page's wasm.
    Memory,
    /// What the API answers.
    Api,
}

impl Source {
    /// All of them, in the order of [`Robbery::taken`].
    pub const ALL: [Self; 6] = [Self::Cookie, Self::Browser, Self::Tab, Self::Wire, Self::Memory, Self::Api];

    /// As the script writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Browser => "browser",
            Self::Tab => "tab",
            Self::Wire => "wire",
            Self::Memory => "memory",
            Self::Api => "api",
        }
    }
}

/// What a script is expected to find there that another machine could use. What the app keeps for itself passes through its memory.
#[must_use]
pub const fn finds(source: Source, storage: TokenStorage) -> Usable {
    let (access, refresh) = (!storage.access_in_cookie(), !storage.refresh_in_cookie());
    match source {
        Source::Cookie | Source::Api => Usable { access: false, refresh: false },
        Source::Browser => Usable { access: matches!(storage, TokenStorage::Local), refresh: matches!(storage, TokenStorage::Local) },
        Source::Tab => Usable { access: matches!(storage, TokenStorage::Session), refresh: matches!(storage, TokenStorage::Session) },
        Source::Wire => Usable { access, refresh: false },
        Source::Memory => Usable { access, refresh },
    }
}

/// What an injected script could take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Robbery {
    /// Where the tokens lay.
    pub storage: TokenStorage,
    /// What another machine could use of what was found, in the order of [`Source::ALL`].
    pub taken: [Usable; 6],
    /// Whether the script read what its owner sees.
    pub read: bool,
    /// Whether it acted in the owner's name.
    pub acted: bool,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

impl Robbery {
    /// What could be used of all that was found.
    #[must_use]
    pub fn all(&self) -> Usable {
        any(self.taken.iter())
    }
}

/// What could be used of all of it.
fn any<'a>(mut taken: impl Iterator<Item = &'a Usable> + Clone) -> Usable {
    Usable { access: taken.clone().any(|taken| taken.access), refresh: taken.any(|taken| taken.refresh) }
}

/// What a script is expected to find in all places together.
#[must_use]
pub fn finds_anywhere(storage: TokenStorage) -> Usable {
    any(Source::ALL.map(|source| finds(source, storage)).iter())
}

/// What is left after a log-out, and what of it still opens anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

/// For how long a copy of an access token still opened something after its session had ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    /// By which rules.
    pub knobs: Knobs,
    /// Milliseconds from the end of the session to the first refusal. The copy was shown every [`LAG_STEP`].
    pub lag_ms: i64,
    /// How often the copy was answered after the end.
    pub answered: u32,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

/// How often a copy is shown, in milliseconds: how exact [`Lag::lag_ms`] is.
pub const LAG_STEP: u32 = 250;

/// How a theft came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Where the tokens lay.
    pub storage: TokenStorage,
    /// By which rules.
    pub knobs: Knobs,
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

/// What the lab keeps in a browser.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notebook {
    /// The lab's session of this browser: its bench, and its account.
    pub bench: Option<(Uuid, Uuid)>,
    /// A mark that was planted.
    pub pending: Option<Pending>,
    /// What survived what, the newest of each event.
    pub survived: Vec<Seen>,
    /// Bursts, the newest of each storage.
    pub bursts: Vec<Burst>,
    /// What injected scripts could take, the newest of each storage.
    pub robberies: Vec<Robbery>,
    /// How long copies of access tokens went on, the newest for each life and check.
    pub lags: Vec<Lag>,
    /// Log-outs, the newest of each storage.
    pub leavings: Vec<Leaving>,
    /// Thefts, the newest for each storage and rotation.
    pub thefts: Vec<Outcome>,
}

impl Notebook {
    /// As it was kept. What cannot be read is as good as empty.
    #[must_use]
    pub fn read(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// As it is kept, and exported.
    #[must_use]
    pub fn written(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// What was seen after an event, if it was tried.
    #[must_use]
    pub fn seen(&self, event: Event) -> Option<&Seen> {
        self.survived.iter().find(|seen| seen.event == event)
    }

    /// A mark was looked for after an event.
    pub fn survive(&mut self, seen: Seen) {
        self.pending = None;
        self.survived.retain(|old| old.event != seen.event);
        self.survived.push(seen);
    }

    /// A burst was made.
    pub fn burst(&mut self, burst: Burst) {
        self.bursts.retain(|old| old.storage != burst.storage);
        self.bursts.push(burst);
    }

    /// A script was injected.
    pub fn robbery(&mut self, robbery: Robbery) {
        self.robberies.retain(|old| old.storage != robbery.storage);
        self.robberies.push(robbery);
    }

    /// A copy went on for so long.
    pub fn lag(&mut self, lag: Lag) {
        self.lags.retain(|old| (old.knobs.access_life, old.knobs.check) != (lag.knobs.access_life, lag.knobs.check));
        self.lags.push(lag);
    }

    /// Somebody has logged out.
    pub fn leaving(&mut self, leaving: Leaving) {
        self.leavings.retain(|old| old.storage != leaving.storage);
        self.leavings.push(leaving);
    }

    /// A theft has come to this.
    pub fn theft(&mut self, outcome: Outcome) {
        self.thefts.retain(|old| (old.storage, old.knobs.rotation) != (outcome.storage, outcome.knobs.rotation));
        self.thefts.push(outcome);
    }
}

/// How a theft stands, as the server sees it. `None` before there is one.
#[must_use]
pub fn outcome(watched: &Watched, storage: TokenStorage, browser: String) -> Option<Outcome> {
    let thief = watched.thief.as_ref()?;
    let noticed = watched.uses.iter().find(|used| used.deed == Deed::Caught && used.at >= thief.since);
    let out = |used: &&Use| matches!(used.deed, Deed::Refused | Deed::Caught | Deed::Over);
    let owner_out = watched.uses.iter().rev().find(|used| used.by == crate::wire::lab::Actor::You).filter(out).is_some();
    Some(Outcome {
        storage,
        knobs: watched.knobs,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::lab::{Actor, ThiefSeen};
    use crate::wire::session::Why;

    #[test]
    fn a_notebook_is_read_as_it_was_written_and_noise_is_an_empty_one() {
        let mut book = Notebook::default();
        let seen = |found| Seen { event: Event::Reload, found, at: 1, browser: "Chromium".into() };
        book.pending = Some(Pending { mark: Uuid::from_u128(1), event: Event::Reload });
        book.survive(seen([true; 5]));
        book.survive(seen([false; 5]));
        assert_eq!(book.survived.len(), 1, "the newest counts");
        assert_eq!(book.pending, None);
        assert_eq!(Notebook::read(Some(&book.written())), book);
        for noise in [None, Some(""), Some("[]"), Some("{\"survived\":7}")] {
            assert_eq!(Notebook::read(noise), Notebook::default());
        }
        assert_eq!(Notebook::read(Some("{\"later\":1}")), Notebook::default(), "of a newer version");
    }

    #[test]
    fn what_is_expected_to_survive() {
        let row = |place| Event::ALL.map(|event| survives(place, event));
        assert_eq!(row(Place::Memory), [false; 5]);
        assert_eq!(row(Place::Tab), [true, false, false, true, false]);
        assert_eq!(row(Place::Browser), [true; 5]);
        assert_eq!(row(Place::Fleeting), [true, true, true, true, false]);
        assert_eq!(row(Place::Lasting), [true; 5]);
    }

    fn watched(uses: Vec<Use>, ended: Option<Why>, out_at: Option<i64>) -> Watched {
        Watched {
            knobs: Knobs::usual(10),
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
