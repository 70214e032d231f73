//! Somebody in a list, and the button that follows them.

use leptos::prelude::*;

use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::part::mark::Avatar;
use crate::ui::text::{self, feed as words};
use crate::wire::feed::Person;

/// People whom one does not follow yet, each with the button.
pub(crate) fn people(people: Vec<Person>) -> AnyView {
    let people: Vec<AnyView> = people
        .into_iter()
        .map(|Person { username, display_name }| {
            let there = routes::user(&username);
            view! {
                <li>
                    <Avatar username=username display_name=display_name.clone() />
                    <a href=there.clone()>{display_name}</a>
                    {follow(&there, false)}
                </li>
            }
            .erased()
        })
        .collect();
    view! { <ul role="list" class="people">{people}</ul> }.erased()
}

/// "Follow", or "Following" where it is pressed: the look decides which of the two is there. `there` is the profile.
pub(crate) fn follow(there: &str, followed: bool) -> AnyView {
    view! {
        <form method="post" action=[there, "/follow"].concat() data-toggle=words::NOT_FOLLOWED>
            <input type="hidden" name="on" value=text::word(!followed) />
            <button class="btn small" aria-pressed=text::word(followed)><span>{words::FOLLOW}</span><span>{words::FOLLOWING}</span></button>
        </form>
    }
    .erased()
}
