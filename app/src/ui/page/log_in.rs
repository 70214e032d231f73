//! The log-in page. Whoever is logged in already is taken on to where they wanted to go.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;

use crate::api::Answer;
use crate::routes;
use crate::session::Phase;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, Heading, PageTitle, focus_soon, go, session};
use crate::ui::part::chooser::Chooser;
use crate::ui::part::field::{Field, Traits, fill, typed};
use crate::ui::part::form::{Send, Submission, Summary, after_entry, before, next};
use crate::ui::part::mark::Door;
use crate::ui::part::passkey::UsePasskey;
use crate::ui::part::storage::{Choice, StorageChoice};
use crate::ui::text::{self, log_in as words};
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::{Boot, LogIn as Form, Offer, Why};

/// Names and passwords of the demo accounts, which exist in local builds alone.
const DEMO: [(&str, &str, &str); 3] = [
    ("mina", "correct-horse-mina", words::DEMO_POSTS),
    ("rover", "correct-horse-rover", words::DEMO_POSTS),
    ("admin", "correct-horse-admin", words::DEMO_ADMIN),
];

/// The page.
#[component]
pub(crate) fn LogIn() -> impl IntoView {
    let session = session();
    let frame = Frame::here();
    let go = go();
    let query = use_location().query;
    let refused = frame.take_refused();
    let before = |name: &str| before(refused.as_ref(), name);
    let next = next(before("next"));
    let asked = |name: &'static str| query.with_untracked(|query| query.get_str(name).map(str::to_owned));
    // Another account is to be added: whoever is logged in stays here.
    let add = asked("add").is_some();
    let (login, password, choice) = (NodeRef::<Input>::new(), NodeRef::<Input>::new(), Choice::new());
    let (mut typed_login, typed_storage) = (before("login"), before("storage"));
    if typed_login.is_empty() {
        typed_login = asked("login").unwrap_or_default();
    }
    let tapped = !before("saved").is_empty();
    let (of_tap, of_form) = match refused.map(|form| form.problem) {
        problem if tapped => (problem, None),
        problem => (None, problem),
    };
    // The field for a code is there once the server has asked for one.
    let wanted = of_form.as_ref().is_some_and(|problem| problem.code == Code::InvalidCode);
    let (code, code_asked) = (NodeRef::<Input>::new(), RwSignal::new(wanted));
    let form = Submission::new(words::DEED, of_form);
    let tap = Submission::new(words::DEED, of_tap);
    let known = Memo::new(move |_| frame.accounts.with(|accounts| !accounts.is_empty()));

    // Set while this page itself logs in, which leads elsewhere than arriving with a session.
    let entering = StoredValue::new(false);
    Effect::new({
        let (session, go) = (session.clone(), go.clone());
        move |_| {
            frame.leaving.set(false);
            if matches!(session.phase(), Phase::Active(_)) && !entering.get_value() && !add {
                go(next().as_deref().unwrap_or(routes::page::HOME));
            }
        }
    });

    // Waits for a log-in under way, and goes on or says why not.
    let enter = move |answer: Answer<Option<Offer>>| {
        let (go, next, storage) = (go.clone(), next(), choice.chosen().unwrap_or_default());
        entering.set_value(true);
        frame.returning.set_value(false);
        spawn_local(async move {
            match answer.await {
                Ok(offer) => {
                    frame.told(offer);
                    go(&after_entry(storage, next.as_deref(), offer));
                }
                Err(problem) => {
                    entering.set_value(false);
                    // The password was right: nothing is wrong, there is one more question.
                    if problem.code == Code::SecondFactorRequired {
                        code_asked.set(true);
                        form.sending.set(false);
                        frame.status.set(problem.title);
                        return focus_soon("code");
                    }
                    fill(code, "");
                    // Offline, everything typed is kept for the next try; after an answer the password is not, unless it was right.
                    if !matches!(problem.code, Code::Unreachable | Code::InvalidCode | Code::Throttled) {
                        fill(password, "");
                    }
                    form.refuse(problem);
                }
            }
        });
    };
    let (by_password, by_passkey, enter_by_passkey) = (session.verbs(), session.verbs(), enter.clone());
    let submit = move |ev: leptos::ev::SubmitEvent| {
        let Some(verbs) = &by_password else { return };
        ev.prevent_default();
        if !form.begin_session(choice.chosen()) {
            return;
        }
        let code = Some(typed(code)).filter(|code| !code.is_empty()).map(Secret::new);
        match filled(typed(login), typed(password)) {
            Ok((login, password)) => {
                enter(verbs.log_in(Form { login, password, code, storage: choice.chosen(), save: None, bound: choice.bound() }))
            }
            Err(problem) => form.refuse(problem),
        }
    };
    let press = Box::new(move || {
        if let Some(verbs) = by_passkey.as_ref().filter(|_| form.begin_session(choice.chosen())) {
            enter_by_passkey(verbs.log_in_by_passkey(choice.chosen(), choice.bound()));
        }
    });

    let reason = move || query.with(|query| query.get_str("why").map(Why::parse));
    let still = move |why| {
        let saved = why == Why::LoggedOut
            && frame.accounts.with(|accounts| accounts.iter().any(|account| !account.parked && account.spent.is_none()));
        if saved { text::saved::STILL } else { "" }
    };
    let said = move || {
        let blocked = query.with(|query| query.get_str("cookies").is_some());
        if blocked { Some((text::NO_COOKIES, "")) } else { reason().map(|why| (text::ending::why(why), still(why))) }
    };
    let elsewhere = move || match next() {
        Some(next) => [routes::page::SIGN_UP, "?next=", &routes::query_value(&next)].concat(),
        None => routes::page::SIGN_UP.to_owned(),
    };
    view! {
        <PageTitle page=words::TITLE error=Signal::derive(move || form.failed().get() || tap.failed().get()) />
        <div class="doorway">
            <Door />
            <div class="narrow">
                {move || view! { <Heading text=if known.get() { words::BACK } else { words::TITLE } /> }.erased()}
                {move || said().map(|(why, still)| view! { <p class="notice">{why} {still}</p> }.erased())}
                {move || known.get().then(|| view! { <Chooser of=tap entering=entering next=next().unwrap_or_default() /> }.erased())}
                <section class="card stack">
                    {move || known.get().then(|| view! { <h2>{words::ANOTHER}</h2> }.erased())}
                    <Summary of=form />
                    <form method="post" action=routes::page::LOG_IN novalidate class="stack" on:submit=submit>
                        {move || next().map(|next| view! { <input type="hidden" name="next" value=next /> })}
                        <Field
                            traits=Traits { name: "login", label: words::LOGIN, kind: "text", autocomplete: "username", ..Traits::default() }
                            typed=typed_login
                            error=form.error_of("login")
                            node=login
                        />
                        <Field
                            traits=Traits { name: "password", label: words::PASSWORD, kind: "password", autocomplete: "current-password", ..Traits::default() }
                            typed=String::new()
                            error=form.error_of("password")
                            node=password
                        />
                        {move || {
                            code_asked.get().then(|| {
                                view! {
                                    <Field
                                        traits=Traits { name: "code", label: text::CODE, hint: Some(text::CODE_HINT), kind: "text", autocomplete: "one-time-code", ..Traits::default() }
                                        typed=String::new()
                                        error=form.error_of("code")
                                        node=code
                                    />
                                }
                            })
                        }}
                        <StorageChoice choice=choice typed=typed_storage />
                        <Send of=form label=words::SEND busy=words::SENDING />
                        <UsePasskey press=press />
                    </form>
                </section>
                <p class="center"><a href=routes::page::FORGOT>{words::FORGOT}</a></p>
                <p class="center">{words::NEW_HERE} <a href=elsewhere>{words::SIGN_UP}</a></p>
                <Demo login=login password=password />
            </div>
        </div>
    }
    .erased()
}

/// Name and password, or which of them is missing.
fn filled(login: String, password: String) -> Result<(String, Secret), Problem> {
    let login = login.trim().to_owned();
    let mut problem = Problem::new(Code::InvalidFields);
    if login.is_empty() {
        problem = problem.field("login", text::EMPTY_LOGIN);
    }
    if password.is_empty() {
        problem = problem.field("password", text::EMPTY_PASSWORD);
    }
    if problem.fields.is_empty() { Ok((login, Secret::new(password))) } else { Err(problem) }
}

/// The demo accounts of a local build.
#[component]
fn Demo(login: NodeRef<Input>, password: NodeRef<Input>) -> impl IntoView {
    if !expect_context::<Boot>().local {
        return "".erased();
    }
    let hydrated = Frame::here().hydrated;
    let rows: Vec<AnyView> = DEMO
        .into_iter()
        .map(|(name, secret, what)| {
            let press = move |_| {
                fill(login, name);
                fill(password, secret);
            };
            view! {
                <li>
                    <span><b>{name}</b>" "<small>{what}</small><code>{secret}</code></span>
                    <button type="button" class="btn small" hidden=move || !hydrated.get() on:click=press aria-label=[words::FILL_LABEL, name].concat()>
                        {words::FILL}
                    </button>
                </li>
            }
            .erased()
        })
        .collect();
    view! {
        <section class="demo" aria-labelledby="demo">
            <h2 id="demo">{words::DEMO}</h2>
            <p class="muted">{words::DEMO_WHAT}</p>
            <ul role="list">{rows}</ul>
            <p class="muted">{words::LAB} " " <a href=routes::page::LAB rel="external">{text::lab::TITLE}</a></p>
        </section>
    }
    .erased()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_empty_fields_are_named() {
        let problem = filled("  ".to_owned(), String::new()).unwrap_err();
        assert_eq!(problem.of_field("login"), Some(text::EMPTY_LOGIN));
        assert_eq!(problem.of_field("password"), Some(text::EMPTY_PASSWORD));
        assert_eq!(filled(" mina ".to_owned(), " x ".to_owned()).unwrap().0, "mina");
    }
}
