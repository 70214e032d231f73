//! What somebody chose for sessions of the lab. It holds in every experiment that leaves it open, until something else is chosen.

use serde::{Deserialize, Serialize};

use crate::wire::lab::{Check, Knobs, Rotation, TokenKind};
use crate::wire::session::TokenStorage;

/// What an experiment may leave open besides the storage and the life of the access token, which are open in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// What becomes of a refresh token that is used.
    Rotation,
    /// What is looked at besides signature and time.
    Check,
    /// What an access token is.
    Token,
    /// Whether the tokens are bound to a key.
    Key,
}

impl Open {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rotation, Self::Check, Self::Token, Self::Key];
}

/// What was chosen, and `None` where each experiment suggests its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Chosen {
    /// Where the tokens live.
    pub storage: Option<TokenStorage>,
    /// How long an access token lives, in seconds.
    pub access_life: Option<u32>,
    /// See [`Open::Rotation`].
    pub rotation: Option<Rotation>,
    /// See [`Open::Check`].
    pub check: Option<Check>,
    /// See [`Open::Token`].
    pub token: Option<TokenKind>,
    /// See [`Open::Key`].
    pub bound: bool,
}

/// A session of the lab, as it is or as it shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Where its tokens live.
    pub storage: TokenStorage,
    /// The rules that the server keeps.
    pub knobs: Knobs,
    /// Whether the tokens are bound to a key.
    pub bound: bool,
}

impl Chosen {
    /// What shall be begun in an experiment that suggests `rules` and leaves some of them open. `storage` is where the tokens live where
    /// nobody chose it.
    #[must_use]
    pub fn within(&self, storage: TokenStorage, rules: Knobs, open: &[Open]) -> Rules {
        let storage = self.storage.unwrap_or(storage);
        let if_open = |one: Open| open.contains(&one);
        Rules {
            storage,
            knobs: Knobs {
                access_life: self.access_life.unwrap_or(rules.access_life),
                rotation: self.rotation.filter(|_| if_open(Open::Rotation)).unwrap_or(rules.rotation),
                check: self.check.filter(|_| if_open(Open::Check)).unwrap_or(rules.check),
                token: self.token.filter(|_| if_open(Open::Token)).unwrap_or(rules.token),
            },
            // What travels in cookies is bound to nothing.
            bound: self.bound && if_open(Open::Key) && !storage.refresh_in_cookie(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUGGESTED: Knobs = Knobs { check: Check::Signature, ..Knobs::usual(10) };

    fn chosen() -> Chosen {
        Chosen {
            storage: Some(TokenStorage::Local),
            access_life: Some(300),
            rotation: Some(Rotation::Never),
            check: Some(Check::Ended),
            token: Some(TokenKind::Opaque),
            bound: true,
        }
    }

    #[test]
    fn where_nothing_is_chosen_each_experiment_has_its_own() {
        let rules = Chosen::default().within(TokenStorage::Session, SUGGESTED, &Open::ALL);
        assert_eq!(rules, Rules { storage: TokenStorage::Session, knobs: SUGGESTED, bound: false });
    }

    #[test]
    fn what_is_chosen_holds_where_it_is_open_and_nowhere_else() {
        let all = chosen().within(TokenStorage::Cookie, SUGGESTED, &Open::ALL);
        let knobs = Knobs { access_life: 300, rotation: Rotation::Never, check: Check::Ended, token: TokenKind::Opaque };
        assert_eq!(all, Rules { storage: TokenStorage::Local, knobs, bound: true });
        let none = chosen().within(TokenStorage::Cookie, SUGGESTED, &[]);
        let knobs = Knobs { access_life: 300, ..SUGGESTED };
        assert_eq!(none, Rules { storage: TokenStorage::Local, knobs, bound: false });
    }

    #[test]
    fn cookies_are_bound_to_nothing_whatever_is_chosen() {
        for storage in TokenStorage::IN_A_BROWSER {
            let rules = Chosen { storage: Some(storage), ..chosen() }.within(storage, SUGGESTED, &[Open::Key]);
            assert_eq!(rules.bound, !storage.refresh_in_cookie(), "{storage:?}");
        }
    }
}
