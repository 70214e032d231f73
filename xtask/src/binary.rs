//! The server, with the site inside.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::child;
use crate::place::{self, Profile};

/// Builds the server around a site. A release build holds the files themselves; a development build knows where they lie.
pub(crate) fn build(profile: Profile, site: &Path) -> Result<PathBuf> {
    let mut cargo = place::cargo();
    cargo.args(["build", "--package", "server", "--bin", "nightlatch"]);
    match profile {
        // The release site is what `server/build.rs` takes by itself. Were it named here, a plain `cargo build` after this one
        // would see a changed variable and build the server again for nothing.
        Profile::Release => cargo.arg("--release").env_remove("NIGHTLATCH_SITE"),
        Profile::Dev => cargo.env("NIGHTLATCH_SITE", site),
    };
    child::run("cargo build of the server", &mut cargo)?;
    Ok(place::server(profile))
}

/// Builds the unoptimised server around the release site: what the browser tests run.
pub(crate) fn build_for_tests() -> Result<PathBuf> {
    let mut cargo = place::cargo();
    cargo.args(["build", "--package", "server", "--bin", "nightlatch"]).env_remove("NIGHTLATCH_SITE");
    child::run("cargo build of the server", &mut cargo)?;
    Ok(place::server(Profile::Dev))
}
