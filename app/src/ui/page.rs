//! One page, one file.

mod admin_accounts;
mod home;
mod log_in;
mod not_found;
mod save;
mod sign_up;

pub(crate) use admin_accounts::AdminAccounts;
pub(crate) use home::Home;
pub(crate) use log_in::LogIn;
pub(crate) use not_found::NotFound;
pub(crate) use save::Save;
pub(crate) use sign_up::SignUp;
