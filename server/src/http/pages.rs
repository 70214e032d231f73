//! The documents, one file each: what a page shows, and what its forms do.

pub mod accounts;
pub mod appearance;
pub mod home;
pub mod saved;
