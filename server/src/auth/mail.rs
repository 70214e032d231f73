//! Mails to the owners of accounts. A mail is a row first; `crate::mail` sends it.

use super::Result;
use crate::model::{Timestamp, id};
use crate::store::accounts::Account;
use crate::store::{Tx, mails};

/// Writes to the owner. Who has not claimed the address of the account is not its owner, and is not written to. `{site}` in the body
/// becomes the public origin.
///
/// # Errors
/// When the database fails.
pub async fn write(tx: &mut Tx, account: &Account, subject: &str, body: &str, now: Timestamp) -> Result<()> {
    if account.email_key.is_some() {
        mails::insert(tx, id(now), &account.email, subject, body, now).await?;
    }
    Ok(())
}

/// An address, or that there is none.
#[must_use]
pub fn shown(ip: &str) -> &str {
    if ip.is_empty() { "(unknown)" } else { ip }
}
