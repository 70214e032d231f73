//! What ended less than one access life ago, in memory, so that a log-out holds at once although access tokens are not asked about
//! in the database. The list fills itself from the database at the start.

use std::collections::HashMap;
use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use uuid::Uuid;

use crate::model::Timestamp;

/// The ended sessions that an access token could still name, and when each ended.
#[derive(Default)]
pub struct Ended {
    sessions: RwLock<HashMap<Uuid, Timestamp>>,
    /// How many there are: most of the time none, and then nobody takes the lock.
    count: AtomicUsize,
}

impl Ended {
    /// One more.
    pub fn add(&self, session_id: Uuid, at: Timestamp) {
        let mut sessions = self.sessions.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        sessions.insert(session_id, at);
        self.count.store(sessions.len(), Ordering::Release);
    }

    /// Whether this session has ended.
    #[must_use]
    pub fn contains(&self, session_id: Uuid) -> bool {
        self.count.load(Ordering::Acquire) > 0
            && self.sessions.read().unwrap_or_else(std::sync::PoisonError::into_inner).contains_key(&session_id)
    }

    /// Forgets those that ended before `before`: their access tokens have expired by themselves.
    pub fn forget(&self, before: Timestamp) {
        let mut sessions = self.sessions.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        sessions.retain(|_, at| *at >= before);
        self.count.store(sessions.len(), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_session_is_remembered_until_its_tokens_are_over() {
        let ended = Ended::default();
        let session_id = Uuid::from_u128(1);
        assert!(!ended.contains(session_id));
        ended.add(session_id, 100);
        assert!(ended.contains(session_id));
        ended.forget(100);
        assert!(ended.contains(session_id));
        ended.forget(101);
        assert!(!ended.contains(session_id));
    }
}
