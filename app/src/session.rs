//! A session as a browser sees it. Pages hold a [`Session`]: the present phase, the wire log, and a few verbs.
//! What stands behind it is the engine in the rooms below; pages never see its ports.

pub mod contract;
pub mod engine;
pub mod flight;
pub mod memory;
pub mod phase;
pub mod ports;
pub mod record;
mod refresh;
pub mod schedule;
mod start;
mod state;
#[cfg(test)]
mod tests;
mod verbs;

use std::sync::Arc;

use leptos::prelude::*;
use serde::Serialize;
use uuid::Uuid;

pub use phase::Phase;

use crate::api::Answer;
use crate::wire::account::{SignUp, Viewer};
use crate::wire::secret::Secret;
use crate::wire::session::{Boot, Change, Leave, Limit, LogIn, Offer, Soon, TokenStorage};

/// What a page can do to the session. The browser's adapter implements it over the engine; while the server renders, there is none.
pub trait Verbs: Send + Sync {
    /// Logs in and makes the session this browser's.
    /// Answers with what to ask about saving it.
    fn log_in(&self, form: LogIn) -> Answer<Option<Offer>>;
    /// Whether this browser can ask for a passkey.
    fn has_passkeys(&self) -> bool;
    /// Logs in with a passkey, which the browser asks its owner for, with tokens that are `bound` to a key or not. Answers as [`Self::log_in`].
    fn log_in_by_passkey(&self, storage: Option<TokenStorage>, bound: bool) -> Answer<Option<Offer>>;
    /// Signs up, which logs in.
    fn sign_up(&self, form: SignUp) -> Answer<Option<Offer>>;
    /// One tap: opens a session by a saved login of this browser. Whoever was logged in before stays within reach.
    fn one_tap(&self, id: Uuid, password: Option<Secret>) -> Answer<()>;
    /// The same with one of the passkeys of its account, which the browser asks its owner for.
    fn one_tap_by_passkey(&self, id: Uuid) -> Answer<()>;
    /// Gone locally at once, then told to the server. Never fails towards the page.
    fn log_out(&self, leave: Leave) -> Answer<()>;
    /// Changes the living session: whether it outlives the browser's closing, where its tokens live.
    fn change(&self, change: Change) -> Answer<()>;
    /// Tries to reach the server again now, after [`Phase::Offline`].
    fn retry(&self);
}

/// Where a page's [`Session`] comes from. In context as `Arc<dyn Host>`, on both sides, before the pages are made.
///
/// While the server renders, it answers `Session::new(boot, None)`. In the browser it builds the engine, and starts it once the page has hydrated.
pub trait Host: Send + Sync {
    /// The session of this page. Asked once, first thing, with what the first HTML said.
    fn session(&self, boot: &Boot) -> Session;
}

/// One exchange with the server, for the inspector's wire log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exchange {
    /// Exchanges of one call share it: the request, the refresh it caused, the replay.
    pub group: u64,
    /// What it was to that call.
    pub part: Part,
    /// HTTP method.
    pub method: &'static str,
    /// Path and query; never a body, never a token.
    pub path: String,
    /// HTTP status; 0 when no answer came.
    pub status: u16,
    /// When it was sent, in milliseconds of a clock that is never set.
    pub at_ms: f64,
    /// Milliseconds until the answer was there.
    pub took_ms: f64,
}

/// What an exchange was to the call it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The request itself.
    Request,
    /// A refresh, before it or after a 401.
    Refresh,
    /// The request once more, with a fresh token.
    Replay,
}

/// What is said beside the page, which goes on meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aside {
    /// The password will be asked for, and how soon.
    pub soon: Option<Soon>,
    /// A refresh is under way.
    pub renewing: bool,
}

/// The handle that pages hold. In context.
#[derive(Clone)]
pub struct Session {
    phase: RwSignal<Phase>,
    storage: RwSignal<TokenStorage>,
    wire: RwSignal<Vec<Exchange>>,
    fleeting: RwSignal<bool>,
    soon: RwSignal<u32>,
    slow: RwSignal<bool>,
    verbs: Option<Arc<dyn Verbs>>,
}

impl Session {
    /// The session as the first HTML has it: the same on the server and in the browser, so that hydration finds what it expects.
    #[must_use]
    pub fn new(boot: &Boot, verbs: Option<Arc<dyn Verbs>>) -> Self {
        Self {
            phase: RwSignal::new(Phase::of(boot)),
            storage: RwSignal::new(boot.storage.unwrap_or_default()),
            wire: RwSignal::new(Vec::new()),
            fleeting: RwSignal::new(false),
            soon: RwSignal::new(number(Limit::of(boot.ends_in, boot.age).and_then(|limit| limit.soon(0.0)))),
            slow: RwSignal::new(false),
            verbs,
        }
    }

    /// The phase, tracked.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// Who is logged in, tracked: also while the server cannot be reached.
    #[must_use]
    pub fn viewer(&self) -> Option<Viewer> {
        self.phase.with(|phase| phase.viewer().cloned())
    }

    /// Who is logged in now.
    #[must_use]
    pub fn now(&self) -> Option<Viewer> {
        self.phase.with_untracked(|phase| phase.viewer().cloned())
    }

    /// Where the tokens live, tracked. Says something about an active session only.
    #[must_use]
    pub fn storage(&self) -> TokenStorage {
        self.storage.get()
    }

    /// Where the tokens live now.
    #[must_use]
    pub fn storage_now(&self) -> TokenStorage {
        self.storage.get_untracked()
    }

    /// The last exchanges with the server now, oldest first.
    #[must_use]
    pub fn wire_now(&self) -> Vec<Exchange> {
        self.wire.get_untracked()
    }

    /// The last exchanges with the server, oldest first, tracked.
    #[must_use]
    pub fn wire(&self) -> Vec<Exchange> {
        self.wire.get()
    }

    /// Whether the browser refuses to store this session's tokens, tracked: they are in memory instead, and gone after a reload.
    #[must_use]
    pub fn fleeting(&self) -> bool {
        self.fleeting.get()
    }

    /// Whether the password will soon be asked for, tracked.
    #[must_use]
    pub fn soon(&self) -> Option<Soon> {
        match self.soon.get() {
            0 => None,
            1 => Some(Soon::Day),
            _ => Some(Soon::Quarter),
        }
    }

    /// Whether a refresh takes longer than anybody would overlook, tracked.
    #[must_use]
    pub fn slow(&self) -> bool {
        self.slow.get()
    }

    /// The verbs; `None` while the server renders.
    #[must_use]
    pub fn verbs(&self) -> Option<Arc<dyn Verbs>> {
        self.verbs.clone()
    }

    /// For the adapter: the engine has moved on. Unchanged phases wake nobody.
    pub fn show(&self, phase: Phase, storage: TokenStorage) {
        if self.phase.get_untracked() != phase {
            self.phase.set(phase);
        }
        if self.storage.get_untracked() != storage {
            self.storage.set(storage);
        }
    }

    /// For the adapter: the browser's storage was refused, or not.
    pub fn show_fleeting(&self, fleeting: bool) {
        if self.fleeting.get_untracked() != fleeting {
            self.fleeting.set(fleeting);
        }
    }

    /// For the adapter: the password will soon be asked for, or not.
    pub fn show_soon(&self, soon: Option<Soon>) {
        if self.soon.get_untracked() != number(soon) {
            self.soon.set(number(soon));
        }
    }

    /// For the adapter: a refresh takes long, or not any more.
    pub fn show_slow(&self, slow: bool) {
        if self.slow.get_untracked() != slow {
            self.slow.set(slow);
        }
    }

    /// For the adapter: an exchange took place. The last 60 are kept.
    pub fn record(&self, exchange: Exchange) {
        self.wire.update(|wire| {
            wire.push(exchange);
            let surplus = wire.len().saturating_sub(60);
            wire.drain(..surplus);
        });
    }
}

/// As it stands in a signal: one of numbers is there anyway, and each kind of signal takes room.
const fn number(soon: Option<Soon>) -> u32 {
    match soon {
        None => 0,
        Some(Soon::Day) => 1,
        Some(Soon::Quarter) => 2,
    }
}
