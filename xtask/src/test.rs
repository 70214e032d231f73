//! Everything that must hold, in the order in which a fault is cheapest to see, stopping at the first one.

mod measure;
mod ports;
mod postgres;
mod prerequisites;
mod sizes;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

pub(crate) use self::measure::measure;
pub(crate) use self::postgres::Postgres;
use crate::child;
use crate::place::{self, Profile};
use crate::{binary, check, site};

/// The browser tests with dozens of tabs.
const CROWDED: &str = "faults.test.mjs";

/// One step, and what it takes.
struct Step {
    name: &'static str,
    run: fn(&Scope) -> Result<()>,
    /// Left out when tests are chosen by name.
    whole: bool,
}

/// Which tests are meant.
struct Scope<'a> {
    word: Option<&'a str>,
}

const STEPS: [Step; 6] = [
    Step { name: "prerequisites", run: |_| prerequisites::provide(), whole: false },
    Step { name: "format", run: |_| check::format(), whole: true },
    Step { name: "lints", run: |_| check::lints(), whole: true },
    Step { name: "rust", run: rust, whole: false },
    Step { name: "sizes", run: |_| site::build(Profile::Release).and_then(|site| sizes::check(&site)), whole: true },
    Step { name: "browser", run: browser, whole: false },
];

/// Every step.
pub(crate) fn everything() -> Result<()> {
    take(STEPS.iter().collect(), &Scope { word: None })
}

/// The tests with `word` in their names.
pub(crate) fn named(word: &str) -> Result<()> {
    take(STEPS.iter().filter(|step| !step.whole).collect(), &Scope { word: Some(word) })
}

/// One step by its name.
pub(crate) fn one(name: &str) -> Result<()> {
    let Some(step) = STEPS.iter().find(|step| step.name == name) else {
        bail!("there is no step `{name}`. There are: {}", STEPS.map(|step| step.name).join(", "));
    };
    take(vec![step], &Scope { word: None })
}

fn take(steps: Vec<&Step>, scope: &Scope) -> Result<()> {
    let mut times: Vec<(&str, Duration)> = Vec::new();
    for step in steps {
        println!("\n== {} ==", step.name);
        let started = Instant::now();
        (step.run)(scope).with_context(|| format!("test stops at the step `{}`", step.name))?;
        times.push((step.name, started.elapsed()));
    }
    println!("\n== everything holds ==");
    for (name, time) in &times {
        println!("{name:<14} {:>6.1} s", time.as_secs_f64());
    }
    println!("{:<14} {:>6.1} s", "together", times.iter().map(|(_, time)| time.as_secs_f64()).sum::<f64>());
    Ok(())
}

/// The Rust tests, with a PostgreSQL of their own beside SQLite.
fn rust(scope: &Scope) -> Result<()> {
    let postgres = Postgres::start()?;
    let mut cargo = place::cargo();
    cargo.args(["test", "--workspace", "--exclude", "frontend", "--exclude", "lab"]).args(scope.word);
    cargo.env("NIGHTLATCH_TEST_POSTGRES", postgres.url()).env_remove("NIGHTLATCH_SITE");
    // One test stops its PostgreSQL, and needs one of its own.
    cargo.env("NIGHTLATCH_TEST_POSTGRES_BIN", prerequisites::postgres()?);
    child::run("cargo test", &mut cargo)
}

/// The browser tests, against a server with the release site inside.
fn browser(scope: &Scope) -> Result<()> {
    site::build(Profile::Release)?;
    let server = binary::build_for_tests()?;
    let ports = ports::build()?;
    let end2end = place::root().join("end2end");
    let mut npm = std::process::Command::new("npm");
    child::run("npm ci in end2end", npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&end2end))?;

    let mut specs: Vec<_> = std::fs::read_dir(&end2end)?.flatten().map(|entry| entry.path()).collect();
    specs.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    specs.sort();
    // What fills a machine with tabs has it to itself; any other scene mostly waits, so two files go side by side.
    let (crowded, quiet): (Vec<_>, Vec<_>) = specs.into_iter().partition(|path| path.ends_with(CROWDED));
    for (specs, side_by_side) in [(crowded, 1), (quiet, 2)] {
        let mut node = std::process::Command::new("node");
        node.args(["--test", "--test-reporter=spec"]).arg(format!("--test-concurrency={side_by_side}"));
        if let Some(word) = scope.word {
            node.arg(format!("--test-name-pattern={word}"));
        }
        node.args(specs)
            .current_dir(&end2end)
            .env("NIGHTLATCH_BIN", &server)
            .env("PORTS", &ports)
            .env("CHROMIUM", prerequisites::chromium()?);
        child::run("node --test in end2end", &mut node)?;
    }
    Ok(())
}
