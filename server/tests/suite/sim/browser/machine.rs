//! The machine under a browser.

use std::cell::Cell;
use std::rc::Rc;

use super::super::clock::Time;

/// The machine: its sleep, and its two clocks.
pub struct Machine {
    pub(super) time: Rc<Time>,
    pub(super) asleep_until: Cell<i64>,
    /// How much the monotonic clock is behind, because it stood still.
    pub(super) stood_still: Cell<i64>,
    pub(super) wall_off: Cell<i64>,
    pub(super) offline_until: Cell<i64>,
}

impl Machine {
    pub(super) fn new(time: Rc<Time>) -> Self {
        Self { time, asleep_until: Cell::new(0), stood_still: Cell::new(0), wall_off: Cell::new(0), offline_until: Cell::new(0) }
    }

    /// Goes to sleep. Nothing runs here until it wakes up.
    pub fn sleep(&self, ms: i64, clock_stands: bool) {
        self.asleep_until.set(self.asleep_until.get().max(self.time.now() + ms));
        if clock_stands {
            self.stood_still.set(self.stood_still.get() + ms);
        }
    }

    /// Whether it sleeps.
    pub fn asleep(&self) -> bool {
        self.time.now() < self.asleep_until.get()
    }

    /// Waits until it is awake.
    pub async fn awake(&self) {
        while self.asleep() {
            self.time.until(self.asleep_until.get()).await;
        }
    }

    /// Cuts it off the network.
    pub fn go_offline(&self, ms: i64) {
        self.offline_until.set(self.offline_until.get().max(self.time.now() + ms));
    }

    /// Whether it has no network.
    pub fn offline(&self) -> bool {
        self.time.now() < self.offline_until.get()
    }

    /// Sets the wall clock.
    pub fn set_wall(&self, off: i64) {
        self.wall_off.set(off);
    }

    pub(super) fn ticks(&self) -> i64 {
        self.time.now() - self.stood_still.get()
    }
}
