//! What every form has: one submission at a time, a summary of what went wrong that takes the focus, a countdown, a button.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;

use crate::routes;
use crate::ui::document::parts::request;
use crate::ui::erased::Erase;
use crate::ui::frame::{focus_soon, window};
use crate::ui::text;
use crate::wire::problem::{Code, Problem};
use crate::wire::session::{Offer, RefusedForm, TokenStorage};

/// A form on its way, or refused.
#[derive(Clone, Copy)]
pub(crate) struct Submission {
    /// "log you in": for the sentence about a fault on our side.
    deed: &'static str,
    problem: RwSignal<Option<Problem>>,
    /// Seconds until another try makes sense.
    left: RwSignal<u64>,
    pub(crate) sending: RwSignal<bool>,
    /// Whether the browser keeps any.
    cookies: bool,
}

impl Submission {
    pub(crate) fn new(deed: &'static str, refused: Option<Problem>) -> Self {
        let left = seconds(refused.as_ref());
        let submission = Self {
            deed,
            problem: RwSignal::new(refused),
            left: RwSignal::new(left),
            sending: RwSignal::new(false),
            cookies: window().is_none_or(|window| window.keeps_cookies()),
        };
        if left > 0 {
            Effect::new(move |_| submission.count_down());
        }
        submission
    }

    /// Claims the form; false when it is on its way already.
    pub(crate) fn begin(self) -> bool {
        if self.sending.get_untracked() {
            return false;
        }
        self.problem.set(None);
        self.sending.set(true);
        true
    }

    /// Claims a form that leads to a session; false also where its tokens would live in cookies and the browser keeps none: it would be
    /// nobody's with the next page.
    pub(crate) fn begin_session(self, storage: Option<TokenStorage>) -> bool {
        if !self.begin() {
            return false;
        }
        let kept = self.cookies || !storage.unwrap_or_default().refresh_in_cookie();
        if !kept {
            self.refuse(Problem::new(Code::InvalidFields).titled(text::NO_COOKIES));
        }
        kept
    }

    /// Sends the form once more when the network is back, if it still waits for that.
    fn send_when_online(self) {
        let Some(window) = window() else { return };
        spawn_local(async move {
            window.online().await;
            let lacking =
                self.problem.try_with_untracked(|problem| problem.as_ref().is_some_and(|problem| problem.code == Code::Unreachable));
            if lacking == Some(true) {
                window.press(".summary + form .primary");
            }
        });
    }

    /// The form came back.
    pub(crate) fn refuse(self, mut problem: Problem) {
        if problem.code == Code::UsernameTaken && problem.fields.is_empty() {
            problem = problem.field("username", text::sign_up::TAKEN);
        }
        self.left.set(seconds(Some(&problem)));
        self.sending.set(false);
        if problem.code == Code::Unreachable {
            self.send_when_online();
        }
        self.problem.set(Some(problem));
        if self.left.get_untracked() > 0 {
            self.count_down();
        }
    }

    /// What is wrong with the field called `name`.
    pub(crate) fn error_of(self, name: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.problem.with(|problem| {
                let problem = problem.as_ref()?;
                let wrong = match problem.code {
                    Code::InvalidCredentials => "password",
                    Code::InvalidCode => "code",
                    _ => "",
                };
                problem.of_field(name).or((name == wrong).then_some(&*problem.title)).map(str::to_owned)
            })
        })
    }

    /// For the page's title.
    pub(crate) fn failed(self) -> Signal<bool> {
        Signal::derive(move || self.problem.with(Option::is_some))
    }

    /// By the monotonic clock: a tab in the background wakes up seldom, and time has passed all the same.
    fn count_down(self) {
        let Some(window) = window() else { return };
        let until = window.ticks() + 1000.0 * self.left.get_untracked() as f64;
        spawn_local(async move {
            loop {
                window.pause(500).await;
                let left = ((until - window.ticks()) / 1000.0).ceil().max(0.0) as u64;
                match self.left.try_get_untracked() {
                    None => break,
                    Some(shown) if shown != left => self.left.set(left),
                    Some(_) => {}
                }
                if left == 0 {
                    break;
                }
            }
        });
    }
}

fn seconds(problem: Option<&Problem>) -> u64 {
    problem.and_then(|problem| problem.retry_after_ms).map_or(0, |ms| ms.div_ceil(1000))
}

/// "There is a problem", with a link to each field that needs another look. Takes the focus when it appears.
#[component]
pub(crate) fn Summary(of: Submission) -> impl IntoView {
    let Submission { problem, left, deed, .. } = of;
    move || {
        let problem = problem.get()?;
        Effect::new(|_| focus_soon("problem"));
        let link = |name: String, message: String| view! { <li><a href=format!("#{name}") rel="external">{message}</a></li> }.erased();
        let request = request(&problem);
        let faults: Vec<AnyView> = if problem.code == Code::InvalidCredentials {
            vec![link("password".to_owned(), problem.title)]
        } else if problem.code == Code::InvalidCode {
            vec![link("code".to_owned(), problem.title)]
        } else if problem.fields.is_empty() {
            vec![view! { <li>{move || text::refused(&problem, deed, left.get())}</li> }.erased()]
        } else {
            problem.fields.into_iter().map(|field| link(field.name, field.message)).collect()
        };
        Some(
            view! {
                <div class="summary" id="problem" tabindex="-1" role="group" aria-labelledby="problem-title">
                    <h2 id="problem-title">{text::PROBLEM}</h2>
                    <ul role="list">{faults}</ul>
                    {request}
                </div>
            }
            .erased(),
        )
    }
}

/// The button that sends. Never `disabled`, which would lose the focus and say nothing.
#[component]
pub(crate) fn Send(of: Submission, label: &'static str, busy: &'static str) -> impl IntoView {
    let sending = of.sending;
    view! {
        <button class="btn primary" aria-disabled=move || sending.get().then_some("true")>
            {move || if sending.get() { busy } else { label }}
        </button>
    }
}

/// What was typed into the field `name` of a form that came back.
pub(crate) fn before(refused: Option<&RefusedForm>, name: &str) -> String {
    let typed = refused.map_or(&[][..], |form| form.typed.as_slice());
    typed.iter().find(|(field, _)| field == name).map(|(_, text)| text.clone()).unwrap_or_default()
}

/// Where the reader wanted to go: from the address, or from the form that came back without it. Never off this site.
pub(crate) fn next(typed: String) -> impl Fn() -> Option<String> + Copy + Send + Sync + 'static {
    let query = use_location().query;
    let typed = StoredValue::new(typed);
    move || {
        let from = query.with(|query| query.get_str("next").map(str::to_owned)).unwrap_or_else(|| typed.get_value());
        routes::local_target(&from).map(str::to_owned)
    }
}

/// Where a log-in or sign-up leads: to the question whether to save it, where it is worth asking and the answer makes a difference.
pub(crate) fn after_entry(storage: TokenStorage, next: Option<&str>, offer: Option<Offer>) -> String {
    match (storage, next) {
        _ if offer != Some(Offer::Ask) => next.unwrap_or(routes::page::HOME).to_owned(),
        (TokenStorage::Session | TokenStorage::Memory, next) => next.unwrap_or(routes::page::HOME).to_owned(),
        (_, None) => routes::page::SAVE.to_owned(),
        (_, Some(next)) => [routes::page::SAVE, "?next=", &routes::query_value(next)].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_survives_its_way_through_the_query() {
        let ask = Some(Offer::Ask);
        assert_eq!(after_entry(TokenStorage::Cookie, Some("/?after=a&b=c"), ask), "/welcome/save?next=/%3Fafter%3Da%26b%3Dc");
        assert_eq!(after_entry(TokenStorage::Memory, None, ask), "/");
        assert_eq!(after_entry(TokenStorage::Cookie, Some("/p/1"), None), "/p/1", "answered before");
    }
}
