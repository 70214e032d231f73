//! `/p/{post_id}`, and the forms on it.

use std::sync::Arc;

use app::routes;
use app::ui::document::post::{self, PostPage, Refused};
use app::ui::text;
use app::wire::account::Viewer;
use app::wire::feed::CommentText;
use app::wire::problem::{Code, Problem};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;

use crate::auth::policy::{Action, may};
use crate::auth::{Error, Result};
use crate::feed::{self, posting};
use crate::http::comments;
use crate::http::documents::{self, Shown};
use crate::http::extract::Form;
use crate::http::posts::named;
use crate::http::problem::Answer;
use crate::http::ssr::see_other;
use crate::http::visitor::Visitor;
use crate::site::Site;
use crate::store;

/// The page, also for those who are not logged in.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Path(post): Path<String>, visitor: Visitor) -> Shown {
    page(&site, visitor, &post, None).await
}

async fn page(site: &Arc<Site>, visitor: Visitor, id: &str, refused: Option<Refused>) -> Shown {
    let reader = allowed(&visitor, Action::ReadPosts)?;
    let found = match id.parse::<Uuid>() {
        Ok(post_id) => feed::post(&site.auth.db, reader.as_ref().map(|reader| reader.account_id), post_id).await?,
        Err(_) => None,
    };
    let Some(found) = found else {
        return Ok(documents::page(visitor, StatusCode::NOT_FOUND, text::post::GONE_TITLE, post::gone()).await);
    };
    let comments = comments::all(site, found.post_id).await?;
    let title = post::title(&found);
    let (status, title) = match &refused {
        Some(_) => (StatusCode::UNPROCESSABLE_ENTITY, [text::ERROR, &title].concat()),
        None => (StatusCode::OK, title),
    };
    let reader = reader.map(|reader| reader.username);
    let view = post::post(PostPage { post: found, comments, reader, now: site.auth.clock.now(), refused });
    Ok(documents::page(visitor, status, &title, view).await)
}

/// Who asks, if they may do `action`; nobody where nobody is logged in, who is then led to the log-in page.
///
/// # Errors
/// 403 where their role does not allow it.
pub(super) fn allowed(visitor: &Visitor, action: Action) -> Result<Option<Viewer>> {
    match &visitor.viewer {
        Some(viewer) if may(viewer.role, action) => Ok(Some(viewer.clone())),
        Some(_) => Err(Error::Forbidden),
        None => Ok(None),
    }
}

/// A path that only forms are posted to, opened: after a log-in on the way, for one.
///
/// # Errors
/// 404 where it names no post.
pub async fn open(Path(path): Path<Vec<String>>) -> Answer<Response> {
    let post_id = named(path.first().map_or("", String::as_str))?;
    Ok(see_other(&routes::post(&post_id.simple().to_string())))
}

/// `on=true` or `on=false`: what a switch shall be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// How it shall be.
    pub on: bool,
}

/// The like button.
///
/// # Errors
/// As the problem says.
pub async fn like(State(site): State<Arc<Site>>, Path(post): Path<String>, visitor: Visitor, Form(switch): Form<Switch>) -> Shown {
    let Some(reader) = allowed(&visitor, Action::Like)? else { return Ok(documents::stranger(visitor).await) };
    let now = site.auth.clock.now();
    let likes = posting::like(&site.auth.db, named(&post)?, reader.account_id, switch.on, now).await?;
    likes.ok_or(Code::NotFound)?;
    Ok(switched(&site, visitor, &routes::post(&post)))
}

/// A switch was turned. The app knows how it stands; a browser without scripts goes back to the page where it was, which it names itself.
pub(super) fn switched(site: &Site, visitor: Visitor, home: &str) -> Response {
    if visitor.headers.contains_key("x-account") {
        return StatusCode::NO_CONTENT.into_response();
    }
    let from = visitor.headers.get("referer").and_then(|value| value.to_str().ok()).and_then(|from| from.strip_prefix(&*site.origin));
    let back = from.and_then(routes::local_target).unwrap_or(home).to_owned();
    documents::go(visitor, &back)
}

/// The form for comments.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Say {
    #[serde(default)]
    content: String,
}

/// Says it, or shows the page again with what was typed.
///
/// # Errors
/// As the problem says.
pub async fn say(State(site): State<Arc<Site>>, Path(post): Path<String>, visitor: Visitor, Form(form): Form<Say>) -> Shown {
    let Some(reader) = allowed(&visitor, Action::Comment)? else { return Ok(documents::stranger(visitor).await) };
    let said = match CommentText::parse(&form.content) {
        Ok(said) => said,
        Err(fault) => {
            let problem = Problem::new(Code::InvalidFields).field("content", fault.to_string());
            return page(&site, visitor, &post, Some(Refused::Comment(problem, form.content))).await;
        }
    };
    comments::say(&site, &visitor.headers, &reader, named(&post)?, &said).await?;
    Ok(documents::go(visitor, &[&routes::post(&post), "#comments"].concat()))
}

/// The form that describes a picture.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Describe {
    #[serde(default)]
    alt: String,
}

/// Describes the picture of a post of one's own, or shows the page again with what was typed.
///
/// # Errors
/// As the problem says; 404 for somebody else's.
pub async fn describe(State(site): State<Arc<Site>>, Path(id): Path<String>, visitor: Visitor, Form(form): Form<Describe>) -> Shown {
    let Some(author) = allowed(&visitor, Action::Post)? else { return Ok(documents::stranger(visitor).await) };
    let described = if form.alt.trim().is_empty() {
        Err(Error::Fields(Problem::new(Code::InvalidFields).field("alt", text::post::DESCRIBE_NOTHING)))
    } else {
        posting::describe(&site.auth.db, named(&id)?, author.account_id, &form.alt).await
    };
    match described {
        Ok(described) => {
            described.ok_or(Code::NotFound)?;
            Ok(documents::go(visitor, &routes::post(&id)))
        }
        Err(Error::Fields(problem)) => {
            let mine = feed::post(&site.auth.db, None, named(&id)?).await?.is_some_and(|post| post.username == author.username);
            if !mine {
                return Err(Code::NotFound.into());
            }
            page(&site, visitor, &id, Some(Refused::Description(problem, form.alt))).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Removes a comment of one's own.
///
/// # Errors
/// As the problem says; 404 for somebody else's.
pub async fn remove_comment(State(site): State<Arc<Site>>, Path((post, comment)): Path<(String, String)>, visitor: Visitor) -> Shown {
    let Some(reader) = allowed(&visitor, Action::Comment)? else { return Ok(documents::stranger(visitor).await) };
    let gone = store::comments::delete(&site.auth.db, named(&comment)?, reader.account_id).await?;
    gone.ok_or(Code::NotFound)?;
    Ok(documents::go(visitor, &[&routes::post(&post), "#comments"].concat()))
}

/// Removes a post of one's own.
///
/// # Errors
/// As the problem says; 404 for somebody else's.
pub async fn remove(State(site): State<Arc<Site>>, Path(post): Path<String>, visitor: Visitor) -> Shown {
    let Some(reader) = allowed(&visitor, Action::Post)? else { return Ok(documents::stranger(visitor).await) };
    let gone = posting::delete(&site.auth.db, &site.pictures, named(&post)?, reader.account_id).await?;
    if !gone {
        return Err(Code::NotFound.into());
    }
    Ok(documents::go(visitor, &routes::user(&reader.username)))
}
