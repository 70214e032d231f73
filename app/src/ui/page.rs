//! One page, one file.

mod lab;
mod log_in;
mod save;
mod sign_up;

pub(crate) use lab::Lab;
pub(crate) use log_in::LogIn;
pub(crate) use save::Save;
pub(crate) use sign_up::SignUp;
