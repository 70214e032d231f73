//! Somebody's profile: who they are, and what they have posted.

use leptos::prelude::*;

use super::card::{described, some};
use super::parts::heading;
use super::person;
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::part::mark::Avatar;
use crate::ui::text::{self, user as words};
use crate::wire::feed::{Post, Profile};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct UserPage {
    /// The profile.
    pub profile: Profile,
    /// The username of who reads, if they are logged in.
    pub reader: Option<String>,
}

/// What the window is called.
#[must_use]
pub fn title(profile: &Profile) -> String {
    words::title(&profile.display_name, &profile.username)
}

/// The page.
#[must_use]
pub fn user(page: UserPage) -> AnyView {
    let UserPage { profile, reader } = page;
    let here = routes::user(&profile.username);
    let can = match reader {
        None => {
            let log_in = [routes::page::LOG_IN, "?next=", &routes::query_value(&here)].concat();
            view! { <p><a href=log_in>{text::LOG_IN}</a> {words::TO_FOLLOW}</p> }.erased()
        }
        Some(reader) if reader == profile.username => view! { <a class="btn small" href=routes::page::PROFILE>{words::EDIT}</a> }.erased(),
        Some(_) => person::follow(&here, profile.followed),
    };
    let posts = if profile.page.items.is_empty() {
        view! { <p class="empty">{words::NO_POSTS}</p> }.erased()
    } else {
        view! { <ul role="list" class="grid">{profile.page.items.into_iter().map(tile).collect::<Vec<_>>()}</ul> }.erased()
    };
    let more = profile.page.next.map(|cursor| {
        let target = [&here, "?after=", &routes::query_value(&cursor)].concat();
        view! { <p class="foot"><a class="btn" href=target>{text::feed::MORE}</a></p> }
    });
    let count = |n: i64, of: &'static str| view! { <li><b>{n}</b> " " {of}</li> };
    view! {
        <div class="profile">
            <header>
                <Avatar username=profile.username.clone() display_name=profile.display_name.clone() />
                {heading(&profile.display_name)}
                <p class="muted">{["@", &profile.username].concat()}</p>
                {can}
            </header>
            <ul role="list" class="counts">
                {count(profile.posts, words::posts(profile.posts))} {count(profile.followers, words::followers(profile.followers))}
                <li><b>{profile.following}</b> {words::FOLLOWING}</li>
            </ul>
            {some(profile.bio).map(|bio| view! { <p class="said" dir="auto">{bio}</p> })}
            {posts}
            {more}
        </div>
    }
    .erased()
}

fn tile(post: Post) -> AnyView {
    view! {
        <li>
            <a href=routes::post(&post.post_id.simple().to_string())>
                <img
                    src=post.picture
                    srcset=some(post.srcset)
                    sizes="(width < 48rem) 33vw, 15rem"
                    alt=described(post.alt)
                    width="360"
                    height="450"
                    loading="lazy"
                />
            </a>
        </li>
    }
    .erased()
}

/// In place of a profile that is not there.
#[must_use]
pub fn nobody(username: &str) -> AnyView {
    view! {
        <div class="guard">
            {heading(&words::nobody(username))}
            <a class="btn primary" href=routes::page::HOME>{text::TO_FEED}</a>
        </div>
    }
    .erased()
}
