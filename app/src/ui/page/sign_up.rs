//! The sign-up page. No second password field and no puzzle: the password can be shown instead.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::routes;
use crate::session::Phase;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, Heading, PageTitle, go, session};
use crate::ui::part::field::{Field, Traits, fill, typed};
use crate::ui::part::form::{Send, Submission, Summary, after_entry, before, next};
use crate::ui::part::mark::Door;
use crate::ui::part::storage::{Choice, StorageChoice};
use crate::ui::text::{self, sign_up as words};
use crate::wire::account::{Email, NewPassword, PASSWORD_MIN, SignUp as Form, Username, display_name};
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;

const FIELDS: [Traits; 4] = [
    Traits { name: "email", label: words::EMAIL, hint: None, kind: "email", autocomplete: "email", optional: false },
    Traits {
        name: "username",
        label: words::USERNAME,
        hint: Some(words::USERNAME_HINT),
        kind: "text",
        autocomplete: "username",
        optional: false,
    },
    Traits { name: "display_name", label: words::NAME, hint: None, kind: "text", autocomplete: "name", optional: true },
    Traits {
        name: "password",
        label: words::PASSWORD,
        hint: Some(words::PASSWORD_HINT),
        kind: "password",
        autocomplete: "new-password",
        optional: false,
    },
];

/// The page.
#[component]
pub(crate) fn SignUp() -> impl IntoView {
    let session = session();
    let frame = Frame::here();
    let go = go();
    let refused = frame.take_refused();
    let before = |name: &str| before(refused.as_ref(), name);
    let next = next(before("next"));
    let typed_before = FIELDS.map(|field| before(field.name));
    let typed_storage = before("storage");
    let form = Submission::new(words::DEED, refused.map(|form| form.problem));
    let nodes = FIELDS.map(|_| NodeRef::<Input>::new());
    let choice = Choice::new();

    let entering = StoredValue::new(false);
    Effect::new({
        let (session, go) = (session.clone(), go.clone());
        move |_| {
            if matches!(session.phase(), Phase::Active(_)) && !entering.get_value() {
                go(next().as_deref().unwrap_or(routes::page::HOME));
            }
        }
    });

    let submit = move |ev: leptos::ev::SubmitEvent| {
        let Some(verbs) = session.verbs() else { return };
        ev.prevent_default();
        if !form.begin_session(choice.chosen()) {
            return;
        }
        let mut filled = match filled(nodes.map(typed)) {
            Ok(filled) => filled,
            Err(problem) => return form.refuse(problem),
        };
        (filled.storage, filled.bound) = (choice.chosen(), choice.bound());
        let storage = filled.storage.unwrap_or_default();
        let (go, next) = (go.clone(), next());
        entering.set_value(true);
        frame.returning.set_value(false);
        spawn_local(async move {
            match verbs.sign_up(filled).await {
                Ok(offer) => {
                    frame.told(offer);
                    go(&after_entry(storage, next.as_deref(), offer));
                }
                Err(problem) => {
                    entering.set_value(false);
                    if problem.of_field("password").is_some() {
                        fill(nodes[3], "");
                    }
                    form.refuse(problem);
                }
            }
        });
    };

    let fields: Vec<AnyView> = FIELDS
        .into_iter()
        .zip(typed_before)
        .zip(nodes)
        .map(|((traits, typed), node)| view! { <Field traits=traits typed=typed error=form.error_of(traits.name) node=node /> }.erased())
        .collect();
    view! {
        <PageTitle page=words::TITLE error=form.failed() />
        <div class="doorway">
            <Door />
            <div class="narrow">
                <Heading text=words::TITLE />
                <section class="card">
                    <Summary of=form />
                    <form method="post" action=routes::page::SIGN_UP novalidate class="stack" on:submit=submit>
                        {move || next().map(|next| view! { <input type="hidden" name="next" value=next /> })}
                        {fields}
                        <StorageChoice choice=choice typed=typed_storage />
                        <Send of=form label=words::SEND busy=words::SENDING />
                    </form>
                </section>
                <p class="center">{words::HAVE_ONE} <a href=routes::page::LOG_IN>{text::LOG_IN}</a></p>
            </div>
        </div>
    }
    .erased()
}

/// The form, or everything that is wrong with it at once.
fn filled([email, username, shown, password]: [String; 4]) -> Result<Form, Problem> {
    let password = Secret::new(password);
    let mut problem = Problem::new(Code::InvalidFields);
    if let Err(fault) = Email::parse(&email) {
        problem = problem.field("email", fault.to_string());
    }
    if let Err(fault) = Username::parse(&username) {
        problem = problem.field("username", fault.to_string());
    }
    if let Err(fault) = NewPassword::parse(&password, PASSWORD_MIN) {
        problem = problem.field("password", fault.to_string());
    }
    if !problem.fields.is_empty() {
        return Err(problem);
    }
    Ok(Form {
        username: username.trim().to_owned(),
        email: email.trim().to_owned(),
        display_name: display_name(&shown),
        password,
        storage: None,
        save: None,
        bound: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_at_once() {
        let problem = filled(["mina".into(), "a b".into(), String::new(), "short".into()]).unwrap_err();
        let names: Vec<_> = problem.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["email", "username", "password"]);
    }
}
