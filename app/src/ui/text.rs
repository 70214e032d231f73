//! The words for what went wrong, why a session ended, and where tokens live: gathered here so that another language can follow.

use crate::wire::problem::{Code, Problem};
use crate::wire::session::{Soon, TokenStorage, Why};

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
/// The browser refuses to store the tokens: they are in memory.
pub(crate) const FLEETING: &str =
    "This browser does not let us store your sign-in key. You are logged in until you reload or close this page.";
/// While this browser looks for its session.
pub const OPENING: &str = "Opening your feed…";
/// The same for a page that is no feed.
pub const OPENING_PAGE: &str = "Opening…";
/// The title of the page that stands in for every other while the database is away.
pub const AWAY_TITLE: &str = "One moment";
/// What it says.
pub const AWAY: &str = "We cannot reach our data right now. Nobody is logged out, and this page tries again by itself.";

pub(crate) const PAGE_FAILED: &str = "We could not load this page. You are still logged in.";
pub(crate) const FEED_EMPTY: &str = "Your feed is quiet. Follow a few people to fill it.";
pub(crate) const FEED_END: &str = "You have seen everything there is.";
pub(crate) const NOT_LIKED: &str = "We could not like that post. Try again.";
pub(crate) const NOT_FOLLOWED: &str = "We could not change whom you follow. Try again.";
/// The field for a code of the second factor.
pub const CODE: &str = "Code";
/// What goes into it.
pub const CODE_HINT: &str = "The six digits that your authenticator app shows, or one of your recovery codes.";
/// A session of a role that must have two factors, and that has shown one.
pub const CONFINED: &str = "This account must have a second factor. Set one up, then go on.";
/// An account that stays within reach until the browser closes.
pub(crate) const PARKED: &str = "Within reach until this browser closes";
/// This browser has as many saved accounts as it may have.
pub const FULL: &str = "You already have five saved accounts here. Remove one to save this one.";
/// The browser keeps no cookies: whoever logs in would be gone with the next page.
pub const NO_COOKIES: &str = "Your browser blocks cookies, so we cannot keep you logged in.";
/// A switch that was turned without a network.
pub const LATER: &str = "Will be sent when you are online.";
/// Scripts have not come, or do not run.
pub(crate) const BASIC: &str = "Running in basic mode.";
pub(crate) const RECONNECTING: &str = "Reconnecting…";
pub(crate) const ONLINE: &str = "You are online again.";
pub(crate) const NEEDS_SCRIPTS: &str = "This browser's session lives in storage that only scripts can read, and scripts do not run here.";
pub(crate) const ROLE: &str = "Your role does not allow this page.";
pub(crate) const VISIBLE: &str = "Your password is visible";
pub(crate) const HIDDEN: &str = "Your password is hidden";
pub(crate) const SAVED: &str = "Login info saved on this browser.";
pub(crate) const MOVED: &str = "The tokens have moved, and no copy is left where they were.";
pub(crate) const NOT_SAVED: &str = "Login info not saved.";

/// A truth value, for attributes.
pub(crate) const fn word(is: bool) -> &'static str {
    if is { "true" } else { "false" }
}

/// The network is gone; `at` is the time of day at which what is on the screen came.
pub(crate) fn offline(at: &str) -> String {
    ["You are offline. Showing what was loaded at ", at, "."].concat()
}

/// The age of a session is near its end.
pub(crate) const fn soon(soon: Soon) -> &'static str {
    match soon {
        Soon::Day => "You will be asked for your password within a day.",
        Soon::Quarter => "You will be asked for your password within 15 minutes.",
    }
}

/// Why the session is over, on the page that asks to log in again.
pub(crate) const fn why(why: Why) -> &'static str {
    match why {
        Why::LoggedOut => "You are logged out.",
        Why::Elsewhere => "You were logged out from another device.",
        Why::Everywhere => "You logged out everywhere.",
        Why::Password => "Your password was changed, so other browsers were logged out. Log in with the new password.",
        Why::Idle => "You had not been here for a while, so we logged you out.",
        Why::Age => "It has been a long time since you last entered your password. Enter it once more.",
        Why::Reuse => {
            "We logged out this browser for your safety: an old sign-in key was used a second time. \
             If you did not expect this, change your password."
        }
        Why::Cleared => "Your browser cleared its saved data, so you need to log in again.",
        Why::Moved => "You moved this session's tokens into another tab, where it goes on.",
        Why::Unknown => "Please log in again.",
    }
}

/// A tap that was refused for its password: the field is that of the account's own row.
#[must_use]
pub fn at_row(problem: Problem, username: &str) -> Problem {
    let said = if problem.code == Code::InvalidCredentials { Some(WRONG_PASSWORD) } else { problem.of_field("password") };
    let Some(said) = said.map(str::to_owned) else { return problem };
    Problem { fields: Vec::new(), code: Code::InvalidFields, ..problem }.field(&["password-", username].concat(), said)
}

/// Why one tap is not enough any more.
pub(crate) const fn spent(why: Why) -> &'static str {
    match why {
        Why::Password => "Password needed: it changed",
        _ => "Enter your password once more",
    }
}

/// Why the session is over, in a tab that was not asked.
pub(crate) const fn ended(reason: Why) -> &'static str {
    match reason {
        Why::LoggedOut => "You logged out in another tab.",
        other => why(other),
    }
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

/// A strategy: its letter, its name, and one honest sentence.
pub(crate) const fn strategy(storage: TokenStorage) -> (&'static str, &'static str, &'static str) {
    match storage {
        TokenStorage::Cookie => (
            "C",
            "Cookies",
            "Both tokens in cookies that scripts cannot read. Shared by all tabs; kept when the browser closes if you save.",
        ),
        TokenStorage::Hybrid => (
            "H",
            "Cookie and memory",
            "The refresh token in a cookie that scripts cannot read, the short access token in this page's memory. A reload fetches a new one.",
        ),
        TokenStorage::Local => (
            "L",
            "localStorage",
            "Both tokens where every script of this site can read them. Shared by all tabs; kept when the browser closes.",
        ),
        TokenStorage::Session => (
            "S",
            "sessionStorage",
            "Both tokens where every script of this page can read them. This tab only: a reload keeps them, closing the tab does not.",
        ),
        TokenStorage::Memory => ("M", "Memory", "Both tokens in this page's memory. Nothing is stored anywhere, so a reload logs you out."),
        TokenStorage::Native => ("N", "Native", "Both tokens handed to a client that is no browser."),
    }
}

/// Where one token lives: the place, and who can read it.
pub(crate) struct Place(pub(crate) &'static str, pub(crate) &'static str);

const JAR: Place = Place("Cookie, HTTP-only", "The browser and this site's server. No script.");
const HEAP: Place = Place("This page's memory", "Scripts running in this page, if they find it.");
const LOCAL: Place = Place("localStorage", "Every script of this site, in every tab, and after a restart.");
const TAB: Place = Place("sessionStorage", "Every script of this site, in this tab.");

/// The access token's place and the refresh token's.
pub(crate) const fn places(storage: TokenStorage) -> [Place; 2] {
    match storage {
        TokenStorage::Cookie => [JAR, JAR],
        TokenStorage::Hybrid => [HEAP, JAR],
        TokenStorage::Local => [LOCAL, LOCAL],
        TokenStorage::Session => [TAB, TAB],
        TokenStorage::Memory | TokenStorage::Native => [HEAP, HEAP],
    }
}

/// How the session is recognised, beside the feed.
pub(crate) const fn recognised(storage: TokenStorage) -> &'static str {
    match storage {
        TokenStorage::Cookie | TokenStorage::Hybrid => {
            "Your browser holds a sign-in key in a cookie that no script can read. The server recognises it and puts your feed into the first page it sends."
        }
        TokenStorage::Local | TokenStorage::Session => {
            "Your browser holds a sign-in key in its storage. A script finds it there and fetches your feed with it."
        }
        TokenStorage::Memory | TokenStorage::Native => {
            "This page alone holds your sign-in key, in its memory. When you reload or close it, the key is gone."
        }
    }
}

/// For how long a session is kept.
pub(crate) const fn lasts(storage: TokenStorage, saved: bool) -> &'static str {
    match (storage, saved) {
        (TokenStorage::Memory | TokenStorage::Native, _) => "Until you reload or close this page",
        (TokenStorage::Session, _) => "Until you close this tab",
        (_, true) => "90 days since you last came, one year at most",
        (TokenStorage::Cookie | TokenStorage::Hybrid, false) => "Until this browser closes",
        (TokenStorage::Local, false) => "12 hours since you last came, 7 days at most",
    }
}

/// What *Save* changes, for this storage: saved, not saved.
pub(crate) const fn saving(storage: TokenStorage) -> [&'static str; 2] {
    match storage {
        TokenStorage::Cookie | TokenStorage::Hybrid => [
            "you are still in when you reopen your browser, and one tap logs you in after you log out: until you have not been here for 90 days, and for one year at most.",
            "you stay in until you close your browser, until you have not been here for 12 hours, and for 7 days at most.",
        ],
        _ => [
            "your session lasts until you have not been here for 90 days, and for one year at most; one tap logs you in after you log out.",
            "your session lasts until you have not been here for 12 hours, and for 7 days at most.",
        ],
    }
}
