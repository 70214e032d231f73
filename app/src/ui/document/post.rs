//! One post, what was said to it, and what its reader can do.

use leptos::prelude::*;

use super::card::{acts, byline, described, some};
use super::parts::{Field, heading, summary, text_area};
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::part::mark::Avatar;
use crate::ui::text::{self, post as words};
use crate::ui::time;
use crate::wire::feed::{ALT_MAX, Comment, Post};
use crate::wire::problem::Problem;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct PostPage {
    /// The post.
    pub post: Post,
    /// What was said to it, oldest first.
    pub comments: Vec<Comment>,
    /// The username of who reads, if they are logged in.
    pub reader: Option<String>,
    /// Unix milliseconds.
    pub now: i64,
    /// What was not taken.
    pub refused: Option<Refused>,
}

/// A form of the page that came back: why, and what was typed into it.
#[derive(Clone, Debug)]
pub enum Refused {
    /// A comment.
    Comment(Problem, String),
    /// A description of the picture.
    Description(Problem, String),
}

/// What the window is called.
#[must_use]
pub fn title(post: &Post) -> String {
    words::title(&post.display_name)
}

/// The page.
#[must_use]
pub fn post(page: PostPage) -> AnyView {
    let PostPage { post, comments, reader, now, refused } = page;
    let (unsaid, undescribed) = match refused {
        Some(Refused::Comment(problem, typed)) => (Some((problem, typed)), None),
        Some(Refused::Description(problem, typed)) => (None, Some((problem, typed))),
        None => (None, None),
    };
    let here = routes::post(&post.post_id.simple().to_string());
    let mine = |username: &str| reader.as_deref() == Some(username);
    let own = mine(&post.username).then(|| remove([&here, "/delete"].concat(), words::DELETE, words::DELETE_ASKED));
    let undescribed = (own.is_some() && post.alt.is_empty()).then(|| describe(&here, undescribed));
    let said: Vec<AnyView> = comments
        .into_iter()
        .map(|comment| {
            let target = [&here, "/comments/", &comment.comment_id.to_string(), "/delete"].concat();
            let own = mine(&comment.username).then(|| remove(target, words::DELETE_COMMENT, words::DELETE_COMMENT_ASKED));
            view! {
                <li>
                    <p class="muted">
                        <a href=routes::user(&comment.username)>{["@", &comment.username].concat()}</a>
                        " · "
                        <time datetime=time::rfc3339(comment.created_at) title=time::moment(comment.created_at)>
                            {time::ago(now, comment.created_at)}
                        </time>
                    </p>
                    <p class="said" dir="auto">{comment.content}</p>
                    {own}
                </li>
            }
            .erased()
        })
        .collect();
    let said = if said.is_empty() {
        view! { <p class="muted">{words::NO_COMMENTS}</p> }.erased()
    } else {
        view! { <ol role="list" class="comments">{said}</ol> }.erased()
    };
    let form = match &reader {
        Some(_) => say(&here, unsaid),
        None => {
            let log_in = [routes::page::LOG_IN, "?next=", &routes::query_value(&here)].concat();
            view! { <p><a href=log_in>{text::LOG_IN}</a> {words::TO_TAKE_PART}</p> }.erased()
        }
    };
    let (width, height) = (post.width, post.height);
    view! {
        <div class="single">
            <article class="post whole">
                <header>
                    <Avatar username=post.username.clone() display_name=post.display_name.clone() />
                    <h1 id="heading" tabindex="-1"><a href=routes::user(&post.username)>{post.display_name.clone()}</a></h1>
                    {byline(&post.username, now, post.created_at)}
                </header>
                <img
                    src=post.picture.clone()
                    srcset=some(post.srcset.clone())
                    sizes="(width < 48rem) 100vw, 45rem"
                    alt=described(post.alt.clone())
                    width=width
                    height=height
                    fetchpriority="high"
                    data-post=here.clone()
                />
                {acts(&post, reader.is_some())}
                {some(post.caption.clone()).map(|caption| view! { <p class="caption" dir="auto">{caption}</p> })}
                {undescribed} {own}
            </article>
            <section class="card stack" id="comments" aria-labelledby="comments-title">
                <h2 id="comments-title">{words::COMMENTS}</h2>
                {said}
                {form}
            </section>
        </div>
    }
    .erased()
}

fn say(here: &str, refused: Option<(Problem, String)>) -> AnyView {
    let (problem, typed) = refused.map_or((None, String::new()), |(problem, typed)| (Some(problem), typed));
    let field = Field {
        name: "content",
        label: words::COMMENT,
        hint: Some(words::COMMENT_HINT),
        value: &typed,
        longest: Some(500),
        ..Field::default()
    };
    view! {
        <form class="stack" method="post" action=[here, "/comments"].concat() data-keep="">
            {summary(problem.as_ref(), words::COMMENT_DEED)}
            {text_area(field, 3, problem.as_ref())}
            <button class="btn primary">{words::SEND}</button>
        </form>
    }
    .erased()
}

/// No text, and its author can add one.
fn describe(here: &str, refused: Option<(Problem, String)>) -> AnyView {
    let (problem, typed) = refused.map_or((None, String::new()), |(problem, typed)| (Some(problem), typed));
    let field = Field {
        name: "alt",
        label: words::DESCRIBE,
        hint: Some(words::DESCRIBE_HINT),
        value: &typed,
        longest: Some(ALT_MAX),
        ..Field::default()
    };
    view! {
        <div class="describe">
            <p class="muted">{text::feed::NO_DESCRIPTION}</p>
            <details class="ask" open=problem.is_some()>
                <summary class="btn small">{words::ADD_DESCRIPTION}</summary>
                <form class="stack" method="post" action=[here, "/description"].concat() data-keep="">
                    {summary(problem.as_ref(), words::DESCRIBE_DEED)}
                    {text_area(field, 2, problem.as_ref())}
                    <button class="btn primary">{words::SAVE_DESCRIPTION}</button>
                </form>
            </details>
        </div>
    }
    .erased()
}

/// A button that asks once more, without scripts too.
fn remove(target: String, label: &'static str, question: &'static str) -> AnyView {
    view! {
        <details class="remove">
            <summary>{label}{words::MORE}</summary>
            <form method="post" action=target>
                <p>{question}</p>
                <button class="btn danger">{label}</button>
            </form>
        </details>
    }
    .erased()
}

/// In place of a post that is not there any more.
#[must_use]
pub fn gone() -> AnyView {
    view! {
        <div class="guard">
            {heading(words::GONE)}
            <p>{words::GONE_BECAUSE}</p>
            <a class="btn primary" href=routes::page::HOME>{text::TO_FEED}</a>
        </div>
    }
    .erased()
}
