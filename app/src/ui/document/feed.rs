//! The feed, and beside it how it opened without a password.

use leptos::prelude::*;

use super::appearance::Appearance;
use super::card::{card, skeleton};
use super::parts::heading_apart;
use super::person::people;
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::part::mark::Avatar;
use crate::ui::text::feed as words;
use crate::ui::text::storage::{lasts, recognised, strategy};
use crate::wire::account::Viewer;
use crate::wire::feed::{Feed as Answered, Person};
use crate::wire::session::TokenStorage;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Whose feed it is.
    pub viewer: Viewer,
    /// Where their tokens live.
    pub storage: TokenStorage,
    /// Whether their session outlives the browser's closing.
    pub saved: bool,
    /// A local build: the storage is named.
    pub local: bool,
    /// The posts, newest first; or whom to follow.
    pub posts: Answered,
    /// Whom to follow besides, where there is room for it beside the posts.
    pub beside: Vec<Person>,
    /// What this browser has chosen.
    pub looks: Appearance,
    /// The present, Unix milliseconds.
    pub now: i64,
}

/// The page.
#[must_use]
pub fn feed(model: Feed) -> AnyView {
    let Feed { viewer, storage, saved, local, posts, beside, looks, now } = model;
    let list = if posts.items.is_empty() {
        view! {
            <div class="empty">
                <p>{words::EMPTY}</p>
                {(!posts.suggestions.is_empty()).then(|| people(posts.suggestions))}
                // Another look at the same page: the router would stay where it is.
                <a class="btn" href=routes::page::HOME rel="external">{words::SHOW}</a>
            </div>
        }
        .erased()
    } else {
        let cards: Vec<AnyView> = posts.items.into_iter().enumerate().map(|(i, post)| card(post, now, i == 0)).collect();
        view! {
            <ol role="list" class="posts">{cards}</ol>
            {foot(posts.next, looks.more.is_none())}
        }
        .erased()
    };
    let back = looks.back.is_none().then(|| back(&viewer.username));
    view! {
        <div class="columns">
            <div class="feed">{heading_apart(words::TITLE)} {list}</div>
            <aside class="side" aria-label=words::SIDE>
                {side(viewer, storage, saved, local)}
                {(!beside.is_empty()).then(|| suggested(beside))}
            </aside>
            {back}
        </div>
    }
    .erased()
}

/// Whom to follow.
fn suggested(people_beside: Vec<Person>) -> AnyView {
    view! {
        <section class="card beside" aria-labelledby="beside-title">
            <h2 id="beside-title">{words::PEOPLE}</h2>
            {people(people_beside)}
        </section>
    }
    .erased()
}

/// What is under the last post. With scripts, the link appends to the list, and presses itself as somebody scrolls on if it is `automatic`.
fn foot(next: Option<String>, automatic: bool) -> AnyView {
    let inside = match next {
        Some(cursor) => {
            let more = [routes::page::HOME, "?after=", &routes::query_value(&cursor)].concat();
            let when = if automatic { "auto" } else { "" };
            view! { <a class="btn" href=more data-more=when>{words::MORE}</a> }.erased()
        }
        None => view! { <p class="muted">{words::END}</p> }.erased(),
    };
    view! { <div class="foot">{inside}</div> }.erased()
}

/// Whose session this is, how long it lasts, and how it is recognised.
fn side(viewer: Viewer, storage: TokenStorage, saved: bool, local: bool) -> AnyView {
    let (letter, name, _) = strategy(storage);
    let lives = local.then(|| view! { <dt>{words::LIVES_IN}</dt><dd><span class="letter" aria-hidden="true">{letter}</span>{name}</dd> });
    view! {
        <section class="card you">
            <header>
                <Avatar username=viewer.username.clone() display_name=viewer.display_name.clone() />
                <p><b>{viewer.display_name}</b><small>{["@", &viewer.username].concat()}</small></p>
            </header>
            <h2>{words::HOW}</h2>
            <p>{recognised(storage)}</p>
            <dl>
                <dt>{words::FOR_HOW_LONG}</dt>
                <dd>{lasts(storage, saved)}</dd>
                {lives}
            </dl>
        </section>
    }
    .erased()
}

/// "You are back": how long it took from opening the page to seeing the first post. The browser measures that, fills it in and shows it.
fn back(username: &str) -> AnyView {
    let username = username.to_owned();
    let [before, between, after] = words::YOU_ARE_BACK;
    view! {
        <div class="return-line" id="back" hidden>
            <p>{before} <b>{username}</b> {between} <b class="number"></b> {after}</p>
            <button class="icon" aria-label=words::DISMISS data-dismiss="back">
                <svg viewBox="0 0 24 24" aria-hidden="true"><path d="m6 6 12 12M18 6 6 18" /></svg>
            </button>
        </div>
    }
    .erased()
}

/// While the app looks for the session that it shall fetch the feed with.
#[must_use]
pub fn waiting() -> AnyView {
    view! { <div class="columns"><div class="feed">{heading_apart(words::TITLE)} {skeleton()}</div><div class="side"></div></div> }.erased()
}
