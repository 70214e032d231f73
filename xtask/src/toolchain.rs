//! What the toolchain needs beside itself. rustup reads `rust-toolchain.toml` when it installs a toolchain, and not again when it is there
//! already, without the target of the browser's half.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::child;
use crate::place::{self, WASM};

/// Sees to it that Rust can build for the browser.
pub(crate) fn provide() -> Result<()> {
    if can_build_wasm() {
        return Ok(());
    }
    let rustup = || {
        let mut rustup = Command::new("rustup");
        rustup.current_dir(place::root());
        rustup
    };
    if !child::succeeds(rustup().arg("--version")) {
        bail!("Rust cannot build for {WASM}, and there is no rustup to add it");
    }
    println!("adding {WASM}");
    child::run(&format!("rustup target add {WASM}"), rustup().args(["target", "add", WASM]))
}

fn can_build_wasm() -> bool {
    let output = Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]).current_dir(place::root()).output();
    output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}
