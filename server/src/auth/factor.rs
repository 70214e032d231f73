//! The second factor of a log-in by password: a code of an authenticator app, or a recovery code. A passkey is both factors in one, see
//! [`super::passkey`].

pub(crate) mod recovery;
pub(crate) mod totp;

use app::wire::account::Role;
use app::wire::secret::Secret;
use uuid::Uuid;

use super::events::kind;
use super::keys::vault::{self, For};
use super::{Auth, Error, Result, mail, session, throttle};
use crate::model::{Device, Timestamp};
use crate::store::accounts::{self, Account};
use crate::store::totp::Totp as Row;
use crate::store::{events, recovery_codes, sessions};

/// For how long a secret that nobody has confirmed is shown, in milliseconds.
const SETTING_UP: Timestamp = 10 * 60 * 1000;
/// Longest code that is looked at, in bytes.
const LONGEST_CODE: usize = 100;

/// Whether a log-in of this account by password takes a code as well. What a browser was given after a full log-in (a saved login) need
/// not ask again; what replaces the password alone (a reset) must.
///
/// # Errors
/// When the database fails.
pub async fn needed(auth: &Auth, account_id: Uuid) -> Result<bool> {
    Ok(enrolled(auth, account_id).await?.is_some())
}

/// After the right password: asks for the code where one is needed. Answers whether one was shown.
///
/// # Errors
/// [`Error::SecondFactorRequired`] without a code; [`Error::InvalidCode`]; [`Error::Throttled`].
pub async fn prove(auth: &Auth, account: &Account, code: Option<&Secret>, device: &Device) -> Result<bool> {
    if !needed(auth, account.account_id).await? {
        return Ok(false);
    }
    let code = code.filter(|code| !code.expose().trim().is_empty()).ok_or(Error::SecondFactorRequired)?;
    check(auth, account.account_id, code, device).await?;
    Ok(true)
}

/// Whether a code opens this account, and it is spent then. Counted before it is looked at: codes can be guessed.
///
/// # Errors
/// [`Error::InvalidCode`] for a wrong one, an old one, and one that was used; [`Error::Throttled`].
pub async fn check(auth: &Auth, account_id: Uuid, code: &Secret, device: &Device) -> Result<()> {
    throttle::code(auth, account_id, &device.ip).await?;
    let typed = code.expose();
    let right = typed.len() <= LONGEST_CODE
        && (spend_step(auth, account_id, typed).await? || spend_recovery(auth, account_id, typed, device).await?);
    if right {
        return throttle::forgive_code(auth, account_id, &device.ip).await;
    }
    events::insert(&auth.db, account_id, None, kind::SECOND_FACTOR_REFUSED, device, auth.clock.now()).await?;
    Err(Error::InvalidCode)
}

async fn spend_step(auth: &Auth, account_id: Uuid, typed: &str) -> Result<bool> {
    let Some(row) = enrolled(auth, account_id).await? else { return Ok(false) };
    let Some(secret) = secret(auth, &row).await? else { return Ok(false) };
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    match totp::step(&secret, &digits, auth.clock.now()) {
        Some(step) => Ok(crate::store::totp::spend(&auth.db, account_id, step).await?),
        None => Ok(false),
    }
}

async fn spend_recovery(auth: &Auth, account_id: Uuid, typed: &str, device: &Device) -> Result<bool> {
    let Some(hash) = recovery::hash(account_id, typed) else { return Ok(false) };
    let now = auth.clock.now();
    if !recovery_codes::spend(&auth.db, account_id, &hash, now).await? {
        return Ok(false);
    }
    events::insert(&auth.db, account_id, None, kind::RECOVERY_CODE_USED, device, now).await?;
    let left = recovery_codes::left(&auth.db, account_id).await?;
    mail::tell(auth, account_id, |username| mail::text::recovery_code_used(username, left)).await?;
    Ok(true)
}

/// What stands at "Two-factor authentication".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Since when an authenticator app is asked for.
    pub since: Option<Timestamp>,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
    /// Whether the site demands a second factor of this role.
    pub demanded: bool,
    /// Whether this session has shown two.
    pub strong: bool,
}

/// As it is for one session.
///
/// # Errors
/// When the database fails.
pub async fn state(auth: &Auth, account_id: Uuid, role: Role, session_id: Uuid) -> Result<State> {
    Ok(State {
        since: enrolled(auth, account_id).await?.and_then(|row| row.confirmed_at),
        recovery_codes: recovery_codes::left(&auth.db, account_id).await?,
        demanded: auth.demands_two_of(role),
        strong: sessions::is_strong(&auth.db, session_id).await?,
    })
}

/// A secret that waits for its first code, as an app takes it.
pub struct Setup {
    /// To be typed: base32.
    pub secret: Secret,
    /// For a QR code: `otpauth://…`.
    pub url: Secret,
}

/// Begins to set an authenticator app up. It is asked for nowhere until [`confirm`].
///
/// # Errors
/// [`Error::InvalidCredentials`] for a wrong password; [`Error::AlreadyOn`]; [`Error::Throttled`].
pub async fn begin(auth: &Auth, account_id: Uuid, session_id: Uuid, password: &Secret, device: &Device) -> Result<Setup> {
    let account = session::prove_password(auth, account_id, password, device).await?;
    let fresh = zeroize::Zeroizing::new(totp::fresh());
    let sealed = vault::seal(auth, of(&account_id), &*fresh).await?;
    if !crate::store::totp::begin(&auth.db, account_id, &sealed, session_id, auth.clock.now()).await? {
        return Err(Error::AlreadyOn);
    }
    shown(&*fresh, &account.username)
}

/// The secret that this session is setting up, for ten minutes.
///
/// # Errors
/// When the database fails.
pub async fn setting_up(auth: &Auth, account_id: Uuid, session_id: Uuid, username: &str) -> Result<Option<Setup>> {
    let Some(row) = pending(auth, account_id, session_id).await? else { return Ok(None) };
    let Some(secret) = secret(auth, &row).await? else { return Ok(None) };
    shown(&secret, username).map(Some)
}

/// The first code has come from the app: from now on one is asked for. Answers with the recovery codes, which are shown this once.
///
/// # Errors
/// [`Error::InvalidCode`] where nothing is being set up, too; [`Error::Throttled`].
pub async fn confirm(auth: &Auth, account_id: Uuid, session_id: Uuid, code: &Secret, device: &Device) -> Result<Vec<Secret>> {
    throttle::code(auth, account_id, &device.ip).await?;
    let row = pending(auth, account_id, session_id).await?.ok_or(Error::InvalidCode)?;
    let secret = secret(auth, &row).await?.ok_or(Error::InvalidCode)?;
    let digits: String = code.expose().chars().filter(|c| !c.is_whitespace()).collect();
    let now = auth.clock.now();
    let step = totp::step(&secret, &digits, now).ok_or(Error::InvalidCode)?;
    let codes = recovery::fresh();
    let mut tx = auth.db.begin().await?;
    if !crate::store::totp::confirm(&mut tx, &row, step, now).await? {
        return Err(Error::InvalidCode);
    }
    recovery_codes::replace(&mut tx, account_id, &hashes(account_id, &codes)).await?;
    tx.commit().await?;
    throttle::forgive_code(auth, account_id, &device.ip).await?;
    // Password and code were both shown here.
    sessions::strengthen(&auth.db, session_id).await?;
    events::insert(&auth.db, account_id, Some(session_id), kind::SECOND_FACTOR_ON, device, now).await?;
    mail::tell(auth, account_id, mail::text::second_factor_on).await?;
    Ok(codes)
}

/// Turns the authenticator app off, and the recovery codes with it. It takes both factors.
///
/// # Errors
/// [`Error::InvalidCredentials`]; [`Error::InvalidCode`]; [`Error::Throttled`].
pub async fn turn_off(auth: &Auth, account_id: Uuid, password: &Secret, code: &Secret, device: &Device) -> Result<()> {
    session::prove_password(auth, account_id, password, device).await?;
    check(auth, account_id, code, device).await?;
    let mut tx = auth.db.begin().await?;
    crate::store::totp::delete(&mut tx, account_id).await?;
    recovery_codes::delete(&mut tx, account_id).await?;
    tx.commit().await?;
    events::insert(&auth.db, account_id, None, kind::SECOND_FACTOR_OFF, device, auth.clock.now()).await?;
    mail::tell(auth, account_id, mail::text::second_factor_off).await
}

/// New recovery codes; the old ones are worth nothing any more. It takes both factors.
///
/// # Errors
/// As [`turn_off`].
pub async fn renew(auth: &Auth, account_id: Uuid, password: &Secret, code: &Secret, device: &Device) -> Result<Vec<Secret>> {
    session::prove_password(auth, account_id, password, device).await?;
    check(auth, account_id, code, device).await?;
    let codes = recovery::fresh();
    let mut tx = auth.db.begin().await?;
    recovery_codes::replace(&mut tx, account_id, &hashes(account_id, &codes)).await?;
    tx.commit().await?;
    events::insert(&auth.db, account_id, None, kind::RECOVERY_CODES_RENEWED, device, auth.clock.now()).await?;
    Ok(codes)
}

/// A code for a session that was begun without one.
///
/// # Errors
/// As [`check`].
pub async fn step_up(auth: &Auth, account_id: Uuid, session_id: Uuid, code: &Secret, device: &Device) -> Result<()> {
    check(auth, account_id, code, device).await?;
    Ok(sessions::strengthen(&auth.db, session_id).await?)
}

/// Whether a session may do no more than set a second factor up: its role is one that must have two, and it has shown one.
///
/// # Errors
/// When the database fails.
pub async fn is_confined(auth: &Auth, role: Role, session_id: Uuid) -> Result<bool> {
    Ok(auth.demands_two_of(role) && !sessions::is_strong(&auth.db, session_id).await?)
}

/// Seals secrets anew that are sealed under a key that has been replaced, long before it goes.
///
/// # Errors
/// When database or keys fail.
pub async fn reseal(auth: &Auth) -> Result<()> {
    let Some(first) = vault::first_byte(auth).await else { return Ok(()) };
    for row in crate::store::totp::not_under(&auth.db, first).await? {
        if let Some(secret) = secret(auth, &row).await? {
            let sealed = vault::seal(auth, of(&row.account_id), &secret).await?;
            crate::store::totp::reseal(&auth.db, row.account_id, &row.sealed, &sealed).await?;
        }
    }
    Ok(())
}

async fn enrolled(auth: &Auth, account_id: Uuid) -> Result<Option<Row>> {
    Ok(crate::store::totp::by_account(&auth.db, account_id).await?.filter(|row| row.confirmed_at.is_some()))
}

async fn pending(auth: &Auth, account_id: Uuid, session_id: Uuid) -> Result<Option<Row>> {
    let row = crate::store::totp::by_account(&auth.db, account_id).await?;
    let now = auth.clock.now();
    Ok(row.filter(|row| row.confirmed_at.is_none() && row.session_id == session_id && now - row.created_at < SETTING_UP))
}

/// `None` where its key is lost: the recovery codes still open the account.
async fn secret(auth: &Auth, row: &Row) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>> {
    let secret = vault::open(auth, of(&row.account_id), &row.sealed).await?;
    if secret.is_none() {
        tracing::error!(account = %row.account_id, "the secret of an authenticator app cannot be opened: its key is gone");
    }
    Ok(secret)
}

fn of(account_id: &Uuid) -> For<'_> {
    For { purpose: "totp", owner: account_id.as_bytes() }
}

fn shown(secret: &[u8], username: &str) -> Result<Setup> {
    let (secret, url) = totp::shown(secret, username).ok_or(Error::Broken("a secret that cannot be shown"))?;
    Ok(Setup { secret, url })
}

fn hashes(account_id: Uuid, codes: &[Secret]) -> Vec<[u8; 32]> {
    codes.iter().filter_map(|code| recovery::hash(account_id, code.expose())).collect()
}

/// The account of this id that may be used.
pub(super) async fn living(auth: &Auth, account_id: Uuid) -> Result<Option<Account>> {
    Ok(accounts::by_id(&auth.db, account_id).await?.filter(|account| account.disabled_at.is_none()))
}
