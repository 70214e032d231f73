//! Where tokens live: what each storage is called, who can read it, and for how long a session lasts in it.

use crate::wire::session::TokenStorage;

pub(crate) const CHOOSE: &str = "For developers: token storage";
pub(crate) const WHERE: &str = "Where shall the tokens of this session live?";
pub(crate) const NEEDS_SCRIPTS: &str = "needs scripts";
/// Besides a storage: a sign, a name, and one honest sentence.
pub(crate) const BIND: (&str, &str, &str) = (
    "+",
    "Bound to a key",
    "For L, S and M: each request is signed with a key that this browser gives to nobody, so a copied token opens nothing elsewhere. A script can still act while the page is open. A saved login opens its session in cookies.",
);
pub(crate) const MOVE: &str = "Move the tokens";
pub(crate) const MOVING: &str = "Moving…";
pub(crate) const MOVED: &str = "The tokens have moved, and no copy is left where they were.";
/// Completes "We could not …".
pub(crate) const MOVE_DEED: &str = "move the tokens";
pub(crate) const MOVE_HINT: &str = "Asked for where scripts will be able to read more than now.";
/// The browser refuses to store the tokens: they are in memory.
pub(crate) const FLEETING: &str =
    "This browser does not let us store your sign-in key. You are logged in until you reload or close this page.";
/// A form without scripts, with a storage that only scripts can use.
pub const NOT_WITHOUT_SCRIPTS: &str = "This token storage needs scripts. Wait until the page has loaded, or choose cookies.";
/// The password is asked for once more.
pub const PROVE: &str = "Enter your password: scripts will be able to read your tokens";

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
