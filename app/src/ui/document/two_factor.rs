//! Two-factor authentication: an authenticator app, and recovery codes for the day it is lost.

use leptos::prelude::*;

use super::factors::{self, Refused, code, password};
use super::parts::notice;
use crate::routes::page;
use crate::ui::erased::Erase;
use crate::ui::text::{passkeys, two_factor as words};
use crate::ui::time;

/// What there is to show.
pub struct TwoFactor {
    /// How far it is.
    pub stage: Stage,
    /// Whether the site demands a second factor of this account, and this session has shown one alone.
    pub confined: bool,
    /// Whether the site can have passkeys.
    pub passkeys: bool,
    /// A form that was refused: the value of its button.
    pub refused: Option<Refused>,
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
    let refused = model.refused.as_ref();
    let inside = view! {
        {match &model.stage {
            Stage::Off => off(refused),
            Stage::SettingUp { qr, secret } => setting_up(qr.as_ref(), secret, refused),
            Stage::On { since, left } => on(*since, *left, model),
            Stage::Codes(codes) => fresh(codes),
        }}
        {model.passkeys.then(|| view! { <p><a href=page::PASSKEYS>{passkeys::TITLE}</a>{words::OR_PASSKEYS}</p> })}
    };
    factors::page(words::TITLE, model.confined, refused, inside.erased())
}

fn off(refused: Option<&Refused>) -> AnyView {
    view! {
        <p>{words::WHAT}</p>
        <form class="card stack" method="post" action=page::TWO_FACTOR>
            {password("begin", refused)}
            <button class="btn primary" name="do" value="begin">{words::BEGIN}</button>
        </form>
    }
    .erased()
}

fn setting_up(qr: Option<&(String, usize)>, secret: &str, refused: Option<&Refused>) -> AnyView {
    let picture = qr.map(|(path, side)| {
        view! {
            <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label=words::QR>
                <rect width="100%" height="100%" fill="#fff" />
                <path d=path.clone() fill="#000" />
            </svg>
        }
    });
    view! {
        <section class="card stack">
            <h2>{words::STEP_ADD}</h2>
            <p>{words::SCAN}</p>
            {picture}
            <p>{words::TYPE}</p>
            <p><code class="secret">{in_fours(secret)}</code></p>
        </section>
        <form class="card stack" method="post" action=page::TWO_FACTOR>
            <h2>{words::STEP_CODE}</h2>
            {code("confirm", refused)}
            <button class="btn primary" name="do" value="confirm">{words::CONFIRM}</button>
        </form>
    }
    .erased()
}

fn on(since: i64, left: i64, model: &TwoFactor) -> AnyView {
    let refused = model.refused.as_ref();
    let few = (left < 3).then(|| notice("warn", words::FEW));
    let step_up = model.confined.then(|| {
        view! {
            <form class="card stack" method="post" action=page::TWO_FACTOR>
                <h2>{words::STEP_UP}</h2>
                {code("step_up", refused)}
                <button class="btn primary" name="do" value="step_up">{words::GO_ON}</button>
            </form>
        }
    });
    view! {
        <p>{words::on_since(&time::day(since))}</p>
        {step_up}
        <section class="card stack">
            <h2>{words::CODES}</h2>
            <p>{words::left(left)}</p>
            {few}
            {both("renew", words::RENEW, "btn", refused)}
        </section>
        <section class="card stack">
            <h2>{words::OFF}</h2>
            <p>{words::OFF_MEANS}</p>
            {both("off", words::TURN_OFF, "btn danger", refused)}
        </section>
    }
    .erased()
}

/// A form that asks for both factors, folded until it is wanted.
fn both(deed: &'static str, label: &'static str, class: &'static str, refused: Option<&Refused>) -> AnyView {
    view! {
        <details open=Refused::is(refused, deed)>
            <summary>{label}</summary>
            <form class="stack" method="post" action=page::TWO_FACTOR>
                {password(deed, refused)}
                {code(deed, refused)}
                <button class=class name="do" value=deed>{label}</button>
            </form>
        </details>
    }
    .erased()
}

fn fresh(codes: &[String]) -> AnyView {
    let rows: Vec<AnyView> = codes.iter().map(|code| view! { <li><code>{code.clone()}</code></li> }.erased()).collect();
    view! {
        {notice("good", words::IS_ON)}
        <section class="card stack">
            <h2>{words::YOUR_CODES}</h2>
            <p>{words::KEEP}<b>{words::ONCE}</b></p>
            <ul class="codes">{rows}</ul>
            // Another address, so that it is fetched: this page stands at the form's.
            <a class="btn primary" href=[page::TWO_FACTOR, "?kept"].concat()>{words::KEPT}</a>
        </section>
    }
    .erased()
}

/// In groups of four, as people read out and type.
fn in_fours(secret: &str) -> String {
    let groups: Vec<&str> = secret.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(" ")
}
