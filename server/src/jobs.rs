//! What runs beside the requests: writing confirmations down, forgetting what is long over.

use std::sync::Arc;
use std::time::Duration;

use crate::auth::Auth;
use crate::model::millis;
use crate::store::{Result, attempts, replies, sessions};

/// How long confirmations are gathered before they are written in one transaction.
const GATHER: Duration = Duration::from_millis(200);
/// How often what is over is removed.
const PURGE_EVERY: Duration = Duration::from_secs(10 * 60);
/// How long an ended session stays in the database, so that it can be said why it ended.
const KEEP_ENDED: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Writes confirmations as they come. Runs until dropped.
pub async fn write_confirmations(auth: Arc<Auth>) {
    loop {
        auth.confirmations.wait().await;
        tokio::time::sleep(GATHER).await;
        if let Err(error) = auth.confirmations.write(&auth.db, None).await {
            tracing::warn!(%error, "confirmations could not be written, they are kept");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Removes what is over, now and then. Runs until dropped. With many servers each does it; it costs nothing twice.
pub async fn purge(auth: Arc<Auth>) {
    let mut ticks = tokio::time::interval(PURGE_EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = purge_once(&auth).await {
            tracing::warn!(%error, "what is over could not be removed");
        }
    }
}

/// Removes what is over by now.
///
/// # Errors
/// When the database fails; then the next time does it.
pub async fn purge_once(auth: &Auth) -> Result<()> {
    let now = auth.clock.now();
    auth.ended.forget(now - millis(auth.access.life()));
    attempts::purge(&auth.db, now).await?;
    replies::purge(&auth.db, now - millis(replies::KEPT)).await?;
    sessions::purge(&auth.db, now - millis(KEEP_ENDED)).await
}
