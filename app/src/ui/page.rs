//! One page, one file.

mod log_in;
mod save;
mod sign_up;

pub(crate) use log_in::LogIn;
pub(crate) use save::Save;
pub(crate) use sign_up::SignUp;
