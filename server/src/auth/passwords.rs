//! Another password: by the old one, or by a link in a mail.

use app::wire::account::NewPassword;
use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;
use app::wire::session::Why;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::ending::{self, Ending};
use super::events::{self, kind};
use super::{Auth, Error, Result, mail, password, prove, throttle};
use crate::model::{Device, fill_random, id};
use crate::store::accounts::{self, Account};
use crate::store::sessions::Session;
use crate::store::{Tx, mails, resets};

/// For how long a link to a new password holds, in milliseconds.
const RESET_LIFE: i64 = 60 * 60 * 1000;
/// A name longer than this names nobody.
const LONGEST_LOGIN: usize = 254;

/// Sets another password for the account of `asking`, which stays logged in: its access tokens are over, its refresh token is not.
/// With `end_others` everything else that opens the account ends. Answers with how many browsers were logged out.
///
/// # Errors
/// [`Error::Fields`] naming `current` and `new`; [`Error::InvalidCredentials`]; [`Error::Throttled`]; [`Error::Busy`].
pub async fn change(auth: &Auth, asking: &Session, current: &Secret, new: &Secret, end_others: bool, device: &Device) -> Result<usize> {
    let account = accounts::by_id(&auth.db, asking.account_id).await?.ok_or(Error::InvalidAccess)?;
    let mut problem = Problem::new(Code::InvalidFields);
    if current.expose().is_empty() {
        problem = problem.field("current", app::ui::text::EMPTY_PASSWORD);
    }
    if let Err(fault) = acceptable(auth, new) {
        problem = problem.field("new", fault);
    } else if new.expose() == current.expose() {
        problem = problem.field("new", app::ui::text::password::SAME);
    }
    if !problem.fields.is_empty() {
        return Err(Error::Fields(problem));
    }
    prove::password(auth, &account, current, "current", device).await?;
    let keep = if end_others { Keep::Family(asking.family()) } else { Keep::All };
    let hash = auth.hasher.hash(new).await?;
    let mut tx = auth.db.begin().await?;
    // The account's row first: whoever logs in at this moment waits, and finds another password.
    accounts::hold(&mut tx, account.account_id).await?;
    set(auth, tx, &account, &hash, Some(asking.session_id), keep, device).await
}

/// Which sessions outlive a new password.
enum Keep {
    All,
    Family(Uuid),
    None,
}

/// Writes a new password down, with everything that belongs to it, and answers with how many browsers were logged out.
async fn set(
    auth: &Auth,
    mut tx: Tx,
    account: &Account,
    hash: &str,
    session_id: Option<Uuid>,
    keep: Keep,
    device: &Device,
) -> Result<usize> {
    let (now, account_id) = (auth.clock.now(), account.account_id);
    let kind = if session_id.is_some() { kind::PASSWORD_CHANGED } else { kind::PASSWORD_RESET };
    if accounts::set_password(&mut tx, account_id, &account.password_hash, hash, now).await?.is_none() {
        // It was changed a moment ago, and what was shown is the password no more.
        return Err(Error::InvalidCredentials);
    }
    resets::forget(&mut tx, account_id).await?;
    let ending = match keep {
        Keep::All => Ending::default(),
        Keep::Family(family) => ending::everything_ends(&mut tx, account_id, Some(family), Why::Password, now).await?,
        Keep::None => ending::everything_ends(&mut tx, account_id, None, Why::Password, now).await?,
    };
    events::note(&mut tx, account_id, session_id, kind, device, now).await?;
    mail::write(&mut tx, account, &mail::text::password_changed(&account.username, device), now).await?;
    tx.commit().await?;
    ending.tell(auth, now);
    ending::epoch_raised(auth, account_id).await?;
    Ok(ending.browsers)
}

/// What keeps a password from being accepted, if anything does.
fn acceptable(auth: &Auth, new: &Secret) -> std::result::Result<(), String> {
    NewPassword::parse(new, auth.password_min).map_err(|fault| fault.to_string())?;
    if password::is_common(new) { Err(app::ui::text::COMMON_PASSWORD.to_owned()) } else { Ok(()) }
}

/// Somebody does not know the password of `login` any more. The answer, and what it costs, is the same for a name that nobody has: it
/// is looked up later, by [`look_up`].
///
/// # Errors
/// [`Error::Fields`] when nothing was typed; [`Error::Throttled`].
pub async fn forgot(auth: &Auth, login: &str, device: &Device) -> Result<()> {
    let login = login.trim().to_lowercase();
    if login.is_empty() {
        return Err(Error::Fields(Problem::new(Code::InvalidFields).field("login", app::ui::text::EMPTY_LOGIN)));
    }
    if login.len() > LONGEST_LOGIN || login.contains('\0') {
        return Ok(());
    }
    throttle::forgot(auth, &login, &device.ip).await?;
    Ok(resets::ask(&auth.db, &login, device, auth.clock.now()).await?)
}

/// Looks up one of those who forgot, and writes to the owner if there is one. `false`: there is nothing left to look up.
///
/// # Errors
/// When the database fails; then it is looked up again.
pub async fn look_up(auth: &Auth) -> Result<bool> {
    let Some(next) = resets::next(&auth.db).await? else { return Ok(false) };
    let now = auth.clock.now();
    let mut tx = auth.db.begin().await?;
    if let Some(asked) = resets::take_next(&mut tx, next).await?
        && let Some(account) = accounts::by_login(&auth.db, &asked.login).await?
        && account.email_key.is_some()
        && account.disabled_at.is_none()
    {
        let device = Device { user_agent: asked.user_agent, ip: asked.ip, browser: String::new(), key: None };
        events::note(&mut tx, account.account_id, None, kind::RESET_ASKED, &device, now).await?;
        let letter = mail::text::reset(&account.username, &device);
        mails::insert_reset(&mut tx, id(now), &account.email, &letter.subject, &letter.body, now, account.account_id).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// A token that may set a new password for an account for an hour, once. It takes the place of any other. Only its hash is kept.
///
/// # Errors
/// When the database fails.
pub async fn reset_token(auth: &Auth, account_id: Uuid) -> Result<Secret> {
    let mut random = [0; 32];
    fill_random(&mut random);
    let token = Secret::new(URL_SAFE_NO_PAD.encode(random));
    resets::put(&auth.db, account_id, &hashed(&token), auth.clock.now() + RESET_LIFE).await?;
    Ok(token)
}

fn hashed(token: &Secret) -> Vec<u8> {
    Sha256::digest(token.expose().as_bytes()).to_vec()
}

/// Whose password a token may set. `None`: it was used, is too old, another one took its place, or it never was one.
///
/// # Errors
/// When the database fails.
pub async fn reset_opens(auth: &Auth, token: &Secret) -> Result<Option<Account>> {
    let Some(account_id) = resets::opens(&auth.db, &hashed(token), auth.clock.now()).await? else { return Ok(None) };
    Ok(accounts::by_id(&auth.db, account_id).await?.filter(|account| account.disabled_at.is_none()))
}

/// Sets a new password by a token from a mail, and ends everything that opens the account. It does not log in: whatever else a log-in
/// takes, it still takes.
///
/// # Errors
/// [`Error::Fields`] naming `token` or `new`; [`Error::Throttled`]; [`Error::Busy`].
pub async fn reset(auth: &Auth, token: &Secret, new: &Secret, device: &Device) -> Result<()> {
    throttle::reset(auth, &device.ip).await?;
    let spent = || Error::Fields(Problem::new(Code::InvalidFields).field("token", app::ui::text::RESET_SPENT));
    let account = reset_opens(auth, token).await?.ok_or_else(spent)?;
    acceptable(auth, new).map_err(|fault| Error::Fields(Problem::new(Code::InvalidFields).field("new", fault)))?;
    let hash = auth.hasher.hash(new).await?;
    let mut tx = auth.db.begin().await?;
    accounts::hold(&mut tx, account.account_id).await?;
    // Of two who come with it at once, one gets here; and whoever was given another link meanwhile has this one no more.
    if resets::take(&mut tx, &hashed(token), auth.clock.now()).await? != Some(account.account_id) {
        return Err(spent());
    }
    set(auth, tx, &account, &hash, None, Keep::None, device).await.map(|_| ())
}
