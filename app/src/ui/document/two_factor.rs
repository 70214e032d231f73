//! Two-factor authentication: an authenticator app, and recovery codes for the day it is lost.

use leptos::prelude::*;

use super::parts::{Field, field, heading, notice, summary};
use crate::routes::page;
use crate::ui::erased::Erase;
use crate::ui::time;
use crate::wire::problem::Problem;

/// What the window is called, and the page.
pub const TITLE: &str = "Two-factor authentication";

/// What there is to show.
pub struct TwoFactor {
    /// How far it is.
    pub stage: Stage,
    /// Whether the site demands a second factor of this account, and this session has shown one alone.
    pub confined: bool,
    /// Whether the site can have passkeys.
    pub passkeys: bool,
    /// What went wrong with a form, and which: the value of its button.
    pub problem: Option<(Problem, String)>,
    /// Now, Unix milliseconds.
    pub now: i64,
}

/// How far it is.
pub enum Stage {
    /// Off.
    Off,
    /// A secret waits for its first code.
    SettingUp {
        /// The QR code's dark squares as the path of an SVG, and how many it has on a side.
        qr: Option<(String, usize)>,
        /// To be typed.
        secret: String,
    },
    /// Codes are asked for.
    On {
        /// Since when, Unix milliseconds.
        since: i64,
        /// Recovery codes that are left.
        left: i64,
    },
    /// New recovery codes, which are shown this once.
    Codes(Vec<String>),
}

/// The page.
#[must_use]
pub fn two_factor(model: &TwoFactor) -> AnyView {
    let problem = model.problem.as_ref().map(|(problem, _)| problem);
    let demanded = model
        .confined
        .then(|| notice("warn", "Your role needs a second factor. Until one is set up and used, this session can do nothing else."));
    view! {
        <div class="narrow settings">
            {heading(TITLE)}
            {summary(problem, "change this")}
            {demanded}
            {match &model.stage {
                Stage::Off => off(model),
                Stage::SettingUp { qr, secret } => setting_up(qr.as_ref(), secret, model),
                Stage::On { since, left } => on(*since, *left, model),
                Stage::Codes(codes) => fresh(codes),
            }}
            {model.passkeys.then(|| view! { <p><a href=page::PASSKEYS>"Passkeys"</a>" log in without a password, and need no code."</p> })}
        </div>
    }
    .erased()
}

fn off(model: &TwoFactor) -> AnyView {
    view! {
        <p>"With an authenticator app, logging in takes a code from your phone, too. Whoever learns your password cannot log in with it alone."</p>
        <form class="card stack" method="post" action=page::TWO_FACTOR>
            {password(model, "begin")}
            <button class="btn primary" name="do" value="begin">"Set up an authenticator app"</button>
        </form>
    }
    .erased()
}

fn setting_up(qr: Option<&(String, usize)>, secret: &str, model: &TwoFactor) -> AnyView {
    let picture = qr.map(|(path, side)| {
        view! {
            <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label="QR code for your authenticator app">
                <rect width="100%" height="100%" fill="#fff" />
                <path d=path.clone() fill="#000" />
            </svg>
        }
    });
    view! {
        <section class="card stack">
            <h2>"1. Add it to your app"</h2>
            <p>"Scan this with your authenticator app:"</p>
            {picture}
            <p>"Or type this key into the app:"</p>
            <p><code class="secret">{in_fours(secret)}</code></p>
        </section>
        <form class="card stack" method="post" action=page::TWO_FACTOR>
            <h2>"2. Enter the code it shows"</h2>
            {code(model, "confirm")}
            <button class="btn primary" name="do" value="confirm">"Turn it on"</button>
        </form>
    }
    .erased()
}

fn on(since: i64, left: i64, model: &TwoFactor) -> AnyView {
    let few = (left < 3).then(|| notice("warn", "You have few recovery codes left. Make new ones."));
    let step_up = model.confined.then(|| {
        view! {
            <form class="card stack" method="post" action=page::TWO_FACTOR>
                <h2>"Enter a code to go on"</h2>
                {code(model, "step_up")}
                <button class="btn primary" name="do" value="step_up">"Go on"</button>
            </form>
        }
    });
    view! {
        <p>{["On since ", &time::day(since), ". Logging in with your password takes a code from your authenticator app."].concat()}</p>
        {step_up}
        <section class="card stack">
            <h2>"Recovery codes"</h2>
            <p>{format!("{left} left. Each logs you in once, when you do not have your app.")}</p>
            {few}
            {both(model, "renew", "Make new recovery codes", "btn")}
        </section>
        <section class="card stack">
            <h2>"Turn it off"</h2>
            <p>"Logging in takes your password alone then, and the recovery codes are gone."</p>
            {both(model, "off", "Turn off two-factor authentication", "btn danger")}
        </section>
    }
    .erased()
}

/// A form that asks for both factors, folded until it is wanted.
fn both(model: &TwoFactor, deed: &'static str, label: &'static str, class: &'static str) -> AnyView {
    view! {
        <details open=of(model, deed).is_some()>
            <summary>{label}</summary>
            <form class="stack" method="post" action=page::TWO_FACTOR>
                {password(model, deed)}
                {code(model, deed)}
                <button class=class name="do" value=deed>{label}</button>
            </form>
        </details>
    }
    .erased()
}

fn fresh(codes: &[String]) -> AnyView {
    let rows: Vec<AnyView> = codes.iter().map(|code| view! { <li><code>{code.clone()}</code></li> }.erased()).collect();
    view! {
        {notice("good", "Two-factor authentication is on.")}
        <section class="card stack">
            <h2>"Your recovery codes"</h2>
            <p>"Write these down or print them, and keep them apart from your phone. Each logs you in once. "<b>"They are shown this once."</b></p>
            <ul class="codes">{rows}</ul>
            // Another address, so that it is fetched: this page stands at the form's.
            <a class="btn primary" href=[page::TWO_FACTOR, "?kept"].concat()>"I have kept them"</a>
        </section>
    }
    .erased()
}

/// Several forms ask for it, so each field is called after its form.
fn password(model: &TwoFactor, deed: &str) -> AnyView {
    let id = [deed, "-password"].concat();
    let traits = Field {
        name: "password",
        id: &id,
        label: "Password",
        kind: "password",
        autocomplete: Some("current-password"),
        ..Field::default()
    };
    field(traits, of(model, deed))
}

fn code(model: &TwoFactor, deed: &str) -> AnyView {
    let id = [deed, "-code"].concat();
    let traits = Field { name: "code", id: &id, label: "Code", autocomplete: Some("one-time-code"), longest: Some(40), ..Field::default() };
    field(traits, of(model, deed))
}

/// What went wrong with the form of this button.
fn of<'a>(model: &'a TwoFactor, deed: &str) -> Option<&'a Problem> {
    model.problem.as_ref().filter(|(_, of)| of == deed).map(|(problem, _)| problem)
}

/// In groups of four, as people read out and type.
fn in_fours(secret: &str) -> String {
    let groups: Vec<&str> = secret.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(" ")
}
