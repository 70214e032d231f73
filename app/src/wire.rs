//! What crosses between browser and server, once for both sides: JSON, `snake_case`, times in Unix milliseconds, ids as UUID text.
//! Requests with unknown fields are refused; answers may gain fields, which an older client passes over.

pub mod account;
pub mod factor;
pub mod feed;
pub mod lab;
pub mod problem;
pub mod saved;
pub mod secret;
pub mod security;
pub mod session;
