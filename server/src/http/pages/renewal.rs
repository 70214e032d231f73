//! `/settings/security/renew`: the password once more, before it is asked for.

use std::sync::Arc;

use app::routes::page;
use app::ui::document::renewal::{Renewal, renewal};
use app::ui::text::{self, renewal as words};
use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::by_app;
use crate::auth::{Error, factor, renewal};
use crate::http::cookies::{self, Shown as Cookies};
use crate::http::documents::{self, Shown};
use crate::http::extract::{Form, Peer, Query, refresh_token};
use crate::http::password::fresh;
use crate::http::problem;
use crate::http::visitor::Member;
use crate::site::Site;

/// What has just been done.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Just {
    done: Option<String>,
}

/// The page.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Query(just): Query<Just>, Member { visitor, viewer, .. }: Member) -> Shown {
    let code = factor::needed(&site.auth, viewer.account_id).await?;
    let model = Renewal { username: viewer.username, code, done: just.done.is_some(), problem: None };
    Ok(documents::page(visitor, StatusCode::OK, words::TITLE, renewal(&model)).await)
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sent {
    password: Secret,
    code: Secret,
    // For password managers.
    #[serde(rename = "username")]
    _username: String,
}

/// The session begins its age anew. The app fetches fresh tokens, and with them the new limit, by itself; a browser without scripts gets
/// them here, as the cookie would run out at the old limit.
///
/// # Errors
/// As the problem says.
pub async fn renew(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    Member { visitor, viewer, session: asking }: Member,
    Form(sent): Form<Sent>,
) -> Shown {
    match renewal::renew(&site.auth, &asking, &sent.password, &sent.code, &device).await {
        Err(error) => {
            let (problem, status) = refused(error);
            let code = factor::needed(&site.auth, viewer.account_id).await?;
            let model = Renewal { username: viewer.username, code, done: false, problem: Some(problem) };
            Ok(documents::page(visitor, status, &[text::ERROR, words::TITLE].concat(), renewal(&model)).await)
        }
        Ok(()) => {
            let on_its_way = visitor.cookies.iter().any(|line| line.as_bytes().starts_with(cookies::REFRESH.as_bytes()));
            let token = if on_its_way || by_app(&visitor) { None } else { refresh_token(&site, &visitor.headers, None)? };
            let granted = fresh(&site, token, asking.session_id, &device).await;
            let lines = granted.map(|granted| cookies::granted(&granted, Cookies::default())).unwrap_or_default();
            let mut response = documents::go(visitor, &[page::RENEW, "?done"].concat());
            cookies::append(response.headers_mut(), lines);
            Ok(response)
        }
    }
}

/// A fault of the form, and the status of the page that says so: not 401, which says that nobody is logged in.
fn refused(error: Error) -> (Problem, StatusCode) {
    let problem = problem::of(error);
    let at = |field: &str, words: &str| Problem::new(Code::InvalidFields).field(field, words);
    let problem = match problem.code {
        Code::InvalidCredentials => at("password", text::WRONG_PASSWORD),
        Code::InvalidCode | Code::SecondFactorRequired => at("code", &problem.title),
        _ => problem,
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (problem, status)
}
