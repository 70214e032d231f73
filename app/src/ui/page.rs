//! One page, one file.

mod log_in;
mod save;
mod sign_up;

pub(crate) use log_in::{LogIn, TITLE as LOG_IN_TITLE};
pub(crate) use save::{PAGE as SAVE_TITLE, Save};
pub(crate) use sign_up::{SignUp, TITLE as SIGN_UP_TITLE};
