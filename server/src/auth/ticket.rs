//! Between password and code, without scripts: that the password was right is carried by the browser itself, sealed, for five minutes. It
//! opens nothing: the code is asked for in any case, and each code is good once, so a ticket that is shown again is worth no more.

use app::wire::session::TokenStorage;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keys::vault::{self, For};
use super::{Auth, Error, Result, factor};
use crate::model::Timestamp;
use crate::store::accounts::Account;

/// How long a ticket holds, in milliseconds.
const LIFE: Timestamp = 5 * 60 * 1000;
const WHAT: For<'static> = For { purpose: "ticket", owner: b"" };

/// Whose password was right, and what the log-in that goes on shall be like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    account_id: Uuid,
    /// A change of the password makes the ticket worthless.
    epoch: i64,
    until: Timestamp,
    /// Where the tokens shall live.
    pub storage: TokenStorage,
    /// Where the person wanted to go.
    pub next: String,
}

/// A ticket for an account whose password was right.
///
/// # Errors
/// [`Error::Broken`] without a key.
pub async fn issue(auth: &Auth, account: &Account, storage: TokenStorage, next: &str) -> Result<Vec<u8>> {
    let until = auth.clock.now() + LIFE;
    let ticket = Ticket { account_id: account.account_id, epoch: account.epoch, until, storage, next: next.to_owned() };
    let text = serde_json::to_vec(&ticket).map_err(|_| Error::Broken("a ticket that cannot be written"))?;
    vault::seal(auth, WHAT, &text).await
}

/// The account and what was on its ticket; `None` for one that was not made here, is over, or was made before the password changed.
///
/// # Errors
/// When database or keys fail.
pub async fn accept(auth: &Auth, sealed: &[u8]) -> Result<Option<(Account, Ticket)>> {
    let Some(text) = vault::open(auth, WHAT, sealed).await? else { return Ok(None) };
    let Ok(ticket) = serde_json::from_slice::<Ticket>(&text) else { return Ok(None) };
    if auth.clock.now() >= ticket.until {
        return Ok(None);
    }
    let account = factor::living(auth, ticket.account_id).await?.filter(|account| account.epoch == ticket.epoch);
    Ok(account.map(|account| (account, ticket)))
}
