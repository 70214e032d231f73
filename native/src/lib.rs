//! The terminal's adapter to the app: `nightlatch login`, `feed` and `logout`. The session's engine is the one that the browser
//! runs; what stands around it is another transport, another store, another lock. Nothing here decides anything about a token.
//!
//! - [`args`]: what the command line asks for; `environment`: what the surroundings give, the only file that reads them
//! - [`site`]: which server; `http`: the way to it, the only one that speaks HTTP
//! - [`store`]: where the session is kept: the system's key store, or a file under a passphrase
//! - [`proof`]: signs requests, where the session is bound to a key
//! - `lock`, `clock`: the other processes, and the time
//! - `commands`: what is done; `words`: what is said

pub mod args;
mod clock;
mod commands;
mod environment;
mod http;
mod lock;
pub mod proof;
pub mod site;
pub mod store;
mod words;

use std::process::ExitCode;

pub use http::install_tls;
pub use lock::LockFile;

/// Does what was asked for, and says how it went: on the standard output what was wanted, on the standard error what is wrong.
///
/// The process's exit code: 0 all is well; 1 trouble, such as a server that cannot be reached; 2 asked in a way that cannot be
/// answered; 3 nobody is logged in, or not any more.
#[must_use]
pub fn run(ask: &args::Ask) -> ExitCode {
    // The engine is of one thread, and so is the runtime.
    let done = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(commands::obey(ask)),
        Err(error) => Err(commands::Failure::Trouble(error.to_string())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("nightlatch: {failure}");
            ExitCode::from(failure.code())
        }
    }
}
