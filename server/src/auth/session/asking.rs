//! Who asks: by an access token without a query, by the rows as they are now, by the refresh token alone.

use std::time::Duration;

use app::wire::account::Viewer;
use app::wire::secret::Secret;
use app::wire::session::Why;
use uuid::Uuid;

use super::viewer;
use crate::auth::access::Claims;
use crate::auth::lab::Issued;
use crate::auth::{Auth, Error, Result, chain, keys};
use crate::model::Timestamp;
use crate::store::accounts;
use crate::store::sessions::{self, Session, WithAccount};

/// What an access token claims, if it holds, its session has not ended and its account has the same epoch. No query, but for the ids of
/// server sessions that the lab gives out.
///
/// # Errors
/// [`Error::InvalidAccess`], the same for every fault.
pub async fn verify(auth: &Auth, token: &str) -> Result<Claims> {
    let now = auth.clock.now();
    if let Some(issued) = auth.lab.as_ref().and_then(|lab| lab.issued(token)) {
        return look_up(auth, issued, now).await;
    }
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

/// What the id of a server session stands for, as the database has it now.
async fn look_up(auth: &Auth, issued: Issued, now: Timestamp) -> Result<Claims> {
    if !(issued.at..issued.until).contains(&now) {
        return Err(Error::InvalidAccess);
    }
    let found = sessions::with_account(&auth.db, issued.session_id).await?.ok_or(Error::InvalidAccess)?;
    let (epoch, row) = (found.epoch, &found.session);
    if chain::over(row, now).is_some() || found.disabled_at.is_some() {
        return Err(Error::InvalidAccess);
    }
    auth.confirmations.note(row.session_id, issued.generation, now);
    let life = Duration::from_millis((issued.until - issued.at).unsigned_abs());
    let key = row.jkt.clone();
    Ok(auth.access.claims(life, &seen(found).0, issued.generation, epoch, issued.at).bound_to(key.as_deref()))
}

/// Which session an access token belongs to, whether or not it still holds.
#[must_use]
pub fn session_of(auth: &Auth, token: &str) -> Option<Uuid> {
    let looked_up = || auth.lab.as_ref()?.issued(token).map(|issued| issued.session_id);
    auth.access.read(token).ok().map(|claims| claims.sid).or_else(looked_up)
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
    Ok(seen(found))
}

/// Whose a row is, and the row.
pub(crate) fn seen(found: WithAccount) -> (Viewer, Session) {
    let viewer = Viewer {
        account_id: found.session.account_id,
        username: found.username,
        display_name: found.display_name,
        role: accounts::role(&found.role),
        session_id: found.session.session_id,
    };
    (viewer, found.session)
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
