//! The clock of a session of the lab: how old everything of it is, and how it is put forward.

use serde::{Deserialize, Serialize};

use crate::wire::session::Why;

/// For how long a session of the lab lasts, where not as long as elsewhere. In days, one at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lasts {
    /// Without being used.
    pub idle: u32,
    /// At the most.
    pub age: u32,
    /// The saved login that it leaves, since the password was entered.
    pub saved: u32,
}

impl Lasts {
    /// The most of each.
    pub const MOST: Self = Self { idle: 90, age: 400, saved: 400 };
}

/// `POST /api/lab/benches/{bench}/jump`: its clock is put forward, which is to say that everything of it becomes older.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jump {
    /// By so much: 1 to [`FARTHEST`].
    pub hours: u32,
}

/// The farthest jump, in hours: 400 days.
pub const FARTHEST: u32 = 400 * 24;

/// One that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jumped {
    /// When, in Unix milliseconds of the server, whose own clock goes on as it is.
    pub at: i64,
    /// By so much.
    pub hours: u32,
}

/// From when to when something holds, in Unix milliseconds of the server, every jump counted: what began two jumps ago, began that much
/// earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// When it began.
    pub begun_at: i64,
    /// When it was used last.
    pub used_at: i64,
    /// Its end, if it is not used.
    pub idle_expires_at: i64,
    /// Its end at the latest.
    pub expires_at: i64,
    /// Why it is over, if that has been noticed.
    pub ended: Option<Why>,
}

/// Two limits, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Without being used.
    pub idle: i64,
    /// At the most.
    pub age: i64,
}

/// `GET /api/lab/benches/{bench}/clock`, and the answer to a jump.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Now, in Unix milliseconds of the server.
    pub now: i64,
    /// How long an access token lives, in seconds.
    pub access_life: u32,
    /// Whether the session outlives the browser's closing.
    pub is_saved: bool,
    /// What was chosen when it began.
    pub lasts: Option<Lasts>,
    /// How long the session lasts by its rules.
    pub limits: Limits,
    /// The same of its saved login.
    pub saved_limits: Limits,
    /// The session; `None` where the server has forgotten it.
    pub session: Option<Span>,
    /// The saved login of its account, if there is one.
    pub saved: Option<Span>,
    /// The jumps so far, oldest first.
    pub jumps: Vec<Jumped>,
}
