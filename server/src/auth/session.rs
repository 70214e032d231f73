//! The use cases of a session: log in, refresh, save, log out, and who is asking.

use app::wire::account::Viewer;
use app::wire::secret::Secret;
use app::wire::session::{LogIn, TokenStorage, Why};
use uuid::Uuid;

use super::access::Claims;
use super::chain::{self, Presented, Verdict};
use super::password::Checked;
use super::{Auth, Error, Result, throttle};
use crate::model::{Device, Timestamp, id, millis};
use crate::store::accounts::{self, Account};
use crate::store::events;
use crate::store::sessions::{self, At, NewSession, Session};

/// A log-in name longer than this names nobody: the longest e-mail address has 254 bytes.
const LONGEST_LOGIN: usize = 254;
/// How often the refresh table is gone through when others keep being faster.
const ROUNDS: usize = 4;

/// A living session with a fresh pair of tokens.
#[derive(Debug)]
pub struct Granted {
    /// Who is logged in.
    pub viewer: Viewer,
    /// Its row.
    pub session: Session,
    /// The access token.
    pub access: Secret,
    /// The refresh token.
    pub refresh: Secret,
    /// Now.
    pub now: Timestamp,
}

/// Logs in.
///
/// # Errors
/// [`Error::InvalidCredentials`], the same and at the same cost for an unknown name, a wrong password and a disabled account;
/// [`Error::Throttled`]; [`Error::Busy`].
pub async fn log_in(auth: &Auth, form: &LogIn, device: Device) -> Result<Granted> {
    let login = form.login.trim().to_lowercase();
    if login.len() > LONGEST_LOGIN || login.contains('\0') || form.password.expose().len() > app::wire::account::PASSWORD_MAX_BYTES {
        return Err(Error::InvalidCredentials);
    }
    throttle::log_in(auth, &login, &device.ip).await?;
    let account = accounts::by_login(&auth.db, &login).await?;
    let checked = auth.hasher.check(&form.password, account.as_ref().map(|account| account.password_hash.as_str())).await?;
    let account = match (account, checked) {
        (Some(account), Checked::Right) if account.disabled_at.is_none() => account,
        (Some(account), Checked::RightAndRehashed(better)) if account.disabled_at.is_none() => {
            accounts::rehash(&auth.db, account.account_id, &account.password_hash, &better).await?;
            account
        }
        _ => return Err(Error::InvalidCredentials),
    };
    throttle::forgive(auth, &login, &device.ip).await?;
    let now = auth.clock.now();
    let new = start(auth, &account, form.storage.unwrap_or_default(), form.save.unwrap_or(false), device, now);
    let mut tx = auth.db.begin().await?;
    let row = sessions::insert(&mut tx, &new).await?;
    tx.commit().await?;
    grant(auth, &account, row, now)
}

/// A session to be written.
pub(super) fn start(auth: &Auth, account: &Account, storage: TokenStorage, saved: bool, device: Device, now: Timestamp) -> NewSession {
    let (idle, age) = limits(auth, saved);
    NewSession {
        session_id: id(now),
        account_id: account.account_id,
        storage,
        saved,
        device,
        created_at: now,
        idle_expires_at: now + idle.min(age),
        expires_at: now + age,
    }
}

/// Tokens for what stands in the row.
pub(super) fn grant(auth: &Auth, account: &Account, session: Session, now: Timestamp) -> Result<Granted> {
    let viewer = viewer(account, session.session_id);
    let access = auth.access.mint(&viewer, session.generation, account.epoch, now)?;
    let refresh = auth.chain.seal(session.session_id, session.generation);
    Ok(Granted { viewer, session, access, refresh, now })
}

/// Refreshes: the table of [`chain::decide`], each row carried out by one conditional update. Whoever loses a race reads again.
///
/// # Errors
/// [`Error::InvalidRefresh`] for a token that is none of ours; [`Error::Ended`] with the reason; [`Error::Superseded`].
pub async fn refresh(auth: &Auth, token: &Secret, device: &Device) -> Result<Granted> {
    let presented = auth.chain.open(token.expose()).ok_or(Error::InvalidRefresh)?;
    let now = auth.clock.now();
    let window = auth.window();
    let at = At { session_id: presented.session_id, generation: presented.generation, now, window };
    // What this process has seen come back counts before anything is decided.
    auth.confirmations.write(&auth.db, Some(presented.session_id)).await?;
    for _ in 0..ROUNDS {
        let Some(row) = sessions::by_id(&auth.db, presented.session_id).await? else { return Err(Error::Ended(Why::Unknown)) };
        let idle_until = now + limits(auth, row.saved).0;
        let moved = match chain::decide(&row, presented.generation, now, window) {
            Verdict::Ended(why) => return Err(Error::Ended(why)),
            Verdict::Superseded => return Err(Error::Superseded),
            Verdict::Repeat => sessions::repeat(&auth.db, at).await?,
            Verdict::Rotate => sessions::rotate(&auth.db, at, idle_until).await?,
            Verdict::Confirm => sessions::confirm_by_refresh(&auth.db, at).await?,
            Verdict::CatchUp => {
                tracing::warn!(session = %row.session_id, row = row.generation, token = presented.generation, "a refresh token is newer than its session: was the database restored?");
                sessions::catch_up(&auth.db, at, idle_until).await?
            }
            Verdict::Expire => match sessions::expire(&auth.db, presented.session_id, now).await? {
                Some(row) => return Err(Error::Ended(row.ended().unwrap_or(Why::Unknown))),
                None => None,
            },
            Verdict::Reuse => match sessions::end_for_reuse(&auth.db, at).await? {
                Some(row) => return Err(reused(auth, &row, device, now).await?),
                None => None,
            },
        };
        if let Some(row) = moved {
            let Some(account) = accounts::by_id(&auth.db, row.account_id).await?.filter(|account| account.disabled_at.is_none()) else {
                return Err(Error::Ended(Why::Unknown));
            };
            return grant(auth, &account, row, now);
        }
    }
    Err(Error::Superseded)
}

async fn reused(auth: &Auth, row: &Session, device: &Device, now: Timestamp) -> Result<Error> {
    tracing::warn!(session = %row.session_id, account = %row.account_id, "a replaced refresh token was shown again: the session is ended");
    auth.ended.add(row.session_id, now);
    events::insert(&auth.db, row.account_id, Some(row.session_id), "refresh_token_reused", device, now).await?;
    Ok(Error::Ended(Why::Reuse))
}

/// Saves a session, or stops saving it. It takes the refresh token, as it hands one out.
///
/// # Errors
/// As [`refresh`].
pub async fn save(auth: &Auth, token: &Secret, saved: bool, device: &Device) -> Result<Granted> {
    let granted = refresh(auth, token, device).await?;
    let (idle, age) = limits(auth, saved);
    // Counted from the log-in, so that answering the question again does not prolong a session for ever.
    let until = if saved { granted.session.created_at + age } else { (granted.now + age).min(granted.session.expires_at) };
    let idle_until = (granted.now + idle).min(until);
    let row = sessions::save(&auth.db, granted.session.session_id, saved, granted.now, idle_until, until).await?;
    Ok(Granted { session: row.ok_or(Error::Ended(Why::Unknown))?, ..granted })
}

/// Ends a session for a reason; also one that has ended before.
///
/// # Errors
/// When the database fails.
pub async fn end(auth: &Auth, session_id: Uuid, why: Why) -> Result<()> {
    let now = auth.clock.now();
    if sessions::end(&auth.db, session_id, why, now).await?.is_some() {
        auth.ended.add(session_id, now);
    }
    Ok(())
}

/// The session a refresh token of ours names, whatever its state.
#[must_use]
pub fn named_by(auth: &Auth, token: &Secret) -> Option<Presented> {
    auth.chain.open(token.expose())
}

/// What an access token claims, if it holds and its session has not ended. No query.
///
/// # Errors
/// [`Error::InvalidAccess`], the same for every fault.
pub fn verify(auth: &Auth, token: &str) -> Result<Claims> {
    let now = auth.clock.now();
    let claims = auth.access.verify(token, now)?;
    if auth.ended.contains(claims.sid) {
        return Err(Error::InvalidAccess);
    }
    auth.confirmations.note(claims.sid, claims.generation, now);
    Ok(claims)
}

/// For sensitive actions: the rows of session and account as they are now, not as the token remembers them.
///
/// # Errors
/// [`Error::InvalidAccess`] when the session is over, or the account has changed its epoch or been disabled.
pub async fn verify_now(auth: &Auth, claims: &Claims) -> Result<(Viewer, Session)> {
    let now = auth.clock.now();
    let row = sessions::by_id(&auth.db, claims.sid)
        .await?
        .filter(|row| row.ended_at.is_none() && row.expires_at > now && row.idle_expires_at > now);
    let account =
        accounts::by_id(&auth.db, claims.sub).await?.filter(|account| account.disabled_at.is_none() && account.epoch == claims.epoch);
    match (row, account) {
        (Some(row), Some(account)) if row.account_id == account.account_id => Ok((viewer(&account, row.session_id), row)),
        _ => Err(Error::InvalidAccess),
    }
}

/// Who a document is rendered for by the refresh token alone, and at which generation that token is: nothing is minted, nothing is
/// written.
///
/// # Errors
/// When the database fails.
pub async fn peek(auth: &Auth, token: &Secret) -> Result<Option<(Viewer, Session, i64)>> {
    let Some(presented) = auth.chain.open(token.expose()) else { return Ok(None) };
    let Some(row) = sessions::by_id(&auth.db, presented.session_id).await? else { return Ok(None) };
    if !chain::peek(&row, presented.generation, auth.clock.now(), auth.window()) {
        return Ok(None);
    }
    let account = accounts::by_id(&auth.db, row.account_id).await?.filter(|account| account.disabled_at.is_none());
    Ok(account.map(|account| (viewer(&account, row.session_id), row, presented.generation)))
}

fn viewer(account: &Account, session_id: Uuid) -> Viewer {
    Viewer {
        account_id: account.account_id,
        username: account.username.clone(),
        display_name: account.display_name.clone(),
        role: account.role(),
        session_id,
    }
}

/// Idle and absolute limit in milliseconds.
fn limits(auth: &Auth, saved: bool) -> (i64, i64) {
    let limits = &auth.limits;
    let (idle, age) = if saved { (limits.saved_idle, limits.saved_age) } else { (limits.unsaved_idle, limits.unsaved_age) };
    (millis(idle), millis(age))
}
