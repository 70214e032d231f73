//! What a client keeps of its session. In the cookie strategies the record holds no secret, only what other tabs need in order
//! to see that the session has moved.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::wire::account::Viewer;
use crate::wire::secret::{self, Secret};
use crate::wire::session::{Grant, Leave, TokenStorage, Why};

/// The one thing in a [`super::ports::TokenStore`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A session.
    Session(Kept),
    /// A log-out that the server has not heard of yet. It is told first thing next time.
    Revoke(Revoke),
}

/// A session as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Who is logged in, so that the page can be shown before any request.
    pub viewer: Viewer,
    /// How far the refresh chain has come.
    pub generation: u64,
    /// Where the tokens live.
    pub storage: TokenStorage,
    /// Whether the session outlives the browser's closing.
    pub saved: bool,
    /// Seconds for which the access token held when it came.
    pub expires_in: u32,
    /// When it came, by the wall clock, Unix milliseconds. A hint, whether to refresh before the first request.
    pub received_at: i64,
    /// Seconds that were left of the session then.
    #[serde(default)]
    pub ends_in: Option<u32>,
    /// Seconds that such a session lasts in all.
    #[serde(default)]
    pub age: Option<u32>,
    /// Whether the tokens are bound to a key, and each request has to be signed with it.
    #[serde(default)]
    pub bound: bool,
    /// Drawn anew for each grant.
    pub stamp: u64,
    /// The access token, where the client holds it.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    pub access: Option<Secret>,
    /// The refresh token, where the client holds it.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    pub refresh: Option<Secret>,
}

/// A log-out that is still owed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Revoke {
    /// The session that ended here.
    pub session_id: Uuid,
    /// Whose it was.
    pub account_id: Uuid,
    /// Where its tokens lived.
    pub storage: TokenStorage,
    /// Whether it was to outlive the browser's closing.
    pub saved: bool,
    /// Drawn anew.
    pub stamp: u64,
    /// What becomes of this browser's saved logins.
    #[serde(default)]
    pub leave: Leave,
    /// The refresh token, where the client held it: the server knows the session by it.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    pub refresh: Option<Secret>,
}

/// How long a record shall last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// As long as this document: in memory.
    Page,
    /// As long as this tab, across reloads.
    Tab,
    /// Until it is taken away, and for every tab.
    Browser,
}

impl Place {
    /// From the nearest: the order in which a client looks.
    pub const ALL: [Self; 3] = [Self::Page, Self::Tab, Self::Browser];

    const fn of(storage: TokenStorage, saved: bool) -> Self {
        match storage {
            TokenStorage::Cookie | TokenStorage::Hybrid => Self::Browser,
            TokenStorage::Local | TokenStorage::Native if saved => Self::Browser,
            TokenStorage::Local | TokenStorage::Native | TokenStorage::Session => Self::Tab,
            TokenStorage::Memory => Self::Page,
        }
    }
}

impl Record {
    /// The session it is about.
    #[must_use]
    pub const fn session_id(&self) -> Uuid {
        match self {
            Self::Session(kept) => kept.viewer.session_id,
            Self::Revoke(revoke) => revoke.session_id,
        }
    }

    /// See [`super::ports::TokenStore::stamp`].
    #[must_use]
    pub const fn stamp(&self) -> u64 {
        match self {
            Self::Session(kept) => kept.stamp,
            Self::Revoke(revoke) => revoke.stamp,
        }
    }

    /// Whether the session is lost with it: it holds tokens, and not only news for other tabs.
    #[must_use]
    pub const fn precious(&self) -> bool {
        match self {
            Self::Session(kept) => !kept.storage.refresh_in_cookie(),
            Self::Revoke(_) => false,
        }
    }

    /// Where it belongs.
    #[must_use]
    pub const fn place(&self) -> Place {
        match self {
            Self::Session(kept) => kept.place(),
            Self::Revoke(revoke) => Place::of(revoke.storage, revoke.saved),
        }
    }
}

impl Kept {
    /// What a grant leaves behind.
    #[must_use]
    pub fn of(grant: Grant, stamp: u64, received_at: i64) -> Self {
        let Grant { viewer, generation, storage, saved, expires_in, ends_in, age, bound, access, refresh, .. } = grant;
        Self { viewer, generation, storage, saved, expires_in, received_at, ends_in, age, bound, stamp, access, refresh }
    }

    /// Where it belongs.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place::of(self.storage, self.saved)
    }

    /// Whether it is a newer grant of the same session, in the same storage.
    #[must_use]
    pub fn follows(&self, other: &Self) -> bool {
        let same = self.viewer.session_id == other.viewer.session_id && self.storage == other.storage;
        same && self.generation > other.generation
    }

    /// Whether an access token is at hand: in a cookie, or here.
    #[must_use]
    pub const fn has_access(&self) -> bool {
        self.storage.access_in_cookie() || self.access.is_some()
    }

    /// What of it is stored: in the cookie strategies, nothing that anyone could use.
    #[must_use]
    pub fn record(&self) -> Record {
        let mut kept = self.clone();
        if kept.storage.refresh_in_cookie() {
            kept.access = None;
            kept.refresh = None;
        }
        Record::Session(kept)
    }

    /// What is owed to the server when it is logged out.
    #[must_use]
    pub fn revoke(&self, stamp: u64) -> Revoke {
        Revoke {
            session_id: self.viewer.session_id,
            account_id: self.viewer.account_id,
            storage: self.storage,
            saved: self.saved,
            stamp,
            leave: Leave::Keep,
            refresh: self.refresh.clone(),
        }
    }
}

/// What a client finds when it reads its store again.
#[derive(Debug)]
pub(super) enum Found {
    /// What it knew.
    Same,
    /// An older grant of the same session than what it knew. Browsers do not tell every process at once what another has stored, so without
    /// a lock a slower tab can bury a newer token.
    Behind,
    /// Another tab has been at it.
    Moved(Box<Kept>),
    /// The session has no place in this browser any more.
    Gone(Why),
}

impl Found {
    /// `known` is what this tab holds. In the cookie strategies an empty store means nothing: the cookies are what counts.
    pub(super) fn of(record: Option<Record>, known: &Kept) -> Self {
        match record {
            Some(Record::Session(kept)) if kept.stamp == known.stamp => Self::Same,
            Some(Record::Session(kept)) if known.follows(&kept) => Self::Behind,
            Some(Record::Session(kept)) => Self::Moved(Box::new(kept)),
            Some(Record::Revoke(revoke)) if revoke.session_id == known.viewer.session_id => Self::Gone(Why::LoggedOut),
            _ if known.storage.refresh_in_cookie() => Self::Same,
            _ => Self::Gone(Why::Cleared),
        }
    }
}
