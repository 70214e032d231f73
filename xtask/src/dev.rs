//! The quick loop: build, start, follow the sources, build what changed, start again. Open pages load again by themselves.
//!
//! The development site is read from the disk, so that a change of the style sheet needs neither a new server nor a restart.
//! A build that fails is shown, and the server that runs goes on.

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

/// When each part of the sources was last changed, and of how many files it is made.
#[derive(Clone, Default, PartialEq)]
struct Sources {
    app: Option<(SystemTime, usize)>,
    frontend: Option<(SystemTime, usize)>,
    server: Option<(SystemTime, usize)>,
    looks: Option<(SystemTime, usize)>,
}

impl Sources {
    fn look() -> Self {
        let age = |folders: &[&str]| {
            let mut age = (SystemTime::UNIX_EPOCH, 0);
            for folder in folders {
                walk(&place::root().join(folder), &mut age);
            }
            Some(age)
        };
        Self { app: age(&["app"]), frontend: age(&["frontend"]), server: age(&["server"]), looks: age(&["style", "public"]) }
    }
}

/// Folders count too: their times change when a file goes. What cannot be read just now is seen the next time.
fn walk(path: &Path, (newest, count): &mut (SystemTime, usize)) {
    let Ok(data) = path.metadata() else { return };
    *newest = data.modified().map_or(*newest, |time| time.max(*newest));
    *count += 1;
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        walk(&entry.path(), &mut (*newest, *count));
    }
}
