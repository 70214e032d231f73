//! `/settings/security/passkeys`.

use std::sync::Arc;

use app::routes::page;
use app::ui::document::factors::Refused;
use app::ui::document::passkeys::{self as document, Passkeys};
use app::ui::text::passkeys::TITLE;
use app::wire::account::Viewer;
use app::wire::problem::Code;
use app::wire::secret::Secret;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::refused_form;
use crate::auth::{factor, passkey};
use crate::http::documents::{self, Shown};
use crate::http::extract::{Form, Peer};
use crate::http::passkeys::{named, shown};
use crate::http::visitor::{Member, Visitor};
use crate::site::Site;
use crate::store;

/// The page.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Member { visitor, viewer, .. }: Member) -> Shown {
    page(&site, visitor, &viewer, Outcome::default(), StatusCode::OK).await
}

/// The forms, by the button that was pressed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    r#do: String,
    #[serde(default)]
    passkey_id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: Secret,
    /// As the browser's `toJSON()` has it.
    #[serde(default)]
    credential: String,
}

/// Does what a button says.
///
/// # Errors
/// As the problem says.
pub async fn change(
    State(site): State<Arc<Site>>,
    Peer(device): Peer,
    Member { visitor, viewer, .. }: Member,
    Form(form): Form<Change>,
) -> Shown {
    let (auth, id, session_id) = (&site.auth, viewer.account_id, viewer.session_id);
    let done = match form.r#do.as_str() {
        "begin" => passkey::creation(auth, id, session_id, &form.password, &device).await.map(Some),
        "create" => passkey::create(auth, id, session_id, &form.name, &form.credential, &device).await.map(|_| None),
        "rename" => passkey::rename(auth, id, named(&form.passkey_id)?, &form.name).await.map(|()| None),
        "remove" => passkey::remove(auth, id, named(&form.passkey_id)?, &form.password, &device).await.map(|()| None),
        _ => return Err(Code::MalformedRequest.into()),
    };
    match done {
        Ok(Some(options)) => {
            let more = Outcome { options: Some(options.to_string()), refused: None };
            page(&site, visitor, &viewer, more, StatusCode::OK).await
        }
        Ok(None) => Ok(documents::go(visitor, page::PASSKEYS)),
        Err(error) => {
            let of = if form.passkey_id.is_empty() { form.r#do } else { form.passkey_id };
            let (refused, status) = refused_form(error, of);
            let more = Outcome { options: None, refused: Some(refused) };
            page(&site, visitor, &viewer, more, status).await
        }
    }
}

/// What a form has led to.
#[derive(Default)]
struct Outcome {
    options: Option<String>,
    refused: Option<Refused>,
}

async fn page(site: &Arc<Site>, visitor: Visitor, viewer: &Viewer, more: Outcome, status: StatusCode) -> Shown {
    let auth = &site.auth;
    let rows = store::passkeys::of_account(&auth.db, viewer.account_id).await?;
    let view = document::passkeys(&Passkeys {
        list: rows.into_iter().map(shown).collect(),
        options: more.options,
        possible: auth.relying_party.is_there(),
        confined: factor::is_confined(auth, viewer.role, viewer.session_id).await?,
        refused: more.refused,
        now: auth.clock.now(),
    });
    Ok(documents::page(visitor, status, TITLE, view).await)
}
