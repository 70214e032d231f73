//! The session that attacks may be aimed at: an account made for it, with rules that its owner chooses in the [shell](super::shell).

use std::sync::Arc;

use leptos::prelude::*;
use uuid::Uuid;

use super::Book;
use crate::api::Bench;
use crate::session::Phase;
use crate::ui::frame::session;
use crate::wire::lab::Watched;

/// The bench of the lab's session, while that is the session of this page.
pub(super) fn bench() -> Memo<Option<Uuid>> {
    let (Book(book, _), session) = (Book::here(), session());
    Memo::new(move |_| {
        let (bench, account) = book.with(|book| book.bench)?;
        matches!(session.phase(), Phase::Active(viewer) | Phase::Offline(viewer) if viewer.account_id == account).then_some(bench)
    })
}

/// The bench that was begun last, also when its session is over by now.
pub(super) fn last_bench() -> Memo<Option<Uuid>> {
    let Book(book, _) = Book::here();
    Memo::new(move |_| book.with(|book| book.bench.map(|(bench, _)| bench)))
}

/// What the server says of a bench now. `None`: it knows none of that name, or cannot be asked.
pub(super) async fn look(server: Arc<dyn Bench>, bench: Uuid) -> Option<Watched> {
    let answer = server.tell("GET", at(crate::routes::api::LAB_BENCH, bench), None).await.ok()?;
    serde_json::from_str(answer.expose()).ok()
}

/// A path below a bench.
pub(super) fn at(path: &str, bench: Uuid) -> String {
    path.replace("{bench}", &bench.to_string())
}
