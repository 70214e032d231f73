//! One tab switches accounts while another one still shows the former.

use serde::{Deserialize, Serialize};

use super::Kept;

/// How often the switch is repeated.
pub const ROUNDS: u32 = 5;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Switch {
    /// Milliseconds from each switch until the guard's page was in place in the other tab.
    pub guarded_ms: Vec<f64>,
    /// How often a request of the tab that still showed the former account was refused with 409, where it said for whom it was.
    pub refused: u32,
    /// How often the same request was carried out for the account in use by then, where it did not say so.
    pub acted: u32,
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// In which browser, as it says itself.
    pub browser: String,
}

impl Switch {
    /// How often it was repeated.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        u32::try_from(self.guarded_ms.len()).unwrap_or(u32::MAX)
    }
}

impl Kept for Switch {
    fn replaces(&self, _: &Self) -> bool {
        true
    }
}
