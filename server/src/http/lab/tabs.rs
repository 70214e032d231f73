//! Two tabs that race for one refresh token.

use std::sync::Arc;

use app::wire::lab::tabs::Again;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use uuid::Uuid;

use crate::auth::lab::tabs;
use crate::http::cookies::Shown;
use crate::http::extract::{Body, Peer};
use crate::http::problem::Answer;
use crate::http::saved::{self, with};
use crate::http::session::answer;
use crate::site::Site;

/// `POST /api/lab/benches/{bench}/again`.
pub(super) async fn again(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    headers: HeaderMap,
    Path(bench): Path<Uuid>,
    Body(form): Body<Again>,
) -> Answer<Response> {
    let granted = tabs::again(&site.auth, bench, form, device.clone()).await?;
    let (granted, lines) = saved::arrive(&site, &headers, &device, granted).await?;
    Ok(with(answer(&site, Shown::of(&headers), granted, StatusCode::CREATED), lines))
}
