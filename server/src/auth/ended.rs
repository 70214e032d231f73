//! What stops access tokens before they expire, in memory, as they are not asked about in the database: sessions that ended, accounts
//! that were disabled or got another epoch, each for as long as a token of theirs could still be good.
//!
//! What this process ends is here at once. What others end is heard by `jobs::listen`, and whatever is not heard is seen by
//! `jobs::look`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use uuid::Uuid;

use super::Auth;
use crate::model::{Timestamp, millis};
use crate::store::accounts::{self, Standing};
use crate::store::notices::Notice;
use crate::store::{Result, sessions};

/// How far the clocks of servers and database may be apart, and how long a transaction may take from its statement to its commit, in
/// milliseconds: that much further back is read than what was read already.
pub const OVERLAP: i64 = 60_000;

/// What stops access tokens.
#[derive(Default)]
pub struct Ended {
    known: RwLock<Known>,
    /// How much there is: most of the time nothing, and then nobody takes the lock.
    count: AtomicUsize,
}

#[derive(Default)]
struct Known {
    sessions: HashMap<Uuid, Timestamp>,
    accounts: HashMap<Uuid, Standing>,
}

impl Ended {
    /// This session has ended.
    pub fn add(&self, session_id: Uuid, at: Timestamp) {
        self.change(|known| {
            known.sessions.insert(session_id, at);
        });
    }

    /// This is how an account stands. Told in any order, the newest holds, and an epoch is never taken back.
    pub fn stand(&self, new: Standing) {
        self.change(|known| {
            let held = known.accounts.entry(new.account_id).or_insert_with(|| new.clone());
            let epoch = held.epoch.max(new.epoch);
            if new.changed_at >= held.changed_at {
                *held = new;
            }
            held.epoch = epoch;
        });
    }

    /// Somebody called it out.
    pub fn hear(&self, notice: Notice) {
        match notice {
            Notice::Ended(session_id, at) => self.add(session_id, at),
            Notice::Changed(standing) => self.stand(standing),
        }
    }

    /// Whether an access token is stopped: its session has ended, its account is disabled or has a newer epoch.
    #[must_use]
    pub fn refuses(&self, account_id: Uuid, epoch: i64, session_id: Uuid) -> bool {
        if self.count.load(Ordering::Acquire) == 0 {
            return false;
        }
        let known = self.read();
        known.sessions.contains_key(&session_id) || known.accounts.get(&account_id).is_some_and(|now| now.disabled || now.epoch > epoch)
    }

    /// Forgets what happened before `before`: the access tokens of that time have expired by themselves.
    pub fn forget(&self, before: Timestamp) {
        if self.count.load(Ordering::Acquire) > 0 {
            self.change(|known| {
                known.sessions.retain(|_, at| *at >= before);
                known.accounts.retain(|_, standing| standing.changed_at >= before);
            });
        }
    }

    /// For how many bytes of entries there is room now: what the process holds for it, but for what the tables add of their own.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let known = self.read();
        known.sessions.capacity() * size_of::<(Uuid, Timestamp)>() + known.accounts.capacity() * size_of::<(Uuid, Standing)>()
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Known)) {
        let mut known: RwLockWriteGuard<'_, Known> = self.known.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut known);
        self.count.store(known.sessions.len() + known.accounts.len(), Ordering::Release);
    }
}

/// Since when something may have happened that an access token of now must not survive.
#[must_use]
pub fn horizon(auth: &Auth) -> Timestamp {
    auth.clock.now() - millis(auth.access.life()) - OVERLAP
}

/// Reads everything that an access token could still contradict: at the start, and whenever notices may have been lost.
///
/// # Errors
/// When the database fails.
pub async fn read_all(auth: &Auth) -> Result<()> {
    read_since(auth, horizon(auth)).await
}

/// Reads what happened after `since`. Both questions are answered from an index of little else.
///
/// # Errors
/// When the database fails.
pub async fn read_since(auth: &Auth, since: Timestamp) -> Result<()> {
    for (session_id, at) in sessions::ended_since(&auth.db, since).await? {
        auth.ended.add(session_id, at);
    }
    for standing in accounts::changed_since(&auth.db, since).await? {
        auth.ended.stand(standing);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: Uuid = Uuid::from_u128(1);
    const SESSION: Uuid = Uuid::from_u128(2);

    fn standing(epoch: i64, disabled: bool, changed_at: Timestamp) -> Standing {
        Standing { account_id: ACCOUNT, epoch, disabled, changed_at }
    }

    #[test]
    fn an_ended_session_is_remembered_until_its_tokens_are_over() {
        let ended = Ended::default();
        let refuses = |ended: &Ended| ended.refuses(ACCOUNT, 0, SESSION);
        assert!(!refuses(&ended));
        ended.add(SESSION, 100);
        assert!(refuses(&ended));
        assert!(!ended.refuses(ACCOUNT, 0, Uuid::from_u128(3)), "that session alone");
        ended.forget(100);
        assert!(refuses(&ended));
        ended.forget(101);
        assert!(!refuses(&ended));
    }

    #[test]
    fn a_newer_epoch_stops_older_tokens_and_no_others() {
        let ended = Ended::default();
        ended.stand(standing(5, false, 100));
        assert!(ended.refuses(ACCOUNT, 4, SESSION));
        assert!(!ended.refuses(ACCOUNT, 5, SESSION));
        assert!(!ended.refuses(Uuid::from_u128(9), 4, SESSION));
        ended.stand(standing(4, false, 90));
        assert!(ended.refuses(ACCOUNT, 4, SESSION), "what was told late takes no epoch back");
        ended.forget(101);
        assert!(!ended.refuses(ACCOUNT, 4, SESSION));
    }

    #[test]
    fn a_disabled_account_is_refused_until_it_is_enabled_in_whatever_order_it_is_told() {
        let ended = Ended::default();
        ended.stand(standing(0, true, 100));
        assert!(ended.refuses(ACCOUNT, 0, SESSION));
        ended.stand(standing(0, false, 90));
        assert!(ended.refuses(ACCOUNT, 0, SESSION), "that is older");
        ended.stand(standing(0, false, 110));
        assert!(!ended.refuses(ACCOUNT, 0, SESSION));
        ended.stand(standing(0, true, 100));
        assert!(!ended.refuses(ACCOUNT, 0, SESSION), "that is older, too");
    }
}
