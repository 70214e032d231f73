//! What documents are made of: headings, fields, what went wrong. The look and the markup are those of the hydrated forms.

use leptos::prelude::*;

use crate::routes;
use crate::ui::erased::Erase;
use crate::ui::text::{self, password};
use crate::wire::problem::{Code, Problem};

/// The one `h1`. It takes the focus after a navigation.
#[must_use]
pub fn heading(text: &str) -> AnyView {
    view! { <h1 id="heading" tabindex="-1">{text.to_owned()}</h1> }.erased()
}

/// The same for pages whose heading only screen readers need.
#[must_use]
pub fn heading_apart(text: &str) -> AnyView {
    view! { <h1 id="heading" class="vh" tabindex="-1">{text.to_owned()}</h1> }.erased()
}

/// What is said apart from the rest: `kind` is `info`, `good`, `warn` or `bad`.
#[must_use]
pub fn notice(kind: &str, words: &str) -> AnyView {
    view! { <p class=["notice ", kind].concat() role="status">{words.to_owned()}</p> }.erased()
}

/// While the app looks for the session that it shall fetch the page with.
#[must_use]
pub fn opening() -> AnyView {
    view! { <div class="narrow"><p class="muted">{text::OPENING_PAGE}</p></div> }.erased()
}

/// Above what waits for scripts.
#[must_use]
pub fn needs_scripts() -> AnyView {
    view! {
        <noscript>
            <p class="notice warn">{text::NEEDS_SCRIPTS} " " <a href=routes::page::LOG_IN>{text::ANOTHER_WAY}</a></p>
        </noscript>
    }
    .erased()
}

/// "There is a problem", with a link to each field that needs another look. `deed` completes "We could not … because of a problem on our side".
#[must_use]
pub fn summary(problem: Option<&Problem>, deed: &str) -> AnyView {
    let Some(problem) = problem else { return "".erased() };
    let link = |name: &str, message: &str| view! { <li><a href=["#", name].concat() rel="external">{message.to_owned()}</a></li> }.erased();
    let faults: Vec<AnyView> = if !problem.fields.is_empty() {
        problem.fields.iter().map(|field| link(&field.name, &field.message)).collect()
    } else if problem.code == Code::InvalidCredentials {
        vec![link("password", text::WRONG_PASSWORD)]
    } else if matches!(problem.code, Code::InvalidCode | Code::SecondFactorRequired) {
        vec![link("code", &problem.title)]
    } else {
        let left = problem.retry_after_ms.map_or(0, |ms| ms.div_ceil(1000));
        vec![view! { <li>{text::refused(problem, deed, left)}</li> }.erased()]
    };
    view! {
        <div class="summary" id="problem" tabindex="-1" role="group" aria-labelledby="problem-title">
            <h2 id="problem-title">{text::PROBLEM}</h2>
            <ul role="list">{faults}</ul>
            {request(problem)}
        </div>
    }
    .erased()
}

/// How the request is called in the server's log, where the fault is ours.
#[must_use]
pub fn request(problem: &Problem) -> AnyView {
    let id = problem.request_id.clone().filter(|_| problem.status >= 500);
    id.map(|id| view! { <p class="muted">{text::REQUEST} <code>{id}</code></p> }).erased()
}

/// What makes one field differ from another.
#[derive(Clone, Copy, Default)]
pub struct Field<'a> {
    /// `name`, and `id` where that is empty.
    pub name: &'a str,
    /// `id`, where a page has several forms with a field of this name. A problem names it so.
    pub id: &'a str,
    /// Above the field.
    pub label: &'a str,
    /// Between label and field.
    pub hint: Option<&'a str>,
    /// `type`; `text` when empty.
    pub kind: &'a str,
    /// `autocomplete`.
    pub autocomplete: Option<&'static str>,
    /// What it holds.
    pub value: &'a str,
    /// Whether it may stay empty.
    pub optional: bool,
    /// `maxlength`, in UTF-16 units.
    pub longest: Option<usize>,
}

impl<'a> Field<'a> {
    fn id(&self) -> &'a str {
        if self.id.is_empty() { self.name } else { self.id }
    }
}

/// A labelled field, with what is wrong with it.
#[must_use]
pub fn field(field: Field<'_>, problem: Option<&Problem>) -> AnyView {
    let id = field.id().to_owned();
    let error = fault(&id, problem);
    let kind = if field.kind.is_empty() { "text" } else { field.kind };
    let value = (kind != "password").then(|| field.value.to_owned());
    let (name, described) = (field.name.to_owned(), described(&id, field.hint.is_some(), error.is_some()));
    view! {
        <div class="field">
            {above(&field, error.as_deref())}
            <div class="entry">
                <input
                    id=id.clone()
                    name=name
                    type=kind.to_owned()
                    value=value
                    autocomplete=field.autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    required=!field.optional
                    maxlength=field.longest.map(|longest| longest.to_string())
                    aria-invalid=error.is_some().then_some("true")
                    aria-describedby=described
                />
                {(kind == "password").then(|| reveal(&id))}
            </div>
        </div>
    }
    .erased()
}

/// *Show*: of no use without scripts, which take `hidden` away and do the rest.
fn reveal(of: &str) -> AnyView {
    view! {
        <button type="button" class="btn reveal" hidden aria-controls=of.to_owned() aria-label=password::SHOW_LABEL>{password::SHOW}</button>
    }
    .erased()
}

/// A labelled field for more than a line of text.
#[must_use]
pub fn text_area(field: Field<'_>, rows: u8, problem: Option<&Problem>) -> AnyView {
    let error = fault(field.name, problem);
    let (name, described) = (field.name.to_owned(), described(field.name, field.hint.is_some(), error.is_some()));
    view! {
        <div class="field">
            {above(&field, error.as_deref())}
            <textarea
                id=name.clone()
                name=name
                rows=rows.to_string()
                required=!field.optional
                maxlength=field.longest.map(|longest| longest.to_string())
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
            >
                {plain(field.value)}
            </textarea>
        </div>
    }
    .erased()
}

/// Text for inside a `textarea`, where Leptos writes what it is given as it is. Browsers read references there, and swallow one line feed at
/// the beginning.
fn plain(text: &str) -> String {
    ["\n", &text.replace('&', "&amp;").replace('<', "&lt;")].concat()
}

/// Label, hint and error.
fn above(field: &Field<'_>, error: Option<&str>) -> AnyView {
    let (name, label) = (field.id().to_owned(), field.label.to_owned());
    let hint = field.hint.map(|hint| view! { <p class="hint" id=[&*name, "-hint"].concat()>{hint.to_owned()}</p> });
    let error = error
        .map(|error| view! { <p class="err" id=[&*name, "-error"].concat()><span class="vh">{text::ERROR}</span>{error.to_owned()}</p> });
    view! {
        <label for=name>{label} {field.optional.then(|| view! { " " <span class="muted">{text::OPTIONAL}</span> })}</label>
        {hint}
        {error}
    }
    .erased()
}

fn fault(name: &str, problem: Option<&Problem>) -> Option<String> {
    let problem = problem?;
    let wrong = name == "password" && problem.code == Code::InvalidCredentials && problem.fields.is_empty();
    let code = name == "code" && matches!(problem.code, Code::InvalidCode | Code::SecondFactorRequired);
    problem.of_field(name).or(wrong.then_some(text::WRONG_PASSWORD)).or(code.then_some(&*problem.title)).map(str::to_owned)
}

fn described(name: &str, hint: bool, error: bool) -> Option<String> {
    let ids: Vec<String> =
        [(hint, "-hint"), (error, "-error")].into_iter().filter(|(there, _)| *there).map(|(_, end)| [name, end].concat()).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}
