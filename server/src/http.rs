//! The router: the whole site on one screen.

pub mod account;
pub mod accounts;
pub mod activity;
pub mod admin;
pub mod comments;
pub mod cookies;
pub mod documents;
pub mod embedded;
pub mod extract;
pub mod factor;
pub mod feed;
pub mod forms;
pub mod guard;
pub mod lab;
pub mod once;
pub mod pages;
pub mod passkeys;
pub mod password;
pub mod people;
pub mod posts;
pub mod problem;
pub mod proof;
pub mod saved;
pub mod session;
pub mod sessions;
pub mod ssr;
pub mod upload;
pub mod visitor;

use std::sync::Arc;

use app::routes::{api, page};
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, patch, post, put};
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
        .route(api::NONCE, get(proof::nonce))
        .route(api::SAVED, get(saved::list).post(saved::create).delete(saved::destroy_all))
        .route(api::SAVED_ONE, patch(saved::update).delete(saved::destroy))
        .route(api::TAP, post(saved::tap))
        .route(api::SAVED_CHALLENGE, post(passkeys::challenge_of))
        .route(api::ME, get(session::me))
        .route(api::FEED, get(feed::list))
        .route(api::COMMENTS, get(comments::list).post(comments::create))
        .route(api::COMMENT, delete(comments::destroy))
        .route(api::POSTS, post(posts::create).layer(DefaultBodyLimit::max(upload::BODY_MAX)))
        .route(api::POST, get(posts::get).patch(posts::describe).delete(posts::destroy))
        .route(api::LIKE, put(posts::like).delete(posts::unlike))
        .route(api::USER, get(people::get))
        .route(api::FOLLOW, put(people::follow).delete(people::unfollow))
        .route(api::PROFILE, put(people::edit))
        .route(api::ADMIN_ACCOUNTS, get(accounts::list))
        .route(api::ADMIN_ACCOUNT, patch(admin::change))
        .route(api::ADMIN_SESSIONS, delete(admin::end_sessions))
        .route(api::ADMIN_EVENTS, get(admin::events))
        .route(api::SESSIONS, get(sessions::list).delete(sessions::end_others))
        .route(api::SESSION_OF, delete(sessions::end).patch(sessions::call))
        .route(api::ACTIVITY, get(activity::list))
        .route(api::ALERT, post(activity::answer))
        .route(api::PASSWORD, put(password::change))
        .route(api::FORGOT, post(password::forgot))
        .route(api::RESET, post(password::reset))
        .route(api::ACCOUNT, get(account::export).delete(account::delete))
        .route(api::FACTOR, get(factor::show))
        .route(api::TOTP, post(factor::begin).delete(factor::turn_off))
        .route(api::TOTP_CONFIRM, post(factor::confirm))
        .route(api::RECOVERY_CODES, post(factor::renew))
        .route(api::STEP_UP, post(factor::step_up))
        .route(api::PASSKEYS, get(passkeys::list).post(passkeys::create))
        .route(api::PASSKEY_CREATION, post(passkeys::creation))
        .route(api::PASSKEY_CHALLENGE, post(passkeys::challenge))
        .route(api::PASSKEY, patch(passkeys::rename).delete(passkeys::remove))
        .route(api::SESSION_PASSKEY, post(passkeys::log_in))
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
        .route(page::ADMIN_ACCOUNT, get(pages::account::show).post(pages::account::act))
        .route(page::NEW_POST, get(pages::new_post::show).post(pages::new_post::publish).layer(DefaultBodyLimit::max(upload::BODY_MAX)))
        .route(page::POST, get(pages::post::show))
        .route(page::LIKE, get(pages::post::open).post(pages::post::like))
        .route(page::COMMENTS, get(pages::post::open).post(pages::post::say))
        .route(page::REMOVE_COMMENT, get(pages::post::open).post(pages::post::remove_comment))
        .route(page::DESCRIBE, get(pages::post::open).post(pages::post::describe))
        .route(page::REMOVE_POST, get(pages::post::open).post(pages::post::remove))
        .route(page::USER, get(pages::user::show))
        .route(page::FOLLOW, get(pages::user::open).post(pages::user::follow))
        .route(page::PROFILE, get(pages::profile::show).post(pages::profile::save))
        .route(page::SAVED, get(pages::saved::show).post(pages::saved::change))
        .route(page::SETTINGS_SAVED, get(pages::saved::show).post(pages::saved::change))
        .route(page::TAP, post(pages::saved::tap))
        .route(page::APPEARANCE, get(pages::appearance::show).post(pages::appearance::choose))
        .route(page::SETTINGS, get(pages::settings::show))
        .route(page::SECURITY, get(pages::settings::show_security))
        .route(page::SESSIONS, get(pages::sessions::show).post(pages::sessions::act))
        .route(page::ACTIVITY, get(pages::activity::show).post(pages::activity::not_me))
        .route(page::PASSWORD, get(pages::password::show).post(pages::password::set))
        .route(page::CHANGE_PASSWORD, get(pages::password::well_known))
        .route(page::DATA, get(pages::data::show).post(pages::data::delete))
        .route(page::DATA_COPY, get(pages::data::copy))
        .route(page::GOODBYE, get(pages::data::show_goodbye))
        .route(page::FORGOT, get(pages::reset::show_forgot).post(pages::reset::ask))
        .route(page::RESET, get(pages::reset::show).post(pages::reset::set))
        .route(page::MAIL, get(pages::outbox::show))
        .route(page::LOG_IN_CODE, get(pages::log_in_code::show).post(pages::log_in_code::log_in))
        .route(page::TWO_FACTOR, get(pages::two_factor::show).post(pages::two_factor::change))
        .route(page::RENEW, get(pages::renewal::show).post(pages::renewal::renew))
        .route(page::PASSKEYS, get(pages::passkeys::show).post(pages::passkeys::change))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), documents::explain))
        .layer(middleware::from_fn(guard::mark_personal));

    let lab = if site.lab { lab::routes() } else { Router::new() };
    let targets = if site.lab { lab::cross::targets(&site) } else { Router::new() };

    let app = Router::new()
        .merge(operators)
        .merge(lab)
        .merge(rest)
        .merge(pages)
        .merge(documents)
        .route("/pictures/{name}", get(feed::picture))
        .fallback(documents::anything_else)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), proof::check))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), guard::cross_site))
        // What the lab's attackers aim at: one of the two is not checked, and is there for that alone.
        .merge(targets)
        .layer(middleware::from_fn(guard::time_limit))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), guard::finish));
    if !site.lab {
        return app.with_state(site);
    }
    let observed = app.layer(middleware::from_fn_with_state(Arc::clone(&site), lab::evidence::observe));
    lab::cross::beside(observed.with_state(Arc::clone(&site)), site)
}
