//! The surroundings: variables, folders, the terminal. The only file that reads them.

use std::io::{BufRead, IsTerminal, Write, stdin};
use std::path::PathBuf;

use app::wire::secret::Secret;

use crate::commands::Failure;

/// The longest line that is read as an answer, in bytes. A password is shorter.
const LONGEST: u64 = 4096;

/// The folder for what this program keeps: `$XDG_DATA_HOME/nightlatch`, or else `~/.local/share/nightlatch`.
pub(crate) fn data_folder() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local/share"))).map(|folder| folder.join("nightlatch"))
}

/// The passphrase of the file: from `NIGHTLATCH_PASSPHRASE`, or from the terminal, there twice where it is a new one.
pub(crate) fn passphrase(new: bool) -> Result<Secret, Failure> {
    if let Ok(given) = std::env::var("NIGHTLATCH_PASSPHRASE") {
        return some(Secret::new(given), "NIGHTLATCH_PASSPHRASE is empty");
    }
    if !stdin().is_terminal() {
        return Err(Failure::Usage(
            "there is no terminal to ask for the passphrase of the session's file: set NIGHTLATCH_PASSPHRASE".to_owned(),
        ));
    }
    let given = hidden(if new { "New passphrase for the session's file: " } else { "Passphrase of the session's file: " })?;
    if new && hidden("Once more: ")? != given {
        return Err(Failure::Usage("the two passphrases differ".to_owned()));
    }
    some(given, "the passphrase is empty")
}

/// Who logs in, from the terminal.
pub(crate) fn user() -> Result<String, Failure> {
    if !stdin().is_terminal() {
        return Err(Failure::Usage("there is no terminal to ask for the username: give it with --user".to_owned()));
    }
    eprint!("Username or email: ");
    std::io::stderr().flush().map_err(trouble)?;
    line().map(|name| name.expose().trim().to_owned())
}

/// The password: from the terminal without an echo, or the first line of the standard input.
pub(crate) fn password() -> Result<Secret, Failure> {
    let given = if stdin().is_terminal() { hidden("Password: ")? } else { line()? };
    some(given, "the password is empty")
}

/// A code of the second factor: from the terminal, or the next line of the standard input.
pub(crate) fn code() -> Result<Secret, Failure> {
    let given = if stdin().is_terminal() { hidden("Code of your authenticator app, or a recovery code: ")? } else { line()? };
    some(given, "the code is empty")
}

fn hidden(prompt: &str) -> Result<Secret, Failure> {
    rpassword::prompt_password(prompt).map(Secret::new).map_err(trouble)
}

fn line() -> Result<Secret, Failure> {
    // Room enough that no copy of a half is left behind.
    let mut line = String::with_capacity(LONGEST as usize);
    let mut input = std::io::Read::take(stdin().lock(), LONGEST);
    input.read_line(&mut line).map_err(trouble)?;
    let ending = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(ending);
    Ok(Secret::new(line))
}

fn some(given: Secret, otherwise: &str) -> Result<Secret, Failure> {
    if given.expose().is_empty() { Err(Failure::Usage(otherwise.to_owned())) } else { Ok(given) }
}

fn trouble(error: std::io::Error) -> Failure {
    Failure::Trouble(format!("the terminal cannot be read: {error}"))
}
