//! The forms of the pages, for browsers without scripts: 303 on success, the page again with 422 and what was typed on failure.

use std::sync::Arc;

use app::routes::{local_target, page, query_value};
use app::ui::text;
use app::wire::account::SignUp;
use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;
use app::wire::session::{Change, Leave, LogIn, Offer, Refresh, RefusedForm, TokenStorage, Why};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::cookies::{self, Shown};
use super::extract::{Form, Peer, refresh_token};
use super::problem::{self, Answer};
use super::saved;
use super::session as rest;
use super::ssr::{self, see_other};
use crate::auth::events::kind;
use crate::auth::session::{self, Granted};
use crate::auth::{Error, account, factor, ticket};
use crate::model::Device;
use crate::site::Site;

/// Fields of the log-in page. A field that is missing is an empty one: the person is told, not the program.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub struct LogInForm {
    login: String,
    password: Secret,
    /// Where scripts have put a field for it, and do not run any more.
    code: Secret,
    storage: String,
    next: String,
}

/// `POST /login`.
///
/// # Errors
/// As the problem says, when not even the page can be shown.
pub async fn log_in(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    headers: HeaderMap,
    Form(form): Form<LogInForm>,
) -> Answer<Response> {
    let typed = vec![
        ("login".to_owned(), form.login.clone()),
        ("storage".to_owned(), form.storage.clone()),
        ("next".to_owned(), form.next.clone()),
    ];
    let refused = |problem| ssr::refused(&site, &headers, page::LOG_IN, RefusedForm { problem, typed: typed.clone() });
    let mut missing = Problem::new(Code::InvalidFields);
    if form.login.trim().is_empty() {
        missing = missing.field("login", text::EMPTY_LOGIN);
    }
    if form.password.expose().is_empty() {
        missing = missing.field("password", text::EMPTY_PASSWORD);
    }
    let storage = match storage(&form.storage) {
        Ok(storage) => storage,
        Err(problem) => return Ok(refused(problem).await),
    };
    if !missing.fields.is_empty() {
        return Ok(refused(missing).await);
    }
    let fields =
        LogIn { login: form.login.clone(), password: form.password.clone(), storage: Some(storage), code: None, save: None, bound: false };
    let account = match session::by_password(&site.auth, &fields, &device).await {
        Ok(account) => account,
        Err(error) => return Ok(refused(problem::of(error)).await),
    };
    let strong = match factor::prove(&site.auth, &account, Some(&form.code), &device).await {
        Ok(strong) => strong,
        Err(Error::SecondFactorRequired) => {
            let ticket = ticket::issue(&site.auth, &account, storage, local_target(&form.next).unwrap_or_default()).await?;
            let mut response = see_other(page::LOG_IN_CODE);
            cookies::append(response.headers_mut(), vec![cookies::set_second(&ticket)]);
            return Ok(response);
        }
        Err(error) => return Ok(refused(problem::of(error)).await),
    };
    let granted = session::begin(&site.auth, &account, (storage, false), device.clone(), (kind::LOGGED_IN, strong)).await?;
    welcome(&site, &headers, &device, granted, &form.next).await
}

/// Fields of the sign-up page.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub struct SignUpForm {
    email: String,
    username: String,
    display_name: String,
    password: Secret,
    storage: String,
    next: String,
}

/// `POST /signup`.
///
/// # Errors
/// As the problem says, when not even the page can be shown.
pub async fn sign_up(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    headers: HeaderMap,
    Form(form): Form<SignUpForm>,
) -> Answer<Response> {
    let typed = [
        ("email", &form.email),
        ("username", &form.username),
        ("display_name", &form.display_name),
        ("storage", &form.storage),
        ("next", &form.next),
    ];
    let typed: Vec<(String, String)> = typed.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    let refused = |problem| ssr::refused(&site, &headers, page::SIGN_UP, RefusedForm { problem, typed: typed.clone() });
    let storage = match storage(&form.storage) {
        Ok(storage) => storage,
        Err(problem) => return Ok(refused(problem).await),
    };
    let fields = SignUp {
        username: form.username.clone(),
        email: form.email.clone(),
        display_name: Some(form.display_name.clone()),
        password: form.password.clone(),
        storage: Some(storage),
        save: None,
        bound: false,
    };
    match account::sign_up(&site.auth, &fields, device.clone()).await {
        Ok(granted) => welcome(&site, &headers, &device, granted, &form.next).await,
        Err(error) => Ok(refused(problem::of(error)).await),
    }
}

/// Fields of "Save your login info?".
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaveForm {
    save: String,
    #[serde(default)]
    next: String,
}

/// `POST /welcome/save`.
///
/// # Errors
/// As the problem says.
pub async fn save(State(site): State<Arc<Site>>, Peer(device): Peer, headers: HeaderMap, Form(form): Form<SaveForm>) -> Answer<Response> {
    let saved = match form.save.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Code::MalformedRequest.into()),
    };
    let Some(token) = refresh_token(&site, &headers, None)? else { return Ok(see_other(page::LOG_IN)) };
    let change = Change { save: Some(saved), ..Change::default() };
    match saved::change(&site, &headers, &token, &change, &device).await {
        Ok((granted, lines)) => {
            let mut response = see_other(local_target(&form.next).unwrap_or(page::HOME));
            cookies::append(response.headers_mut(), cookies::granted(&granted, Shown::default()));
            Ok(saved::with(response, lines))
        }
        Err(Error::Fields(problem)) => {
            let typed = vec![("next".to_owned(), form.next)];
            Ok(ssr::refused(&site, &headers, page::SAVE, RefusedForm { problem, typed }).await)
        }
        Err(Error::Ended(why)) => Ok(see_other(&format!("{}?why={}", page::LOG_IN, why.as_str()))),
        // Pressed twice: the first press has done it.
        Err(Error::Superseded) => Ok(see_other(local_target(&form.next).unwrap_or(page::HOME))),
        Err(error) => Err(error.into()),
    }
}

/// What becomes of the saved logins at a log-out. A box that is not ticked is not sent, so `asked` says that there was one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LogOutForm {
    asked: String,
    keep: String,
    all: String,
}

impl LogOutForm {
    fn leave(&self) -> Leave {
        match (!self.all.is_empty(), !self.asked.is_empty() && self.keep.is_empty()) {
            (true, _) => Leave::All,
            (false, true) => Leave::Forget,
            (false, false) => Leave::Keep,
        }
    }
}

/// `POST /logout`.
///
/// # Errors
/// As the problem says.
pub async fn log_out(State(site): State<Arc<Site>>, headers: HeaderMap, Form(form): Form<LogOutForm>) -> Answer<Response> {
    let lines = rest::end(&site, &headers, Refresh::default(), form.leave()).await?;
    let mut response = see_other(&format!("{}?why={}", page::LOG_IN, Why::LoggedOut.as_str()));
    cookies::append(response.headers_mut(), lines);
    Ok(response)
}

/// Logged in: on to the question whether to save it, where it is worth asking.
pub(super) async fn welcome(site: &Site, headers: &HeaderMap, device: &Device, granted: Granted, next: &str) -> Answer<Response> {
    let (granted, lines) = saved::arrive(site, headers, device, granted).await?;
    let next = local_target(next).filter(|next| *next != page::HOME);
    let to = match (granted.offer, next) {
        (Some(Offer::Ask), Some(next)) => format!("{}?next={}", page::SAVE, query_value(next)),
        (Some(Offer::Ask), None) => page::SAVE.to_owned(),
        (_, next) => next.unwrap_or(page::HOME).to_owned(),
    };
    let mut response = see_other(&to);
    cookies::append(response.headers_mut(), cookies::granted(&granted, Shown::of(headers)));
    Ok(saved::with(response, lines))
}

/// Without scripts nothing but a cookie can bring a token back.
fn storage(text: &str) -> std::result::Result<TokenStorage, Problem> {
    let chosen = if text.is_empty() { Some(TokenStorage::Cookie) } else { TokenStorage::parse(text) };
    chosen
        .filter(|storage| storage.refresh_in_cookie())
        .ok_or_else(|| Problem::new(Code::InvalidFields).field("storage", text::storage::NOT_WITHOUT_SCRIPTS))
}
