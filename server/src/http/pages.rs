//! The documents, one file each: what a page shows, and what its forms do.

pub mod accounts;
pub mod appearance;
pub mod home;
pub mod new_post;
pub mod post;
pub mod profile;
pub mod user;
pub mod log_in_code;
pub mod passkeys;
pub mod two_factor;
