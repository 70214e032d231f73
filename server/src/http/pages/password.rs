//! `/settings/security/password`, and `/.well-known/change-password` that leads there.

use std::sync::Arc;

use app::routes::page;
use app::ui::document::password::{Change, change};
use app::ui::text::password::TITLE;
use app::wire::secret::Secret;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{by_app, refused};
use crate::auth::passwords;
use crate::http::cookies::{self, Shown as Cookies};
use crate::http::documents::{self, Shown};
use crate::http::extract::{Form, Peer, Query, refresh_token};
use crate::http::password::fresh;
use crate::http::visitor::{Member, Visitor};
use crate::site::Site;

/// Where one comes from, and what has just been done.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Just {
    secured: Option<String>,
    done: Option<u32>,
}

/// The page.
pub async fn show(State(site): State<Arc<Site>>, Query(just): Query<Just>, visitor: Visitor) -> Response {
    let Some(viewer) = &visitor.viewer else { return documents::stranger(visitor).await };
    let model = Change {
        username: viewer.username.clone(),
        least: site.auth.password_min,
        end_others: true,
        secured: just.secured.is_some(),
        done: just.done,
        problem: None,
    };
    documents::page(visitor, StatusCode::OK, TITLE, change(&model)).await
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sent {
    current: Secret,
    new: Secret,
    end_others: String,
    // For password managers.
    #[serde(rename = "username")]
    _username: String,
}

/// Another password. This browser stays logged in: its fresh tokens come in the same answer. The app fetches its own, and is shown the
/// page at once: a redirect would be followed with the access token that has just ended, refused, and the form sent once more.
///
/// # Errors
/// As the problem says.
pub async fn set(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    Member { visitor, viewer, session: asking }: Member,
    Form(sent): Form<Sent>,
) -> Shown {
    let model =
        Change { username: viewer.username, least: site.auth.password_min, end_others: sent.end_others == "yes", ..Change::default() };
    match passwords::change(&site.auth, &asking, &sent.current, &sent.new, model.end_others, &device).await {
        Err(error) => {
            let (problem, status, title) = refused(error, "current", TITLE)?;
            Ok(documents::page(visitor, status, &title, change(&Change { problem: Some(problem), ..model })).await)
        }
        Ok(ended) => {
            let done = u32::try_from(ended).unwrap_or(u32::MAX);
            if by_app(&visitor) {
                let model = Change { done: Some(done), end_others: true, ..model };
                return Ok(documents::page(visitor, StatusCode::OK, TITLE, change(&model)).await);
            }
            // A session that was refreshed for this very form has a newer token than the one it showed, on its way to the browser.
            let on_its_way = visitor.cookies.iter().any(|line| line.as_bytes().starts_with(cookies::REFRESH.as_bytes()));
            let token = if on_its_way { None } else { refresh_token(&site, &visitor.headers, None)? };
            let fresh = fresh(&site, token, asking.session_id, &device).await;
            let lines = fresh.map(|granted| cookies::granted(&granted, Cookies::default())).unwrap_or_default();
            let mut response = documents::go(visitor, &format!("{}?done={done}", page::PASSWORD));
            cookies::append(response.headers_mut(), lines);
            Ok(response)
        }
    }
}

/// `/.well-known/change-password`: 302, as password managers expect it.
pub async fn well_known() -> Response {
    (StatusCode::FOUND, [(header::LOCATION, HeaderValue::from_static(page::PASSWORD))]).into_response()
}
