//! `/settings/data`: a copy of everything, and the end of the account.

use std::sync::Arc;

use app::routes::page;
use app::ui::document::data::{Data, data, goodbye};
use app::ui::text::data::{GOODBYE_TITLE, TITLE};
use app::wire::secret::Secret;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{by_app, refused};
use crate::auth::{Error, deletion, export};
use crate::http::account::file;
use crate::http::cookies;
use crate::http::documents::{self, Shown};
use crate::http::extract::{Form, Peer, Query};
use crate::http::session::shown_of;
use crate::http::visitor::{Member, Visitor};
use crate::site::Site;

/// `?copy`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Show {
    copy: Option<String>,
}

/// The page; with `?copy`, everything is on it.
///
/// # Errors
/// As the problem says.
pub async fn show(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    Query(show): Query<Show>,
    Member { visitor, viewer, .. }: Member,
) -> Shown {
    let copy = match show.copy {
        None => None,
        Some(_) => {
            let copy = export::all(&site.auth, viewer.account_id, viewer.session_id, &device).await?;
            Some(serde_json::to_string_pretty(&copy).map_err(|_| Error::Broken("a copy that cannot be written"))?)
        }
    };
    let file = visitor.keeping(&site).await?.0.refresh_in_cookie();
    let view = data(&Data { username: viewer.username, file, copy, problem: None });
    Ok(documents::page(visitor, StatusCode::OK, TITLE, view).await)
}

/// `/settings/data/copy`: the same as a file, for a browser that shows by itself who is there.
///
/// # Errors
/// As the problem says.
pub async fn copy(State(site): State<Arc<Site>>, Peer(device): Peer, Member { viewer, .. }: Member) -> Shown {
    let copy = export::all(&site.auth, viewer.account_id, viewer.session_id, &device).await?;
    Ok(file(&viewer.username, copy))
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sent {
    password: Secret,
    // For password managers.
    #[serde(rename = "username")]
    _username: String,
}

/// The account will be deleted; logged out everywhere.
///
/// # Errors
/// As the problem says.
pub async fn delete(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    Member { visitor, viewer, session: asking }: Member,
    Form(sent): Form<Sent>,
) -> Shown {
    if let Err(error) = deletion::ask(&site.auth, &asking, &sent.password, &device).await {
        let (problem, status, title) = refused(error, "password", TITLE)?;
        let file = asking.storage().refresh_in_cookie();
        let view = data(&Data { username: viewer.username, file, copy: None, problem: Some(problem) });
        return Ok(documents::page(visitor, status, &title, view).await);
    }
    if by_app(&visitor) {
        // It is told by its next call that its session has ended, and why, and forgets what it holds.
        return Ok(documents::page(visitor, StatusCode::OK, GOODBYE_TITLE, goodbye()).await);
    }
    let lines = cookies::cleared(shown_of(&site, &visitor.headers, Some(asking.session_id)).with_hint(&visitor.headers));
    // Nothing that was refreshed on the way is of any use now.
    let mut response = documents::go(Visitor { cookies: Vec::new(), ..visitor }, page::GOODBYE);
    cookies::append(response.headers_mut(), lines);
    Ok(response)
}

/// `/goodbye`.
pub async fn show_goodbye(visitor: Visitor) -> Response {
    documents::page(visitor, StatusCode::OK, GOODBYE_TITLE, goodbye()).await
}
