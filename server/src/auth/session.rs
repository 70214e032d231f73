//! The use cases of a session: log in, refresh, save, log out, and who is asking.

use std::time::Duration;

use app::wire::account::Viewer;
use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;
use app::wire::session::{Change, LogIn, Offer, TokenStorage, Why};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::access::Claims;
use super::chain::{self, Presented, Verdict};
use super::events::kind;
use super::lab::Exception;
use super::password::Checked;
use super::{Auth, Error, Result, deletion, events, factor, keys, mail, prove, throttle};
use crate::model::{Device, Timestamp, id, millis};
use crate::store::accounts::{self, Account};
use crate::store::sessions::{self, At, NewSession, Session, Step};
use crate::store::{Tx, events as store_events, saved_logins};

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
    if accounts::enter(tx, account.account_id, &account.password_hash).await?.is_none() {
        return Err(Error::InvalidCredentials);
    }
    let row = sessions::insert(tx, new).await?;
    if account.delete_at.is_some() {
        deletion::undone(tx, account, row.session_id, &new.device, now).await?;
    }
    events::entered(auth, tx, account, row.session_id, kind, &new.device).await?;
    Ok(row)
}

/// A session to be written.
pub(super) fn start(auth: &Auth, account: &Account, storage: TokenStorage, saved: bool, device: Device, now: Timestamp) -> NewSession {
    let (idle, age) = limits(auth, saved);
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
        device,
    }
}

/// What is kept of the browser's own cookie, where a tab may have to prove that it is a duplicate and no thief.
fn browser(storage: TokenStorage, saved: bool, device: &Device) -> Option<Vec<u8>> {
    storage.in_one_tab(saved).then(|| Sha256::digest(device.browser.as_bytes()).to_vec())
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
    let access = auth.access.mint_for(life, &viewer, session.generation, account.epoch, now)?;
    if let Some(lab) = &auth.lab {
        lab.minted(session.session_id, auth.access.read(access.expose())?.jti);
    }
    let refresh = auth.chain.seal(session.session_id, session.generation, now);
    Ok(Granted { viewer, session, access, life, refresh, again: false, browser: None, offer: None, now })
}

/// Refreshes: the table of [`chain::decide`], each row carried out by one conditional update. Whoever loses a race reads again.
///
/// # Errors
/// [`Error::InvalidRefresh`] for a token that is none of ours; [`Error::Ended`] with the reason; [`Error::Superseded`].
pub async fn refresh(auth: &Auth, token: &Secret, device: &Device) -> Result<Granted> {
    let presented = keys::open(auth, token).await?.ok_or(Error::InvalidRefresh)?;
    let now = auth.clock.now();
    let done = advance(auth, presented, device, now).await;
    if let Some(lab) = &auth.lab {
        lab.note(presented, device, &done, now);
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
        let idle_until = now + limits(auth, row.saved).0;
        let verdict = chain::decide(&row, presented.generation, now, race);
        match auth.lab.as_ref().and_then(|lab| lab.exception(row.session_id, verdict)) {
            Some(Exception::Keep) => return Ok(Granted { again: true, ..granted(auth, row, now).await? }),
            Some(Exception::Refuse) => return Err(Error::InvalidRefresh),
            None => {}
        }
        let step = match verdict {
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
            (Step::EndForReuse, Some(row)) => return Err(reused(auth, row, device, now).await?),
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
    let (row, now) = (&granted.session, granted.now);
    let (saved, storage) = (to.save.unwrap_or(row.saved), to.storage.unwrap_or(row.storage()));
    let (idle, age) = limits(auth, saved);
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
    };
    let session = sessions::change(&auth.db, row.session_id, now, &change).await?.ok_or(Error::Ended(Why::Unknown))?;
    // Its cookie shall last as long as the session does now.
    Ok(Granted { session, again: false, ..granted }.for_browser(device))
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
pub(super) async fn prove_password(auth: &Auth, account_id: Uuid, password: &Secret, device: &Device) -> Result<Account> {
    let account = accounts::by_id(&auth.db, account_id).await?.ok_or(Error::Ended(Why::Unknown))?;
    prove::password(auth, &account, password, "password", device).await?;
    Ok(account)
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
        idle_expires_at: (now + limits(auth, row.saved).0).min(row.expires_at),
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
        let device = Device { user_agent: row.user_agent, ip: row.ip, browser: String::new() };
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

/// What an access token claims, if it holds, its session has not ended and its account has the same epoch. No query.
///
/// # Errors
/// [`Error::InvalidAccess`], the same for every fault.
pub fn verify(auth: &Auth, token: &str) -> Result<Claims> {
    let now = auth.clock.now();
    let claims = auth.access.verify(token, now)?;
    let (expired, trusted) = match &auth.lab {
        Some(lab) => (lab.is_expired(claims.sid, &claims.jti), lab.trusts_signatures(claims.sid)),
        None => (false, false),
    };
    if expired || (!trusted && auth.ended.refuses(claims.sub, claims.epoch, claims.sid)) {
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
    let found = sessions::with_account(&auth.db, claims.sid).await?.ok_or(Error::InvalidAccess)?;
    let row = &found.session;
    let lives = chain::over(row, now).is_none() && row.account_id == claims.sub;
    if !lives || found.disabled_at.is_some() || found.epoch != claims.epoch {
        return Err(Error::InvalidAccess);
    }
    let viewer = Viewer {
        account_id: row.account_id,
        username: found.username,
        display_name: found.display_name,
        role: accounts::role(&found.role),
        session_id: row.session_id,
    };
    Ok((viewer, found.session))
}

/// Who a document is rendered for, as the refresh token tells it.
pub enum Peeked {
    /// The viewer, the session, and the generation of the token shown.
    Viewer(Box<(Viewer, Session, i64)>),
    /// The session is over.
    Over(Why),
    /// Nobody that we know.
    Nobody,
}

/// Who a document is rendered for by the refresh token alone: nothing is minted, nothing is written.
///
/// # Errors
/// When the database fails.
pub async fn peek(auth: &Auth, token: &Secret) -> Result<Peeked> {
    let Some(presented) = keys::open(auth, token).await? else { return Ok(Peeked::Nobody) };
    let Some(row) = sessions::by_id(&auth.db, presented.session_id).await? else { return Ok(Peeked::Nobody) };
    let now = auth.clock.now();
    if let Some(why) = chain::over(&row, now) {
        return Ok(Peeked::Over(why));
    }
    if !chain::peek(&row, presented.generation, now, auth.race_of(row.session_id)) {
        return Ok(Peeked::Nobody);
    }
    let account = accounts::by_id(&auth.db, row.account_id).await?.filter(|account| account.disabled_at.is_none());
    Ok(account.map_or(Peeked::Nobody, |account| {
        let viewer = viewer(&account, row.session_id);
        Peeked::Viewer(Box::new((viewer, row, presented.generation)))
    }))
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
