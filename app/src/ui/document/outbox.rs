//! Every mail that would have been sent: a local build only.

use leptos::prelude::*;

use super::parts::heading;
use crate::ui::erased::Erase;
use crate::ui::text::outbox as words;
use crate::ui::time;

/// A mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// What about.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// When it was written, Unix milliseconds.
    pub written_at: i64,
}

/// The page. Links to `origin` lead on.
#[must_use]
pub fn outbox(mails: &[Mail], origin: &str) -> AnyView {
    let list: Vec<AnyView> = mails.iter().map(|mail| one(mail, origin)).collect();
    view! {
        <div class="wide">
            {heading(words::TITLE)}
            <p class="muted">{words::WHAT}</p>
            {if list.is_empty() { view! { <p>{words::EMPTY}</p> }.erased() } else { view! { <ol role="list" class="stack">{list}</ol> }.erased() }}
        </div>
    }
    .erased()
}

fn one(mail: &Mail, origin: &str) -> AnyView {
    let paragraphs: Vec<AnyView> = mail.text.split("\n\n").map(|text| view! { <p>{linked(text, origin)}</p> }.erased()).collect();
    view! {
        <li class="card stack said">
            <h2>{mail.subject.clone()}</h2>
            <p class="muted">{words::sent(&mail.to, &time::moment(mail.written_at))}</p>
            {paragraphs}
        </li>
    }
    .erased()
}

/// A text in which links of our own can be pressed.
fn linked(text: &str, origin: &str) -> AnyView {
    text.split_inclusive(char::is_whitespace)
        .map(|word| match word.trim_end().strip_prefix(origin).filter(|path| path.starts_with('/')) {
            Some(path) => view! { <a href=path.to_owned()>{word.to_owned()}</a> }.erased(),
            None => word.to_owned().erased(),
        })
        .collect::<Vec<AnyView>>()
        .erased()
}
