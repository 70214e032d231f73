//! What cargo does not bring: node, a Chromium, PostgreSQL. Installed where that can be done, or else named, with the command to type.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::place::WASM;
use crate::{child, toolchain};

/// Sees to it that everything is there.
pub(crate) fn provide() -> Result<()> {
    let mut packages = Vec::new();
    if node().is_none() {
        packages.push("nodejs");
    }
    if !child::succeeds(Command::new("npm").arg("--version")) {
        packages.push("npm");
    }
    if chromium().is_err() {
        packages.push("chromium");
    }
    if postgres().is_err() {
        packages.push("postgresql");
    }
    if !packages.is_empty() {
        install(&packages)?;
    }
    // What Playwright asks for. Debian 12 has an older one, and where a newer one comes from is not ours to choose.
    if node().is_none_or(|major| major < 20) {
        bail!("node is older than version 20. Install a newer one, from nodejs.org for example, so that `node --version` says so");
    }
    toolchain::provide()?;
    println!("node, npm, {}, {}, {WASM}", chromium()?.display(), postgres()?.display());
    Ok(())
}

/// The browser: `CHROMIUM`, or the first that is found.
pub(crate) fn chromium() -> Result<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = ["chromium", "chromium-browser", "google-chrome"].into_iter().filter_map(in_path);
    match named.into_iter().chain(usual).find(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => bail!("no Chromium found. Type: apt-get install chromium, or set CHROMIUM to one"),
    }
}

/// The folder with PostgreSQL's server programs, which Debian keeps out of `PATH`.
pub(crate) fn postgres() -> Result<PathBuf> {
    let mut versions: Vec<_> = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    // 9 before 15: by number, not by letter.
    versions.sort_by_key(|path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()));
    let usual = versions.into_iter().rev().map(|path| path.join("bin"));
    let named = in_path("initdb").and_then(|path| path.parent().map(Path::to_owned));
    match usual.chain(named).find(|bin| bin.join("initdb").is_file() && bin.join("pg_ctl").is_file()) {
        Some(bin) => Ok(bin),
        None => bail!("no PostgreSQL server found. Type: apt-get install postgresql"),
    }
}

fn install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if !(root_user() && in_path("apt-get").is_some()) {
        bail!("missing: {list}. Type: sudo apt-get update && sudo apt-get install -y --no-install-recommends {list}");
    }
    println!("installing {list}");
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
        apt
    };
    child::run("apt-get update", apt().arg("update"))?;
    child::run("apt-get install", apt().args(["install", "-y", "--no-install-recommends"]).args(packages))
}

/// Whether we may install, and must not start PostgreSQL as ourselves.
pub(crate) fn root_user() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// The first number of node's version.
fn node() -> Option<u32> {
    let version = Command::new("node").arg("--version").output().ok()?.stdout;
    String::from_utf8_lossy(&version).trim_start_matches('v').split('.').next()?.parse().ok()
}

fn in_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}
