//! What requests cost, as the server measures it inside, and what was on the wire as the server saw it.

use serde::{Deserialize, Serialize};

use crate::lab::spread::Spread;

/// `POST /api/lab/benches/{bench}/load`: requests with the credential of the session, made inside the server, without a network.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// How many, 1 to 500.
    pub requests: u32,
    /// How many of them at once, 1 to 32.
    pub at_once: u32,
    /// By how many milliseconds each query of theirs is slower than it is: simulated, 0 to 100.
    #[serde(default)]
    pub slow_ms: u32,
}

/// What came of it. All times are microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    /// How many were answered, which is all of them, or the server says that it went wrong.
    pub requests: u32,
    /// How many at once.
    pub at_once: u32,
    /// How slow the database was made.
    pub slow_ms: u32,
    /// Until all were answered.
    pub took_us: f64,
    /// Finding out who asks.
    pub auth: Spread,
    /// The whole request.
    pub total: Spread,
    /// The whole of a request that asks nobody who they are, on another route, as many times and as many at once.
    pub bare: Spread,
    /// Queries of one request.
    pub queries: Spread,
}

/// `POST /api/lab/benches/{bench}/memory`: what a server has to remember of many sessions like this one, as it was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// How many.
    pub sessions: u32,
    /// By how many bytes a database grows with a row for each of them, indexes and all: a file of SQLite.
    pub database: u64,
    /// How many bytes of entries a process holds at least when all of them have just ended.
    pub ended: u64,
}

/// `GET /api/lab/benches/{bench}/wire`: a request and its answer as the server received and sent them, tokens cut short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Witnessed {
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// HTTP status.
    pub status: u16,
    /// Header fields that came, by name.
    pub request: Vec<(String, String)>,
    /// Header fields that went, by name.
    pub response: Vec<(String, String)>,
    /// How many bytes request line and fields are in HTTP/1.1, tokens in full.
    pub up: u32,
    /// The same of the answer.
    pub down: u32,
    /// Microseconds until it was known who asks.
    pub auth_us: f64,
    /// Microseconds for all of it.
    pub total_us: f64,
    /// Microseconds of waiting for the database.
    pub database_us: f64,
    /// How often that was asked.
    pub queries: u32,
}
