//! Format and lints, with nothing let through.

use anyhow::Result;

use crate::child;
use crate::place::{self, WASM};

/// Every file is as rustfmt writes it.
pub(crate) fn format() -> Result<()> {
    child::run("cargo fmt --check", place::cargo().args(["fmt", "--all", "--check"]))
}

/// Clippy finds nothing, on either side.
pub(crate) fn lints() -> Result<()> {
    let server = ["clippy", "--workspace", "--exclude", "frontend", "--exclude", "lab", "--all-targets", "--", "-D", "warnings"];
    child::run("cargo clippy", place::cargo().args(server).env_remove("NIGHTLATCH_SITE"))?;
    let mut frontend = place::cargo();
    frontend.args(["clippy", "--package", "frontend", "--package", "lab", "--target", WASM, "--target-dir"]).arg(place::wasm_target());
    child::run("cargo clippy of the frontend", frontend.args(["--", "-D", "warnings"]))
}
