//! One post: who, when, the picture, the words.

use leptos::prelude::*;

use crate::ui::erased::Erase;
use crate::ui::part::mark::Avatar;
use crate::ui::time;
use crate::wire::feed::Post;

/// The card. The picture of the first is what a cold start is measured by, so it is fetched before anything else.
#[must_use]
pub fn card(post: Post, now: i64, first: bool) -> AnyView {
    let id = post.post_id.simple().to_string();
    let name_id = id.clone();
    let alt = if post.alt.is_empty() { "No description".to_owned() } else { post.alt };
    view! {
        <li>
            <article class="post" aria-labelledby=name_id>
                <header>
                    <Avatar username=post.username.clone() display_name=post.display_name.clone() />
                    <h2 id=id>{post.display_name}</h2>
                    <p class="muted">
                        {["@", &post.username, " · "].concat()}
                        <time datetime=time::rfc3339(post.created_at) title=time::moment(post.created_at)>
                            {time::ago(now, post.created_at)}
                        </time>
                    </p>
                </header>
                <img
                    src=post.picture
                    alt=alt
                    width="1080"
                    height="1350"
                    decoding="async"
                    elementtiming=first.then_some("first-post")
                    fetchpriority=first.then_some("high")
                    loading=(!first).then_some("lazy")
                />
                {(!post.caption.is_empty()).then(|| view! { <p class="caption">{post.caption}</p> })}
            </article>
        </li>
    }
    .erased()
}

/// Two posts that are not there yet, of a post's exact size.
#[component]
pub fn Skeleton() -> impl IntoView {
    let card = || {
        view! {
            <div class="post">
                <header><span class="avatar sk"></span><span class="sk short"></span><span class="sk shorter"></span></header>
                <div class="picture sk"></div>
                <p class="caption"><span class="sk"></span></p>
            </div>
        }
        .erased()
    };
    view! { <div class="posts" aria-hidden="true">{card()}{card()}</div> }.erased()
}
