//! How people use a browser: bursts of calls, then nothing for minutes or hours; tabs opened, closed, reloaded, duplicated.

use std::rc::Rc;

use app::wire::session::TokenStorage;

use super::World;
use super::browser::{Own, Page, Tab};
use super::clock::{Chance, HOUR, MINUTE, SECOND};
use super::witness::Kind;

/// Eight hours of somebody's day.
pub async fn live(world: Rc<World>, chance: Chance) {
    let time = &world.time;
    while world.tabs.borrow().is_empty() {
        world.open(Rc::default(), false).await;
        time.pass(SECOND).await;
    }
    loop {
        let first = world.tab(0);
        if first.log_in().await {
            break;
        }
        time.pass(5 * SECOND).await;
    }
    for _ in 1..world.plan.tabs {
        time.pass(chance.between(SECOND, 3 * MINUTE)).await;
        world.open(Rc::default(), true).await;
    }
    loop {
        world.browser.machine.awake().await;
        world.use_some_tab(&chance).await;
        let away = chance.unit();
        let pause = match away {
            _ if away < 0.6 => chance.between(20 * SECOND, 10 * MINUTE),
            _ if away < 0.9 => chance.between(10 * MINUTE, HOUR),
            _ => chance.between(HOUR, 3 * HOUR),
        };
        // Half of the pages are left in sight for a while: somebody reads.
        time.pass(pause.min(chance.one(&[0, 30 * SECOND, 3 * MINUTE]))).await;
        world.hide_all();
        // Who is away for long finds the machine asleep, every other time.
        if pause > HOUR && chance.often(0.5) {
            world.sleep(pause, chance.often(0.5)).await;
        }
        time.pass(pause).await;
    }
}

impl World {
    /// A tab by its place in the row.
    pub fn tab(&self, at: usize) -> Rc<Tab> {
        self.tabs.borrow()[at].clone()
    }

    /// Tabs that somebody could use now.
    fn usable(&self) -> Vec<Rc<Tab>> {
        self.tabs.borrow().iter().filter(|tab| !tab.page.frozen(&self.time)).cloned().collect()
    }

    /// Opens a tab, if its page comes.
    pub async fn open(self: &Rc<Self>, own: Rc<Own>, hidden: bool) -> bool {
        let Some(tab) = self.browser.open(own, hidden).await else { return false };
        self.tabs.borrow_mut().push(Rc::new(tab));
        self.witness.saw(Kind::TabOpened);
        true
    }

    fn close(&self, tab: &Tab) {
        tab.close();
        self.tabs.borrow_mut().retain(|other| other.page.id != tab.page.id);
    }

    /// Everything is looked at again: the network is back, or the machine is awake. Pages ask for what they show.
    pub fn wake_all(&self) {
        for tab in self.usable() {
            tab.wake();
            tab.call("GET");
        }
    }

    /// The machine sleeps.
    pub async fn sleep(&self, ms: i64, clock_stands: bool) {
        self.witness.saw(if clock_stands { Kind::SleepClockStands } else { Kind::SleepClockRuns });
        self.browser.machine.sleep(ms, clock_stands);
        self.browser.machine.awake().await;
        self.wake_all();
    }

    /// Another window is in front.
    pub fn hide_all(&self) {
        self.tabs.borrow().iter().for_each(|tab| tab.show(false));
    }

    /// A hidden tab.
    pub fn some_hidden(&self, chance: &Chance) -> Option<Rc<Page>> {
        let hidden: Vec<_> = self.usable().into_iter().filter(|tab| tab.page.hidden_since.get().is_some()).collect();
        (!hidden.is_empty()).then(|| hidden[chance.draw() as usize % hidden.len()].page.clone())
    }

    async fn use_some_tab(self: &Rc<Self>, chance: &Chance) {
        let shared = self.browser.storage.refresh_in_cookie() || self.browser.storage == TokenStorage::Local;
        let usable = self.usable();
        if usable.is_empty() {
            return;
        }
        let tab = usable[chance.draw() as usize % usable.len()].clone();
        let whim = chance.unit();
        if shared && whim < 0.08 && self.tabs.borrow().len() > 1 {
            self.witness.saw(Kind::TabClosed);
            self.close(&tab);
        } else if shared && whim < 0.20 && self.tabs.borrow().len() < self.plan.tabs {
            self.open(Rc::default(), false).await;
        } else if self.browser.storage != TokenStorage::Memory && whim < 0.28 {
            self.reload(&tab).await;
        }
        let Some(tab) = self.usable().into_iter().find(|other| other.page.id >= tab.page.id) else { return };
        self.hide_all();
        tab.show(true);
        for _ in 0..chance.between(1, 8) {
            for _ in 0..chance.between(1, 3) {
                tab.call(if chance.often(0.3) { "POST" } else { "GET" });
            }
            self.time.pass(if chance.often(0.3) { 0 } else { chance.between(200, 20 * SECOND) }).await;
            self.browser.machine.awake().await;
        }
        // A window that comes back shows several tabs' work at once.
        if chance.often(0.2) {
            self.usable().iter().for_each(|tab| tab.call("GET"));
        }
    }

    /// Loads a tab's page anew. Its sessionStorage stays.
    async fn reload(self: &Rc<Self>, tab: &Tab) {
        self.witness.saw(Kind::TabReloaded);
        let own = tab.own.clone();
        self.close(tab);
        while !self.open(own.clone(), false).await {
            self.time.pass(10 * SECOND).await;
        }
    }

    /// Duplicates a tab, with what it keeps.
    pub async fn duplicate(self: &Rc<Self>, chance: &Chance) {
        let usable = self.usable();
        if usable.is_empty() || self.browser.machine.offline() || usable.len() > 1 {
            return;
        }
        let original = &usable[chance.draw() as usize % usable.len()];
        if self.open(original.copy(), false).await {
            self.witness.saw(Kind::TabDuplicated);
        }
    }

    /// Logs out, most often while a refresh is under way, and sometimes just when the network goes.
    pub async fn log_out(self: &Rc<Self>, chance: &Chance) {
        let (time, witness) = (&self.time, &self.witness);
        self.browser.machine.awake().await;
        if chance.often(0.8) {
            self.wake_all();
            if self.browser.next_refresh().await.is_ok() {
                time.pass(chance.between(0, 250)).await;
                witness.saw(Kind::LogOutInRefresh);
            }
            self.browser.machine.awake().await;
        }
        let usable = self.usable();
        if usable.is_empty() || self.witness.ended.get().is_some() {
            return;
        }
        let tab = usable[chance.draw() as usize % usable.len()].clone();
        if tab.engine.phase().viewer().is_none() {
            return;
        }
        if chance.often(0.3) {
            self.browser.machine.go_offline(chance.between(SECOND, 3 * MINUTE));
        }
        // Other tabs are at work meanwhile.
        self.usable().iter().for_each(|tab| tab.call("GET"));
        self.browser.session_id.set(tab.engine.phase().viewer().map(|viewer| viewer.session_id));
        witness.saw(Kind::LoggedOut);
        witness.logged_out.set(Some(time.now()));
        tab.engine.log_out().await;
        if self.browser.session_id.get().and_then(|id| self.servers.row(id)).is_some_and(|row| row.ended_at.is_none()) {
            witness.saw(Kind::LogOutOwed);
        }
    }
}
