//! What an admin does to an account. All of it is noted, with who did it.

use app::wire::account::{AccountSummary, Role};
use app::wire::problem::{Code, Problem};
use app::wire::security::{AccountChange, AuditedEvent};
use app::wire::session::Why;
use uuid::Uuid;

use super::ending::{self, Ending};
use super::events::{activity, kind};
use super::{Auth, Error, Result};
use crate::model::{Device, Timestamp};
use crate::store::events::{self, NewEvent};
use crate::store::{Tx, accounts};

/// The most events in one answer.
const PAGE: i64 = 100;
/// The most accounts in one answer.
pub const ACCOUNTS: i64 = 50;

/// A page of the accounts whose username or e-mail address has `search` in it, oldest first, and after which account the next one begins.
///
/// # Errors
/// When the database fails.
pub async fn accounts(auth: &Auth, search: &str, after: Option<Uuid>) -> Result<(Vec<AccountSummary>, Option<Uuid>)> {
    let mut rows = accounts::summaries(&auth.db, search, after, ACCOUNTS + 1, auth.clock.now()).await?;
    let more = rows.len() > ACCOUNTS as usize;
    rows.truncate(ACCOUNTS as usize);
    let next = rows.last().filter(|_| more).map(|row| row.account_id);
    Ok((rows, next))
}

/// Begins what `admin` does to an account. Both are held, in one order, so that of two admins who take each other's power away at the same
/// moment one comes too late: somebody is always left who governs.
async fn begin(auth: &Auth, admin: Uuid, account_id: Uuid) -> Result<Tx> {
    let mut tx = auth.db.begin().await?;
    accounts::hold(&mut tx, admin.min(account_id)).await?;
    accounts::hold(&mut tx, admin.max(account_id)).await?;
    if accounts::governs(&mut tx, admin).await? { Ok(tx) } else { Err(Error::Forbidden) }
}

/// Another role, disabled or enabled. Access tokens of the account stop at once; one that is disabled is logged out everywhere.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for an admin who is none by now; [`Error::Fields`] where there is nothing to change, or admins would take away their own power.
pub async fn change(auth: &Auth, admin: Uuid, account_id: Uuid, to: AccountChange, device: &Device) -> Result<()> {
    let refused = |field: &str, why: &str| Err(Error::Fields(Problem::new(Code::InvalidFields).field(field, why)));
    if to.role.is_none() && to.disabled.is_none() {
        return refused("role", "There is nothing to change: name role or disabled");
    }
    if admin == account_id && to.disabled == Some(true) {
        return refused("disabled", "You cannot disable yourself");
    }
    if admin == account_id && to.role == Some(Role::User) {
        return refused("role", "You cannot take your own role away");
    }
    let now = auth.clock.now();
    let mut tx = begin(auth, admin, account_id).await?;
    accounts::govern(&mut tx, account_id, to.role, to.disabled, now).await?.ok_or(Error::NotFound)?;
    let mut ending = Ending::default();
    if to.role.is_some() {
        note(&mut tx, admin, account_id, kind::ROLE_CHANGED, device, now).await?;
    }
    if let Some(disabled) = to.disabled {
        note(&mut tx, admin, account_id, if disabled { kind::DISABLED } else { kind::ENABLED }, device, now).await?;
        if disabled {
            ending = ending::everything_ends(&mut tx, account_id, None, Why::Unknown, now).await?;
        }
    }
    tx.commit().await?;
    ending.tell(auth, now);
    ending::epoch_raised(auth, account_id).await
}

/// Ends every session of an account.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for an admin who is none by now.
pub async fn end_sessions(auth: &Auth, admin: Uuid, account_id: Uuid, device: &Device) -> Result<()> {
    accounts::by_id(&auth.db, account_id).await?.ok_or(Error::NotFound)?;
    let now = auth.clock.now();
    let mut tx = begin(auth, admin, account_id).await?;
    let ending = ending::everything_ends(&mut tx, account_id, None, Why::Elsewhere, now).await?;
    note(&mut tx, admin, account_id, kind::ENDED_BY_ADMIN, device, now).await?;
    tx.commit().await?;
    ending.tell(auth, now);
    Ok(())
}

async fn note(tx: &mut Tx, admin: Uuid, account_id: Uuid, kind: &str, device: &Device, now: Timestamp) -> Result<()> {
    let event = NewEvent { account_id, session_id: None, kind, device, alert: None, actor_id: Some(admin), created_at: now };
    Ok(events::add(tx, event).await?)
}

/// What happened to everybody's security, newest first.
///
/// # Errors
/// When the database fails.
pub async fn audit(auth: &Auth, before: Option<Uuid>) -> Result<Vec<AuditedEvent>> {
    auth.refusals.write(&auth.db).await?;
    let rows = events::newest(&auth.db, before.unwrap_or(events::NEWEST_FIRST), PAGE).await?;
    let row = |row: events::Named| AuditedEvent { activity: activity(&row.event), username: row.username, actor: row.actor };
    Ok(rows.into_iter().map(row).collect())
}
