//! Figures of the release build in a browser. Apart from the tests: they depend on the machine.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::prerequisites;
use crate::{child, place};

/// Measures, and fails where a budget is missed.
pub(crate) fn measure(server: &Path) -> Result<()> {
    prerequisites::provide()?;
    let end2end = place::root().join("end2end");
    for folder in [&end2end, &end2end.join("measure")] {
        child::run("npm ci", Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))?;
    }
    let mut node = Command::new("node");
    node.arg("measure/measure.mjs").current_dir(&end2end).env("NIGHTLATCH_BIN", server).env("CHROMIUM", prerequisites::chromium()?);
    child::run("the measurements", &mut node)
}
