//! Time travel: the clock of one session of the lab is put forward. Nobody can do that to a clock that all share, so everything that the
//! database knows of the session becomes older instead: its rows, those of every session and saved login of its account, which was made
//! for it and is nobody's. What is over stays as it ended.
//!
//! The removal of the account after a day stays where it is: it is about this machine, and not about the session. A jump over it would
//! take away what is looked at. What the site remembers of others (attempts, mails, the list of activity) is not touched.

use app::wire::lab::Begin;
use app::wire::lab::time::{Clock, FARTHEST, Jumped, Lasts, Limits, Span};
use app::wire::problem::{Code, Problem};
use uuid::Uuid;

use super::{DOMAIN, Lab};
use crate::auth::session::limits_of;
use crate::auth::{Auth, Error, Result, chain, saved};
use crate::model::Timestamp;
use crate::store::accounts::Account;
use crate::store::saved_logins::{self, SavedLogin};
use crate::store::sessions::{self, NewSession, Session};

/// In milliseconds.
const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;
/// The most jumps of a session that are remembered.
const JUMPS: usize = 100;

/// What stands beside the rules of a session.
#[derive(Default)]
pub(super) struct Moved {
    /// The account that was made for it.
    account_id: Uuid,
    lasts: Option<Lasts>,
    jumps: Vec<Jumped>,
}

impl Lab {
    /// An account was made for a bench.
    pub(super) fn belongs(&self, form: &Begin, account_id: Uuid) {
        self.at(form.bench, |bench| bench.time = Moved { account_id, lasts: form.lasts, jumps: Vec::new() });
    }

    /// For how long what belongs to an account lasts, where its owner has said so.
    fn lasts(&self, account_id: Uuid) -> Option<Lasts> {
        self.benches().by_id.values().find(|bench| bench.time.account_id == account_id)?.time.lasts
    }

    /// Idle and absolute limit of the sessions of an account, in milliseconds; `None` where they last as long as elsewhere.
    #[must_use]
    pub fn limits(&self, account_id: Uuid) -> Option<(i64, i64)> {
        self.lasts(account_id).map(|lasts| (i64::from(lasts.idle) * DAY, i64::from(lasts.age) * DAY))
    }

    /// For how long a saved login of an account lasts, in milliseconds; `None` where that is as elsewhere.
    #[must_use]
    pub fn saved_life(&self, account_id: Uuid) -> Option<i64> {
        self.lasts(account_id).map(|lasts| i64::from(lasts.saved) * DAY)
    }

    /// The same, of the saved login that a session has left or was opened by.
    #[must_use]
    pub fn saved_life_by(&self, session_id: Uuid) -> Option<i64> {
        self.of(session_id, |bench| bench.time.lasts).flatten().map(|lasts| i64::from(lasts.saved) * DAY)
    }

    /// A session was opened of an account: where that was made for a bench, it lives by the same rules. Answers with the bench, and the
    /// session that it was about so far.
    fn joins(&self, account_id: Uuid, session_id: Uuid) -> Option<(Uuid, Uuid)> {
        let mut benches = self.benches();
        let (id, bench) = benches.by_id.iter().find(|(_, bench)| bench.time.account_id == account_id)?;
        let found = (*id, bench.session_id);
        benches.by_session.insert(session_id, found.0);
        Some(found)
    }
}

/// A saved login has opened a session of an account. If the account was made for a bench whose session is over, the bench is about this one
/// from now on; while that lives, it is another window's.
///
/// # Errors
/// When the database fails.
pub async fn goes_on(auth: &Auth, account_id: Uuid, session_id: Uuid) -> Result<()> {
    let Some(lab) = &auth.lab else { return Ok(()) };
    let Some((bench, before)) = lab.joins(account_id, session_id).filter(|(_, before)| *before != session_id) else { return Ok(()) };
    let lives = sessions::by_id(&auth.db, before).await?.is_some_and(|row| chain::over(&row, auth.clock.now()).is_none());
    if !lives {
        lab.at(bench, |bench| {
            bench.session_id = session_id;
            bench.newest = 1;
        });
    }
    Ok(())
}

/// Whether an account was made by the lab: entering it once more does not keep it from being removed. It shows in the row, so that it is
/// known also after this process was started again.
#[must_use]
pub fn made(auth: &Auth, account: &Account) -> bool {
    let named = account.email.strip_suffix(DOMAIN) == Some(account.username.as_str());
    auth.lab.is_some() && named && account.delete_at.is_some()
}

/// Whether a session can last so long.
///
/// # Errors
/// [`Error::Fields`] for less than a day, and for more than [`Lasts::MOST`].
pub fn check(lasts: Option<Lasts>) -> Result<()> {
    let Some(lasts) = lasts else { return Ok(()) };
    let most = Lasts::MOST;
    let mut problem = Problem::new(Code::InvalidFields);
    for (name, days, most) in [("idle", lasts.idle, most.idle), ("age", lasts.age, most.age), ("saved", lasts.saved, most.saved)] {
        if !(1..=most).contains(&days) {
            problem = problem.field(name, app::ui::text::lab::time::days_between(most));
        }
    }
    if problem.fields.is_empty() { Ok(()) } else { Err(Error::Fields(problem)) }
}

/// A session that is to begin, with the limits that were chosen for it.
pub(super) fn lasting(form: &Begin, new: NewSession) -> NewSession {
    let Some(lasts) = form.lasts else { return new };
    let (idle, age) = (i64::from(lasts.idle) * DAY, i64::from(lasts.age) * DAY);
    NewSession { idle_expires_at: new.created_at + idle.min(age), expires_at: new.created_at + age, ..new }
}

/// Puts the clock of a bench forward: in one transaction all its rows become older, and its access tokens have run out if they live
/// shorter than that.
///
/// # Errors
/// [`Error::NotFound`] where nothing of that name is watched; [`Error::Fields`] for a jump that is too short or too far. Nothing has
/// happened then.
pub async fn jump(auth: &Auth, bench: Uuid, hours: u32) -> Result<()> {
    let lab = auth.lab.as_ref().ok_or(Error::NotFound)?;
    if !(1..=FARTHEST).contains(&hours) {
        let problem = Problem::new(Code::InvalidFields).field("hours", app::ui::text::lab::time::hours_between(FARTHEST));
        return Err(Error::Fields(problem));
    }
    let (account_id, life) = lab.at(bench, |bench| (bench.time.account_id, bench.knobs.access_life)).ok_or(Error::NotFound)?;
    let by = i64::from(hours) * HOUR;
    let all = sessions::all_of_account(&auth.db, account_id).await?;
    for row in &all {
        // What was used before the jump, was used then.
        auth.confirmations.write(&auth.db, Some(row.session_id)).await?;
    }
    let mut tx = auth.db.begin().await?;
    sessions::age(&mut tx, account_id, by).await?;
    saved_logins::age(&mut tx, account_id, by).await?;
    tx.commit().await?;
    for row in &all {
        auth.confirmations.forget(row.session_id);
    }
    if i64::from(life) * 1000 <= by {
        lab.expire(bench);
    }
    let jumped = Jumped { at: auth.clock.now(), hours };
    lab.at(bench, |bench| {
        if bench.time.jumps.len() >= JUMPS {
            bench.time.jumps.remove(0);
        }
        bench.time.jumps.push(jumped);
    });
    Ok(())
}

/// How old everything of a bench is, and for how long it holds.
///
/// # Errors
/// [`Error::NotFound`] where nothing of that name is watched.
pub async fn clock(auth: &Auth, bench: Uuid) -> Result<Clock> {
    let lab = auth.lab.as_ref().ok_or(Error::NotFound)?;
    let look = |bench: &mut super::Bench| {
        let Moved { account_id, lasts, jumps } = &bench.time;
        (bench.session_id, *account_id, bench.knobs.access_life, *lasts, jumps.clone())
    };
    let (session_id, account_id, access_life, lasts, jumps) = lab.at(bench, look).ok_or(Error::NotFound)?;
    let now = auth.clock.now();
    // What is over has not become older since.
    let since = |ended_at: Option<Timestamp>| -> i64 {
        let later = jumps.iter().filter(|jump| ended_at.is_some_and(|at| jump.at > at));
        later.map(|jump| i64::from(jump.hours) * HOUR).sum()
    };
    auth.confirmations.write(&auth.db, Some(session_id)).await?;
    let row = sessions::by_id(&auth.db, session_id).await?;
    let is_saved = row.as_ref().is_some_and(|row| row.saved);
    let saved = match saved_logins::newest(&auth.db, account_id).await? {
        Some(saved_id) => saved_logins::by_id(&auth.db, saved_id).await?,
        None => None,
    };
    let (limits, saved_limits) = (limits_of(auth, account_id, is_saved), saved::limits_of(auth, account_id, false));
    Ok(Clock {
        now,
        access_life,
        is_saved,
        lasts,
        limits: Limits { idle: limits.0, age: limits.1 },
        saved_limits: Limits { idle: saved_limits.0, age: saved_limits.1 },
        session: row.map(|row| of_session(&row, since(row.ended_at))),
        saved: saved.map(|row| of_saved(&row, since(row.ended_at))),
        jumps,
    })
}

fn of_session(row: &Session, older: i64) -> Span {
    Span {
        begun_at: row.created_at - older,
        used_at: row.handed_out_at.unwrap_or(row.created_at) - older,
        idle_expires_at: row.idle_expires_at - older,
        expires_at: row.expires_at - older,
        ended: row.ended(),
    }
}

fn of_saved(row: &SavedLogin, older: i64) -> Span {
    Span {
        begun_at: row.created_at - older,
        used_at: row.handed_out_at.unwrap_or(row.created_at) - older,
        idle_expires_at: row.idle_expires_at - older,
        expires_at: row.expires_at - older,
        ended: row.ended(),
    }
}
