//! The session protocol, simulated. The client is the real engine (`app::session::engine`), the server's decision the real one
//! (`server::auth::chain::decide`), its tokens really sealed and opened. Around them stands a world with a clock of its own, in which
//! eight hours pass in milliseconds: a [`browser`] with its tabs, the [`server`]s and their database, a [`user`], the [`faults`] of
//! network, machine and operations, at times a [`thief`], and a [`witness`] who knows the truth and judges.
//!
//! Two things must hold in every world: nobody is logged out who did not log out and from whom nothing was stolen; and a log-out is
//! not undone. The same users with the same faults and thieves go through two protocols in common use, for comparison. What came out
//! is printed as a [`table`]; none of its figures stands in the code.
//!
//! A world that goes wrong is named by its plan, and can be told as a story, step by step:
//!
//! ```text
//! NIGHTLATCH_SIM="nightlatch 3 - 1234" cargo test -p server --test suite sim::one_world -- --nocapture
//! ```

mod browser;
mod clock;
mod faults;
mod server;
mod table;
mod thief;
mod user;
mod witness;

use std::cell::RefCell;
use std::future::Future;
use std::io::Write;
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use app::wire::session::{TokenStorage, Why};
use futures::future::RemoteHandle;

use browser::{Browser, Tab};
use clock::{Chance, HOUR, MINUTE, SECOND, Time};
use faults::Weather;
use server::{Protocol, Servers};
use thief::Thief;
use witness::{Counts, Kind, Theft, Witness, Wrong};

/// How long a world lasts.
const LENGTH: i64 = 8 * HOUR;
/// How many tabs its user has open at most.
const TABS: [usize; 4] = [1, 2, 3, 6];
/// Worlds without a thief, for each number of tabs: under our protocol …
const HONEST: [u64; 4] = [4_200, 3_600, 1_900, 300];
/// … and under each of the others, where a few tell enough.
const OTHERS: u64 = 120;
/// Worlds with a thief, for each number of tabs and each kind of thief, under every protocol.
const ROBBED: u64 = 32;

/// All that makes a world what it is. The same plan gives the same world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    protocol: Protocol,
    tabs: usize,
    thief: Option<Thief>,
    seed: u64,
}

impl Plan {
    /// Every world of the ordinary run.
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for protocol in Protocol::ALL {
            for (tabs, ours) in TABS.into_iter().zip(HONEST) {
                let honest = if protocol == Protocol::Nightlatch { ours } else { OTHERS };
                all.extend((0..honest).map(|seed| Self { protocol, tabs, thief: None, seed }));
                for thief in Thief::ALL {
                    all.extend((0..ROBBED).map(|seed| Self { protocol, tabs, thief: Some(thief), seed }));
                }
            }
        }
        all
    }

    /// Protocol, tabs, thief, seed: as a failure is told, and as `NIGHTLATCH_SIM` has it.
    fn name(&self) -> String {
        format!("{} {} {} {}", self.protocol.name(), self.tabs, self.thief.map_or("-", Thief::name), self.seed)
    }

    /// The reverse of [`Self::name`].
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (protocol, tabs, thief, seed) = (words.next()?, words.next()?, words.next()?, words.next()?);
        Some(Self {
            protocol: Protocol::ALL.into_iter().find(|known| known.name() == protocol)?,
            tabs: tabs.parse().ok()?,
            thief: Thief::ALL.into_iter().find(|known| known.name() == thief),
            seed: seed.parse().ok()?,
        })
    }
}

/// One user with one browser, and the servers.
struct World {
    plan: Plan,
    time: Rc<Time>,
    witness: Rc<Witness>,
    servers: Rc<Servers>,
    browser: Rc<Browser>,
    tabs: RefCell<Vec<Rc<Tab>>>,
    tasks: RefCell<Vec<RemoteHandle<()>>>,
}

impl World {
    fn new(plan: Plan, time: Rc<Time>, tells: bool) -> Rc<Self> {
        // The protocol has no part in it: users, faults and thieves are the same under each.
        let seed = plan.seed.wrapping_mul(64).wrapping_add(plan.tabs as u64);
        let chance = Chance::new(seed, "world");
        let storage = match plan.tabs {
            1 => chance.one(&TokenStorage::IN_A_BROWSER),
            _ => chance.one(&[TokenStorage::Cookie, TokenStorage::Hybrid, TokenStorage::Local]),
        };
        // Only then is what `local` keeps shared by all tabs.
        let saved = storage == TokenStorage::Local || chance.often(0.5);
        let (locks, hears) = (chance.often(0.5), storage == TokenStorage::Session || chance.often(0.8));
        let witness = Rc::new(Witness::new(time.clone(), tells));
        let count = chance.one(&[1, 2]);
        let servers = Rc::new(Servers::new(plan.protocol, count, time.clone(), witness.clone(), &chance));
        let weather = Weather::new(Chance::new(seed, "network"));
        let own = Chance::new(seed, "browser");
        let browser = Browser::new(time.clone(), witness.clone(), servers.clone(), weather, storage, saved, locks, hears, own);
        witness.tell(|| format!("{} saved {saved}, locks {locks}, channel {hears}, servers {count}", storage.as_str()));
        let world = Rc::new(Self { plan, time, witness, servers, browser, tabs: RefCell::default(), tasks: RefCell::default() });
        world.task(user::live(world.clone(), Chance::new(seed, "user")));
        faults::schedule(&world, &Chance::new(seed, "faults"));
        match plan.thief {
            Some(thief) => world.task(thief::steal(world.clone(), thief, Chance::new(seed, "thief"))),
            None => world.task(last_look(world.clone())),
        }
        world
    }

    fn task(&self, task: impl Future<Output = ()> + 'static) {
        let handle = self.time.spawn(task);
        self.tasks.borrow_mut().push(handle);
    }

    /// The refresh token, as it lies around.
    fn stolen(&self) -> Option<String> {
        self.browser.refresh_token(&self.tabs.borrow())
    }
}

/// At the end of a day on which somebody logged out, the network is good and a page is opened once more: the session must be over,
/// here and on the server.
async fn last_look(world: Rc<World>) {
    let time = &world.time;
    time.until(LENGTH - 12 * MINUTE).await;
    if world.witness.logged_out.get().is_none() {
        return;
    }
    world.browser.weather.clear();
    while world.browser.machine.offline() || world.browser.machine.asleep() {
        time.pass(10 * SECOND).await;
    }
    world.wake_all();
    time.pass(MINUTE).await;
    let shared = !matches!(world.browser.storage, TokenStorage::Memory | TokenStorage::Session);
    if shared {
        world.open(Rc::default(), false).await;
    }
    time.pass(5 * MINUTE).await;
    let Some(row) = world.browser.session_id.get().and_then(|id| world.servers.row(id)) else { return };
    if row.ended() != Some(Why::LoggedOut) && shared {
        world.witness.undone(|| format!("the server was never told: {:?}", row.ended()));
    }
    if world.browser.storage == TokenStorage::Local && world.browser.stored() {
        world.witness.undone(|| "the store has the session".to_owned());
    }
}

/// What came of a world.
#[derive(Clone, Debug)]
struct Outcome {
    refreshes: u64,
    wrongs: Vec<Wrong>,
    theft: Theft,
    counts: Counts,
}

impl Outcome {
    fn false_log_out(&self) -> Option<&str> {
        self.wrongs.iter().find_map(|wrong| if let Wrong::FalseLogOut(how) = wrong { Some(how.as_str()) } else { None })
    }
}

/// Lets a world pass. With `tells`, it prints what happens.
fn run(plan: Plan, tells: bool) -> Outcome {
    let (time, mut pool) = Time::begin();
    let world = World::new(plan, time.clone(), tells);
    let witness = world.witness.clone();
    time.run(&mut pool, LENGTH, || witness.ended.get().is_some());
    world.tabs.take();
    let (refreshes, theft, wrongs) = (witness.refreshes.get(), witness.theft.get(), witness.wrongs.take());
    Outcome { refreshes, wrongs, theft, counts: witness.counts() }
}

/// Lets all of them pass, over all cores.
fn run_all(plans: &[Plan]) -> Vec<(Plan, Outcome)> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(plans.len())));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = run(*plan, false);
                    done.lock().unwrap().push((*plan, outcome));
                }
            });
        }
    });
    done.into_inner().unwrap()
}

#[test]
fn nobody_is_logged_out_falsely_and_no_log_out_is_undone() {
    let began = Instant::now();
    let all = run_all(&Plan::all());
    let mut counts = Counts::default();
    all.iter().filter(|(plan, _)| plan.protocol == Protocol::Nightlatch).for_each(|(_, outcome)| counts.add(&outcome.counts));
    // Past the capture of test output: the table is what this run is for.
    let mut out = std::io::stdout();
    write!(out, "{}{}", table::print(&all, began.elapsed().as_secs_f64()), table::counts(&counts)).unwrap();

    let ours = all.iter().filter(|(plan, _)| plan.protocol == Protocol::Nightlatch);
    let mut wrongs: Vec<_> = ours.filter_map(|(plan, outcome)| Some(format!("{}: {:?}", plan.name(), outcome.wrongs.first()?))).collect();
    wrongs.sort();
    assert!(wrongs.is_empty(), "{} worlds went wrong:\n{}", wrongs.len(), wrongs.join("\n"));

    let missing: Vec<_> = Kind::ALL.iter().filter(|(kind, _)| counts.of(*kind) == 0).collect();
    assert!(missing.is_empty(), "never happened, so nothing is shown by it: {missing:?}");
}

#[test]
fn the_same_plan_gives_the_same_world() {
    for plan in Plan::all().into_iter().step_by(997) {
        assert_eq!(format!("{:?}", run(plan, false)), format!("{:?}", run(plan, false)), "{}", plan.name());
    }
}

#[test]
fn one_world() {
    let named = std::env::var("NIGHTLATCH_SIM").ok();
    let plan = named.as_deref().map_or(Plan { protocol: Protocol::Nightlatch, tabs: 2, thief: None, seed: 0 }, |name| {
        Plan::parse(name).expect("protocol, tabs, thief or -, seed")
    });
    assert_eq!(Plan::parse(&plan.name()), Some(plan));
    assert_eq!(run(plan, named.is_some()).wrongs, []);
}
