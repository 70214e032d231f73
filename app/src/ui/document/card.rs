//! One post: who, when, the picture, the words, and what one can do with it.

use leptos::prelude::*;

use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::part::mark::Avatar;
use crate::ui::text::{self, feed as words};
use crate::ui::time;
use crate::wire::feed::Post;

/// How wide a picture is shown, for the choice among its widths.
const SIZES: &str = "(width < 31rem) 100vw, 30rem";

/// The card. The picture of the first is what a cold start is measured by, so it is fetched before anything else.
pub(crate) fn card(post: Post, now: i64, first: bool) -> AnyView {
    let id = post.post_id.simple().to_string();
    let acts = acts(&post, true);
    view! {
        <li>
            <article class="post" aria-labelledby=id.clone()>
                <header>
                    <Avatar username=post.username.clone() display_name=post.display_name.clone() />
                    <h2 id=id.clone()><a href=routes::user(&post.username)>{post.display_name}</a></h2>
                    {byline(&post.username, now, post.created_at)}
                </header>
                <a href=routes::post(&id)>
                    <img
                        src=post.picture
                        srcset=some(post.srcset)
                        sizes=SIZES
                        alt=described(post.alt)
                        width="1080"
                        height="1350"
                        decoding="async"
                        elementtiming=first.then_some("first-post")
                        fetchpriority=first.then_some("high")
                        loading=(!first).then_some("lazy")
                    />
                </a>
                {acts}
                {some(post.caption).map(|caption| view! { <p class="caption" dir="auto">{caption}</p> })}
            </article>
        </li>
    }
    .erased()
}

/// "@rover · 4 hours ago".
pub(crate) fn byline(username: &str, now: i64, then: i64) -> AnyView {
    view! {
        <p class="muted">
            {["@", username, " · "].concat()}
            <time datetime=time::rfc3339(then) title=time::moment(then)>{time::ago(now, then)}</time>
        </p>
    }
    .erased()
}

/// Like it, and how many do; see what is said. `able` is false for those who are not logged in.
pub(crate) fn acts(post: &Post, able: bool) -> AnyView {
    let here = routes::post(&post.post_id.simple().to_string());
    let likes = view! { <span class="vh">{words::LIKES}</span><span data-count>{post.likes}</span> };
    let heart = view! {
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 20s-7-4.6-9-9a5 5 0 0 1 9-4 5 5 0 0 1 9 4c-2 4.4-9 9-9 9z" /></svg>
    };
    let like = if able {
        view! {
            <form method="post" action=[&here, "/like"].concat() data-toggle=words::NOT_LIKED>
                <input type="hidden" name="on" value=text::word(!post.liked) />
                <button class="icon" aria-pressed=text::word(post.liked) aria-label=words::like(&post.display_name)>
                    {heart}
                </button>
                {likes}
            </form>
        }
        .erased()
    } else {
        view! { <p>{heart} {likes}</p> }.erased()
    };
    view! {
        <div class="acts">
            {like}
            <a href=[&here, "#comments"].concat()>
                <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 5h16v11H10l-5 4v-4H4z" /></svg>
                <span class="vh">{words::COMMENTS}</span>
                {post.comments}
            </a>
        </div>
    }
    .erased()
}

/// What a picture shows, as far as anybody has said so.
pub(crate) fn described(alt: String) -> String {
    some(alt).unwrap_or_else(|| words::NO_DESCRIPTION.to_owned())
}

/// `None` for a text that is empty.
pub(crate) fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Two posts that are not there yet, of a post's exact size.
pub(crate) fn skeleton() -> AnyView {
    let card = || {
        view! {
            <div class="post">
                <header><span class="avatar sk"></span><span class="sk short"></span><span class="sk shorter"></span></header>
                <div class="picture sk"></div>
                <div class="acts"></div>
                <p class="caption"><span class="sk"></span></p>
            </div>
        }
        .erased()
    };
    view! { <div class="posts" aria-hidden="true">{card()}{card()}</div> }.erased()
}
