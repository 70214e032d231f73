//! `/`: the feed for who is there, an empty sheet where only the browser knows, the log-in page for everybody else.

use std::sync::Arc;

use app::ui::document::alerts::above;
use app::ui::document::feed::{self, Feed};
use app::ui::text::feed::TITLE;
use axum::extract::{Query, State};
use axum::http::StatusCode;

use crate::auth::policy::{Action, may};
use crate::auth::{Error, events};
use crate::feed::people;
use crate::http::cookies;
use crate::http::documents::{self, Shown};
use crate::http::feed::After;
use crate::http::visitor::Visitor;
use crate::site::Site;

/// How many people stand beside the feed.
const BESIDE: usize = 5;

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
    let (db, after) = (&site.auth.db, query.after.as_deref());
    let (posts, beside) = tokio::try_join!(crate::feed::page(db, viewer.account_id, after), async {
        // Of a page that goes on with another, only the posts are looked at.
        if after.is_some() { Ok(Vec::new()) } else { people::suggestions(db, viewer.account_id).await }
    })?;
    // A feed with nothing in it names them in the middle of the page.
    let beside = if posts.items.is_empty() { Vec::new() } else { beside.into_iter().take(BESIDE).collect() };
    let open = events::open_alerts(&site.auth, viewer.account_id).await?;
    let looks = cookies::looks(&visitor.headers);
    let model = Feed { viewer, storage, saved, local: site.lab, posts, beside, looks, now: site.auth.clock.now() };
    Ok(documents::page(visitor, StatusCode::OK, TITLE, above(&open, feed::feed(model))).await)
}
