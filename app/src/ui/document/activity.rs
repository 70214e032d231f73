//! What happened to the account's security.

use leptos::prelude::*;

use super::alerts::ip;
use super::parts::heading;
use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::text::activity as words;
use crate::ui::time;
use crate::wire::security::{Activity, Alert, Topic};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct History {
    /// Newest first.
    pub events: Vec<Activity>,
    /// Which part.
    pub topic: Topic,
    /// Whether there is more.
    pub more: bool,
}

/// The page.
#[must_use]
pub fn activity(model: &History) -> AnyView {
    let topics: Vec<AnyView> = Topic::EACH.into_iter().map(|topic| link(topic, topic == model.topic)).collect();
    let rows: Vec<AnyView> = model.events.iter().map(row).collect();
    let older = model.events.last().filter(|_| model.more).map(|last| {
        let to = [routes::page::ACTIVITY, "?topic=", model.topic.as_str(), "&before=", &last.event_id.to_string()].concat();
        view! { <p><a class="btn" href=to>{words::OLDER}</a></p> }
    });
    view! {
        <div class="wide">
            {heading(words::TITLE)}
            <p class="muted">{words::SINCE}</p>
            <nav class="actions" aria-label=words::FILTER>{topics}</nav>
            {if rows.is_empty() {
                view! { <p>{words::NOTHING}</p> }.erased()
            } else {
                view! { <ol role="list" class="stack">{rows}</ol> }.erased()
            }}
            {older}
        </div>
    }
    .erased()
}

fn link(topic: Topic, current: bool) -> AnyView {
    let to = [routes::page::ACTIVITY, "?topic=", topic.as_str()].concat();
    view! { <a class="btn small" href=to aria-current=current.then_some("page")>{words::topic(topic)}</a> }.erased()
}

fn row(event: &Activity) -> AnyView {
    let facts = words::facts(&event.device, ip(&event.ip), event.result);
    let answer = match event.alert {
        Some(Alert::Mine) => view! { <p><span class="tag">{words::MINE}</span></p> }.erased(),
        Some(Alert::NotMine) => view! { <p><span class="tag bad">{words::NOT_MINE}</span></p> }.erased(),
        Some(Alert::Open) | None => not_me(event),
    };
    view! {
        <li class="card browser">
            <div>
                <h2>{words::said(&event.kind)}</h2>
                <p class="muted"><time datetime=time::rfc3339(event.created_at)>{time::moment(event.created_at)}</time> " · " {facts}</p>
            </div>
            <div class="actions">{answer}</div>
        </li>
    }
    .erased()
}

fn not_me(event: &Activity) -> AnyView {
    let about = [words::said(&event.kind).as_str(), ", ", &time::moment(event.created_at)].concat();
    view! {
        <details class="ask">
            <summary class="btn">{words::NOT_ME} <span class="vh">": " {about}</span></summary>
            <form class="stack" method="post" action=routes::page::ACTIVITY>
                <p>{words::NOT_ME_MEANS}</p>
                <input type="hidden" name="id" value=event.event_id.to_string() />
                <button class="btn danger">{words::SECURE}</button>
            </form>
        </details>
    }
    .erased()
}
