//! What the first page may weigh on its way to a browser, and the lab, compressed with brotli.

use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Roles of the manifest, what they are, and how many bytes they may have.
const BUDGETS: [(&str, &str, u64); 5] = [
    ("wasm", "wasm", 240_000),
    ("js", "its JavaScript", 15_000),
    ("css", "style sheet", 6_000),
    // On its own pages, and nowhere else: each of its rooms adds some twenty.
    ("lab_wasm", "wasm of the lab", 510_000),
    ("lab_css", "style of the lab", 4_000),
];

/// Prints the sizes of a release site beside what is allowed.
pub(crate) fn check(site: &Path) -> Result<()> {
    let manifest = std::fs::read_to_string(site.join("manifest")).context("the site has no manifest")?;
    println!("{:<16}{:>10}{:>10}{:>10}{:>10}", "first page", "raw", "gzip", "brotli", "allowed");
    let mut heavy = Vec::new();
    for (role, what, allowed) in BUDGETS {
        let name = manifest.lines().find_map(|line| line.strip_prefix(role)?.strip_prefix('='));
        let name = name.with_context(|| format!("the manifest names no {role}"))?;
        let size = |name: String| std::fs::metadata(site.join(&name)).map(|data| data.len()).with_context(|| format!("no {name}"));
        let (raw, gz, br) = (size(name.to_owned())?, size(format!("{name}.gz"))?, size(format!("{name}.br"))?);
        println!("{what:<16}{raw:>10}{gz:>10}{br:>10}{allowed:>10}");
        if br > allowed {
            heavy.push(format!("{what}: {br} bytes, {allowed} allowed"));
        }
    }
    ensure!(heavy.is_empty(), "too heavy: {}", heavy.join("; "));
    Ok(())
}
