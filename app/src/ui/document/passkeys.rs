//! Passkeys: the list, and how to add one.

use leptos::prelude::*;

use super::parts::{Field, field, heading, notice, summary};
use crate::routes::page;
use crate::ui::erased::Erase;
use crate::ui::time;
use crate::wire::factor::Passkey;
use crate::wire::problem::Problem;

/// What the window is called, and the page.
pub const TITLE: &str = "Passkeys";

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
    /// What went wrong with a form, and which: the id of its passkey, or what its button does.
    pub problem: Option<(Problem, String)>,
    /// Now, Unix milliseconds.
    pub now: i64,
}

/// The page.
#[must_use]
pub fn passkeys(model: &Passkeys) -> AnyView {
    let rows: Vec<AnyView> = model.list.iter().map(|passkey| row(passkey, model)).collect();
    let list = if rows.is_empty() {
        view! { <p class="muted">"You have no passkeys yet."</p> }.erased()
    } else {
        view! { <ul class="rows" role="list">{rows}</ul> }.erased()
    };
    let demanded = model
        .confined
        .then(|| notice("warn", "Your role needs a second factor. Until one is set up and used, this session can do nothing else."));
    view! {
        <div class="narrow settings">
            {heading(TITLE)}
            {summary(model.problem.as_ref().map(|(problem, _)| problem), "change this")}
            {demanded}
            <p>"A passkey logs you in with your fingerprint, face or device PIN. There is no password to type, and none to steal."</p>
            {list}
            {match (&model.options, model.possible) {
                (_, false) => notice("warn", "This site can have no passkeys at its address."),
                (None, true) => ask(model),
                (Some(options), true) => ceremony(options),
            }}
            <p><a href=page::TWO_FACTOR>"Two-factor authentication"</a></p>
        </div>
    }
    .erased()
}

fn row(passkey: &Passkey, model: &Passkeys) -> AnyView {
    let id = passkey.passkey_id.to_string();
    let used = passkey.last_used_at.map_or_else(|| "never used".to_owned(), |at| ["last used ", &time::ago(model.now, at)].concat());
    let problem = model.problem.as_ref().filter(|(_, of)| *of == id).map(|(problem, _)| problem);
    let (name_id, password_id) = ([&*id, "-name"].concat(), [&*id, "-password"].concat());
    let name = Field { name: "name", id: &name_id, label: "Name", value: &passkey.name, longest: Some(60), ..Field::default() };
    view! {
        <li class="card stack">
            <div>
                <h2>{passkey.name.clone()}</h2>
                <p class="muted">{["Added ", &time::day(passkey.created_at), ", ", &used].concat()}</p>
            </div>
            <details open=problem.is_some()>
                <summary>"Rename or remove"</summary>
                <form class="stack" method="post" action=page::PASSKEYS>
                    <input type="hidden" name="passkey_id" value=id.clone() />
                    {field(name, problem)}
                    <button class="btn" name="do" value="rename">"Rename"</button>
                </form>
                <form class="stack" method="post" action=page::PASSKEYS>
                    <input type="hidden" name="passkey_id" value=id />
                    {field(password(&password_id), problem)}
                    <button class="btn danger" name="do" value="remove">"Remove"</button>
                </form>
            </details>
        </li>
    }
    .erased()
}

fn ask(model: &Passkeys) -> AnyView {
    let problem = model.problem.as_ref().filter(|(_, of)| of == "begin").map(|(problem, _)| problem);
    view! {
        <form class="card stack" method="post" action=page::PASSKEYS>
            <h2>"Add a passkey"</h2>
            {field(password("begin-password"), problem)}
            <button class="btn primary" name="do" value="begin">"Go on"</button>
        </form>
    }
    .erased()
}

/// Several forms ask for it, so each field is called after its form.
fn password(id: &str) -> Field<'_> {
    Field { name: "password", id, label: "Password", kind: "password", autocomplete: Some("current-password"), ..Field::default() }
}

/// The button starts the ceremony, which fills `credential` in; the form is sent then.
fn ceremony(options: &str) -> AnyView {
    let traits = Field {
        name: "name",
        label: "Name",
        hint: Some("So that you know it again, like “Phone”."),
        longest: Some(60),
        optional: true,
        ..Field::default()
    };
    view! {
        <form class="card stack" method="post" action=page::PASSKEYS data-passkey="create" data-options=options.to_owned()>
            <h2>"Add a passkey"</h2>
            {field(traits, None)}
            <input type="hidden" name="credential" />
            <p class="err" hidden>"Your device did not make a passkey. Try again."</p>
            <button class="btn primary" name="do" value="create">"Create the passkey"</button>
            <noscript><p class="notice warn">"Making a passkey needs scripts, and scripts do not run here."</p></noscript>
        </form>
    }
    .erased()
}
