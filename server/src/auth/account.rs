//! Accounts: signing up.

use app::wire::account::{Email, NewPassword, Role, SignUp, Username, display_name};
use app::wire::problem::{Code, Problem};
use uuid::Uuid;

use super::session::{self, Granted};
use super::{Auth, Error, Result, password, throttle};
use crate::model::{Device, Timestamp, id};
use crate::store::accounts::{self, Account, NewAccount};
use crate::store::{Tx, is_taken};

/// Makes an account and logs it in.
///
/// An e-mail address that is somebody's already gives the same answer as a new one, so that nobody can find out who has an account:
/// the account is made without a claim to the address, and its owner is written to.
///
/// # Errors
/// [`Error::Fields`] with every field that cannot be accepted; [`Error::UsernameTaken`]; [`Error::Throttled`]; [`Error::Busy`].
pub async fn sign_up(auth: &Auth, form: &SignUp, device: Device) -> Result<Granted> {
    let (username, email, new_password) = parse(auth, form)?;
    throttle::sign_up(auth, &device.ip).await?;
    if accounts::by_login(&auth.db, username.as_str()).await?.is_some() {
        return Err(Error::UsernameTaken);
    }
    let password_hash = auth.hasher.hash(new_password.secret()).await?;
    let now = auth.clock.now();
    let new = NewAccount {
        account_id: id(now),
        display_name: form.display_name.as_deref().and_then(display_name).unwrap_or_else(|| username.as_str().to_owned()),
        username: username.as_str().to_owned(),
        email: email.as_str().to_owned(),
        email_key: email.key(),
        password_hash,
        role: Role::User,
        created_at: now,
    };
    let mut tx = auth.db.begin().await?;
    let account =
        accounts::insert(&mut tx, &new).await.map_err(|error| if is_taken(&error) { Error::UsernameTaken } else { error.into() })?;
    if account.email_key.is_none() {
        tell_owner(&mut tx, &account, now).await?;
    }
    let new = session::start(auth, &account, form.storage.unwrap_or_default(), form.save.unwrap_or(false), device, now);
    let row = crate::store::sessions::insert(&mut tx, &new).await?;
    super::events::entered(auth, &mut tx, &account, row.session_id, super::events::kind::SIGNED_UP, &new.device).await?;
    tx.commit().await?;
    Ok(session::grant(auth, &account, row, now)?.for_browser(&new.device))
}

fn parse(auth: &Auth, form: &SignUp) -> Result<(Username, Email, NewPassword)> {
    let username = Username::parse(&form.username);
    let email = Email::parse(&form.email);
    let new_password = NewPassword::parse(&form.password, auth.password_min);
    let mut problem = Problem::new(Code::InvalidFields);
    if let Err(fault) = &email {
        problem = problem.field("email", fault.to_string());
    }
    if let Err(fault) = &username {
        problem = problem.field("username", fault.to_string());
    }
    match &new_password {
        Err(fault) => problem = problem.field("password", fault.to_string()),
        Ok(_) if password::is_common(&form.password) => {
            problem = problem.field("password", app::ui::text::COMMON_PASSWORD);
        }
        Ok(_) => {}
    }
    match (username, email, new_password) {
        (Ok(username), Ok(email), Ok(new_password)) if problem.fields.is_empty() => Ok((username, email, new_password)),
        _ => Err(Error::Fields(problem)),
    }
}

/// Writes to the owner of an account that one of its sessions was ended because a replaced refresh token was shown again. Who has not
/// claimed the address of the account is not its owner.
///
/// # Errors
/// When the database fails.
pub async fn tell_of_reuse(auth: &Auth, account_id: Uuid, device: &Device, now: Timestamp) -> Result<()> {
    let Some(account) = accounts::by_id(&auth.db, account_id).await?.filter(|account| account.email_key.is_some()) else { return Ok(()) };
    let body = format!(
        "A sign-in key of your account {} was used a second time. Somebody may have copied it, so we ended that session: the browser it \
         belonged to has to log in again, and a copy is worth nothing any more.\n\n\
         It was shown from the address {} by: {}\n\n\
         If you did not expect this, change your password.",
        account.username,
        if device.ip.is_empty() { "(unknown)" } else { &device.ip },
        if device.user_agent.is_empty() { "(unknown)" } else { &device.user_agent },
    );
    let mut tx = auth.db.begin().await?;
    accounts::insert_mail(&mut tx, id(now), &account.email, "We ended one of your sessions", &body, now).await?;
    Ok(tx.commit().await?)
}

/// Writes to the owner of an account, if anybody has claimed its address.
///
/// # Errors
/// When the database fails.
pub(super) async fn tell(auth: &Auth, account_id: Uuid, subject: &str, body: &str) -> Result<()> {
    let Some(account) = accounts::by_id(&auth.db, account_id).await?.filter(|account| account.email_key.is_some()) else { return Ok(()) };
    let now = auth.clock.now();
    let mut tx = auth.db.begin().await?;
    accounts::insert_mail(&mut tx, id(now), &account.email, subject, &format!("{}: {body}", account.username), now).await?;
    Ok(tx.commit().await?)
}

async fn tell_owner(tx: &mut Tx, account: &Account, now: Timestamp) -> Result<()> {
    let body = "Somebody tried to sign up with this e-mail address, which already belongs to an account.\n\n\
        If it was you: log in with the account you have, or choose another address.\n\
        If it was not you: nothing has changed, and there is nothing to do.";
    Ok(accounts::insert_mail(tx, id(now), &account.email, "You already have an account", body, now).await?)
}
