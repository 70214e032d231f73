//! Two tabs that share one session, which is lost again and again.

use serde::{Deserialize, Serialize};

/// How much later than it could a refresh is answered, at most, in milliseconds.
pub const LONGEST_DELAY: u32 = 50;

/// `POST /api/lab/benches/{bench}/again`: another session of the same account, in the same storage and by the same rules. The one
/// before ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Again {
    /// How much later than it could a refresh of it is answered, in milliseconds, as if the server were far away: [`LONGEST_DELAY`] at most.
    #[serde(default)]
    pub delay_ms: u32,
}
