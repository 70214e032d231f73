//! What crosses between browser and server, once for both sides: JSON, `snake_case`, unknown fields refused,
//! times in Unix milliseconds, ids as UUID text.

pub mod account;
pub mod feed;
pub mod problem;
pub mod secret;
pub mod session;
