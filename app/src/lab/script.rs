//! What an injected script can take.

use serde::{Deserialize, Serialize};

use super::Kept;
use crate::wire::lab::Usable;
use crate::wire::session::TokenStorage;

/// Where an injected script looks for tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `document.cookie`.
    Cookie,
    /// localStorage.
    Browser,
    /// sessionStorage.
    Tab,
    /// What the page sends.
    Wire,
    /// The memory of the page's wasm.
    Memory,
    /// What the API answers.
    Api,
}

impl Source {
    /// All of them, in the order of [`Robbery::taken`].
    pub const ALL: [Self; 6] = [Self::Cookie, Self::Browser, Self::Tab, Self::Wire, Self::Memory, Self::Api];

    /// As the script writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Browser => "browser",
            Self::Tab => "tab",
            Self::Wire => "wire",
            Self::Memory => "memory",
            Self::Api => "api",
        }
    }
}

/// Where tokens can live in a browser, and whether they are bound to a key there: what travels in cookies is bound to nothing.
pub const KEPT: [(TokenStorage, bool); 8] = [
    (TokenStorage::Cookie, false),
    (TokenStorage::Hybrid, false),
    (TokenStorage::Local, false),
    (TokenStorage::Session, false),
    (TokenStorage::Memory, false),
    (TokenStorage::Local, true),
    (TokenStorage::Session, true),
    (TokenStorage::Memory, true),
];

/// What a script is expected to find there that another machine could use. What the app keeps for itself passes through its memory. What is
/// bound to a key is found as well, and no other machine can use it.
#[must_use]
pub const fn finds(source: Source, (storage, bound): (TokenStorage, bool)) -> Usable {
    let (access, refresh) = (!storage.access_in_cookie() && !bound, !storage.refresh_in_cookie() && !bound);
    match source {
        Source::Cookie | Source::Api => Usable { access: false, refresh: false },
        Source::Browser if !matches!(storage, TokenStorage::Local) => Usable { access: false, refresh: false },
        Source::Tab if !matches!(storage, TokenStorage::Session) => Usable { access: false, refresh: false },
        Source::Browser | Source::Tab => Usable { access, refresh },
        Source::Wire => Usable { access, refresh: false },
        Source::Memory => Usable { access, refresh },
    }
}

/// What an injected script could take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Robbery {
    /// Where the tokens lay.
    pub storage: TokenStorage,
    /// Whether they were bound to a key.
    #[serde(default)]
    pub bound: bool,
    /// Whether the script got hold of that key itself; `None`: there was none.
    #[serde(default)]
    pub key: Option<bool>,
    /// What another machine could use of what was found, in the order of [`Source::ALL`].
    pub taken: [Usable; 6],
    /// Whether the script read what its owner sees.
    pub read: bool,
    /// Whether it acted in the owner's name.
    pub acted: bool,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

impl Robbery {
    /// What could be used of all that was found.
    #[must_use]
    pub fn all(&self) -> Usable {
        any(self.taken.iter())
    }
}

/// What could be used of all of it.
fn any<'a>(mut taken: impl Iterator<Item = &'a Usable> + Clone) -> Usable {
    Usable { access: taken.clone().any(|taken| taken.access), refresh: taken.any(|taken| taken.refresh) }
}

/// What a script is expected to find in all places together.
#[must_use]
pub fn finds_anywhere(kept: (TokenStorage, bool)) -> Usable {
    any(Source::ALL.map(|source| finds(source, kept)).iter())
}

impl Kept for Robbery {
    fn replaces(&self, older: &Self) -> bool {
        (self.storage, self.bound) == (older.storage, older.bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_bound_is_of_no_use_elsewhere_and_counts_beside_what_is_not() {
        let nothing = Usable { access: false, refresh: false };
        assert!(KEPT.iter().filter(|kept| kept.1).all(|kept| finds_anywhere(*kept) == nothing));
        assert_eq!(finds_anywhere((TokenStorage::Local, false)), Usable { access: true, refresh: true });
        assert_eq!(finds(Source::Tab, (TokenStorage::Local, false)), nothing);
        let robbery = |bound| Robbery {
            storage: TokenStorage::Local,
            bound,
            key: None,
            taken: [nothing; 6],
            read: true,
            acted: true,
            at: 1,
            browser: String::new(),
        };
        assert!(robbery(true).replaces(&robbery(true)) && !robbery(true).replaces(&robbery(false)));
    }
}
