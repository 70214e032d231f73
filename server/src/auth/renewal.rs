//! The password once more, before a session's age ends it: its limits begin anew, as at a log-in. Its chain goes on as it is.

use app::wire::secret::Secret;
use app::wire::session::{Limit, Why};

use super::events::kind;
use super::session::{limits_of, prove_password};
use super::{Auth, Error, Result, factor};
use crate::model::{Device, Timestamp};
use crate::store::events;
use crate::store::sessions::{self, Session};

/// How much is left of a session's age.
#[must_use]
pub fn left(auth: &Auth, row: &Session, now: Timestamp) -> Limit {
    let seconds = |ms: i64| u32::try_from(ms.div_euclid(1000).max(0)).unwrap_or(u32::MAX);
    Limit { left: seconds(row.expires_at - now), whole: seconds(limits_of(auth, row.account_id, row.saved).1) }
}

/// Gives the session of whoever asks its whole age again, for what a log-in takes: the password, and a code where the account has a
/// second factor. Nothing is handed out, and no generation moves. What was forked from it keeps its own end.
///
/// # Errors
/// As [`prove_password`] and [`factor::prove`]; [`Error::Ended`] where the session has ended meanwhile.
pub async fn renew(auth: &Auth, asking: &Session, password: &Secret, code: &Secret, device: &Device) -> Result<()> {
    let account = prove_password(auth, asking.account_id, password, device).await?;
    factor::prove(auth, &account, Some(code), device).await?;
    let now = auth.clock.now();
    let (idle, age) = limits_of(auth, asking.account_id, asking.saved);
    if !sessions::prolong(&auth.db, asking.session_id, now, now + idle.min(age), now + age).await? {
        return Err(Error::Ended(Why::Unknown));
    }
    events::insert(&auth.db, asking.account_id, Some(asking.session_id), kind::PASSWORD_ENTERED, device, now).await?;
    Ok(())
}
