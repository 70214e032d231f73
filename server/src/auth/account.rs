//! Accounts: signing up.

use app::wire::account::{Email, NewPassword, Role, SignUp, Username, display_name};
use app::wire::problem::{Code, Problem};

use super::session::{self, Granted};
use super::{Auth, Error, Result, mail, password, throttle};
use crate::model::{Device, id};
use crate::store::accounts::{self, NewAccount};
use crate::store::{is_taken, mails};

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
        // To whoever has the address already.
        let letter = mail::text::address_taken();
        mails::insert(&mut tx, id(now), &account.email, &letter.subject, &letter.body, now).await?;
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
