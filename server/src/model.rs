//! Words that every room uses. No I/O.

use std::time::Duration;

use uuid::Uuid;

/// Unix time in milliseconds, as the database and the wire have it.
pub type Timestamp = i64;

/// A duration in the unit of [`Timestamp`].
#[must_use]
pub fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// For how long a refresh token that was handed out may be in a race, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Race {
    /// For so long, its predecessors may still come.
    pub window: i64,
    /// For so long, the answer that brought it may still be on its way, as no client waits longer. Not longer than the window.
    pub answer: i64,
}

/// Names a key that a client signs its requests with: the SHA-256 of RFC 7638.
pub type Thumbprint = [u8; 32];

/// Who is at the other end of a session, as far as it says so itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// `User-Agent`, cut at 300 characters, no control characters.
    pub user_agent: String,
    /// The address the connection came from.
    pub ip: String,
    /// What the browser's own cookie holds, or would hold if it had one.
    pub browser: String,
    /// The key that the request was proven with (RFC 9449), if it was.
    pub key: Option<Thumbprint>,
}

/// A time-ordered id (UUIDv7, RFC 9562) for the moment `now`.
#[must_use]
pub fn id(now: Timestamp) -> Uuid {
    let mut random = [0; 10];
    fill_random(&mut random);
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(now).unwrap_or(0), &random).into_uuid()
}

/// Fills `bytes` from the system's generator.
///
/// # Panics
/// When the system has no randomness to give: nothing here could go on without.
#[allow(clippy::expect_used, reason = "a server without randomness must not issue tokens")]
pub fn fill_random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system's random generator");
}
