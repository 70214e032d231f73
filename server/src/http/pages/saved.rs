//! `/login/saved`, the saved logins of this browser, and one tap without scripts. Nobody need be logged in: the cookie says whose they are.

use std::sync::Arc;

use app::routes::{local_target, page, query_value};
use app::ui::document::saved::{SavedModel, saved as view};
use app::ui::text::{self, saved::ERROR_TITLE, saved::TITLE};
use app::wire::problem::Code;
use app::wire::saved::{ChangeSaved, Tap};
use app::wire::secret::Secret;
use app::wire::session::{RefusedForm, TokenStorage};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use crate::auth::{Error, saved};
use crate::http::cookies::{self, Shown};
use crate::http::documents;
use crate::http::extract::{Form, Peer};
use crate::http::problem::{self, Answer, Refusal};
use crate::http::saved as rest;
use crate::http::ssr::{self, see_other};
use crate::http::visitor::Visitor;
use crate::site::Site;

/// What the address says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    remove: Option<String>,
    removed: Option<String>,
}

/// The page.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Query(asked): Query<Asked>, visitor: Visitor) -> Answer<Response> {
    if is_settings(&visitor) && visitor.viewer.is_none() && visitor.boot.storage.is_none() {
        return Ok(documents::stranger(visitor).await);
    }
    let removed = asked.removed.filter(|name| app::wire::account::Username::parse(name).is_ok());
    let model = SavedModel { removing: asked.remove, removed, ..SavedModel::default() };
    written(&site, visitor, StatusCode::OK, model).await
}

async fn written(site: &Arc<Site>, visitor: Visitor, status: StatusCode, model: SavedModel) -> Answer<Response> {
    let rows = rest::bunch(site, &visitor.headers).await?.list(&site.auth);
    let model = SavedModel { rows, settings: is_settings(&visitor), now: site.auth.clock.now(), ..model };
    let title = if model.problem.is_some() { ERROR_TITLE } else { TITLE };
    Ok(documents::page(visitor, status, title, view(&model)).await)
}

fn is_settings(visitor: &Visitor) -> bool {
    visitor.uri.path() == page::SETTINGS_SAVED
}

/// The forms of the page. `deed`: `remove`; `ask` for the password from now on, or not: `trust`.
#[derive(Deserialize)]
pub struct Deed {
    id: String,
    deed: String,
    #[serde(default)]
    password: Secret,
}

/// `POST /login/saved`, and the same among the settings.
///
/// # Errors
/// As the problem says.
pub async fn change(State(site): State<Arc<Site>>, Peer(device): Peer, visitor: Visitor, Form(form): Form<Deed>) -> Answer<Response> {
    let back = if is_settings(&visitor) { page::SETTINGS_SAVED } else { page::SAVED };
    let mut bunch = rest::bunch(&site, &visitor.headers).await?;
    let id = rest::held(&bunch, &form.id)?;
    let name = bunch.find(id).map(|held| held.row.username.clone()).unwrap_or_default();
    if form.deed == "remove" {
        saved::remove(&site.auth, &mut bunch, id).await?;
        let lines = rest::lines(&site, &visitor.headers, &bunch);
        return Ok(rest::with(documents::go(visitor, &[back, "?removed=", &query_value(&name)].concat()), lines));
    }
    let ask = match form.deed.as_str() {
        "ask" => true,
        "trust" => false,
        _ => return Err(Code::MalformedRequest.into()),
    };
    let asked_before = !form.password.expose().is_empty();
    let to = ChangeSaved { ask_password: ask, password: Some(form.password) };
    match rest::ask_password(&site, &visitor.headers, &bunch, id, &to, &device).await {
        Ok(()) => Ok(documents::go(visitor, back)),
        Err(Refusal(problem)) if matches!(problem.code, Code::InvalidFields | Code::InvalidCredentials | Code::Throttled) => {
            let status = if problem.code == Code::Throttled { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNPROCESSABLE_ENTITY };
            // The switch has no field yet: that one is missing is no mistake of the person's.
            let problem = (asked_before || problem.code != Code::InvalidFields).then_some(problem);
            let model = SavedModel { proving: Some(form.id), problem, ..SavedModel::default() };
            written(&site, visitor, status, model).await
        }
        Err(refusal) => Err(refusal),
    }
}

/// Fields of one tap. The username is there for password managers.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct TapForm {
    password: Secret,
    next: String,
}

/// `POST /login/saved/{id}`: one tap, in cookies, as nothing else can bring a token back without scripts.
///
/// # Errors
/// As the problem says, when not even the page can be shown.
pub async fn tap(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(form): Form<TapForm>,
) -> Answer<Response> {
    let mut bunch = rest::bunch(&site, &headers).await?;
    let Ok(id) = rest::held(&bunch, &id) else {
        // Removed in another tab.
        return Ok(see_other(page::LOG_IN));
    };
    let held = bunch.find(id).ok_or(Refusal::from(Code::NotFound))?;
    let (name, storage) = (held.row.username.clone(), held.row.storage());
    let storage = (!storage.refresh_in_cookie()).then_some(TokenStorage::Cookie);
    let body = Tap { password: Some(form.password) };
    match saved::enter(&site.auth, &mut bunch, id, &body, storage, &device).await {
        Ok(granted) => {
            let lines = rest::entered(&site, &headers, &mut bunch, &granted).await?;
            let mut response = see_other(local_target(&form.next).unwrap_or(page::HOME));
            cookies::append(response.headers_mut(), cookies::granted(&granted, Shown::of(&headers)));
            Ok(rest::with(response, lines))
        }
        // The password once more: the name stands in the form.
        Err(Error::Ended(_)) => Ok(see_other(&[page::LOG_IN, "?add=1&login=", &query_value(&name)].concat())),
        // Another tab has just been here; its cookies are there by now.
        Err(Error::Superseded) => Ok(see_other(page::LOG_IN)),
        Err(error @ (Error::Fields(_) | Error::InvalidCredentials | Error::Throttled { .. })) => {
            let problem = text::at_row(problem::of(error), &name);
            let typed = vec![("saved".to_owned(), id.to_string()), ("next".to_owned(), form.next)];
            Ok(ssr::refused(&site, &headers, page::LOG_IN, RefusedForm { problem, typed }).await)
        }
        Err(error) => Err(error.into()),
    }
}
