//! How a session begins in a page, and what wakes it later: time, the network, the window, other tabs.

use std::rc::{Rc, Weak};

use uuid::Uuid;

use super::engine::Engine;
use super::phase::Event;
use super::ports::Message;
use super::record::{Found, Kept, Place, Record};
use super::schedule;
use super::state::Live;
use crate::routes::api;
use crate::wire::account::Viewer;
use crate::wire::session::{Boot, TokenStorage, Why};

/// How long the watchman sleeps at most, in milliseconds. Timers are only a hint, as browsers throttle and laptops sleep.
pub(super) const ROUND: f64 = 5_000.0;
/// How long a tab waits for the word of another one, in milliseconds.
pub(super) const HEARSAY: f64 = 1_000.0;

impl Engine {
    /// Finds the session there is: the one that the server saw, or the one that only this browser can see.
    pub(super) fn open(&self, boot: &Boot) {
        let found = self.ports.store.load();
        let first = match (&boot.viewer, found) {
            // Logged out here, and the server has yet to hear of it.
            (Some(viewer), Some(Record::Revoke(owed))) if owed.session_id == viewer.session_id => Event::Ended(Why::LoggedOut),
            (Some(viewer), found) => {
                self.open_seen(boot, viewer.clone(), found);
                Event::Granted(viewer.clone())
            }
            (None, Some(Record::Session(kept))) if !kept.storage.refresh_in_cookie() => {
                let viewer = kept.viewer.clone();
                let now = self.ports.clock.ticks();
                let received = schedule::received(now, self.ports.clock.wall(), kept.received_at, kept.expires_in);
                self.copy.set(kept.place() == Place::Tab && self.ports.store.copied());
                let due_now = self.copy.get().then_some(now);
                self.begin(kept, received, due_now);
                Event::Granted(viewer)
            }
            (None, Some(Record::Session(_))) => {
                // The cookies that this record spoke of are gone.
                self.ports.store.clear();
                Event::NothingStored
            }
            // Only what was to last can be missed: another tab's session was never here.
            (None, None) if boot.storage == Some(TokenStorage::Local) && boot.saved => Event::Ended(Why::Cleared),
            (None, _) => Event::NothingStored,
        };
        self.state.borrow_mut().first = Some(first);
    }

    /// A session that travels in cookies. The store learns of it, so that other tabs can see it move.
    fn open_seen(&self, boot: &Boot, viewer: Viewer, found: Option<Record>) {
        let (now, wall) = (self.ports.clock.ticks(), self.ports.clock.wall());
        let known = match found {
            Some(Record::Session(kept)) if kept.viewer.session_id == viewer.session_id => Some(kept),
            _ => None,
        };
        let known = match known {
            // Rendered before another tab's refresh, hydrated after it: the store knows more than the page.
            Some(kept) if kept.generation > boot.generation => {
                let received = schedule::received(now, wall, kept.received_at, kept.expires_in);
                let due_now = (!kept.has_access()).then_some(now);
                return self.begin(kept, received, due_now);
            }
            known => known.map(|kept| kept.stamp),
        };
        let kept = Kept {
            viewer,
            generation: boot.generation,
            storage: boot.storage.filter(|storage| storage.refresh_in_cookie()).unwrap_or_default(),
            saved: boot.saved,
            expires_in: boot.expires_in.unwrap_or(0),
            received_at: wall,
            ends_in: boot.ends_in,
            age: boot.age,
            // What travels in cookies is bound to nothing.
            bound: false,
            stamp: known.unwrap_or_else(|| self.stamp()),
            access: None,
            refresh: None,
        };
        if known.is_none() {
            self.ports.store.save(&kept.record());
            self.news.set(true);
        }
        // Without an access token, whatever is asked first waits for a refresh.
        let due_now = (boot.expires_in.is_none() || !kept.has_access()).then_some(now);
        self.begin(kept, now, due_now);
    }

    fn begin(&self, kept: Kept, received: f64, due_now: Option<f64>) {
        let due = due_now.unwrap_or_else(|| schedule::due(received, kept.expires_in, self.ports.clock.random()));
        let expires = schedule::expires(received, kept.expires_in);
        let mut state = self.state.borrow_mut();
        state.storage = kept.storage;
        state.live = Some(Live { kept, due, expires, received });
    }

    /// Shows what was found, pays what is owed, refreshes what is due. To be called once the page stands as the server rendered it.
    pub async fn restore(self: &Rc<Self>) {
        self.listen();
        let first = self.state.borrow_mut().first.take();
        if let Some(event) = first {
            self.show(event);
        }
        self.wake().await;
        // Logged in without scripts, or in another way that no tab has heard of; or this page was rendered before a log-out and begins
        // after it. The server knows.
        if self.news.take()
            && self.call("GET", api::ME, None).await.is_ok()
            && let Some((session_id, generation)) = self.with_kept(|kept| (kept.viewer.session_id, kept.generation))
        {
            self.ports.channel.announce(Message::Granted { session_id, generation });
        }
    }

    /// The page is seen again, or the network is back: reads the store again, refreshes what is due, pays what is owed.
    pub async fn wake(self: &Rc<Self>) {
        // Looked at first: paying takes the note away that says what became of this page's session.
        self.look().await;
        self.settle(self.group()).await;
    }

    fn listen(self: &Rc<Self>) {
        let engine = Rc::downgrade(self);
        self.ports.channel.listen(Box::new(move |message| {
            if let Some(engine) = engine.upgrade() {
                engine.hear(message);
            }
        }));
    }

    /// Another tab speaks.
    fn hear(&self, message: Message) {
        let held = self.with_kept(|kept| (kept.viewer.session_id, kept.place()));
        match message {
            Message::LoggedOut { session_id, why } if held.is_some_and(|(mine, _)| mine == session_id) => {
                match self.ports.store.load() {
                    Some(Record::Session(kept)) if kept.viewer.session_id != session_id => {}
                    // The word can be faster than the store. What lies there may be what this tab sees of a log-out already written
                    // down, which must not be cleared away, or a grant that has buried it.
                    Some(Record::Session(kept)) if why == Why::LoggedOut && kept.place() == Place::Browser => {
                        self.remember(kept.revoke(self.stamp()));
                    }
                    Some(Record::Session(_)) => self.ports.store.clear(),
                    _ => {}
                }
                self.let_go(why);
            }
            Message::LoggedOut { .. } => {}
            // Of a tab that has not heard yet that it is over.
            Message::Granted { session_id, .. } if self.left.get() == Some(session_id) => {}
            Message::Granted { session_id, .. } if held == Some((session_id, Place::Browser)) && self.ports.store.load().is_none() => {
                self.let_go(Why::Moved);
            }
            Message::Granted { session_id, generation } if self.outrun(session_id, generation) => {
                self.ports.store.clear();
                self.let_go(Why::Unknown);
            }
            Message::Granted { session_id, .. } => {
                // A session of this tab alone has nothing to do with what the other tabs do.
                let shared = held.is_none_or(|(mine, place)| mine == session_id || place == Place::Browser);
                match self.ports.store.load() {
                    Some(Record::Session(kept)) if shared && kept.viewer.session_id == session_id => self.follow(kept),
                    _ => {}
                }
            }
        }
    }

    /// A duplicated tab has a copy of its twin's storage, and gets a session of its own before it uses it. Where it did not know that it
    /// is a copy, and the twin has gone on, the token here is worth nothing any more, and to show it would look like theft and end the
    /// session of both: so the copy is given up.
    fn outrun(&self, session_id: Uuid, generation: u64) -> bool {
        let alone =
            self.with_kept(|kept| kept.place() == Place::Tab && kept.viewer.session_id == session_id && kept.generation < generation);
        alone == Some(true)
            && !self.copy.get()
            && matches!(self.ports.store.load(), Some(Record::Session(kept)) if kept.generation < generation)
    }

    fn follow(&self, kept: Kept) {
        let Some(known) = self.with_kept(Kept::clone) else { return self.adopt(kept) };
        match Found::of(Some(Record::Session(kept)), &known) {
            Found::Moved(kept) => self.adopt(*kept),
            Found::Behind => self.put_back(&known),
            Found::Same => self.unseen.set(Some(self.ports.clock.ticks())),
            Found::Gone(_) => {}
        }
    }

    async fn look(self: &Rc<Self>) {
        // A tab that takes the tokens away says why, and what it does to the store can be seen before its word is heard.
        let cleared = self.with_kept(|kept| matches!(self.find(kept), Found::Gone(Why::Cleared)));
        if cleared == Some(true) {
            self.ports.clock.sleep(HEARSAY).await;
        }
        if !self.reread() {
            return;
        }
        let (calm, next_try) = {
            let trouble = &self.state.borrow().trouble;
            (trouble.times == 0, trouble.next_try)
        };
        if if calm { self.due() } else { self.ports.clock.ticks() >= next_try } {
            self.retry().await;
        }
    }

    /// Whether the session that this page shows is no longer the browser's, or the browser has one that this page does not show.
    /// Asked before a page that was set aside is shown again.
    #[must_use]
    pub fn moved(&self) -> bool {
        let stored = match self.ports.store.load() {
            Some(Record::Session(kept)) => Some(kept.viewer.session_id),
            _ => None,
        };
        stored != self.with_kept(|kept| kept.viewer.session_id)
    }

    /// The watchman: looks after what is due for as long as the engine lives.
    pub async fn keep(engine: Weak<Self>) {
        loop {
            let Some((clock, ms)) = engine.upgrade().map(|engine| (engine.ports.clock.clone(), engine.pause())) else { return };
            clock.sleep(ms).await;
            match engine.upgrade() {
                Some(engine) => {
                    engine.look().await;
                    engine.insist().await;
                    engine.say_aside(engine.aside.get().renewing);
                }
                None => return,
            }
        }
    }

    /// Milliseconds until it is worth looking again.
    fn pause(&self) -> f64 {
        let now = self.ports.clock.ticks();
        let state = self.state.borrow();
        let next = match &state.live {
            Some(_) if state.trouble.times > 0 => state.trouble.next_try,
            Some(live) => live.due,
            None => now + ROUND,
        };
        (next - now).clamp(250.0, ROUND)
    }
}
