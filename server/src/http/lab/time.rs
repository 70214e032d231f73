//! `/api/lab/benches/{bench}/clock` and `/jump`: how old a session of the lab is, and time travel.

use std::sync::Arc;

use app::wire::lab::time::{Clock, Jump};
use app::wire::session::Why;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use uuid::Uuid;

use crate::auth::lab::time;
use crate::http::extract::Body;
use crate::http::problem::Answer;
use crate::http::saved;
use crate::site::Site;
use crate::store::{accounts, saved_logins};

/// `GET /api/lab/benches/{bench}/clock`.
pub(super) async fn clock(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>) -> Answer<Json<Clock>> {
    Ok(Json(time::clock(&site.auth, bench).await?))
}

/// `POST /api/lab/benches/{bench}/jump`.
pub(super) async fn jump(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>, Body(jump): Body<Jump>) -> Answer<Json<Clock>> {
    time::jump(&site.auth, bench, jump.hours).await?;
    Ok(Json(time::clock(&site.auth, bench).await?))
}

/// Takes the saved logins away that earlier sessions of the lab have left in this browser: it keeps five, and they are its owner's.
///
/// # Errors
/// When the database fails.
pub(super) async fn make_room(site: &Site, headers: &HeaderMap) -> Answer<()> {
    let auth = &site.auth;
    // Cookies that contradict each other are dealt with by whoever is about to write them.
    let Ok(bunch) = saved::bunch(site, headers).await else { return Ok(()) };
    for held in bunch.iter() {
        if accounts::by_id(&auth.db, held.row.account_id).await?.is_some_and(|account| time::made(auth, &account)) {
            saved_logins::end(&auth.db, held.row.saved_id, Why::LoggedOut, auth.clock.now()).await?;
        }
    }
    Ok(())
}
