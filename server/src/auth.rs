//! Who is there, and what they may do. The use cases stand in [`session`] and [`account`]; what they decide with stands in the
//! pure rooms [`chain`], [`access`] and [`policy`].

pub mod access;
pub mod account;
pub mod chain;
pub mod confirm;
pub mod deletion;
pub mod device;
pub mod dpop;
pub mod ended;
pub mod ending;
pub mod error;
pub mod events;
pub mod export;
pub mod factor;
pub mod govern;
pub mod keys;
pub mod lab;
pub mod mail;
pub mod passkey;
pub mod password;
pub mod passwords;
pub mod places;
pub mod policy;
pub mod prove;
pub mod refusals;
pub mod renewal;
pub mod ring;
pub mod saved;
pub mod session;
pub mod throttle;
pub mod ticket;

use std::sync::Arc;
use std::time::Duration;

use app::wire::account::Role;
use app::wire::session::{patience, race_window};
pub use error::{Error, Result};
use uuid::Uuid;

use crate::clock::Clock;
use crate::model::Race;
use crate::store::Db;

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A saved session that is not used.
    pub saved_idle: Duration,
    /// A saved session at the most.
    pub saved_age: Duration,
    /// A session that is not saved and not used. Browsers that restore session cookies must not turn "not now" into "for ever".
    pub unsaved_idle: Duration,
    /// A session that is not saved, at the most.
    pub unsaved_age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self { saved_idle: DAY * 90, saved_age: DAY * 365, unsaved_idle: DAY / 2, unsaved_age: DAY * 7 }
    }
}

/// Everything the use cases need.
pub struct Auth {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Mints and verifies access tokens.
    pub access: access::Access,
    /// Seals and opens refresh tokens.
    pub chain: chain::Chain,
    /// Seals and opens the keys of saved logins.
    pub saved_chain: chain::Chain,
    /// Hashes passwords.
    pub hasher: password::Hasher,
    /// Where the keys of both come from.
    pub keys: keys::Keeper,
    /// The proofs that were shown of late.
    pub proofs: dpop::Proofs,
    /// What ended a moment ago.
    pub ended: ended::Ended,
    /// What has come back, and is still to be written down.
    pub confirmations: confirm::Confirmations,
    /// Log-ins that were refused, and are still to be written down.
    pub refusals: refusals::Refusals,
    /// How long sessions last.
    pub limits: Limits,
    /// Whether attempts to log in are counted.
    pub throttle: bool,
    /// Fewest characters of a new password.
    pub password_min: usize,
    /// Whether an admin must have a second factor.
    pub admins_need_two: bool,
    /// Asks authenticators for passkeys.
    pub relying_party: passkey::RelyingParty,
    /// Sessions with rules of their own; `None` where the lab is off.
    pub lab: Option<lab::Lab>,
}

impl Auth {
    /// Whether somebody of this role must have a second factor.
    #[must_use]
    pub fn demands_two_of(&self, role: Role) -> bool {
        self.admins_need_two && role == Role::Admin
    }

    /// How long the access tokens of a session live: as the configuration says, unless the lab has rules for it.
    #[must_use]
    pub fn life_of(&self, session_id: Uuid) -> Duration {
        self.lab.as_ref().and_then(|lab| lab.life(session_id)).unwrap_or(self.access.life())
    }

    /// For how long a token that was just handed out may be in a race.
    #[must_use]
    pub fn race(&self) -> Race {
        race(self.access.life())
    }

    /// The same for one session.
    #[must_use]
    pub fn race_of(&self, session_id: Uuid) -> Race {
        if self.lab.as_ref().is_some_and(|lab| lab.forgives_no_race(session_id)) {
            return Race { window: 0, answer: 0 };
        }
        race(self.life_of(session_id))
    }
}

fn race(life: Duration) -> Race {
    let life = u32::try_from(life.as_secs()).unwrap_or(u32::MAX);
    // A second for the way there.
    Race { window: race_window(life).into(), answer: (patience(life) + 1_000).into() }
}
