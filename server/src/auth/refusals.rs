//! Log-ins that were refused, for the history of the account. Written off the request's path: a name that nobody has must not be
//! answered faster than one that somebody has.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

use super::events::kind;
use crate::model::{Device, Timestamp};
use crate::store::{Db, Result, events};

/// How many may wait. Those beyond it are not noted: somebody is trying many, and the log tells of each.
const MOST: usize = 1000;

/// What was refused and is still to be written.
#[derive(Default)]
pub struct Refusals {
    waiting: Mutex<Vec<Refusal>>,
    there: Notify,
}

struct Refusal {
    account_id: Uuid,
    device: Device,
    at: Timestamp,
}

impl Refusals {
    /// Somebody showed a wrong password for this account, or the right one for one that is disabled.
    pub fn note(&self, account_id: Uuid, device: &Device, at: Timestamp) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < MOST {
            waiting.push(Refusal { account_id, device: device.clone(), at });
        }
        drop(waiting);
        self.there.notify_one();
    }

    /// Waits until something is to be written.
    pub async fn wait(&self) {
        self.there.notified().await;
    }

    /// Writes what is to be written.
    ///
    /// # Errors
    /// When the database fails; what was not written is kept.
    pub async fn write(&self, db: &Db) -> Result<()> {
        loop {
            let Some(next) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop() else { return Ok(()) };
            let written = events::insert(db, next.account_id, None, kind::LOG_IN_REFUSED, &next.device, next.at).await;
            if let Err(error) = written {
                // An account that was removed meanwhile needs no history.
                if crate::store::is_orphan(&error) {
                    continue;
                }
                self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(next);
                return Err(error);
            }
        }
    }
}
