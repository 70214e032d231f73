//! Two tabs that race for one refresh token: each race wants a session that has not been refreshed yet. So one takes the place of another, for
//! the same account: no password is hashed for it, and tabs that show the account go along.

use std::collections::VecDeque;
use std::time::Duration;

use app::wire::lab::Rotation;
use app::wire::lab::tabs::{Again, LONGEST_DELAY};
use app::wire::session::Why;
use uuid::Uuid;

use super::{Lab, MINUTE};
use crate::auth::session::{self, Granted};
use crate::auth::{Auth, Error, Result};
use crate::model::{Device, Timestamp};
use crate::store::{accounts, sessions};

/// The most sessions that take the place of others within a minute. Each is a row, and ends the one before.
const AGAIN: usize = 400;

impl Lab {
    /// Whether the rules of a session know no races: who shows a token that has been replaced is never the loser of one.
    #[must_use]
    pub fn forgives_no_race(&self, session_id: Uuid) -> bool {
        self.of(session_id, |bench| bench.knobs.rotation == Rotation::Strict).unwrap_or_default()
    }

    /// Comes back when a refresh of the session may be answered.
    pub async fn dawdle(&self, session_id: Uuid) {
        let delay = self.of(session_id, |bench| bench.delay).unwrap_or_default();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    /// Whether one more session may take the place of another now; that is counted.
    fn counts_again(&self, now: Timestamp) -> bool {
        let mut benches = self.benches();
        let again: &mut VecDeque<Timestamp> = &mut benches.again;
        while again.front().is_some_and(|at| now - at >= MINUTE) {
            again.pop_front();
        }
        let has_room = again.len() < AGAIN;
        if has_room {
            again.push_back(now);
        }
        has_room
    }

    /// Another session has taken the place of the one that is watched: what was seen of that one is forgotten. `None`: nothing of that name
    /// is watched.
    fn replace(&self, bench: Uuid, by: Uuid, generation: i64, delay: Duration) -> Option<()> {
        let mut benches = self.benches();
        let watched = benches.by_id.get_mut(&bench)?;
        let former = std::mem::replace(&mut watched.session_id, by);
        watched.newest = generation.cast_unsigned();
        watched.uses.clear();
        watched.minted.clear();
        watched.expired.clear();
        (watched.thief, watched.sample) = (None, None);
        watched.delay = delay;
        benches.by_session.remove(&former);
        benches.by_session.insert(by, bench);
        Some(())
    }
}

/// Begins another session of a bench's account, in the same storage and by the same rules. The one before ends.
///
/// # Errors
/// [`Error::NotFound`] where nothing of that name is watched, or its account is gone; [`Error::Throttled`].
pub async fn again(auth: &Auth, bench: Uuid, form: Again, device: Device) -> Result<Granted> {
    let lab = auth.lab.as_ref().ok_or(Error::NotFound)?;
    let now = auth.clock.now();
    let (former, ..) = lab.seen(bench).ok_or(Error::NotFound)?;
    let row = sessions::by_id(&auth.db, former).await?.ok_or(Error::NotFound)?;
    let account =
        accounts::by_id(&auth.db, row.account_id).await?.filter(|account| account.disabled_at.is_none()).ok_or(Error::NotFound)?;
    if !lab.counts_again(now) {
        return Err(Error::Throttled { retry_after_ms: MINUTE.unsigned_abs() });
    }
    session::end(auth, former, Why::LoggedOut).await?;
    let new = session::start(auth, &account, row.storage(), true, device, now);
    let mut tx = auth.db.begin().await?;
    let row = sessions::insert(&mut tx, &new).await?;
    tx.commit().await?;
    lab.replace(bench, row.session_id, row.generation, Duration::from_millis(form.delay_ms.min(LONGEST_DELAY).into()))
        .ok_or(Error::NotFound)?;
    Ok(session::grant(auth, &account, row, now)?.for_browser(&new.device))
}

#[cfg(test)]
mod tests {
    use app::wire::lab::{Begin, Knobs};
    use app::wire::session::TokenStorage;

    use super::*;

    #[test]
    fn a_session_that_takes_the_place_of_another_lives_by_the_same_rules() {
        let lab = Lab::default();
        let (bench, [one, other]) = (Uuid::from_u128(7), [1, 2].map(Uuid::from_u128));
        let knobs = Knobs { rotation: Rotation::Strict, ..Knobs::usual(10) };
        lab.watch(&Begin { bench, storage: TokenStorage::Local, knobs, saved: true, lasts: None }, one, 1, 0).unwrap();
        lab.minted(one, "a".into());
        lab.expire(bench).unwrap();
        lab.replace(bench, other, 1, Duration::ZERO).unwrap();
        assert!(lab.forgives_no_race(other) && !lab.forgives_no_race(one));
        assert_eq!((lab.life(one), lab.life(other)), (None, Some(Duration::from_secs(10))));
        assert!(!lab.is_expired(other, "a"));
        assert!(lab.replace(Uuid::from_u128(8), one, 1, Duration::ZERO).is_none());
    }

    #[test]
    fn so_many_in_a_minute_and_no_more() {
        let lab = Lab::default();
        assert!((0..AGAIN).all(|_| lab.counts_again(0)));
        assert!(!lab.counts_again(MINUTE - 1) && lab.counts_again(MINUTE));
    }
}
