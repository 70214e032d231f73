//! The documents, one file each: what a page shows, and what its forms do.

pub mod accounts;
pub mod appearance;
pub mod home;
pub mod log_in_code;
pub mod new_post;
pub mod passkeys;
pub mod post;
pub mod profile;
pub mod two_factor;
pub mod user;
