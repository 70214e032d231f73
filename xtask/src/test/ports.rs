//! The tests of the browser's ports, `frontend/tests/ports.rs`, made ready for a browser: compiled, and bound to JavaScript by the same
//! library as the site. `end2end/ports.test.mjs` runs them, so no driver and no runner has to be installed.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::place::{self, WASM};

/// Builds them and says in which folder `ports.js` and `ports_bg.wasm` lie.
pub(super) fn build() -> Result<PathBuf> {
    let home = place::root().join("target").join("ports");
    Bindgen::new()
        .input_path(compile()?)
        .out_name("ports")
        .web(true)?
        .typescript(false)
        // A test binary has a `main`, which has nothing to do.
        .emit_start(false)
        .generate(&home)
        .context("cannot bind the tests of the ports to JavaScript")?;
    Ok(home)
}

/// Where cargo put them, by its own account: the name has a hash in it.
fn compile() -> Result<PathBuf> {
    let mut cargo = place::cargo();
    cargo.args(["test", "--package", "frontend", "--test", "ports", "--target", WASM, "--target-dir"]).arg(place::wasm_target());
    cargo.args(["--no-run", "--message-format=json-render-diagnostics"]).stderr(Stdio::inherit());
    let output = cargo.output().context("cannot start cargo test of the ports")?;
    if !output.status.success() {
        bail!("failed: cargo test of the ports");
    }
    let executable = |line: &str| Some(serde_json::from_str::<serde_json::Value>(line).ok()?["executable"].as_str()?.into());
    String::from_utf8_lossy(&output.stdout).lines().find_map(executable).context("cargo named no test of the ports")
}
