//! Every word that a person reads on a page: one file for a page or a subject, and here what more than one of them says. A view holds no
//! text of its own (`app/tests/words.rs` looks for some), so whoever reads these files has read the site, and another language is a second
//! set of them: decision 28 says what that takes.
//!
//! A constant is a text as it stands. A function is a sentence with a name, a number or a time in it: where the value goes, and what is
//! plural, is the language's own matter. An array holds what stands around an element (a link, a name in bold) in the middle of a sentence.
//! A *deed* completes "We could not … because of a problem on our side".
//!
//! Times and spans are written in `ui::time`; mails by the server, in `auth::mail::text`. What is wrong with a field or a request, the API
//! says in `wire`, in the same words for people and for programs.

pub mod account;
pub mod accounts;
pub mod activity;
pub mod appearance;
pub mod data;
pub(crate) mod ending;
pub mod feed;
pub(crate) mod inspector;
pub mod lab;
pub mod log_in;
pub(crate) mod menu;
pub mod missing;
pub mod outbox;
pub mod passkeys;
pub mod password;
pub mod post;
pub mod profile;
pub mod renewal;
pub mod saved;
pub mod sessions;
pub mod settings;
pub mod sign_up;
pub mod storage;
pub mod two_factor;
pub mod user;

use crate::wire::problem::{Code, Problem};

/// The language of all of this, as `lang` says it.
pub const LANGUAGE: &str = "en";
/// What the site is called.
pub const SITE: &str = "Nightlatch";
/// What it is, in a line.
pub const CLAIM: &str = "Close the tab. Come back. You’re in.";
/// The same for search engines, which get no typographer's signs.
pub(crate) const DESCRIPTION: &str = "Close the tab. Come back. You're in.";
/// Before the title of a page with a form that was refused, and before what is wrong with a field.
pub const ERROR: &str = "Error: ";
pub(crate) const SKIP: &str = "Skip to content";
pub(crate) const PROBLEM: &str = "There is a problem";
/// Before the id of the request.
pub const REQUEST: &str = "Request ";
/// Beside the label of a field that may stay empty.
pub(crate) const OPTIONAL: &str = "(optional)";
/// The button.
pub const TRY_AGAIN: &str = "Try again";
pub(crate) const LOG_IN: &str = "Log in";
pub(crate) const TO_LOG_IN: &str = "Back to log in";
pub(crate) const TO_FEED: &str = "Go to the feed";
/// Completes "We could not …" where nothing more is known of what somebody did.
pub(crate) const DEED: &str = "do this";
/// A message on the screen, to screen readers.
pub(crate) const MESSAGE: &str = "Message";
/// The log-in form without a name.
pub const EMPTY_LOGIN: &str = "Enter your username or email";
/// The log-in form without a password.
pub const EMPTY_PASSWORD: &str = "Enter your password";
/// A name and a password that do not belong together: which of them is wrong is not said.
pub const WRONG: &str = "Username or password is wrong";
/// The password that a document asks for once more.
pub const WRONG_PASSWORD: &str = "That password is wrong";
/// A new password that everybody tries first.
pub const COMMON_PASSWORD: &str = "That password is on lists of leaked passwords. Choose another.";
/// A link to a new password that is good for nothing any more.
pub const RESET_SPENT: &str = "This link has been used, or is too old. Ask for a new one.";
/// While this browser looks for its session.
pub const OPENING: &str = "Opening your feed…";
/// The same for a page that is no feed.
pub const OPENING_PAGE: &str = "Opening…";
/// The title of the page that stands in for every other while the database is away.
pub const AWAY_TITLE: &str = "One moment";
/// What it says.
pub const AWAY: &str = "We cannot reach our data right now. Nobody is logged out, and this page tries again by itself.";

pub(crate) const PAGE_FAILED: &str = "We could not load this page. You are still logged in.";
/// The field for a code of the second factor.
pub const CODE: &str = "Code";
/// What goes into it.
pub const CODE_HINT: &str = "The six digits that your authenticator app shows, or one of your recovery codes.";
/// A session of a role that must have two factors, and that has shown one.
pub const CONFINED: &str = "This account must have a second factor. Set one up, then go on.";
/// The browser keeps no cookies: whoever logs in would be gone with the next page.
pub const NO_COOKIES: &str = "Your browser blocks cookies, so we cannot keep you logged in.";
/// A switch that was turned without a network.
pub const LATER: &str = "Will be sent when you are online.";
/// Scripts have not come, or do not run.
pub(crate) const BASIC: &str = "Running in basic mode.";
pub(crate) const RECONNECTING: &str = "Reconnecting…";
pub(crate) const ONLINE: &str = "You are online again.";
pub(crate) const NEEDS_SCRIPTS: &str = "This browser's session lives in storage that only scripts can read, and scripts do not run here.";
/// A link after that.
pub(crate) const ANOTHER_WAY: &str = "Log in another way";
/// The way out of that, on a page that could not be fetched.
pub(crate) const SET_IT_UP: &str = "Set it up";
pub(crate) const ROLE: &str = "Your role does not allow this page.";

/// A truth value, for attributes.
pub(crate) const fn word(is: bool) -> &'static str {
    if is { "true" } else { "false" }
}

/// The network is gone; `at` is the time of day at which what is on the screen came.
pub(crate) fn offline(at: &str) -> String {
    ["You are offline. Showing what was loaded at ", at, "."].concat()
}

/// A tap that was refused for its password: the field is that of the account's own row.
#[must_use]
pub fn at_row(problem: Problem, username: &str) -> Problem {
    let said = if problem.code == Code::InvalidCredentials { Some(WRONG_PASSWORD) } else { problem.of_field("password") };
    let Some(said) = said.map(str::to_owned) else { return problem };
    Problem { fields: Vec::new(), code: Code::InvalidFields, ..problem }.field(&["password-", username].concat(), said)
}

/// A form was refused; `left` is how many seconds of waiting remain.
pub(crate) fn refused(problem: &Problem, deed: &str, left: u64) -> String {
    match problem.code {
        Code::InvalidCredentials => WRONG.to_owned(),
        Code::Throttled if left == 0 => "You can try again now.".to_owned(),
        Code::Throttled if left == 1 => "Too many tries. Wait 1 second, then try again.".to_owned(),
        Code::Throttled => format!("Too many tries. Wait {left} seconds, then try again."),
        Code::Unreachable => "You are offline. We kept what you typed.".to_owned(),
        Code::Internal | Code::Busy | Code::TimedOut => {
            format!("We could not {deed} because of a problem on our side. Nothing was changed. Try again.")
        }
        _ => problem.title.clone(),
    }
}
