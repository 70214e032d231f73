//! Nightlatch itself, with nothing outside it.
//!
//! - [`routes`]: every URL, spelled once
//! - [`wire`]: what crosses between browser and server
//! - [`api`]: what a page may ask, and of whom
//! - [`session`]: what a session is in a browser: the phases, the engine, its five ports
//! - [`lab`]: what the lab expects and has measured
//! - [`ui`]: what the pages look like; [`shell`]: the document around them
//!
//! This crate names no browser API, no database and no web framework, so it holds no `cfg`.
//! `frontend` is the browser's adapter to it, `server` the server's.

pub mod api;
pub mod lab;
pub mod routes;
pub mod session;
pub mod shell;
pub mod ui;
pub mod wire;
