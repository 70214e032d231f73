//! The server's adapter to the app: accounts, sessions, two databases, HTTP.
//!
//! Who may import whom: `{model, meter} ◄ store ◄ {auth, feed} ◄ mail ◄ {http, jobs} ◄ site ◄ main`. Only `store` names sqlx, only `config` reads
//! the environment, only `clock` reads the time, only `http::cookies` sets a
//! cookie, only `mail` names lettre. `tests/suite/rooms.rs` holds it.
//!
//! - [`config`]: defaults, file, environment, flags
//! - [`clock`]: the time, also one that tests turn
//! - [`model`]: words that everyone uses
//! - [`meter`]: what a request costs, for the lab
//! - [`store`]: SQL, the same on SQLite and PostgreSQL
//! - [`auth`]: passwords, access tokens, refresh chains, sessions, policy
//! - [`feed`]: posts and pictures
//! - [`mail`]: sends what is written to owners
//! - [`http`]: the router, and the documents
//! - [`jobs`]: what runs beside the requests
//! - [`site`]: puts it all together

pub mod auth;
pub mod clock;
pub mod config;
pub mod feed;
pub mod http;
pub mod jobs;
pub mod mail;
pub mod meter;
pub mod model;
pub mod site;
pub mod store;
