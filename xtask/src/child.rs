//! Other programs: started, waited for, and ended when we are told to end. Nothing is left running.

use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

static TOLD_TO_END: AtomicBool = AtomicBool::new(false);

/// A program did not do what it was asked for.
#[derive(Debug)]
pub(crate) struct Failed {
    what: String,
    /// Its exit code, or the shell's way to write the signal that ended it.
    pub(crate) code: u8,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if interrupted() { write!(f, "interrupted: {}", self.what) } else { write!(f, "failed: {} (exit code {})", self.what, self.code) }
    }
}

impl std::error::Error for Failed {}

/// From now on Ctrl-C and a request to terminate do not end us on the spot: children are ended first, and what was set up is cleared away.
pub(crate) fn end_with_us() -> Result<()> {
    ctrlc::set_handler(|| TOLD_TO_END.store(true, Ordering::Relaxed)).context("cannot listen for Ctrl-C")
}

/// Whether we were told to end.
pub(crate) fn interrupted() -> bool {
    TOLD_TO_END.load(Ordering::Relaxed)
}

/// Runs a program to its end, its output going where ours goes.
pub(crate) fn run(what: &str, command: &mut Command) -> Result<()> {
    let mut child = command.spawn().with_context(|| format!("cannot start {what}"))?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if interrupted() {
            break end(&mut child)?;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    if status.success() { Ok(()) } else { Err(Failed { what: what.to_owned(), code: code(status) }.into()) }
}

/// Whether a program is there and content; its output is not shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Asks a child to end; after five seconds, no longer asks.
pub(crate) fn end(child: &mut Child) -> Result<ExitStatus> {
    // std can only kill, which leaves a server no time to finish its answers.
    let asked = succeeds(Command::new("kill").args(["-TERM", &child.id().to_string()]));
    let patience = Instant::now() + Duration::from_secs(if asked { 5 } else { 0 });
    while Instant::now() < patience {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    Ok(child.wait()?)
}

#[cfg(unix)]
fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(not(unix))]
fn code(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
