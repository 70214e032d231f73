//! What happened to an account's security: noted, told to its owner where it matters, and answered by them.

use app::wire::security::{Activity, Alert, Outcome, Topic};
use app::wire::session::Why;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::ending::{self, Ending};
use super::{Auth, Error, Result, device, mail};
use crate::model::{Device, Timestamp};
use crate::store::Tx;
use crate::store::accounts::{self, Account};
use crate::store::browsers::{self, Known};
use crate::store::events::{self, Event, NewEvent};
use crate::store::sessions::{self, Session};

/// The kinds that are noted here; other rooms may have more.
pub mod kind {
    /// An account was made.
    pub const SIGNED_UP: &str = "signed_up";
    /// The password was right.
    pub const LOGGED_IN: &str = "logged_in";
    /// A saved login was used.
    pub const ONE_TAP: &str = "one_tap";
    /// A passkey was used.
    pub const PASSKEY_USED: &str = "passkey_used";
    /// A passkey that the account does not have.
    pub const PASSKEY_UNKNOWN: &str = "passkey_unknown";
    /// A passkey that has been used elsewhere since: there are two of it.
    pub const PASSKEY_COPIED: &str = "passkey_copied";
    /// A passkey that does not hold.
    pub const PASSKEY_REFUSED: &str = "passkey_refused";
    /// A passkey was added.
    pub const PASSKEY_ADDED: &str = "passkey_added";
    /// A passkey was removed.
    pub const PASSKEY_REMOVED: &str = "passkey_removed";
    /// An authenticator app was set up.
    pub const SECOND_FACTOR_ON: &str = "second_factor_on";
    /// It was turned off.
    pub const SECOND_FACTOR_OFF: &str = "second_factor_off";
    /// A code was wrong.
    pub const SECOND_FACTOR_REFUSED: &str = "second_factor_refused";
    /// A recovery code was used.
    pub const RECOVERY_CODE_USED: &str = "recovery_code_used";
    /// There are new recovery codes.
    pub const RECOVERY_CODES_RENEWED: &str = "recovery_codes_renewed";
    /// The password was wrong, or the account is disabled.
    pub const LOG_IN_REFUSED: &str = "log_in_refused";
    /// A session was ended in its own browser.
    pub const LOGGED_OUT: &str = "logged_out";
    /// One session was ended from another browser.
    pub const SESSION_ENDED: &str = "session_ended";
    /// All other sessions were ended.
    pub const OTHERS_ENDED: &str = "others_ended";
    /// The password was entered once more, and the session's age began anew.
    pub const PASSWORD_ENTERED: &str = "password_entered";
    /// Another password.
    pub const PASSWORD_CHANGED: &str = "password_changed";
    /// Another password, by a link in a mail.
    pub const PASSWORD_RESET: &str = "password_reset";
    /// Such a link was asked for.
    pub const RESET_ASKED: &str = "reset_asked";
    /// A replaced refresh token was shown again.
    pub const REUSE: &str = "refresh_token_reused";
    /// A replaced key of a saved login was shown again.
    pub const SAVED_REUSE: &str = "saved_login_reused";
    /// A duplicated tab got a session of its own.
    pub const FORKED: &str = "session_forked";
    /// A copy of everything was asked for.
    pub const EXPORTED: &str = "data_exported";
    /// The account is to be removed.
    pub const DELETION_ASKED: &str = "deletion_asked";
    /// A log-in took that back.
    pub const DELETION_UNDONE: &str = "deletion_undone";
    /// An admin gave another role.
    pub const ROLE_CHANGED: &str = "role_changed";
    /// An admin disabled the account.
    pub const DISABLED: &str = "disabled";
    /// An admin enabled it.
    pub const ENABLED: &str = "enabled";
    /// An admin ended every session.
    pub const ENDED_BY_ADMIN: &str = "ended_by_admin";
}

/// For how long a browser that does not come is remembered as known, in milliseconds: as long as its cookie can last.
const REMEMBERED: i64 = 400 * 24 * 60 * 60 * 1000;
/// The most events in one answer.
pub const PAGE: i64 = 50;

/// Somebody got in: noted as `kind`. From a browser in which the account has not been seen before, its owner is asked whether it was
/// them, and written to; the first browser of all is nobody's surprise. To be called in the transaction that begins the session.
///
/// # Errors
/// When the database fails.
pub async fn entered(auth: &Auth, tx: &mut Tx, account: &Account, session_id: Uuid, kind: &str, device: &Device) -> Result<()> {
    let now = auth.clock.now();
    let browser = Sha256::digest(device.browser.as_bytes());
    let new = browsers::see(tx, account.account_id, &browser, now, now - REMEMBERED).await? == Known::New;
    let alert = new.then_some(Alert::Open.as_str());
    let event =
        NewEvent { account_id: account.account_id, session_id: Some(session_id), kind, device, alert, actor_id: None, created_at: now };
    events::add(tx, event).await?;
    if new {
        mail::write(tx, account, &mail::text::new_login(&account.username, device), now).await?;
    }
    Ok(())
}

/// Notes what the owner of an account did.
///
/// # Errors
/// When the database fails.
pub async fn note(tx: &mut Tx, account_id: Uuid, session_id: Option<Uuid>, kind: &str, device: &Device, now: Timestamp) -> Result<()> {
    let event = NewEvent { account_id, session_id, kind, device, alert: None, actor_id: None, created_at: now };
    Ok(events::add(tx, event).await?)
}

/// A page of an account's history, newest first.
///
/// # Errors
/// When the database fails.
pub async fn history(auth: &Auth, account_id: Uuid, before: Option<Uuid>, topic: Topic) -> Result<Vec<Activity>> {
    auth.refusals.write(&auth.db).await?;
    let before = before.unwrap_or(events::NEWEST_FIRST);
    let rows = events::of_account(&auth.db, account_id, before, topic.as_str(), PAGE).await?;
    Ok(rows.iter().map(activity).collect())
}

/// What the owner was asked about and has not answered.
///
/// # Errors
/// When the database fails.
pub async fn open_alerts(auth: &Auth, account_id: Uuid) -> Result<Vec<Activity>> {
    Ok(events::open(&auth.db, account_id).await?.iter().map(activity).collect())
}

/// As its owner is shown it.
#[must_use]
pub fn activity(event: &Event) -> Activity {
    Activity {
        event_id: event.event_id,
        result: match event.kind.as_str() {
            kind::LOG_IN_REFUSED => Outcome::Refused,
            kind::REUSE => Outcome::Stopped,
            _ => Outcome::Done,
        },
        kind: event.kind.clone(),
        device: device::name(&event.user_agent),
        ip: event.ip.clone(),
        created_at: event.created_at,
        alert: event.alert.as_deref().and_then(Alert::parse),
    }
}

/// "Was this you?" *No* ends the session that the event tells of, with its family, unless it is the one that answers. Answered once;
/// the same answer again changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's event, and for another answer than before.
pub async fn answer(auth: &Auth, asking: &Session, event_id: Uuid, mine: bool) -> Result<Activity> {
    let (now, account_id) = (auth.clock.now(), asking.account_id);
    let said = if mine { Alert::Mine } else { Alert::NotMine };
    let mut tx = auth.db.begin().await?;
    accounts::hold(&mut tx, account_id).await?;
    let Some(event) = events::answer(&mut tx, account_id, event_id, said.as_str()).await? else {
        drop(tx);
        let before = events::by_id(&auth.db, account_id, event_id).await?;
        return before.map(|event| activity(&event)).filter(|event| event.alert == Some(said)).ok_or(Error::NotFound);
    };
    // Of a session that is long gone there is no row, and nothing to end.
    let row = match event.session_id.filter(|_| !mine) {
        Some(session_id) => sessions::by_id(&auth.db, session_id).await?,
        None => None,
    };
    let ending = match row.filter(|row| row.account_id == account_id && row.family() != asking.family()) {
        Some(row) => ending::family_ends(&mut tx, account_id, row.family(), Why::Elsewhere, now).await?,
        None => Ending::default(),
    };
    tx.commit().await?;
    ending.tell(auth, now);
    Ok(activity(&event))
}
