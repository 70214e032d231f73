//! The quick loop: build, start, follow the sources, build what changed, start again. Open pages load again by themselves.
//!
//! The development site is read from the disk, so that a change of the style sheet needs neither a new server nor a restart.
//! A build that fails is shown, and the server that runs goes on.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};

use crate::child;
use crate::place::{self, Profile};
use crate::{binary, site};

/// Follows the sources until Ctrl-C.
pub(crate) fn follow(args: &[String]) -> Result<()> {
    let mut server: Option<Child> = None;
    let (mut built, mut tried) = (Sources::default(), Sources::default());
    while !child::interrupted() {
        let now = Sources::look();
        if now != tried {
            let started = Instant::now();
            match rebuild(&built, &now) {
                Ok(rebuilt) => {
                    if rebuilt.server || server.is_none() {
                        server.take().map(|mut old| child::end(&mut old)).transpose()?;
                        server = Some(Command::new(place::server(Profile::Dev)).args(args).spawn().context("cannot start the server")?);
                    }
                    site::stamp(&format!("{:?}", SystemTime::now()))?;
                    println!("xtask: built in {:.1} s", started.elapsed().as_secs_f64());
                    built = now.clone();
                }
                Err(error) => eprintln!("xtask: {error:#}; waiting for a change"),
            }
            tried = now;
        }
        if let Some(status) = server.as_mut().map(Child::try_wait).transpose()?.flatten() {
            eprintln!("xtask: the server ended ({status}); waiting for a change");
            server = None;
        }
        std::thread::sleep(Duration::from_millis(300));
    }
    server.map(|mut server| child::end(&mut server)).transpose()?;
    Ok(())
}

/// What was built.
struct Rebuilt {
    server: bool,
}

/// Builds what the changed sources go into. `app` goes into both halves.
fn rebuild(then: &Sources, now: &Sources) -> Result<Rebuilt> {
    let both = then.app != now.app;
    if both || then.frontend != now.frontend || then.looks != now.looks {
        site::build(Profile::Dev)?;
    }
    let server = both || then.server != now.server;
    if server {
        binary::build(Profile::Dev, &place::site(Profile::Dev))?;
    }
    Ok(Rebuilt { server })
}

/// A fingerprint of each part of the sources: of the names and times of its files.
#[derive(Clone, Default, PartialEq)]
struct Sources {
    app: Option<u64>,
    frontend: Option<u64>,
    server: Option<u64>,
    looks: Option<u64>,
}

impl Sources {
    fn look() -> Self {
        let print = |folders: &[&str]| {
            let mut print = DefaultHasher::new();
            for folder in folders {
                walk(&place::root().join(folder), &mut print);
            }
            Some(print.finish())
        };
        Self { app: print(&["app"]), frontend: print(&["frontend"]), server: print(&["server"]), looks: print(&["style", "public"]) }
    }
}

/// Folders count too: their times change when a file goes. What cannot be read just now is seen the next time.
fn walk(path: &Path, print: &mut DefaultHasher) {
    let Ok(data) = path.metadata() else { return };
    path.hash(print);
    data.modified().ok().hash(print);
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        walk(&entry.path(), print);
    }
}
