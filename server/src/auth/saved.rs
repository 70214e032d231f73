//! Saved logins: keys by which a browser opens a new session for an account without the password. A key is a chain of its own and goes
//! along the refresh table: [`super::chain::decide`] judges it, each use is one conditional update beside the session it opens, and a key that
//! had been replaced ends the saved login and what it opened.

mod bunch;
mod tap;

use app::ui::text;
use app::wire::problem::{Code, Problem};
use app::wire::saved::MOST;
use app::wire::secret::Secret;
use app::wire::session::{TokenStorage, Why};
use uuid::Uuid;

pub use self::bunch::{Bunch, Held};
pub use self::tap::enter;
use super::session::{self, limits};
use super::{Auth, Error, Result, prove};
use crate::model::{Device, Timestamp, id};
use crate::store::accounts::{self, Account};
use crate::store::saved_logins::{self, NewSavedLogin};
use crate::store::sessions::{self, Session};

/// Leaves a saved login of a session in this browser, or makes one that was parked a saved one. With `parked`, it is one that goes with
/// the browser. Asked again, as after a lost answer, it hands the same key out again.
///
/// # Errors
/// [`Error::Fields`] when there is no room for one more; [`Error::Superseded`] when another tab has just used one of the keys.
pub async fn leave(auth: &Auth, bunch: &mut Bunch, session: &Session, parked: bool) -> Result<()> {
    let now = auth.clock.now();
    bunch.settle(auth, None, now).await?;
    let (idle, age) = limits_of(auth, session.account_id, parked);
    // The session knows when the password was entered.
    let until = if lasts_on_its_own(auth, session.account_id, parked) { now + age } else { session.expires_at.min(now + age) };
    let idle_until = (now + idle).min(until);
    if let Some(held) = bunch.of_account(session.account_id).filter(|held| held.spent(auth, now).is_none()) {
        let saved_id = held.row.saved_id;
        if held.row.parked && !parked {
            room(auth, bunch, now)?;
            saved_logins::keep(&auth.db, saved_id, now, idle_until, until).await?;
            bunch.reread(auth, saved_id).await?;
        }
        return Ok(());
    }
    bunch.forget_account(session.account_id);
    if !parked {
        room(auth, bunch, now)?;
    } else if bunch.iter().filter(|held| held.row.parked && held.spent(auth, now).is_none()).count() >= MOST {
        return Ok(());
    }
    let saved_id = match saved_logins::left_by(&auth.db, session.session_id, now).await? {
        Some(saved_id) => saved_id,
        None => {
            let new = NewSavedLogin {
                saved_id: id(now),
                account_id: session.account_id,
                parked,
                storage: opens_in(session),
                session_id: session.session_id,
                created_at: now,
                idle_expires_at: idle_until,
                expires_at: until,
            };
            saved_logins::insert(&auth.db, &new).await?;
            new.saved_id
        }
    };
    bunch.add(auth, saved_id, now).await
}

/// Whether a session may leave a saved login: asked before anything is changed.
///
/// # Errors
/// As [`leave`].
pub async fn may_leave(auth: &Auth, bunch: &mut Bunch, token: &Secret) -> Result<()> {
    let now = auth.clock.now();
    bunch.settle(auth, None, now).await?;
    if bunch.is_full(auth, now)
        && let Some(named) = session::named_by(auth, token).await?
        && let Some(row) = sessions::by_id(&auth.db, named.session_id).await?
        && bunch.of_account(row.account_id).is_none_or(|held| held.row.parked || held.spent(auth, now).is_some())
    {
        return room(auth, bunch, now);
    }
    Ok(())
}

/// Where the session lives that a saved login opens: as the one that left it, but where that one is bound to a key. Its key of five
/// accounts is in a cookie, and whoever rides on the page can have it used: that must not lead to tokens that are bound to nothing.
fn opens_in(session: &Session) -> TokenStorage {
    if session.jkt.is_some() { TokenStorage::Cookie } else { session.storage() }
}

/// Whether there is room for another saved account.
fn room(auth: &Auth, bunch: &Bunch, now: Timestamp) -> Result<()> {
    if bunch.is_full(auth, now) {
        return Err(Error::Fields(Problem::new(Code::InvalidFields).field("save", text::saved::FULL)));
    }
    Ok(())
}

/// Whether using a key takes the password. To do without from now on takes it once, or being logged in to that account: `logged_in`.
///
/// # Errors
/// [`Error::Ended`] for a key that is spent; as [`enter`] where the password is asked.
pub async fn ask_password(
    auth: &Auth,
    held: &Held,
    ask: bool,
    password: Option<&Secret>,
    logged_in: Option<Uuid>,
    device: &Device,
) -> Result<()> {
    if let Some(why) = held.spent(auth, auth.clock.now()) {
        return Err(Error::Ended(why));
    }
    if held.row.ask_password && !ask && logged_in != Some(held.row.account_id) {
        let account = accounts::by_id(&auth.db, held.row.account_id).await?.ok_or(Error::Ended(Why::Unknown))?;
        once_more(auth, &account, password, device).await?;
    }
    Ok(saved_logins::ask_password(&auth.db, held.row.saved_id, ask).await?)
}

async fn once_more(auth: &Auth, account: &Account, password: Option<&Secret>, device: &Device) -> Result<()> {
    prove::password(auth, account, password.unwrap_or(&Secret::default()), "password", device).await
}

/// Takes a key of this browser away for good. Where another tab has just used one of the others, the key stays in the cookie, and opens
/// nothing.
///
/// # Errors
/// When the database fails.
pub async fn remove(auth: &Auth, bunch: &mut Bunch, saved_id: Uuid) -> Result<()> {
    let now = auth.clock.now();
    saved_logins::end(&auth.db, saved_id, Why::LoggedOut, now).await?;
    bunch.forget(saved_id);
    match bunch.settle(auth, None, now).await {
        Err(Error::Superseded) => Ok(()),
        settled => settled,
    }
}

/// The same for that of an account, if there is one.
///
/// # Errors
/// As [`remove`].
pub async fn remove_of(auth: &Auth, bunch: &mut Bunch, account_id: Uuid) -> Result<()> {
    match bunch.of_account(account_id).map(|held| held.row.saved_id) {
        Some(saved_id) => remove(auth, bunch, saved_id).await,
        None => Ok(()),
    }
}

/// The same for all of them.
///
/// # Errors
/// When the database fails.
pub async fn remove_all(auth: &Auth, bunch: &mut Bunch) -> Result<()> {
    let now = auth.clock.now();
    for held in bunch.iter() {
        saved_logins::end(&auth.db, held.row.saved_id, Why::LoggedOut, now).await?;
    }
    bunch.clear();
    Ok(())
}

/// Somebody has entered the password: a key of the same account that is spent is good for nothing any more. Whether the account is saved
/// in this browser.
pub fn known(auth: &Auth, bunch: &mut Bunch, account_id: Uuid) -> bool {
    let now = auth.clock.now();
    match bunch.of_account(account_id) {
        Some(held) if held.spent(auth, now).is_some() => {
            bunch.forget_account(account_id);
            false
        }
        Some(held) => !held.row.parked,
        None => false,
    }
}

/// The tokens of a session of this browser have moved, as its owner chose. What its saved login opens, lives there from now on, too. (Where
/// somebody logs in without scripts, cookies are no choice: that moves nothing.)
///
/// # Errors
/// When the database fails.
pub async fn follow(auth: &Auth, bunch: &Bunch, session: &Session) -> Result<()> {
    match bunch.of_account(session.account_id) {
        Some(held) => Ok(saved_logins::move_to(&auth.db, held.row.saved_id, opens_in(session)).await?),
        None => Ok(()),
    }
}

/// A session was in use until now, and so was the saved login it belongs to: its 90 days begin anew, or its 12 hours where it is parked.
///
/// # Errors
/// When the database fails.
pub async fn touch(auth: &Auth, session_id: Uuid) -> Result<()> {
    let (now, own) = (auth.clock.now(), auth.lab.as_ref().and_then(|lab| lab.saved_life_by(session_id)));
    let (saved, parked) = (own.unwrap_or(limits(auth, true).0), limits(auth, false).0);
    Ok(saved_logins::touch(&auth.db, session_id, now + saved, now + parked).await?)
}

/// Idle and absolute limit of a saved login, in milliseconds.
pub(super) fn limits_of(auth: &Auth, account_id: Uuid, parked: bool) -> (i64, i64) {
    match auth.lab.as_ref().filter(|_| !parked).and_then(|lab| lab.saved_life(account_id)) {
        Some(life) => (life, life),
        None => limits(auth, !parked),
    }
}

/// Whether it may outlive the session that leaves it: in the lab, where somebody has said for how long it lasts.
fn lasts_on_its_own(auth: &Auth, account_id: Uuid, parked: bool) -> bool {
    !parked && auth.lab.as_ref().is_some_and(|lab| lab.saved_life(account_id).is_some())
}
