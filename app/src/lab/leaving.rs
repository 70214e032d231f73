//! What a log-out leaves behind.

use serde::{Deserialize, Serialize};

use super::Kept;
use crate::wire::session::TokenStorage;

/// What another tab of the site has shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// Whether anybody was logged in there before.
    pub was_in: bool,
    /// After how many milliseconds nobody was. `None`: somebody was to the end, or from the beginning nobody.
    pub told_ms: Option<f64>,
    /// Whether anybody was after its Back button had been pressed.
    pub back_in: bool,
    /// Whether the browser had kept the whole page that Back led to.
    pub whole: bool,
}

impl Beside {
    /// Whether nobody is logged in there.
    #[must_use]
    pub const fn is_out(&self) -> bool {
        !self.back_in && (self.told_ms.is_some() || !self.was_in)
    }
}

/// What is left after a log-out, and what of it still opens anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leaving {
    /// Where the tokens lay.
    pub storage: TokenStorage,
    /// How many tokens were in the memory of the page's wasm before.
    pub known: u32,
    /// How many of them still are.
    pub remain: u32,
    /// Whether a token lies open in sessionStorage or localStorage.
    pub stored: bool,
    /// Whether a cookie with a token still comes along.
    pub sent: bool,
    /// What the server said to a copy of the access token, and of the refresh token: the status.
    pub copies: [u16; 2],
    /// Another tab of this site. `None`: the browser opened none, or it could not be looked at.
    #[serde(default)]
    pub beside: Option<Beside>,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

impl Kept for Leaving {
    fn replaces(&self, older: &Self) -> bool {
        self.storage == older.storage
    }
}
