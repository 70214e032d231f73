//! One tap: a key of this browser opens a session.

use app::wire::saved::Tap;
use app::wire::session::{TokenStorage, Why};
use uuid::Uuid;

use super::bunch::Bunch;
use super::{limits_of, once_more};
use crate::auth::chain::{self, Verdict};
use crate::auth::events::kind;
use crate::auth::session::{self, Granted};
use crate::auth::{Auth, Error, Result, lab, mail};
use crate::model::{Device, Timestamp};
use crate::store::accounts::{self, Account};
use crate::store::events;
use crate::store::saved_logins::{self, SavedLogin, Turn, Use};
use crate::store::sessions::{self, NewSession, Session};

/// How often the table is gone through when others keep being faster.
const ROUNDS: usize = 4;

/// One tap: opens a session by a key of this browser. `storage` is where its tokens shall live, if not where the saved login says.
///
/// # Errors
/// [`Error::Ended`] for a key that is spent, and for a disabled account: it takes the password once more. [`Error::Superseded`] when
/// another tab was faster. [`Error::Fields`], [`Error::InvalidCredentials`] and [`Error::Throttled`] where the saved login asks for the
/// password. Nothing has happened to the key then.
pub async fn enter(
    auth: &Auth,
    bunch: &mut Bunch,
    saved_id: Uuid,
    tap: &Tap,
    storage: Option<TokenStorage>,
    device: &Device,
) -> Result<Granted> {
    let now = auth.clock.now();
    bunch.settle(auth, Some(saved_id), now).await?;
    let held = bunch.find(saved_id).ok_or(Error::Ended(Why::Unknown))?;
    let account = accounts::by_id(&auth.db, held.row.account_id).await?.filter(|account| account.disabled_at.is_none());
    let account = account.ok_or(Error::Ended(Why::Unknown))?;
    if held.row.ask_password && held.spent(auth, now).is_none() {
        once_more(auth, &account, tap.password.as_ref(), device).await?;
    }
    let shown = held.shown;
    let (session, before) = use_key(auth, &account, saved_id, shown, storage, device, now).await?;
    if let Some(before) = before {
        session::end(auth, before, Why::LoggedOut).await?;
    }
    bunch.moved(auth, saved_id, now).await?;
    lab::time::goes_on(auth, account.account_id, session.session_id).await?;
    Ok(session::grant(auth, &account, session, now)?.for_browser(device))
}

/// Goes through the table. Answers with the session that the key opens, and the one that it opened before and that nobody got.
async fn use_key(
    auth: &Auth,
    account: &Account,
    saved_id: Uuid,
    generation: i64,
    storage: Option<TokenStorage>,
    device: &Device,
    now: Timestamp,
) -> Result<(Session, Option<Uuid>)> {
    let race = auth.race();
    for _ in 0..ROUNDS {
        let Some(row) = saved_logins::by_id(&auth.db, saved_id).await? else { return Err(Error::Ended(Why::Unknown)) };
        let turn = match chain::decide(&row, generation, now, race) {
            Verdict::Ended(why) => return Err(Error::Ended(why)),
            Verdict::Superseded => return Err(Error::Superseded),
            Verdict::Expire => {
                saved_logins::expire(&auth.db, saved_id, now).await?;
                continue;
            }
            Verdict::Reuse if saved_logins::end_for_reuse(&auth.db, saved_id, generation, now, race).await? => {
                return Err(reused(auth, &row, device, now).await?);
            }
            Verdict::Reuse => continue,
            Verdict::Rotate => Turn::Rotate,
            Verdict::Confirm => Turn::Confirm,
            Verdict::Repeat => Turn::Repeat,
            Verdict::Another => Turn::Another,
            Verdict::CatchUp => {
                tracing::warn!(saved = %saved_id, row = row.generation, key = generation, "a key is newer than its saved login: was the database restored?");
                Turn::CatchUp
            }
        };
        // Pressed twice, or the answer was lost a moment ago: the same session again, as long as nobody has used it.
        let again = match turn {
            Turn::Confirm | Turn::Repeat => sessions::by_id(&auth.db, row.session_id).await?.filter(|last| is_fresh(last, &row, now)),
            _ => None,
        };
        let new = opened_by(auth, &row, account, storage, device, now);
        let at = Use {
            saved_id,
            generation,
            now,
            race,
            session_id: again.as_ref().map_or(new.session_id, |session| session.session_id),
            idle_until: now + limits_of(auth, row.account_id, row.parked).0,
        };
        let mut tx = auth.db.begin().await?;
        if !saved_logins::turn(&mut tx, &at, turn).await? {
            continue;
        }
        let session = match again {
            Some(session) => session,
            None => session::enter(auth, &mut tx, account, kind::ONE_TAP, &new).await?,
        };
        tx.commit().await?;
        // What was shown for the session before it, was shown when this was saved.
        if sessions::is_strong(&auth.db, row.session_id).await? {
            sessions::strengthen(&auth.db, session.session_id).await?;
        }
        return Ok((session, (turn == Turn::Another && !row.raced).then_some(row.session_id)));
    }
    Err(Error::Superseded)
}

/// Whether a session was opened by this saved login, lives, and has not been used.
fn is_fresh(session: &Session, by: &SavedLogin, now: Timestamp) -> bool {
    session.family == Some(by.saved_id) && session.generation == 1 && !session.confirmed && chain::over(session, now).is_none()
}

/// The session that a key opens, in one family with all others that it opens. It ends with the saved login at the latest: no chain of
/// sessions outlives the year since the password was entered.
fn opened_by(
    auth: &Auth,
    row: &SavedLogin,
    account: &Account,
    storage: Option<TokenStorage>,
    device: &Device,
    now: Timestamp,
) -> NewSession {
    let new = session::start(auth, account, storage.unwrap_or_else(|| row.storage()), !row.parked, device.clone(), now);
    let expires_at = new.expires_at.min(row.expires_at);
    NewSession { family: Some(row.saved_id), idle_expires_at: new.idle_expires_at.min(expires_at), expires_at, ..new }
}

/// A stolen key, or a copy of one.
async fn reused(auth: &Auth, row: &SavedLogin, device: &Device, now: Timestamp) -> Result<Error> {
    tracing::warn!(saved = %row.saved_id, account = %row.account_id, "a replaced key was shown again: the saved login is ended");
    for session_id in sessions::end_family(&auth.db, row.account_id, row.saved_id, Why::Reuse, now).await? {
        auth.ended.add(session_id, now);
    }
    events::insert(&auth.db, row.account_id, None, kind::SAVED_REUSE, device, now).await?;
    mail::tell(auth, row.account_id, |username| mail::text::reused(username, device)).await?;
    Ok(Error::Ended(Why::Reuse))
}
