//! `/`: the feed for who is there, an empty sheet where only the browser knows, the log-in page for everybody else.

use std::sync::Arc;

use app::ui::document::alerts::above;
use app::ui::document::feed::{self, Feed};
use app::ui::text::feed::TITLE;
use axum::extract::{Query, State};
use axum::http::StatusCode;

use crate::auth::policy::{Action, may};
use crate::auth::{Error, events};
use crate::http::documents::{self, Shown};
use crate::http::feed::After;
use crate::http::visitor::Visitor;
use crate::site::Site;

/// The feed; after a post, with `?after=`.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Query(query): Query<After>, visitor: Visitor) -> Shown {
    let Some(viewer) = visitor.viewer.clone() else {
        return Ok(documents::stranger_at(visitor, TITLE, feed::waiting()).await);
    };
    if !may(viewer.role, Action::ReadFeed) {
        return Err(Error::Forbidden.into());
    }
    let (storage, saved) = visitor.keeping(&site).await?;
    let posts = crate::feed::page(&site.auth.db, viewer.account_id, query.after.as_deref()).await?;
    let open = events::open_alerts(&site.auth, viewer.account_id).await?;
    let model = Feed { viewer, storage, saved, local: site.lab, posts, now: site.auth.clock.now() };
    Ok(documents::page(visitor, StatusCode::OK, TITLE, above(&open, feed::feed(model))).await)
}
