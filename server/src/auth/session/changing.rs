//! A living session changes: whether it is saved, where its tokens live, what they are bound to.

use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;
use app::wire::session::{Change, Why};
use uuid::Uuid;

use super::{Granted, bound, browser, limits_of, refresh};
use crate::auth::{Auth, Error, Result, keys, prove};
use crate::model::Device;
use crate::store::accounts::{self, Account};
use crate::store::sessions::{self, Session};

/// Changes a living session: whether it is saved, where its tokens live. It takes the refresh token, as it hands one out.
///
/// # Errors
/// As [`refresh`]; [`Error::Fields`] and [`Error::InvalidCredentials`] where scripts would get hold of more than now, and the password
/// is missing or wrong: nothing has changed then.
pub async fn change(auth: &Auth, token: &Secret, to: &Change, device: &Device) -> Result<Granted> {
    if let Some(storage) = to.storage {
        let presented = keys::open(auth, token).await?.ok_or(Error::InvalidRefresh)?;
        // One that is not there, or is over, is dealt with by the refresh below.
        if let Some(row) = sessions::by_id(&auth.db, presented.session_id).await?.filter(|row| row.ended_at.is_none())
            && storage.exposes_more_than(row.storage())
        {
            prove(auth, &row, to.password.as_ref(), device).await?;
        }
    }
    let granted = refresh(auth, token, device).await?;
    apply(auth, granted, to, device).await
}

/// Changes a session that was granted just now.
///
/// # Errors
/// [`Error::Ended`] when it has ended meanwhile.
pub async fn apply(auth: &Auth, granted: Granted, to: &Change, device: &Device) -> Result<Granted> {
    let (row, now) = (granted.session.clone(), granted.now);
    let (saved, storage) = (to.save.unwrap_or(row.saved), to.storage.unwrap_or(row.storage()));
    let (idle, age) = limits_of(auth, row.account_id, saved);
    // Counted from the log-in, so that answering the question again does not prolong a session for ever.
    let until = match to.save {
        // Nor does it take back what the password has given since.
        Some(true) => (row.created_at + age).max(row.expires_at),
        Some(false) => (now + age).min(row.expires_at),
        None => row.expires_at,
    };
    let change = sessions::Change {
        saved,
        idle_expires_at: (now + idle).min(until),
        expires_at: until,
        storage,
        browser: browser(storage, saved, device),
        jkt: bound(storage, row.jkt.as_deref().or(device.key.as_ref().map(|key| &key[..]))),
    };
    let session = sessions::change(&auth.db, row.session_id, now, &change).await?.ok_or(Error::Ended(Why::Unknown))?;
    // Where it is bound to another key now, or to none, so is the token that was made a moment ago. The id of a server session says nothing.
    let access = match auth.access.read(granted.access.expose()) {
        Ok(claims) if session.jkt != row.jkt => auth.access.sign(&claims.bound_to(session.jkt.as_deref()), now)?,
        _ => granted.access.clone(),
    };
    // Its cookie shall last as long as the session does now.
    Ok(Granted { session, access, again: false, ..granted }.for_browser(device))
}

/// Asks for the account's password once more.
async fn prove(auth: &Auth, row: &Session, password: Option<&Secret>, device: &Device) -> Result<()> {
    let Some(password) = password.filter(|password| !password.expose().is_empty()) else {
        return Err(Error::Fields(Problem::new(Code::InvalidFields).field("password", app::ui::text::storage::PROVE)));
    };
    prove_password(auth, row.account_id, password, device).await.map(|_| ())
}

/// Asks for the password of an account that is logged in.
///
/// # Errors
/// As [`prove::password`].
pub(in crate::auth) async fn prove_password(auth: &Auth, account_id: Uuid, password: &Secret, device: &Device) -> Result<Account> {
    let account = accounts::by_id(&auth.db, account_id).await?.ok_or(Error::Ended(Why::Unknown))?;
    prove::password(auth, &account, password, "password", device).await?;
    Ok(account)
}
