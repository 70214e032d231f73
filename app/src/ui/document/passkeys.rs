//! Passkeys: the list, and how to add one.

use leptos::prelude::*;

use super::factors::{self, Refused, of_form, password};
use super::parts::{Field, field, notice};
use crate::routes::page;
use crate::ui::erased::Erase;
use crate::ui::text::{passkeys as words, two_factor};
use crate::ui::time;
use crate::wire::factor::Passkey;

/// What there is to show.
pub struct Passkeys {
    /// The oldest first.
    pub list: Vec<Passkey>,
    /// After the password: what to hand to the authenticator, as JSON.
    pub options: Option<String>,
    /// Whether the site can have passkeys.
    pub possible: bool,
    /// Whether the site demands a second factor of this account, and this session has shown one alone.
    pub confined: bool,
    /// A form that was refused: the id of its passkey, or what its button does.
    pub refused: Option<Refused>,
    /// Now, Unix milliseconds.
    pub now: i64,
}

/// The page.
#[must_use]
pub fn passkeys(model: &Passkeys) -> AnyView {
    let rows: Vec<AnyView> = model.list.iter().map(|passkey| row(passkey, model)).collect();
    let list = if rows.is_empty() {
        view! { <p class="muted">{words::EMPTY}</p> }.erased()
    } else {
        view! { <ul class="rows" role="list">{rows}</ul> }.erased()
    };
    let inside = view! {
        <p>{words::WHAT}</p>
        {list}
        {match (&model.options, model.possible) {
            (_, false) => notice("warn", words::NOT_HERE),
            (None, true) => ask(model),
            (Some(options), true) => ceremony(options),
        }}
        <p><a href=page::TWO_FACTOR>{two_factor::TITLE}</a></p>
    };
    factors::page(words::TITLE, model.confined, model.refused.as_ref(), inside.erased())
}

fn row(passkey: &Passkey, model: &Passkeys) -> AnyView {
    let id = passkey.passkey_id.to_string();
    let used = passkey.last_used_at.map(|at| time::ago(model.now, at));
    let refused = model.refused.as_ref();
    let name = Field { name: "name", label: words::NAME, value: &passkey.name, longest: Some(60), ..Field::default() };
    view! {
        <li class="card stack">
            <div>
                <h2>{passkey.name.clone()}</h2>
                <p class="muted">{words::dates(&time::day(passkey.created_at), used.as_deref())}</p>
            </div>
            <details open=Refused::is(refused, &id)>
                <summary>{words::CHANGE}</summary>
                <form class="stack" method="post" action=page::PASSKEYS>
                    <input type="hidden" name="passkey_id" value=id.clone() />
                    {of_form(&id, name, refused)}
                    <button class="btn" name="do" value="rename">{words::RENAME}</button>
                </form>
                <form class="stack" method="post" action=page::PASSKEYS>
                    <input type="hidden" name="passkey_id" value=id.clone() />
                    {password(&id, refused)}
                    <button class="btn danger" name="do" value="remove">{words::REMOVE}</button>
                </form>
            </details>
        </li>
    }
    .erased()
}

fn ask(model: &Passkeys) -> AnyView {
    view! {
        <form class="card stack" method="post" action=page::PASSKEYS>
            <h2>{words::ADD}</h2>
            {password("begin", model.refused.as_ref())}
            <button class="btn primary" name="do" value="begin">{two_factor::GO_ON}</button>
        </form>
    }
    .erased()
}

/// The button starts the ceremony, which fills `credential` in; the form is sent then.
fn ceremony(options: &str) -> AnyView {
    let traits =
        Field { name: "name", label: words::NAME, hint: Some(words::NAME_HINT), longest: Some(60), optional: true, ..Field::default() };
    view! {
        <form class="card stack" method="post" action=page::PASSKEYS data-passkey="create" data-options=options.to_owned()>
            <h2>{words::ADD}</h2>
            {field(traits, None)}
            <input type="hidden" name="credential" />
            <p class="err" hidden>{words::NOT_MADE}</p>
            <button class="btn primary" name="do" value="create">{words::CREATE}</button>
            <noscript><p class="notice warn">{words::MAKING_NEEDS_SCRIPTS}</p></noscript>
        </form>
    }
    .erased()
}
