//! `/settings/security/activity`.

use std::sync::Arc;

use app::routes::page;
use app::ui::document::activity::{self as document, History};
use app::ui::text::activity::TITLE;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use crate::auth::events;
use crate::http::activity::Part;
use crate::http::documents::{self, Shown};
use crate::http::extract::{Form, Query};
use crate::http::sessions::named;
use crate::http::visitor::Member;
use crate::site::Site;

/// The page; what is older with `?before=`, a part with `?topic=`.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Query(part): Query<Part>, Member { visitor, viewer, .. }: Member) -> Shown {
    let events = events::history(&site.auth, viewer.account_id, part.before, part.topic).await?;
    let more = i64::try_from(events.len()).is_ok_and(|count| count == events::PAGE);
    let view = document::activity(&History { events, topic: part.topic, more });
    Ok(documents::page(visitor, StatusCode::OK, TITLE, view).await)
}

/// "This wasn't me".
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotMe {
    id: String,
}

/// Ends what the event began, and leads to another password.
///
/// # Errors
/// As the problem says; 404 for another's, and for one that was answered otherwise.
pub async fn not_me(State(site): State<Arc<Site>>, Member { visitor, session: asking, .. }: Member, Form(sent): Form<NotMe>) -> Shown {
    events::answer(&site.auth, &asking, named(&sent.id)?, false).await?;
    Ok(documents::go(visitor, &format!("{}?secured", page::PASSWORD)))
}
