//! What was on the wire of the lab's session, as the server received and sent it: a part of the inspector.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::parts::figures;
use super::session::{at, last_bench};
use crate::api::Bench;
use crate::routes::api;
use crate::ui::erased::Erase;
use crate::ui::text::lab::{cost, witness as words};
use crate::wire::lab::cost::Witnessed;

/// The list, once it was asked for.
#[component]
pub(super) fn Witness() -> impl IntoView {
    let (server, bench) = (expect_context::<Arc<dyn Bench>>(), last_bench());
    let seen = RwSignal::new(None::<Vec<Witnessed>>);
    let ask = move |_| {
        let (server, Some(bench)) = (server.clone(), bench.get_untracked()) else { return };
        spawn_local(async move {
            let answer = server.tell("GET", at(api::LAB_WIRE, bench), None).await.ok();
            seen.try_set(answer.and_then(|text| serde_json::from_str(text.expose()).ok()));
        });
    };
    move || {
        bench.get()?;
        let ask = ask.clone();
        let list = seen.with(|seen| {
            let items = seen.as_ref()?.iter().rev().map(|one| view! { <One seen=one.clone() /> }.erased()).collect::<Vec<_>>();
            Some(view! { <ol role="list" class="witness">{items}</ol> }.erased())
        });
        Some(
            view! {
                <header>
                    <h3>{words::TITLE}</h3>
                    <button class="btn small" id="witness" on:click=ask>{words::ASK}</button>
                </header>
                <p class="muted">{words::WHAT}</p>
                {list}
            }
            .erased(),
        )
    }
}

#[component]
fn One(seen: Witnessed) -> impl IntoView {
    let class = match seen.status {
        200..400 => "tag ok",
        400..500 => "tag warn",
        _ => "tag bad",
    };
    let lines =
        |fields: &[(String, String)]| fields.iter().map(|(name, value)| [name, ": ", value].concat()).collect::<Vec<_>>().join("\n");
    let took = figures([
        (words::AUTH, cost::micros(seen.auth_us)),
        (words::DATABASE, words::queries(seen.queries, &cost::micros(seen.database_us))),
        (words::TOTAL, cost::micros(seen.total_us)),
    ]);
    let line = [&seen.method, " ", &seen.path].concat();
    view! {
        <li>
            <details>
                <summary><span class="path">{line.clone()}</span><span class=class>{seen.status.to_string()}</span></summary>
                <h4>{words::CAME} " " {words::bytes(seen.up)}</h4>
                <pre class="code" tabindex="0">{[&line, "\n", &lines(&seen.request)].concat()}</pre>
                <h4>{words::WENT} " " {words::bytes(seen.down)}</h4>
                <pre class="code" tabindex="0">{lines(&seen.response)}</pre>
                {took}
            </details>
        </li>
    }
    .erased()
}
