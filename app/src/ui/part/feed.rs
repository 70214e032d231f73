//! The list of posts. The first page comes with the document; *Load more posts* is a link without scripts and appends with them.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;

use crate::api::Api;
use crate::routes;
use crate::session::Phase;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session};
use crate::ui::part::later::{Later, Pending};
use crate::ui::part::post::{PostCard, Skeleton};
use crate::ui::text;
use crate::wire::feed::{Page, Post};
use crate::wire::session::Boot;

/// The feed of who is logged in.
#[component]
pub(crate) fn Feed() -> impl IntoView {
    let api = expect_context::<Arc<dyn Api>>();
    let session = session();
    let query = use_query_map();
    let after = move || query.with(|query| query.get_str("after").map(str::to_owned));
    let first = Resource::new(after, move |after| api.feed(after));

    // A feed that failed for want of a network is fetched as soon as there is one.
    let failed = StoredValue::new(false);
    Effect::new(move |before: Option<bool>| {
        let active = matches!(session.phase(), Phase::Active(_));
        if active && before == Some(false) && failed.get_value() {
            first.refetch();
        }
        active
    });
    let view = move || -> Pending {
        Box::pin(async move {
            let page = first.await;
            failed.set_value(page.is_err());
            match page {
                Ok(page) if page.items.is_empty() => view! { <p class="empty">{text::FEED_EMPTY}</p> }.erased(),
                Ok(page) => view! { <Posts page=page /> }.erased(),
                Err(_) => view! {
                    <div class="notice bad">
                        <p>{text::FEED_FAILED}</p>
                        <button class="btn" on:click=move |_| first.refetch()>"Try again"</button>
                    </div>
                }
                .erased(),
            }
        })
    };
    view! { <Later meanwhile=|| view! { <Skeleton /> }.erased() view=Arc::new(view) /> }.erased()
}

/// What is under the last post.
#[derive(Clone, PartialEq)]
enum Foot {
    More(String),
    Loading(String),
    Failed(String),
    End,
}

impl Foot {
    fn of(next: Option<String>) -> Self {
        next.map_or(Self::End, Self::More)
    }
}

#[component]
fn Posts(page: Page<Post>) -> impl IntoView {
    let now = expect_context::<Boot>().now;
    let foot = RwSignal::new(Foot::of(page.next));
    let later = RwSignal::new(Vec::<Post>::new());
    let card = move |post: Post, first: bool| view! { <PostCard post=post now=now first=first /> }.erased();
    let first: Vec<AnyView> = page.items.into_iter().enumerate().map(|(i, post)| card(post, i == 0)).collect();
    view! {
        <ol role="list" class="posts">
            {first}
            // It only ever grows, so that nothing has to be keyed.
            {move || later.with(|posts| posts.iter().map(|post| card(post.clone(), false)).collect::<Vec<_>>())}
        </ol>
        <More foot=foot later=later />
    }
    .erased()
}

#[component]
fn More(foot: RwSignal<Foot>, later: RwSignal<Vec<Post>>) -> impl IntoView {
    let api = expect_context::<Arc<dyn Api>>();
    let frame = Frame::here();
    let load = move |cursor: String| {
        let answer = api.feed(Some(cursor.clone()));
        foot.set(Foot::Loading(cursor.clone()));
        spawn_local(async move {
            match answer.await {
                Ok(page) => {
                    frame.status.set([&page.items.len().to_string(), " more posts loaded"].concat());
                    later.update(|posts| posts.extend(page.items));
                    foot.set(Foot::of(page.next));
                }
                Err(_) => foot.set(Foot::Failed(cursor)),
            }
        });
    };
    // The link stays the same element while it loads, so that the keyboard's focus stays on it.
    let cursor = Memo::new(move |_| match foot.get() {
        Foot::More(cursor) | Foot::Loading(cursor) | Foot::Failed(cursor) => Some(cursor),
        Foot::End => None,
    });
    let more = Memo::new(move |_| cursor.with(Option::is_some));
    view! {
        <div class="foot">
            {move || foot.with(|foot| matches!(foot, Foot::Failed(_))).then(|| view! { <p class="muted">"We could not load more posts."</p> })}
            {move || {
                if !more.get() {
                    return view! { <p class="muted">{text::FEED_END}</p> }.erased();
                }
                let load = load.clone();
                let press = move |ev: leptos::ev::MouseEvent| {
                    if ev.ctrl_key() || ev.meta_key() || ev.shift_key() {
                        return;
                    }
                    ev.prevent_default();
                    if let (false, Some(cursor)) = (matches!(foot.get_untracked(), Foot::Loading(_)), cursor.get_untracked()) {
                        load(cursor);
                    }
                };
                view! {
                    <a
                        class="btn"
                        href=move || cursor.get().map(|cursor| ["/?after=", &routes::query_value(&cursor)].concat())
                        aria-disabled=move || foot.with(|foot| matches!(foot, Foot::Loading(_))).then_some("true")
                        on:click=press
                    >
                        {move || match foot.get() {
                            Foot::Loading(_) => "Loading…",
                            Foot::Failed(_) => "Try again",
                            _ => "Load more posts",
                        }}
                    </a>
                }
                .erased()
            }}
        </div>
    }
    .erased()
}
