//! Where an account is logged in: one row for each browser, by an id that opens nothing.

use app::wire::account::display_name;
use app::wire::secret::Secret;
use app::wire::security::SessionSummary;
use app::wire::session::Why;
use uuid::Uuid;

use super::events::{self, kind};
use super::{Auth, Error, Result, device, ending, prove};
use crate::model::Device;
use crate::store::accounts;
use crate::store::sessions::{self, Session};

/// The browsers in which an account is logged in: the one that asks first, then by their last use.
///
/// # Errors
/// When the database fails.
pub async fn list(auth: &Auth, asking: &Session) -> Result<Vec<SessionSummary>> {
    auth.confirmations.write(&auth.db, Some(asking.session_id)).await?;
    let rows = sessions::living(&auth.db, asking.account_id, auth.clock.now()).await?;
    let mut list: Vec<SessionSummary> = Vec::new();
    // Last used first, so the first row of a family tells when the browser was last used.
    for row in rows {
        let family = row.family();
        match list.iter_mut().find(|summary| summary.session_id == family) {
            // Tabs that were duplicated are the same browser, logged in since the first of them was.
            Some(summary) => summary.created_at = summary.created_at.min(row.created_at),
            None => list.push(summary(row, family == asking.family())),
        }
    }
    list.sort_by_key(|summary| !summary.current);
    Ok(list)
}

fn summary(row: Session, current: bool) -> SessionSummary {
    SessionSummary {
        session_id: row.family(),
        storage: row.storage(),
        named: row.label.is_some(),
        device: row.label.unwrap_or_else(|| device::name(&row.user_agent)),
        ip: row.ip,
        created_at: row.created_at,
        last_used_at: row.last_seen_at,
        expires_at: row.expires_at,
        saved: row.saved,
        current,
    }
}

/// One of an account's own, by the id of the list.
///
/// # Errors
/// [`Error::NotFound`] for another's, and for one that is not there.
async fn own(auth: &Auth, account_id: Uuid, session_id: Uuid) -> Result<Session> {
    sessions::by_id(&auth.db, session_id).await?.filter(|row| row.account_id == account_id).ok_or(Error::NotFound)
}

/// Logs one browser out; one that is logged out already stays so. Answers with what it is called.
///
/// # Errors
/// [`Error::NotFound`] for another's.
pub async fn end(auth: &Auth, asking: &Session, session_id: Uuid, device: &Device) -> Result<String> {
    let now = auth.clock.now();
    let account_id = asking.account_id;
    let row = own(auth, account_id, session_id).await?;
    let why = if row.family() == asking.family() { Why::LoggedOut } else { Why::Elsewhere };
    let mut tx = auth.db.begin().await?;
    let ending = ending::family_ends(&mut tx, account_id, row.family(), why, now).await?;
    if ending.browsers > 0 {
        events::note(&mut tx, account_id, Some(row.session_id), kind::SESSION_ENDED, device, now).await?;
    }
    tx.commit().await?;
    ending.tell(auth, now);
    Ok(row.label.unwrap_or_else(|| device::name(&row.user_agent)))
}

/// Logs every other browser out, and answers with how many that were. Takes the password.
///
/// # Errors
/// As [`prove::password`]; nothing has ended then.
pub async fn end_others(auth: &Auth, asking: &Session, password: &Secret, device: &Device) -> Result<usize> {
    let account = accounts::by_id(&auth.db, asking.account_id).await?.ok_or(Error::InvalidAccess)?;
    prove::password(auth, &account, password, "password", device).await?;
    let now = auth.clock.now();
    let mut tx = auth.db.begin().await?;
    let ending = ending::everything_ends(&mut tx, account.account_id, Some(asking.family()), Why::Everywhere, now).await?;
    events::note(&mut tx, account.account_id, Some(asking.session_id), kind::OTHERS_ENDED, device, now).await?;
    tx.commit().await?;
    ending.tell(auth, now);
    Ok(ending.browsers)
}

/// Calls a browser something, or again what it says of itself when nothing is left of `name`.
///
/// # Errors
/// [`Error::NotFound`] for another's, and for one that is logged out.
pub async fn call(auth: &Auth, asking: &Session, session_id: Uuid, name: &str) -> Result<()> {
    let row = own(auth, asking.account_id, session_id).await?;
    let known = sessions::call(&auth.db, asking.account_id, row.family(), display_name(name).as_deref()).await?;
    if known { Ok(()) } else { Err(Error::NotFound) }
}
