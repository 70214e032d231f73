//! The way around the site: in the bar where there is room, at the lower edge of a phone. Links, so that it works without scripts.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::routes;
use crate::session::Phase;
use crate::ui::erased::Erase;
use crate::ui::frame::session;
use crate::ui::text::{self, menu as words};
use crate::wire::session::Boot;

/// Where each entry leads, what it is called, and its drawing, on a field of 24 by 24. The one without an address is one's own profile.
const ENTRIES: [(&str, &str, &str); 4] = [
    (routes::page::HOME, words::HOME, "M4 11 12 4l8 7v9h-5v-6H9v6H4z"),
    (routes::page::NEW_POST, words::NEW, "M12 5v14M5 12h14"),
    ("", words::YOU, "M12 12a4 4 0 1 0-.01 0M4 20c1-4 4-5 8-5s7 1 8 5"),
    (routes::page::SETTINGS, words::SETTINGS, "M4 7h9m6 0h1M4 17h1m6 0h9M16 7a1.5 1.5 0 1 0 .01 0M8 17a1.5 1.5 0 1 0 .01 0"),
];

/// The lab, in a local build. It has wasm of its own: the way there is left to the browser.
const LAB: (&str, &str, &str) =
    (routes::page::LAB, text::lab::TITLE, "M9 4h6M10 4v6l-5 8a1.5 1.5 0 0 0 1.3 2h11.4a1.5 1.5 0 0 0 1.3-2l-5-8V4M8 15h8");

/// The entries, for those who are logged in; the way in for everybody else.
#[component]
pub(crate) fn Nav() -> impl IntoView {
    let session = session();
    let path = use_location().pathname;
    let lab = expect_context::<Boot>().local;
    // A page that has stopped, as another tab has switched accounts, says itself how to go on.
    let who = Memo::new(move |_| match session.phase() {
        Phase::Switched { .. } => None,
        phase => Some(phase.viewer().map(|viewer| viewer.username.clone())),
    });
    move || {
        let Some(username) = who.get()? else {
            let path = path.get();
            let inside = routes::page::HYDRATED.contains(&path.as_str());
            let back = [routes::page::LOG_IN, "?next=", &routes::query_value(&path)].concat();
            return (!inside).then(|| view! { <a class="btn small" href=back>{text::LOG_IN}</a> }.erased());
        };
        let entries: Vec<AnyView> = ENTRIES
            .iter()
            .chain(lab.then_some(&LAB))
            .map(|(to, name, drawing)| {
                let to = if to.is_empty() { routes::page::USER.replace("{username}", &username) } else { (*to).to_owned() };
                let here = to.clone();
                let external = (to == routes::page::LAB).then_some("external");
                let current = move || path.with(|path| *path == here).then_some("page");
                view! {
                    <a href=to rel=external aria-current=current>
                        <svg viewBox="0 0 24 24" aria-hidden="true"><path d=*drawing /></svg>
                        {*name}
                    </a>
                }
                .erased()
            })
            .collect();
        Some(view! { <nav class="ways" aria-label=words::SITE>{entries}</nav> }.erased())
    }
}
