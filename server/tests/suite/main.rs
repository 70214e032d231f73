//! The server through its public door. Each file mirrors a part of the routes; what a test says of a database holds for both.
//!
//! PostgreSQL is named by `NIGHTLATCH_TEST_POSTGRES`; `cargo xtask test` starts one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    reason = "in a test, that is how it fails, and everything is for the tests"
)]

mod account;
mod activity;
mod admin;
mod authenticator;
mod bad_input;
mod both_doors;
mod chain;
mod change;
mod cluster;
mod comments;
mod crowd;
mod documents;
mod dpop;
mod factor;
mod feed;
mod fork;
mod guard;
mod guards;
mod hidden_signs;
mod keys;
mod lab;
mod lab_cost;
mod lab_cross;
mod lab_tabs;
mod lab_time;
mod log_in;
mod mail;
mod many;
mod native;
mod pages;
mod passkeys;
mod passwords;
mod people;
mod posts;
mod process;
mod refresh;
mod renewal;
mod rooms;
mod s3;
mod save;
mod saved;
mod saved_guards;
mod saved_over;
mod security_pages;
mod sessions;
mod several;
mod sign_up;
mod sim;
mod store;
mod world;
