//! Who sees everything that happens in a world, knows the truth, and judges: what is a false log-out, and what undoes a log-out.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::clock::Time;

/// Defines the happenings that are counted, so that a fault nobody met cannot pass for one that was survived.
macro_rules! kinds {
    ($($kind:ident = $name:literal,)*) => {
        /// Something that can happen in a world.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $(#[doc = $name] $kind,)* }

        impl Kind {
            /// All of them, with their names.
            pub const ALL: &[(Self, &str)] = &[$((Self::$kind, $name),)*];
        }
    };
}

kinds! {
    Row1 = "row 1, ended before",
    Row2 = "row 2, rotated",
    Row3 = "row 3, the newest again",
    Row4 = "row 4, the successor again",
    Row4Later = "row 4, another successor",
    Row5 = "row 5, superseded",
    Row6 = "row 6, reuse",
    Row7 = "row 7, the row had forgotten",
    AnswerLost = "refresh done, answer lost",
    AnswerSlow = "refresh answered after seconds",
    AnswerAfterWindow = "refresh answered after the race window",
    RequestLost = "refresh lost on its way out",
    ServerError = "refresh answered 500 or 503",
    ErrorAfterCommit = "refresh done, answered 502",
    TooMany = "refresh answered 429",
    OfflineForHours = "offline for an hour or more",
    WallJump = "wall clock set by up to 2 h",
    SleepClockStands = "sleep, monotonic clock stands still",
    SleepClockRuns = "sleep, monotonic clock goes on",
    TimerThrottled = "timer throttled to the minute",
    TabFrozen = "hidden tab frozen",
    FrozenInRefresh = "tab frozen with a refresh in flight",
    TabOpened = "tab opened",
    TabClosed = "tab closed",
    TabReloaded = "tab reloaded",
    TabDuplicated = "tab duplicated",
    ForkGranted = "fork granted",
    ServerRestart = "server restarted",
    ConfirmationLost = "confirmation lost in a restart",
    KeyRotated = "refresh key rotated",
    OldKeyOpened = "token opened by an older key",
    Restored = "database restored from an hour ago",
    OtherServer = "refresh at another server than the last",
    ConfirmedElsewhere = "refresh while another server's confirmation is unwritten",
    EndHeardLate = "access granted by a server that had not heard of the end",
    LockWaited = "tab lock waited for",
    LockGivenUp = "tab lock not had within 5 s",
    LoggedOut = "logged out",
    LogOutInRefresh = "logged out with a refresh in flight",
    LogOutOwed = "log-out that the server did not hear",
}

/// Counts of every kind.
#[derive(Clone, Debug)]
pub struct Counts([u64; Kind::ALL.len()]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; Kind::ALL.len()])
    }
}

impl Counts {
    /// How often it happened.
    pub const fn of(&self, kind: Kind) -> u64 {
        self.0[kind as usize]
    }

    /// Adds another world's.
    pub fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(all, one)| *all += one);
    }
}

/// What a thief had of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Theft {
    /// When the stolen token was first shown.
    pub first_use: Option<i64>,
    /// When the session ended after that.
    pub noticed: Option<i64>,
    /// Pairs of tokens handed to the thief.
    pub tokens: u64,
    /// When the last of them was.
    pub last_token: Option<i64>,
}

/// See the module.
pub struct Witness {
    time: Rc<Time>,
    tells: bool,
    counts: RefCell<Counts>,
    /// Refreshes that were granted to the browser.
    pub refreshes: Cell<u64>,
    /// When the user logged out, by the will of the user.
    pub logged_out: Cell<Option<i64>>,
    /// When the session ended otherwise.
    pub ended: Cell<Option<i64>>,
    /// What must not be.
    pub wrongs: RefCell<Vec<Wrong>>,
    /// The thief's share.
    pub theft: Cell<Theft>,
}

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Nobody logged out, no limit passed.
    FalseLogOut(String),
    /// The log-out was undone.
    Undone(String),
}

impl Witness {
    /// Sees nothing yet. With `tells`, it prints what it sees.
    pub fn new(time: Rc<Time>, tells: bool) -> Self {
        Self {
            time,
            tells,
            counts: RefCell::default(),
            refreshes: Cell::new(0),
            logged_out: Cell::new(None),
            ended: Cell::new(None),
            wrongs: RefCell::default(),
            theft: Cell::default(),
        }
    }

    /// It happened.
    pub fn saw(&self, kind: Kind) {
        self.counts.borrow_mut().0[kind as usize] += 1;
        self.tell(|| Kind::ALL[kind as usize].1.to_owned());
    }

    /// For whoever reads the story of one world.
    pub fn tell(&self, what: impl FnOnce() -> String) {
        if self.tells {
            let ms = self.time.now();
            println!("{}:{:02}:{:06.3}  {}", ms / 3_600_000, ms / 60_000 % 60, (ms % 60_000) as f64 / 1000.0, what());
        }
    }

    /// The session ended although nobody logged out. Whether that is wrong is known when it is known whether a thief was there.
    pub fn ended_unasked(&self, how: impl FnOnce() -> String) {
        let now = self.time.now();
        if self.logged_out.get().is_some() || self.ended.get().is_some() {
            return;
        }
        self.ended.set(Some(now));
        let mut theft = self.theft.get();
        let how = how();
        self.tell(|| format!("ENDED: {how}"));
        if theft.first_use.is_some() {
            theft.noticed = Some(now);
            self.theft.set(theft);
        } else {
            self.wrongs.borrow_mut().push(Wrong::FalseLogOut(format!("after {} min: {how}", now / 60_000)));
        }
    }

    /// The log-out did not last.
    pub fn undone(&self, how: impl FnOnce() -> String) {
        let how = how();
        self.tell(|| format!("UNDONE: {how}"));
        self.wrongs.borrow_mut().push(Wrong::Undone(format!("after {} min: {how}", self.time.now() / 60_000)));
    }

    /// All counts.
    pub fn counts(&self) -> Counts {
        self.counts.borrow().clone()
    }
}
