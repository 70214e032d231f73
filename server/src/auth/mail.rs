//! Mails to the owners of accounts. A mail is a row first; `crate::mail` sends it. What they say is in [`text`].

pub mod text;

use uuid::Uuid;

use self::text::Letter;
use super::{Auth, Result};
use crate::model::{Timestamp, id};
use crate::store::accounts::{self, Account};
use crate::store::{Tx, mails};

/// Writes to the owner. Who has not claimed the address of the account is not its owner, and is not written to.
///
/// # Errors
/// When the database fails.
pub async fn write(tx: &mut Tx, account: &Account, letter: &Letter, now: Timestamp) -> Result<()> {
    if account.email_key.is_some() {
        mails::insert(tx, id(now), &account.email, &letter.subject, &letter.body, now).await?;
    }
    Ok(())
}

/// The same to the owner of the account of this id, if there is one. `letter` is given the username.
///
/// # Errors
/// When the database fails.
pub async fn tell(auth: &Auth, account_id: Uuid, letter: impl FnOnce(&str) -> Letter) -> Result<()> {
    let Some(account) = accounts::by_id(&auth.db, account_id).await?.filter(|account| account.email_key.is_some()) else { return Ok(()) };
    let mut tx = auth.db.begin().await?;
    write(&mut tx, &account, &letter(&account.username), auth.clock.now()).await?;
    Ok(tx.commit().await?)
}
