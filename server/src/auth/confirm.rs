//! Confirmations: which generations have come back as an access token. Each is written once, off the request's path, in batches.
//! One that is lost only makes the server kinder: it hands a lost successor out again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

use crate::model::Timestamp;
use crate::store::{Db, Result, sessions};

/// How often the use of a session is written down at the most, in milliseconds.
const LAST_SEEN_EVERY: i64 = 5 * 60 * 1000;
/// How many sessions are remembered as confirmed. Beyond that all are forgotten, and written once more.
const REMEMBERED: usize = 100_000;

/// What has come back, and what of it is still to be written.
#[derive(Default)]
pub struct Confirmations {
    inner: Mutex<Inner>,
    waiting: Notify,
}

#[derive(Default)]
struct Inner {
    seen: HashMap<Uuid, (i64, Timestamp)>,
    to_write: HashMap<Uuid, (i64, Timestamp)>,
}

impl Confirmations {
    /// An access token of this session and generation was used.
    pub fn note(&self, session_id: Uuid, generation: i64, now: Timestamp) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let known = inner.seen.get(&session_id).is_some_and(|(newest, at)| *newest >= generation && now - at < LAST_SEEN_EVERY);
        if known {
            return;
        }
        if inner.seen.len() >= REMEMBERED {
            inner.seen.clear();
        }
        inner.seen.insert(session_id, (generation, now));
        inner.to_write.insert(session_id, (generation, now));
        drop(inner);
        self.waiting.notify_one();
    }

    /// What was seen of this session is long ago by now: the next use is written down.
    pub fn forget(&self, session_id: Uuid) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).seen.remove(&session_id);
    }

    /// Waits until something is to be written.
    pub async fn wait(&self) {
        self.waiting.notified().await;
    }

    /// Writes what is to be written: of every session, or of one.
    ///
    /// # Errors
    /// When the database fails; it stays to be written then.
    pub async fn write(&self, db: &Db, of: Option<Uuid>) -> Result<()> {
        let batch: Vec<(Uuid, i64, Timestamp)> = {
            let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            match of {
                None => inner.to_write.drain().map(|(id, (generation, at))| (id, generation, at)).collect(),
                Some(id) => inner.to_write.remove(&id).map(|(generation, at)| (id, generation, at)).into_iter().collect(),
            }
        };
        if batch.is_empty() {
            return Ok(());
        }
        let written = sessions::confirm(db, &batch).await;
        if written.is_err() {
            let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            for (id, generation, at) in batch {
                inner.to_write.entry(id).or_insert((generation, at));
            }
        }
        written
    }
}
