//! localStorage, as browsers with several processes have it: who writes sees it at once, and the others a moment later.

use std::cell::RefCell;
use std::rc::Rc;

use app::session::record::Record;

use super::super::clock::{Chance, Time};

/// What all tabs of a browser share, and do not see at the same time.
pub(super) struct Local {
    time: Rc<Time>,
    chance: Chance,
    /// Up to so many milliseconds later.
    lag: i64,
    writes: RefCell<Vec<Write>>,
}

struct Write {
    record: Option<Record>,
    /// The page that wrote it, and when.
    page: usize,
    at: i64,
    /// When all others see it.
    seen_at: i64,
}

impl Local {
    pub(super) fn new(time: Rc<Time>, chance: Chance, lag: i64) -> Self {
        Self { time, chance, lag, writes: RefCell::default() }
    }

    /// As a page sees it that was there since a moment: what had been stored by then, it got with the rest.
    pub(super) fn read(&self, page: usize, began: i64) -> Option<Record> {
        let (writes, now) = (self.writes.borrow(), self.time.now());
        let sees = |write: &&Write| write.page == page || write.at <= began || write.seen_at <= now;
        writes.iter().rev().find(sees)?.record.clone()
    }

    /// By a page. Of two writes the later one stays, whoever sees what.
    pub(super) fn write(&self, page: usize, record: Option<Record>) {
        let (mut writes, now) = (self.writes.borrow_mut(), self.time.now());
        let last = writes.last().map_or(0, |write| write.seen_at);
        // What one process is told, it is told in order.
        let seen_at = last.max(now + self.chance.between(0, self.lag.max(1)));
        // Nobody sees what came before the last that all see.
        let first = writes.iter().rposition(|write| write.seen_at <= now).unwrap_or(0);
        writes.drain(..first);
        writes.push(Write { record, page, at: now, seen_at });
    }

    /// What a page will find that is opened when all is seen.
    pub(super) fn last(&self) -> Option<Record> {
        self.writes.borrow().last()?.record.clone()
    }
}
