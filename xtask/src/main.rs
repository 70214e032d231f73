//! The one door to everything: run, build, test, check. `cargo xtask help` prints the list.
//!
//! - [`place`]: where things lie; [`child`]: other programs, which end when we end
//! - [`toolchain`]: what Rust itself needs; [`site`]: the files a browser asks for; [`binary`]: the server with them inside
//! - [`dev`]: the quick loop; [`check`] and [`test`]: the proof

mod binary;
mod check;
mod child;
mod dev;
mod place;
mod site;
mod test;
mod toolchain;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::child::Failed;
use crate::place::Profile;

const HELP: &str = "\
cargo xtask run [args…]     build everything for release and start it; the server says where to look
cargo xtask dev [args…]     build for development, start, and follow every change of the sources
cargo xtask build [--dev]   build the site and the server around it, without starting it
cargo xtask test            everything that must hold: format, lints, Rust, both databases, sizes, the browser
cargo xtask test WORD       only the Rust and browser tests with WORD in their names
cargo xtask test --only STEP
                            one step: prerequisites, format, lints, rust, sizes or browser
cargo xtask check           format and lints
cargo xtask bench [args…]   measure the release build
cargo xtask measure         measure it in a browser: how fast one is back, and what Lighthouse says
cargo xtask help            this list

[args…] go to the server, to the benchmarks with `bench`.";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match obey(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            // The code of the program that failed, so that callers see what they would have seen without us.
            ExitCode::from(error.downcast_ref::<Failed>().map_or(1, |failed| failed.code))
        }
    }
}

fn obey(args: &[String]) -> Result<()> {
    child::end_with_us()?;
    let (command, rest) = args.split_first().map_or(("help", &[][..]), |(first, rest)| (first.as_str(), rest));
    match (command, rest) {
        ("run", args) => {
            let server = build(Profile::Release)?;
            child::run("nightlatch", std::process::Command::new(server).args(args))
        }
        ("dev", args) => dev::follow(args),
        ("build", []) => build(Profile::Release).map(|server| println!("{}", server.display())),
        ("build", [flag]) if flag == "--dev" => build(Profile::Dev).map(|server| println!("{}", server.display())),
        ("test", []) => test::everything(),
        ("test", [flag, step]) if flag == "--only" => test::one(step),
        ("test", [word]) if !word.starts_with('-') => test::named(word),
        ("check", []) => check::format().and_then(|()| check::lints()),
        ("bench", args) => {
            site::build(Profile::Release)?;
            let mut cargo = place::cargo();
            cargo.args(["bench", "--package", "server"]).args(args);
            // Where there is none, the benchmarks say what they leave out.
            let postgres = test::Postgres::start().ok();
            if let Some(postgres) = &postgres {
                cargo.env("NIGHTLATCH_TEST_POSTGRES", postgres.url());
            }
            child::run("cargo bench", &mut cargo)
        }
        ("measure", []) => test::measure(&build(Profile::Release)?),
        ("help" | "--help" | "-h", _) => {
            println!("{HELP}");
            Ok(())
        }
        _ => bail!("cannot do `{}`. What can be done:\n\n{HELP}", args.join(" ")),
    }
}

fn build(profile: Profile) -> Result<std::path::PathBuf> {
    let site = site::build(profile)?;
    binary::build(profile, &site)
}
