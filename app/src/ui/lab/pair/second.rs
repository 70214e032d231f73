//! The second tab. It shows the same session as the first one, and does what that one says.

use std::cell::Cell;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use crate::api::Bench;
use crate::api::pair::Pair;
use crate::lab::pair::Word;
use crate::routes::api;
use crate::ui::erased::Erase;
use crate::ui::frame::session;
use crate::ui::lab::Quiet;
use crate::ui::text::lab::pair as words;
use crate::wire::account::Viewer;
use crate::wire::feed::Post;
use crate::wire::problem::Problem;

/// So many calls for a session that this page does not show, and it looks for it by loading anew.
const CALLS: u32 = 10;
/// The guard's page, and for how long it is waited for, in milliseconds.
const GUARD: &str = ".guard";
const WATCH: u32 = 8_000;

/// Listens for as long as the page lives: also when the guard's page stands before the room.
#[component]
pub(in crate::ui::lab) fn Second(channel: &'static str, what: &'static str) -> impl IntoView {
    let (server, pair, session, Quiet(quiet)) =
        (expect_context::<Arc<dyn Bench>>(), expect_context::<Arc<dyn Pair>>(), session(), Quiet::here());
    quiet.set(true);
    let (mine, unknown, times) = (server.name(), Cell::new(0), RwSignal::new(0_u32));
    let speaker = pair.clone();
    let told = move |text: String| {
        let (pair, server) = (speaker.clone(), server.clone());
        match Word::read(&text) {
            Some(Word::Call { session: wanted }) => {
                if session.now().map(|viewer| viewer.session_id) == Some(wanted) {
                    unknown.set(0);
                    pair.say(&Word::Ready { session: wanted, name: mine }.written());
                } else {
                    unknown.set(unknown.get() + 1);
                    if unknown.get() >= CALLS {
                        server.reload();
                    }
                }
            }
            Some(Word::Race { name, round, at, lock }) if name == mine => spawn_local(async move {
                pair.lock(lock);
                let began = pair.until(at).await;
                if began.is_ok() {
                    drop(server.refresh().await);
                }
                pair.lock(true);
                if let Ok(began) = began {
                    times.try_update(|times| *times += 1);
                    pair.say(&Word::Raced { name, round, began }.written());
                }
            }),
            Some(Word::Watch { name }) if name == mine => spawn_local(async move {
                let there = pair.appears(GUARD, WATCH);
                pair.say(&Word::Watching { name }.written());
                if let Ok(at) = there.await {
                    pair.say(&Word::Guarded { name, at }.written());
                }
            }),
            Some(Word::Act { name, account, post }) if name == mine => spawn_local(async move {
                if let Ok(acted) = act(&pair, name, account, post).await {
                    times.try_update(|times| *times += 1);
                    pair.say(&acted.written());
                }
            }),
            _ => {}
        }
    };
    pair.open_channel(channel, Box::new(told));
    view! {
        <section class="card stack">
            <h2>{words::SECOND}</h2>
            <p>{what}</p>
            <p class="muted">{move || words::took_part(times.get())}</p>
        </section>
    }
    .erased()
}

/// Likes a post as a page would that has not heard of the switch, with and without saying for whom, and takes it back.
async fn act(pair: &Arc<dyn Pair>, name: Uuid, account: Uuid, post: Uuid) -> Result<Word, Problem> {
    let at = |path: &str| path.replace("{post_id}", &post.to_string());
    let (guarded, _) = pair.send("PUT", at(api::LIKE), Some(account)).await?;
    let (free, _) = pair.send("PUT", at(api::LIKE), None).await?;
    let (_, whom) = pair.send("GET", api::ME.to_owned(), None).await?;
    let (_, seen) = pair.send("GET", at(api::POST), None).await?;
    pair.send("DELETE", at(api::LIKE), None).await?;
    let as_whom = serde_json::from_str::<Viewer>(whom.expose()).map(|viewer| viewer.username).unwrap_or_default();
    let liked = serde_json::from_str::<Post>(seen.expose()).is_ok_and(|post| post.liked);
    Ok(Word::Acted { name, guarded, free, as_whom, liked })
}
