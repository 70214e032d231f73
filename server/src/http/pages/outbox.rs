//! `/mail`: what would have been sent, in a local build without a mail server.

use std::sync::Arc;

use app::ui::document::outbox::{Mail, outbox};
use app::ui::text::outbox::TITLE;
use app::wire::problem::Code;
use axum::extract::State;
use axum::http::StatusCode;

use crate::http::documents::{self, Shown};
use crate::http::visitor::Visitor;
use crate::site::Site;
use crate::store::mails;

/// The most that one page shows.
const MOST: i64 = 100;

/// The page.
///
/// # Errors
/// 404 anywhere but in a local build.
pub async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Shown {
    if !site.mailer.outbox() {
        return Err(Code::NotFound.into());
    }
    let mail = |row: mails::Mail| Mail { to: row.recipient, subject: row.subject, text: row.body, written_at: row.created_at };
    let rows: Vec<Mail> = mails::newest(&site.auth.db, MOST).await?.into_iter().filter(|row| row.sent_at.is_some()).map(mail).collect();
    Ok(documents::page(visitor, StatusCode::OK, TITLE, outbox(&rows, &site.origin)).await)
}
