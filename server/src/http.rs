//! The router: the whole site on one screen.

pub mod accounts;
pub mod comments;
pub mod cookies;
pub mod documents;
pub mod embedded;
pub mod extract;
pub mod feed;
pub mod forms;
pub mod guard;
pub mod once;
pub mod pages;
pub mod problem;
pub mod saved;
pub mod session;
pub mod ssr;
pub mod visitor;

use std::sync::Arc;

use app::routes::{api, page};
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, patch, post};
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;

use crate::site::Site;

/// Largest body of any request, in bytes. The longest password fits in many times over.
const LARGEST_BODY: usize = 64 * 1024;

/// Every route there is.
pub fn router(site: Arc<Site>) -> Router {
    // Rendering spawns its futures here. A second site in the same process finds it done, which is no error.
    let _ = any_spawner::Executor::init_tokio();

    // A program's or a balancer's questions; nothing about anybody.
    let operators = Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(feed::ready));

    let rest = Router::new()
        .route(api::ACCOUNTS, post(accounts::create))
        .route(api::SESSION, post(session::create).get(session::inspect).patch(session::change).delete(session::destroy))
        .route(api::REFRESH, post(session::refresh))
        .route(api::FORK, post(session::fork))
        .route(api::SAVED, get(saved::list).post(saved::create).delete(saved::destroy_all))
        .route(api::SAVED_ONE, patch(saved::update).delete(saved::destroy))
        .route(api::TAP, post(saved::tap))
        .route(api::ME, get(session::me))
        .route(api::FEED, get(feed::list))
        .route(api::COMMENTS, get(comments::list).post(comments::create))
        .route(api::ADMIN_ACCOUNTS, get(accounts::list))
        .layer(middleware::from_fn(guard::mark_personal));

    // Each page, and where it has a form, the form: the site works without scripts.
    let pages = Router::new()
        .route(page::LOG_IN, get(ssr::signed_out).post(forms::log_in))
        .route(page::SIGN_UP, get(ssr::signed_out).post(forms::sign_up))
        .route(page::SAVE, get(ssr::signed_in).post(forms::save))
        .route(page::LOG_OUT, post(forms::log_out))
        .layer(middleware::from_fn(guard::mark_personal));

    // Pages that the server makes alone, and their forms.
    let documents = Router::new()
        .route(page::HOME, get(pages::home::show))
        .route(page::ADMIN_ACCOUNTS, get(pages::accounts::show))
        .route(page::SAVED, get(pages::saved::show).post(pages::saved::change))
        .route(page::SETTINGS_SAVED, get(pages::saved::show).post(pages::saved::change))
        .route(page::TAP, post(pages::saved::tap))
        .route(page::APPEARANCE, get(pages::appearance::show).post(pages::appearance::choose))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), documents::explain))
        .layer(middleware::from_fn(guard::mark_personal));

    Router::new()
        .merge(operators)
        .merge(rest)
        .merge(pages)
        .merge(documents)
        .route("/pictures/{name}", get(feed::picture))
        .fallback(documents::anything_else)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), guard::cross_site))
        .layer(middleware::from_fn(guard::time_limit))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), guard::finish))
        .with_state(site)
}
