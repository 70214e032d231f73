//! `/new`.

use std::sync::Arc;

use app::routes;
use app::ui::document::new_post::{self, NewPostPage};
use app::ui::text::{self, post::NEW_TITLE as TITLE};
use app::wire::feed::Post;
use app::wire::problem::Code;
use axum::extract::{Request, State};
use axum::http::StatusCode;

use super::post::allowed;
use crate::auth::Error;
use crate::auth::policy::Action;
use crate::http::documents::{self, Shown};
use crate::http::problem::Refusal;
use crate::http::visitor::Visitor;
use crate::http::{posts, upload};
use crate::site::Site;

/// The page.
///
/// # Errors
/// As the problem says.
pub async fn show(visitor: Visitor) -> Shown {
    if allowed(&visitor, Action::Post)?.is_none() {
        return Ok(documents::stranger(visitor).await);
    }
    Ok(documents::page(visitor, StatusCode::OK, TITLE, new_post::new_post(&NewPostPage::default())).await)
}

/// Publishes it, or shows the page again with what was typed.
///
/// # Errors
/// As the problem says.
pub async fn publish(State(site): State<Arc<Site>>, visitor: Visitor, request: Request) -> Shown {
    let Some(author) = allowed(&visitor, Action::Post)? else { return Ok(documents::stranger(visitor).await) };
    let upload = upload::read(&site, request).await?;
    let (caption, alt) = (upload.caption.clone(), upload.alt.clone());
    match posts::post(&site, &visitor.headers, &author, upload).await {
        Ok((_, body)) => {
            let post: Post = serde_json::from_str(&body).map_err(|_| Error::Broken("a post that cannot be read"))?;
            Ok(documents::go(visitor, &routes::post(&post.post_id.simple().to_string())))
        }
        Err(Refusal(problem)) if problem.fields.is_empty() && problem.code != Code::Busy => Err(problem.into()),
        Err(Refusal(problem)) => {
            let status = if problem.code == Code::Busy { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::UNPROCESSABLE_ENTITY };
            let view = new_post::new_post(&NewPostPage { problem: Some(problem), caption, alt });
            Ok(documents::page(visitor, status, &[text::ERROR, TITLE].concat(), view).await)
        }
    }
}
