//! What goes wrong, and when. A world's faults are drawn beforehand from its seed: a calm network with now and then a lost answer,
//! and some hours of trouble put into its eight.

use std::cell::Cell;
use std::rc::Rc;

use app::session::ports::Response;
use app::wire::session::TokenStorage;

use super::browser::refusal;
use super::clock::{Chance, HOUR, MINUTE, SECOND};
use super::witness::Kind;
use super::{LENGTH, World};

/// A stretch of bad weather on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storm {
    /// Every second answer is lost.
    Losing,
    /// Requests and answers take seconds.
    Slow,
    /// 500, 503, and 502 after the work was done.
    Failing,
    /// 429 with `Retry-After`.
    Throttling,
}

/// What will become of one request, and of its answer.
pub struct Fate {
    /// Milliseconds until it arrives.
    pub out: i64,
    /// Milliseconds until its answer arrives.
    pub back: i64,
    /// It never arrives.
    pub lost_out: bool,
    /// It is not done; this is the answer.
    pub refused: Option<Response>,
    /// It is done; its answer never arrives.
    pub lost_back: bool,
    /// It is done; a proxy answers 502.
    pub spoiled: bool,
    /// Whether its answer outlasts a sleep of the machine.
    pub survives_sleep: bool,
}

/// The network between a browser and the servers.
pub struct Weather {
    storm: Cell<Option<(Storm, i64)>>,
    chance: Chance,
}

impl Weather {
    /// Calm at first.
    pub const fn new(chance: Chance) -> Self {
        Self { storm: Cell::new(None), chance }
    }

    /// A storm comes up, until a moment.
    pub fn storm(&self, storm: Storm, until: i64) {
        self.storm.set(Some((storm, until)));
    }

    /// The storm is over.
    pub fn clear(&self) {
        self.storm.set(None);
    }

    /// What becomes of the next request.
    pub fn fate(&self, now: i64) -> Fate {
        let chance = &self.chance;
        let storm = self.storm.get().filter(|(_, until)| now < *until).map(|(storm, _)| storm);
        let odds = |of: Storm, calm: f64, stormy: f64| chance.often(if storm == Some(of) { stormy } else { calm });
        let slow_out = odds(Storm::Slow, 0.002, 0.3);
        let slow_back = odds(Storm::Slow, 0.005, 0.6);
        // Now and then a hop takes most of a second, calm or not: that is where races come from.
        let hop = || if chance.often(0.1) { chance.between(120, 900) } else { chance.between(10, 120) };
        let failing = odds(Storm::Failing, 0.002, 0.6);
        let throttled = odds(Storm::Throttling, 0.0, 0.7);
        Fate {
            out: if slow_out { chance.between(SECOND, 9 * SECOND) } else { hop() },
            back: if slow_back { chance.between(2 * SECOND, 16 * SECOND) } else { hop() },
            lost_out: odds(Storm::Losing, 0.002, 0.1),
            refused: match (throttled, failing) {
                (true, _) => Some(refusal(429, chance.often(0.5), Some(chance.between(SECOND, 2 * MINUTE)))),
                (_, true) => Some(refusal(chance.one(&[500, 503]), chance.often(0.5), None)),
                _ => None,
            },
            lost_back: odds(Storm::Losing, 0.005, 0.5),
            spoiled: odds(Storm::Failing, 0.001, 0.3),
            survives_sleep: chance.often(0.5),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    Storm(Storm, i64),
    Offline(i64),
    Sleep(i64),
    WallJump,
    Freeze(i64),
    FreezeInRefresh(i64),
    Duplicate,
    Restart,
    RotateKey,
    Restore,
    LogOut,
}

/// Draws a world's faults and lets each come at its time.
pub fn schedule(world: &Rc<World>, chance: &Chance) {
    for _ in 0..chance.between(4, 10) {
        let at = chance.between(10 * MINUTE, LENGTH - 50 * MINUTE);
        let minutes = |from, to| chance.between(from * MINUTE, to * MINUTE);
        let fault = match chance.between(0, 20) {
            0 | 1 => Fault::Storm(Storm::Losing, minutes(2, 40)),
            2 | 3 => Fault::Storm(Storm::Slow, minutes(2, 40)),
            4 => Fault::Storm(Storm::Failing, minutes(1, 20)),
            5 => Fault::Storm(Storm::Throttling, minutes(1, 20)),
            6 => Fault::Offline(minutes(1, 10)),
            7 => Fault::Offline(minutes(60, 180)),
            8 => Fault::Sleep(minutes(1, 40)),
            9 | 10 => Fault::Sleep(minutes(40, 240)),
            11 => Fault::WallJump,
            12 => Fault::Freeze(minutes(5, 90)),
            13 | 14 => Fault::FreezeInRefresh(minutes(1, 90)),
            15 => Fault::Duplicate,
            16 | 17 => Fault::Restart,
            18 => Fault::RotateKey,
            _ => Fault::Restore,
        };
        come(world, fault, at, Chance::new(chance.draw(), "fault"));
    }
    if world.plan.thief.is_none() && chance.often(0.25) {
        come(world, Fault::LogOut, chance.between(LENGTH - 45 * MINUTE, LENGTH - 30 * MINUTE), Chance::new(chance.draw(), "log-out"));
    }
}

fn come(world: &Rc<World>, fault: Fault, at: i64, chance: Chance) {
    let here = world.clone();
    world.task(async move { strike(here, fault, at, chance).await });
}

async fn strike(world: Rc<World>, fault: Fault, at: i64, chance: Chance) {
    let (time, witness, servers, browser) = (&world.time, &world.witness, &world.servers, &world.browser);
    if let Fault::Restore = fault {
        time.until((at - HOUR).max(5 * MINUTE)).await;
        servers.back_up();
    }
    time.until(at).await;
    witness.tell(|| format!("-- {fault:?}"));
    match fault {
        Fault::Storm(storm, ms) => browser.weather.storm(storm, time.now() + ms),
        Fault::Offline(ms) => {
            browser.machine.go_offline(ms);
            if ms >= HOUR {
                witness.saw(Kind::OfflineForHours);
            }
            time.pass(ms).await;
            world.wake_all();
        }
        Fault::Sleep(ms) => {
            // Every other time in the middle of a refresh.
            if chance.often(0.5) {
                drop(browser.next_refresh().await);
                time.pass(chance.between(0, 200)).await;
            }
            if chance.often(0.5) {
                browser.machine.go_offline(ms + chance.between(0, 5 * SECOND));
            }
            world.sleep(ms, chance.often(0.5)).await;
        }
        Fault::WallJump => {
            witness.saw(Kind::WallJump);
            browser.machine.set_wall(chance.between(-2 * HOUR, 2 * HOUR));
        }
        Fault::Freeze(ms) => {
            if let Some(page) = world.some_hidden(&chance) {
                witness.saw(Kind::TabFrozen);
                page.freeze(time, ms);
            }
        }
        Fault::FreezeInRefresh(ms) => loop {
            let Ok(page) = browser.next_refresh().await else { return };
            if page.hidden_since.get().is_some() {
                time.pass(chance.between(0, 150)).await;
                witness.saw(Kind::FrozenInRefresh);
                return page.freeze(time, ms);
            }
        },
        // Where nothing is kept for a tab alone, a duplicate is a tab like others.
        Fault::Duplicate if browser.storage == TokenStorage::Session => world.duplicate(&chance).await,
        Fault::Duplicate => {}
        Fault::Restart => {
            // At the worst moment: while a confirmation waits to be written.
            for _ in 0..600 {
                if servers.unwritten().is_some() {
                    break;
                }
                let _ = servers.next_hand_out().await;
                time.pass(chance.between(50, 350)).await;
            }
            servers.restart(servers.unwritten().unwrap_or(0), chance.between(200, 5 * SECOND));
        }
        Fault::RotateKey => servers.rotate_key(),
        Fault::Restore if witness.logged_out.get().is_none() => servers.restore(),
        Fault::Restore => {}
        Fault::LogOut => world.log_out(&chance).await,
    }
}
