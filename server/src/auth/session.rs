//! The use cases of a session: log in, refresh, fork, log out. What changes a living one stands in [`changing`], who asks in [`asking`].

mod asking;
mod changing;

use std::time::Duration;

use app::wire::account::Viewer;
use app::wire::secret::Secret;
use app::wire::session::{LogIn, Offer, TokenStorage, Why};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::chain::{self, Presented, Verdict};
use super::events::kind;
use super::lab::Exception;
use super::password::Checked;
use super::{Auth, Error, Result, deletion, events, factor, keys, lab, mail, throttle};
use crate::meter;
use crate::model::{Device, Timestamp, id, millis};
use crate::store::accounts::{self, Account};
use crate::store::sessions::{self, At, NewSession, Session, Step};
use crate::store::{Tx, events as store_events, saved_logins};

pub(crate) use self::asking::seen;
pub use self::asking::{Peeked, peek, session_of, verify, verify_now};
pub(super) use self::changing::prove_password;
pub use self::changing::{apply, change};

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
    /// How long it lives.
    pub life: Duration,
    /// The refresh token.
    pub refresh: Secret,
    /// Whether it is the one that was shown: row 3.
    pub again: bool,
    /// What this browser's own cookie shall hold, where it needs one: see [`fork`].
    pub browser: Option<String>,
    /// What the person is to be asked about saving it.
    pub offer: Option<Offer>,
    /// Now.
    pub now: Timestamp,
}

/// Logs in.
///
/// # Errors
/// As [`by_password`] and [`factor::prove`].
pub async fn log_in(auth: &Auth, form: &LogIn, device: Device) -> Result<Granted> {
    let account = by_password(auth, form, &device).await?;
    let strong = factor::prove(auth, &account, form.code.as_ref(), &device).await?;
    let keeping = (form.storage.unwrap_or_default(), form.save.unwrap_or(false));
    begin(auth, &account, keeping, device, (kind::LOGGED_IN, strong)).await
}

/// The account that name and password open. Whether a code is needed, too, is another question.
///
/// # Errors
/// [`Error::InvalidCredentials`], the same and at the same cost for an unknown name, a wrong password and a disabled account;
/// [`Error::Throttled`]; [`Error::Busy`].
pub async fn by_password(auth: &Auth, form: &LogIn, device: &Device) -> Result<Account> {
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
            Account { password_hash: better, ..account }
        }
        (account, _) => {
            if let Some(account) = account {
                auth.refusals.note(account.account_id, device, auth.clock.now());
            }
            return Err(Error::InvalidCredentials);
        }
    };
    throttle::forgive(auth, &login, &device.ip).await?;
    Ok(account)
}

/// A session for an account that has proven itself, noted as `kind`; `strong` says whether by two factors.
///
/// # Errors
/// When the database fails.
pub async fn begin(
    auth: &Auth,
    account: &Account,
    (storage, saved): (TokenStorage, bool),
    device: Device,
    (kind, strong): (&str, bool),
) -> Result<Granted> {
    let now = auth.clock.now();
    let new = start(auth, account, storage, saved, device, now);
    let mut tx = auth.db.begin().await?;
    let entered = enter(auth, &mut tx, account, kind, &new).await?;
    tx.commit().await?;
    if strong {
        sessions::strengthen(&auth.db, entered.session_id).await?;
    }
    Ok(grant(auth, account, entered, now)?.for_browser(&new.device))
}

/// Begins a session for whoever has shown that `account` is theirs, as it was read then: by its password, or by a saved login
/// (`kind`). It is noted, its owner is told of a browser that is new, and a removal that was asked for is taken back.
///
/// # Errors
/// [`Error::InvalidCredentials`] where meanwhile the password has changed, or the account was disabled.
pub async fn enter(auth: &Auth, tx: &mut Tx, account: &Account, kind: &str, new: &NewSession) -> Result<Session> {
    let now = new.created_at;
    // It holds the account's row: whoever ends all its sessions at this moment waits for this one, or has changed the password by now.
    let lab_made = lab::time::made(auth, account);
    if accounts::enter(tx, account.account_id, &account.password_hash, lab_made).await?.is_none() {
        return Err(Error::InvalidCredentials);
    }
    let row = sessions::insert(tx, new).await?;
    if account.delete_at.is_some() && !lab_made {
        deletion::undone(tx, account, row.session_id, &new.device, now).await?;
    }
    events::entered(auth, tx, account, row.session_id, kind, &new.device).await?;
    Ok(row)
}

/// A session to be written.
pub(super) fn start(auth: &Auth, account: &Account, storage: TokenStorage, saved: bool, device: Device, now: Timestamp) -> NewSession {
    let (idle, age) = limits_of(auth, account.account_id, saved);
    NewSession {
        session_id: id(now),
        account_id: account.account_id,
        storage,
        saved,
        created_at: now,
        idle_expires_at: now + idle.min(age),
        expires_at: now + age,
        family: None,
        browser: browser(storage, saved, &device),
        jkt: bound(storage, device.key.as_ref().map(|key| &key[..])),
        device,
    }
}

/// What is kept of the browser's own cookie, where a tab may have to prove that it is a duplicate and no thief.
fn browser(storage: TokenStorage, saved: bool, device: &Device) -> Option<Vec<u8>> {
    storage.in_one_tab(saved).then(|| Sha256::digest(device.browser.as_bytes()).to_vec())
}

/// What the tokens are bound to: a key that the request was proven with (RFC 9449 §5), where a client holds them itself. Cookies travel by
/// themselves, and nobody signs for them.
fn bound(storage: TokenStorage, key: Option<&[u8]>) -> Option<Vec<u8>> {
    key.filter(|_| !storage.refresh_in_cookie()).map(<[u8]>::to_vec)
}

/// Whether a request may use the refresh token of a session: anybody's, or only whoever has its key. Others change nothing, and learn no
/// more than that it is over, when it is.
fn proves(row: &Session, device: &Device) -> Result<()> {
    let proven = device.key.as_ref().map(|key| &key[..]);
    let free = row.jkt.is_none() || row.ended_at.is_some();
    if free || row.jkt.as_deref() == proven { Ok(()) } else { Err(Error::InvalidRefresh) }
}

impl Granted {
    /// With the cookie by which the browser is known again. A client that is no browser keeps none.
    pub(super) fn for_browser(self, device: &Device) -> Self {
        let browser = (self.session.storage() != TokenStorage::Native).then(|| device.browser.clone());
        Self { browser, ..self }
    }
}

/// Tokens for what stands in the row.
pub(super) fn grant(auth: &Auth, account: &Account, session: Session, now: Timestamp) -> Result<Granted> {
    let viewer = viewer(account, session.session_id);
    let life = auth.life_of(session.session_id);
    let access = access(auth, &viewer, &session, account.epoch, now)?;
    let refresh = auth.chain.seal(session.session_id, session.generation, now);
    Ok(Granted { viewer, session, access, life, refresh, again: false, browser: None, offer: None, now })
}

/// An access token for a session: a JWT, unless the lab has other rules for it.
///
/// # Errors
/// When it cannot be signed.
pub(crate) fn access(auth: &Auth, viewer: &Viewer, row: &Session, epoch: i64, now: Timestamp) -> Result<Secret> {
    if let Some(id) = auth.lab.as_ref().and_then(|lab| lab.issue(row.session_id, row.generation, now)) {
        return Ok(id);
    }
    let life = auth.life_of(row.session_id);
    let claims = auth.access.claims(life, viewer, row.generation, epoch, now).bound_to(row.jkt.as_deref());
    let access = auth.access.sign(&claims, now)?;
    if let Some(lab) = &auth.lab {
        lab.minted(row.session_id, claims.jti);
    }
    Ok(access)
}

/// Refreshes: the table of [`chain::decide`], each row carried out by one conditional update. Whoever loses a race reads again.
///
/// # Errors
/// [`Error::InvalidRefresh`] for a token that is none of ours; [`Error::Ended`] with the reason; [`Error::Superseded`].
pub async fn refresh(auth: &Auth, token: &Secret, device: &Device) -> Result<Granted> {
    let presented = keys::open(auth, token).await?.ok_or(Error::InvalidRefresh)?;
    meter::about(presented.session_id);
    let now = auth.clock.now();
    let done = advance(auth, presented, device, now).await;
    if let Some(lab) = &auth.lab {
        lab.note(presented, device, &done, now);
        lab.dawdle(presented.session_id).await;
    }
    done
}

async fn advance(auth: &Auth, presented: Presented, device: &Device, now: Timestamp) -> Result<Granted> {
    let race = auth.race_of(presented.session_id);
    let at = At { session_id: presented.session_id, generation: presented.generation, now, race };
    // What this process has seen come back counts before anything is decided.
    auth.confirmations.write(&auth.db, Some(presented.session_id)).await?;
    for _ in 0..ROUNDS {
        let Some(row) = sessions::by_id(&auth.db, presented.session_id).await? else { return Err(Error::Ended(Why::Unknown)) };
        proves(&row, device)?;
        let idle_until = now + limits_of(auth, row.account_id, row.saved).0;
        let verdict = chain::decide(&row, presented.generation, now, race);
        let exception = auth.lab.as_ref().and_then(|lab| lab.exception(row.session_id, verdict));
        match exception {
            Some(Exception::Keep) => return Ok(Granted { again: true, ..granted(auth, row, now).await? }),
            Some(Exception::Refuse) => return Err(Error::InvalidRefresh),
            Some(Exception::End) | None => {}
        }
        let step = match verdict {
            _ if exception == Some(Exception::End) => Step::EndForAnyReuse,
            Verdict::Ended(why) => return Err(Error::Ended(why)),
            Verdict::Superseded => return Err(Error::Superseded),
            Verdict::Repeat => Step::Repeat,
            Verdict::Another => Step::Another(idle_until),
            Verdict::Rotate => Step::Rotate(idle_until),
            Verdict::Confirm => Step::Confirm,
            Verdict::CatchUp => {
                tracing::warn!(session = %row.session_id, row = row.generation, token = presented.generation, "a refresh token is newer than its session: was the database restored?");
                Step::CatchUp(idle_until)
            }
            Verdict::Expire => Step::Expire,
            Verdict::Reuse => Step::EndForReuse,
        };
        let moved = sessions::step(&auth.db, at, step).await?;
        match (step, &moved) {
            (Step::Expire, Some(row)) => return Err(Error::Ended(row.ended().unwrap_or(Why::Unknown))),
            (Step::EndForReuse | Step::EndForAnyReuse, Some(row)) => return Err(reused(auth, row, device, now).await?),
            _ => {}
        }
        if let Some(row) = moved {
            return Ok(Granted { again: step == Step::Confirm, ..granted(auth, row, now).await? });
        }
    }
    Err(Error::Superseded)
}

/// Tokens for what stands in the row, if its account is there.
async fn granted(auth: &Auth, row: Session, now: Timestamp) -> Result<Granted> {
    let account = accounts::by_id(&auth.db, row.account_id).await?.filter(|account| account.disabled_at.is_none());
    grant(auth, &account.ok_or(Error::Ended(Why::Unknown))?, row, now)
}

/// A stolen token, or a copy of one. What the thief may have forked ends too, and the owner is told.
async fn reused(auth: &Auth, row: &Session, device: &Device, now: Timestamp) -> Result<Error> {
    tracing::warn!(session = %row.session_id, account = %row.account_id, "a replaced refresh token was shown again: the session is ended");
    auth.ended.add(row.session_id, now);
    for session_id in sessions::end_family(&auth.db, row.account_id, row.family(), Why::Reuse, now).await? {
        auth.ended.add(session_id, now);
    }
    // Whoever had the token could have left a saved login with it.
    saved_logins::end_of_session(&auth.db, row.session_id, row.family(), Why::Reuse, now).await?;
    store_events::insert(&auth.db, row.account_id, Some(row.session_id), kind::REUSE, device, now).await?;
    mail::tell(auth, row.account_id, |username| mail::text::reused(username, device)).await?;
    Ok(Error::Ended(Why::Reuse))
}

/// A session of its own for a duplicated tab, which has a copy of its twin's tokens: two tabs that go along one chain without seeing
/// each other would look like a theft. Only for sessions that live in a tab, only in the browser that began them (known by a cookie
/// that no script can read), never beyond the first session's absolute limit, and in one family with it: a reuse ends them all.
///
/// # Errors
/// As [`refresh`]; [`Error::InvalidRefresh`] where there is nothing to fork.
pub async fn fork(auth: &Auth, token: &Secret, device: &Device) -> Result<Granted> {
    let presented = keys::open(auth, token).await?.ok_or(Error::InvalidRefresh)?;
    let now = auth.clock.now();
    let row = sessions::by_id(&auth.db, presented.session_id).await?.ok_or(Error::Ended(Why::Unknown))?;
    proves(&row, device)?;
    let same_browser = row.browser.is_some() && row.browser == browser(row.storage(), row.saved, device);
    let in_time = chain::peek(&row, presented.generation, now, auth.race_of(row.session_id));
    if !in_time && (!same_browser || chain::over(&row, now).is_some()) {
        // Ended, expired or reused: the table says which, and does what is to be done.
        return refresh(auth, token, device).await;
    }
    // A copy that comes too late is no theft where it comes from the browser that began the session: it gets nothing, and its twin goes on.
    if !in_time || !same_browser {
        return Err(Error::InvalidRefresh);
    }
    let Some(account) = accounts::by_id(&auth.db, row.account_id).await?.filter(|account| account.disabled_at.is_none()) else {
        return Err(Error::Ended(Why::Unknown));
    };
    let new = NewSession {
        expires_at: row.expires_at,
        idle_expires_at: (now + limits_of(auth, row.account_id, row.saved).0).min(row.expires_at),
        family: Some(row.family()),
        ..start(auth, &account, row.storage(), row.saved, device.clone(), now)
    };
    let mut tx = auth.db.begin().await?;
    // Whoever ends the family at this moment waits for the fork, or has ended it by now.
    accounts::hold(&mut tx, row.account_id).await?;
    if !sessions::lives(&mut tx, row.session_id).await? {
        return Err(Error::Ended(Why::Unknown));
    }
    let fork = sessions::insert(&mut tx, &new).await?;
    tx.commit().await?;
    if sessions::is_strong(&auth.db, row.session_id).await? {
        sessions::strengthen(&auth.db, fork.session_id).await?;
    }
    store_events::insert(&auth.db, row.account_id, Some(fork.session_id), kind::FORKED, device, now).await?;
    Ok(grant(auth, &account, fork, now)?.for_browser(device))
}

/// Ends a session for a reason; also one that has ended before.
///
/// # Errors
/// When the database fails.
pub async fn end(auth: &Auth, session_id: Uuid, why: Why) -> Result<()> {
    let now = auth.clock.now();
    if let Some(row) = sessions::end(&auth.db, session_id, why, now).await? {
        auth.ended.add(session_id, now);
        let device = Device { user_agent: row.user_agent, ip: row.ip, browser: String::new(), key: None };
        store_events::insert(&auth.db, row.account_id, Some(session_id), kind::LOGGED_OUT, &device, now).await?;
    }
    Ok(())
}

/// The session a refresh token of ours names, whatever its state.
///
/// # Errors
/// When its key is not known here, and the keys cannot be read.
pub async fn named_by(auth: &Auth, token: &Secret) -> Result<Option<Presented>> {
    keys::open(auth, token).await
}

/// Whose a session is, whatever its state.
///
/// # Errors
/// When the database fails.
pub async fn account_of(auth: &Auth, session_id: Uuid) -> Result<Option<Uuid>> {
    Ok(sessions::by_id(&auth.db, session_id).await?.map(|row| row.account_id))
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
pub(super) fn limits(auth: &Auth, saved: bool) -> (i64, i64) {
    let limits = &auth.limits;
    let (idle, age) = if saved { (limits.saved_idle, limits.saved_age) } else { (limits.unsaved_idle, limits.unsaved_age) };
    (millis(idle), millis(age))
}

/// The same for the sessions of one account: those of the lab may last for other times.
pub(super) fn limits_of(auth: &Auth, account_id: Uuid, saved: bool) -> (i64, i64) {
    let own = auth.lab.as_ref().and_then(|lab| lab.limits(account_id));
    own.unwrap_or_else(|| limits(auth, saved))
}
