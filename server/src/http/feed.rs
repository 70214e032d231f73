//! `/api/feed`, `/pictures/…`, and what operators ask.

use std::sync::Arc;

use app::wire::feed::Feed;
use app::wire::problem::Code;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::extract::Caller;
use super::problem::Answer;
use crate::auth::Error;
use crate::auth::policy::{Action, may};
use crate::feed::pictures;
use crate::site::Site;
use crate::store::posts;

/// `?after=`
#[derive(Deserialize)]
pub struct After {
    /// The cursor.
    pub after: Option<String>,
}

/// `GET /api/feed`.
///
/// # Errors
/// As the problem says.
pub async fn list(State(site): State<Arc<Site>>, caller: Caller, Query(query): Query<After>) -> Answer<Json<Feed>> {
    if !may(caller.claims.role, Action::ReadFeed) {
        return Err(Error::Forbidden.into());
    }
    Ok(Json(crate::feed::page(&site.auth.db, caller.claims.sub, query.after.as_deref()).await?))
}

/// `GET /pictures/{name}`. The name is unguessable and never holds other bytes, so it is for ever. An `<img>` can carry no token.
///
/// # Errors
/// 404.
pub async fn picture(State(site): State<Arc<Site>>, Path(name): Path<String>) -> Answer<Response> {
    // PostgreSQL has no texts with it, and would be asked in vain.
    if name.contains('\0') {
        return Err(Code::NotFound.into());
    }
    let (media_type, content) = if pictures::is_file(&name) {
        ("image/jpeg".to_owned(), site.pictures.read(&name).await?.ok_or(Code::NotFound)?)
    } else {
        // An empty one lies in the store, under other names.
        let picture = posts::picture(&site.auth.db, &name).await?.filter(|picture| !picture.content.is_empty()).ok_or(Code::NotFound)?;
        (picture.media_type, picture.content)
    };
    let mut response = content.into_response();
    let headers = response.headers_mut();
    headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_str(&media_type).unwrap_or(HeaderValue::from_static("application/octet-stream")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}

/// `GET /readyz`: whether the database answers.
///
/// # Errors
/// 503 when it does not.
pub async fn ready(State(site): State<Arc<Site>>) -> Answer<&'static str> {
    site.auth.db.ping().await?;
    Ok("ready\n")
}
