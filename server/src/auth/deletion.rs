//! The end of an account: asked for with the password, done 14 days later, taken back by a log-in before that.

use app::wire::secret::Secret;
use app::wire::security::Alert;
use app::wire::session::Why;
use uuid::Uuid;

use super::events::{self, kind};
use super::{Auth, Error, Result, ending, mail, prove};
use crate::model::{Device, Timestamp, id};
use crate::store::accounts::{self, Account};
use crate::store::events::{self as store_events, NewEvent};
use crate::store::sessions::Session;
use crate::store::{Tx, mails};

/// For how long it can be taken back, in milliseconds.
const GRACE: i64 = 14 * 24 * 60 * 60 * 1000;

/// The account of `asking` is out of sight from now on, logged out everywhere, and removed in 14 days. Takes the password. Answers with
/// when it is removed.
///
/// # Errors
/// As [`prove::password`]; nothing has changed then.
pub async fn ask(auth: &Auth, asking: &Session, password: &Secret, device: &Device) -> Result<Timestamp> {
    let account = accounts::by_id(&auth.db, asking.account_id).await?.ok_or(Error::InvalidAccess)?;
    prove::password(auth, &account, password, "password", device).await?;
    let now = auth.clock.now();
    let at = now + GRACE;
    let mut tx = auth.db.begin().await?;
    if accounts::delete_later(&mut tx, account.account_id, at).await?.is_some() {
        events::note(&mut tx, account.account_id, Some(asking.session_id), kind::DELETION_ASKED, device, now).await?;
        mail::write(&mut tx, &account, &mail::text::deletion_asked(&account.username), now).await?;
    }
    let ending = ending::everything_ends(&mut tx, account.account_id, None, Why::Everywhere, now).await?;
    tx.commit().await?;
    ending.tell(auth, now);
    ending::epoch_raised(auth, account.account_id).await?;
    Ok(at)
}

/// Its owner came back in time. To be called in the transaction of the log-in, which has written it down.
///
/// # Errors
/// When the database fails.
pub async fn undone(tx: &mut Tx, account: &Account, session_id: Uuid, device: &Device, now: Timestamp) -> Result<()> {
    let event = NewEvent {
        account_id: account.account_id,
        session_id: Some(session_id),
        kind: kind::DELETION_UNDONE,
        device,
        // They are told where they look next, and can say that it was not them.
        alert: Some(Alert::Open.as_str()),
        actor_id: None,
        created_at: now,
    };
    store_events::add(tx, event).await?;
    mail::write(tx, account, &mail::text::deletion_undone(&account.username), now).await
}

/// Removes the accounts whose time has come, and everything of them: rows go with the account, and pictures that no post shows are swept
/// up. Answers with how many.
///
/// # Errors
/// When the database fails; then the next time does it.
pub async fn remove_due(auth: &Auth) -> Result<usize> {
    let now = auth.clock.now();
    let mut removed = 0;
    for account in accounts::due(&auth.db, now).await? {
        let mut tx = auth.db.begin().await?;
        if !accounts::remove(&mut tx, account.account_id, now).await? {
            continue;
        }
        mails::forget(&mut tx, &account.email).await?;
        if account.email_key.is_some() {
            let letter = mail::text::deleted(&account.username);
            mails::insert(&mut tx, id(now), &account.email, &letter.subject, &letter.body, now).await?;
        }
        tx.commit().await?;
        removed += 1;
        tracing::info!(account = %account.account_id, "removed an account, as its owner asked 14 days ago");
    }
    Ok(removed)
}
