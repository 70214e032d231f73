//! `/settings/security/sessions`.

use std::sync::Arc;

use app::routes::page;
use app::ui::document::sessions::{self as document, Done, Sessions};
use app::ui::text::sessions::TITLE;
use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::refused;
use crate::auth::{device, events, places};
use crate::http::documents::{self, Shown};
use crate::http::extract::{Form, Peer, Query};
use crate::http::problem::Answer;
use crate::http::sessions::named;
use crate::http::visitor::{Member, Visitor};
use crate::site::Site;
use crate::store::sessions::Session;

/// What has just been done.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Just {
    ended: Option<Uuid>,
    others: Option<u32>,
    mine: Option<String>,
    named: Option<String>,
}

/// The page.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Query(just): Query<Just>, Member { visitor, session: asking, .. }: Member) -> Shown {
    let done = done(&site, &asking, just).await?;
    page(&site, visitor, &asking, done, None, StatusCode::OK, TITLE).await
}

async fn done(site: &Site, asking: &Session, just: Just) -> Answer<Option<Done>> {
    Ok(match just {
        // Its name is looked up: an address must not put words into our mouth.
        Just { ended: Some(session_id), .. } => crate::store::sessions::by_id(&site.auth.db, session_id)
            .await?
            .filter(|row| row.account_id == asking.account_id && row.ended_at.is_some())
            .map(|row| Done::Ended(row.label.unwrap_or_else(|| device::name(&row.user_agent)))),
        Just { others: Some(count), .. } => Some(Done::Others(count)),
        Just { mine: Some(_), .. } => Some(Done::Mine),
        Just { named: Some(_), .. } => Some(Done::Named),
        _ => None,
    })
}

async fn page(
    site: &Site,
    visitor: Visitor,
    asking: &Session,
    done: Option<Done>,
    problem: Option<Problem>,
    status: StatusCode,
    title: &str,
) -> Answer<Response> {
    let model = Sessions {
        list: places::list(&site.auth, asking).await?,
        open: events::open_alerts(&site.auth, asking.account_id).await?,
        done,
        problem,
        username: visitor.viewer.as_ref().map(|viewer| viewer.username.clone()).unwrap_or_default(),
        now: site.auth.clock.now(),
    };
    Ok(documents::page(visitor, status, title, document::sessions(&model)).await)
}

/// The forms of the page, told apart by `deed`. What a form does not have is empty.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sent {
    deed: String,
    id: String,
    name: String,
    mine: String,
    password: Secret,
    // For password managers.
    #[serde(rename = "username")]
    _username: String,
}

/// Logs one browser out, or all others; calls one something; answers "Was this you?".
///
/// # Errors
/// As the problem says; 404 for another's.
pub async fn act(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    Member { visitor, session: asking, .. }: Member,
    Form(sent): Form<Sent>,
) -> Shown {
    let auth = &site.auth;
    let here = page::SESSIONS;
    let to = match sent.deed.as_str() {
        "end" => {
            let session_id = named(&sent.id)?;
            places::end(auth, &asking, session_id, &device).await?;
            format!("{here}?ended={session_id}")
        }
        "others" => match places::end_others(auth, &asking, &sent.password, &device).await {
            Ok(count) => format!("{here}?others={count}"),
            Err(error) => {
                let (problem, status, title) = refused(error, "password", TITLE)?;
                return page(&site, visitor, &asking, None, Some(problem), status, &title).await;
            }
        },
        "call" => {
            places::call(auth, &asking, named(&sent.id)?, &sent.name).await?;
            format!("{here}?named")
        }
        "answer" => {
            let mine = match sent.mine.as_str() {
                "yes" => true,
                "no" => false,
                _ => return Err(Code::MalformedRequest.into()),
            };
            events::answer(auth, &asking, named(&sent.id)?, mine).await?;
            if mine { format!("{here}?mine") } else { format!("{}?secured", page::PASSWORD) }
        }
        _ => return Err(Code::MalformedRequest.into()),
    };
    Ok(documents::go(visitor, &to))
}
