//! Ending several sessions at once. What ends is written in the caller's transaction, and told to whatever keeps access tokens in
//! memory once that is committed.

use std::collections::HashSet;

use app::wire::session::Why;
use uuid::Uuid;

use super::{Auth, Result};
use crate::model::Timestamp;
use crate::store::{Tx, accounts, saved_logins, sessions};

/// What a transaction ended.
#[derive(Debug, Default)]
#[must_use = "what ended has to be told once the transaction is committed"]
pub struct Ending {
    sessions: Vec<Uuid>,
    /// How many browsers that were: duplicated tabs count as one.
    pub browsers: usize,
}

impl Ending {
    /// Stops the access tokens of what ended. After the commit.
    pub fn tell(&self, auth: &Auth, now: Timestamp) {
        for session_id in &self.sessions {
            auth.ended.add(*session_id, now);
        }
    }
}

/// Everything that opens an account ends: its sessions, but for one family (the browser that asks stays logged in), and what else
/// there is to open it with. The one place to be called where somebody else may have got in.
///
/// # Errors
/// When the database fails.
pub async fn everything_ends(tx: &mut Tx, account_id: Uuid, but: Option<Uuid>, why: Why, now: Timestamp) -> Result<Ending> {
    accounts::hold(tx, account_id).await?;
    // While its sessions are there: by them, the database knows which saved login is whose.
    saved_logins::end_others(tx, account_id, but.unwrap_or(Uuid::nil()), why, now).await?;
    let ended = sessions::end_others(tx, account_id, but.unwrap_or(Uuid::nil()), why, now).await?;
    let families: HashSet<Uuid> = ended.iter().map(|(_, family)| *family).collect();
    Ok(Ending { browsers: families.len(), sessions: ended.into_iter().map(|(session_id, _)| session_id).collect() })
}

/// One browser is logged out: the session that was begun there, those that were forked from it, and what else opens the account there.
/// The one place to be called where that is done from another browser.
///
/// # Errors
/// When the database fails.
pub async fn family_ends(tx: &mut Tx, account_id: Uuid, family: Uuid, why: Why, now: Timestamp) -> Result<Ending> {
    accounts::hold(tx, account_id).await?;
    saved_logins::end_of_family(tx, account_id, family, why, now).await?;
    let sessions = sessions::end_family_here(tx, account_id, family, why, now).await?;
    Ok(Ending { browsers: usize::from(!sessions.is_empty()), sessions })
}

/// Stops every access token of an older epoch, as the database has it now. After the commit.
///
/// # Errors
/// When the database fails; then it is seen within two seconds.
pub async fn epoch_raised(auth: &Auth, account_id: Uuid) -> Result<()> {
    // Read back, as the moment of a change is told by the clock of the database.
    if let Some(standing) = accounts::standing(&auth.db, account_id).await? {
        auth.ended.stand(standing);
    }
    Ok(())
}
