//! `/settings/security/two-factor`.

use std::sync::Arc;

use app::routes::page;
use app::ui::document::factors::Refused;
use app::ui::document::two_factor::{self as document, Stage, TwoFactor};
use app::ui::text::two_factor::TITLE;
use app::wire::account::Viewer;
use app::wire::problem::Code;
use app::wire::secret::Secret;
use axum::extract::State;
use axum::http::StatusCode;
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Deserialize;

use super::refused_form;
use crate::auth::factor;
use crate::http::documents::{self, Shown};
use crate::http::extract::{Form, Peer};
use crate::http::problem::Answer;
use crate::http::visitor::{Member, Visitor};
use crate::site::Site;

/// Light squares around a QR code, without which cameras do not find it.
const MARGIN: i32 = 4;

/// The page.
///
/// # Errors
/// As the problem says.
pub async fn show(State(site): State<Arc<Site>>, Member { visitor, viewer, .. }: Member) -> Shown {
    page(&site, visitor, &viewer, None, StatusCode::OK).await
}

/// The forms, by the button that was pressed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    r#do: String,
    #[serde(default)]
    password: Secret,
    #[serde(default)]
    code: Secret,
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
        "begin" => factor::begin(auth, id, session_id, &form.password, &device).await.map(|_| None),
        "confirm" => factor::confirm(auth, id, session_id, &form.code, &device).await.map(Some),
        "renew" => factor::renew(auth, id, &form.password, &form.code, &device).await.map(Some),
        "off" => factor::turn_off(auth, id, &form.password, &form.code, &device).await.map(|()| None),
        "step_up" => factor::step_up(auth, id, session_id, &form.code, &device).await.map(|()| None),
        _ => return Err(Code::MalformedRequest.into()),
    };
    match done {
        // They are nowhere but in this answer.
        Ok(Some(codes)) => {
            let codes = codes.iter().map(|code| code.expose().to_owned()).collect();
            let view = document::two_factor(&TwoFactor { stage: Stage::Codes(codes), confined: false, passkeys: false, refused: None });
            Ok(documents::page(visitor, StatusCode::OK, TITLE, view).await)
        }
        Ok(None) => Ok(documents::go(visitor, page::TWO_FACTOR)),
        Err(error) => {
            let (refused, status) = refused_form(error, form.r#do);
            page(&site, visitor, &viewer, Some(refused), status).await
        }
    }
}

async fn page(site: &Arc<Site>, visitor: Visitor, viewer: &Viewer, refused: Option<Refused>, status: StatusCode) -> Shown {
    let auth = &site.auth;
    let state = factor::state(auth, viewer.account_id, viewer.role, viewer.session_id).await?;
    let stage = match state.since {
        Some(since) => Stage::On { since, left: state.recovery_codes },
        None => stage(site, viewer).await?,
    };
    let view = document::two_factor(&TwoFactor {
        stage,
        confined: state.demanded && !state.strong,
        passkeys: auth.relying_party.is_there(),
        refused,
    });
    Ok(documents::page(visitor, status, TITLE, view).await)
}

async fn stage(site: &Site, viewer: &Viewer) -> Answer<Stage> {
    let setup = factor::setting_up(&site.auth, viewer.account_id, viewer.session_id, &viewer.username).await?;
    Ok(setup.map_or(Stage::Off, |setup| Stage::SettingUp { qr: drawn(setup.url.expose()), secret: setup.secret.expose().to_owned() }))
}

/// A QR code's dark squares as the path of an SVG, and its side, margin included.
fn drawn(text: &str) -> Option<(String, usize)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let dark = (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let path = dark.map(|(x, y)| format!("M{},{}h1v1h-1z", x + MARGIN, y + MARGIN)).collect();
    Some((path, usize::try_from(size + 2 * MARGIN).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_is_drawn_with_its_margin() {
        let (path, side) = drawn("otpauth://totp/Nightlatch:mina?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Nightlatch").unwrap();
        // The corner of the finder pattern.
        assert!(path.starts_with("M4,4h1v1h-1zM5,4h1v1h-1z"), "{path}");
        assert!((29..80).contains(&side), "{side}");
    }
}
