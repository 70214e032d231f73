//! What a request costs, by where the access token lives and what it is.

use serde::{Deserialize, Serialize};

use super::Kept;
use super::spread::Spread;
use crate::wire::lab::TokenKind;
use crate::wire::lab::cost::{Loaded, Remembered};
use crate::wire::session::TokenStorage;

/// How many requests the page makes, one after another.
pub const ASKED: u32 = 30;
/// Runs inside the server: how many requests, how many of them at once, and by how many milliseconds each query is slower.
pub const RUNS: [(u32, u32, u32); 4] = [(300, 1, 0), (300, 8, 0), (300, 32, 0), (96, 8, 20)];

/// How many queries finding out who asks is expected to take.
#[must_use]
pub const fn queries(token: TokenKind) -> u32 {
    match token {
        TokenKind::Jwt => 0,
        TokenKind::Opaque => 1,
    }
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Where the tokens lay.
    pub storage: TokenStorage,
    /// What the access token was.
    pub token: TokenKind,
    /// Header bytes of one request, as this browser sent it.
    pub up: u32,
    /// Header bytes of its answer.
    pub down: u32,
    /// Milliseconds from this page, there and back, of [`ASKED`] requests.
    pub here: Spread,
    /// [`RUNS`], in that order.
    pub runs: Vec<Loaded>,
    /// What a server has to remember.
    #[serde(default)]
    pub remembered: Option<Remembered>,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

impl Kept for Cost {
    fn replaces(&self, older: &Self) -> bool {
        (self.storage, self.token) == (older.storage, older.token)
    }
}
