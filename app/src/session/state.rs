//! What the engine knows, and the only ways in which that changes: a session is held, adopted, let go; answers come or fail to come.

use super::Aside;
use super::engine::Engine;
use super::phase::{Event, Phase};
use super::ports::Message;
use super::record::{Found, Kept, Record};
use super::schedule;
use super::start::ROUND;
use crate::wire::account::Viewer;
use crate::wire::problem::{Code, Problem};
use crate::wire::session::{Limit, TokenStorage, Why};

/// What the engine knows.
pub(super) struct State {
    pub(super) phase: Phase,
    pub(super) storage: TokenStorage,
    pub(super) live: Option<Live>,
    /// What the store said at the start, until it is shown.
    pub(super) first: Option<Event>,
    pub(super) trouble: Trouble,
}

/// A session with its ticks.
pub(super) struct Live {
    pub(super) kept: Kept,
    pub(super) due: f64,
    pub(super) expires: f64,
    /// When what the server said of it was received.
    pub(super) received: f64,
}

/// Failures in a row.
#[derive(Default)]
pub(super) struct Trouble {
    pub(super) times: u32,
    /// When to try again unasked.
    pub(super) next_try: f64,
    /// Before which the server does not want to be asked for tokens.
    pub(super) held_until: f64,
}

/// How many failures in a row are more than a moment.
const LASTING: u32 = 2;

impl Engine {
    pub(super) fn with_kept<T>(&self, see: impl FnOnce(&Kept) -> T) -> Option<T> {
        self.state.borrow().live.as_ref().map(|live| see(&live.kept))
    }

    /// Whether there is a session whose token should be refreshed before it is used.
    pub(super) fn due(&self) -> bool {
        let now = self.ports.clock.ticks();
        self.state.borrow().live.as_ref().is_some_and(|live| now >= live.due)
    }

    /// Whether there is a session whose token may run out while a file is sent with it.
    pub(super) fn due_for_upload(&self) -> bool {
        let late = self.ports.clock.ticks() + schedule::UPLOAD;
        self.state.borrow().live.as_ref().is_some_and(|live| late > live.expires)
    }

    /// Whether there is an access token that has not run out yet.
    pub(super) fn holds(&self) -> bool {
        let now = self.ports.clock.ticks();
        self.state.borrow().live.as_ref().is_some_and(|live| live.kept.has_access() && now < live.expires)
    }

    pub(super) fn stamp(&self) -> u64 {
        // 53 bits: all that a random number of the browser has.
        (self.ports.clock.random() * 9_007_199_254_740_992.0) as u64
    }

    /// Makes `kept` the session of this page. `age` says how old its token is, in milliseconds.
    pub(super) fn hold(&self, mut kept: Kept, age: f64) {
        let (now, random) = (self.ports.clock.ticks(), self.ports.clock.random());
        let event = Event::Granted(kept.viewer.clone());
        self.unseen.set(None);
        // A fork takes the place of the session it was forked from: what is under way goes on with it.
        let forked = self.copy.replace(false);
        let other = !forked && self.with_kept(|held| held.viewer.session_id) != Some(kept.viewer.session_id);
        if other {
            self.void_what_is_in_flight();
        }
        {
            let mut state = self.state.borrow_mut();
            let received = now - age;
            let (mut due, mut expires) = (schedule::due(received, kept.expires_in, random), schedule::expires(received, kept.expires_in));
            match state.live.take() {
                // In `hybrid` the store has no access token, but the one at hand is as good as before.
                Some(held) if !other && !kept.has_access() => {
                    kept.access = held.kept.access.clone();
                    (due, expires) = (held.due, held.expires);
                }
                _ if !kept.has_access() => (due, expires) = (now, now),
                _ => {}
            }
            state.storage = kept.storage;
            state.live = Some(Live { kept, due, expires, received });
        }
        self.show(event);
    }

    /// Takes over what another tab has stored. Where that is another account than the one whose page this is, it is said and not done: what
    /// stands on the page is not that account's, and nobody has asked for the change here.
    pub(super) fn adopt(&self, kept: Kept) {
        if self.phase().owner().is_some_and(|mine| mine.account_id != kept.viewer.account_id) {
            return self.switched(kept.viewer);
        }
        let (now, wall) = (self.ports.clock.ticks(), self.ports.clock.wall());
        let received = schedule::received(now, wall, kept.received_at, kept.expires_in);
        self.hold(kept, now - received);
    }

    /// Another account is in use here. This page's tokens are wiped, and nothing more is sent.
    pub(super) fn switched(&self, now: Viewer) {
        self.void_what_is_in_flight();
        {
            let mut state = self.state.borrow_mut();
            (state.live, state.first) = (None, None);
        }
        self.show(Event::Switched(now));
    }

    /// Reads the store again, and goes along with what it says. Whether there is a session then.
    pub(super) fn reread(&self) -> bool {
        let Some(known) = self.with_kept(Kept::clone) else { return false };
        match self.find(&known) {
            Found::Same => {}
            Found::Behind => self.put_back(&known),
            Found::Moved(kept) => self.adopt(*kept),
            Found::Gone(why) => self.let_go(why),
        }
        self.with_kept(|_| ()).is_some()
    }

    /// What the store says by now. A word can be faster than the store: where another tab has just said that it was granted something, and
    /// then nothing is there, it took the session along.
    pub(super) fn find(&self, known: &Kept) -> Found {
        let said = self.unseen.get().is_some_and(|at| self.ports.clock.ticks() - at < ROUND);
        match Found::of(self.ports.store.load(), known) {
            Found::Gone(Why::Cleared) if said => Found::Gone(Why::Moved),
            found => found,
        }
    }

    /// Stores once more what an older grant has buried, for the other tabs and for the next page, and tells them.
    pub(super) fn put_back(&self, known: &Kept) {
        self.ports.store.save(&known.record());
        self.ports.channel.announce(Message::Granted { session_id: known.viewer.session_id, generation: known.generation });
    }

    /// The server said that the session is over. If the store knows another one by now, that one takes its place.
    pub(super) fn over(&self, why: Why) {
        let Some(session_id) = self.with_kept(|kept| kept.viewer.session_id) else { return };
        match self.ports.store.load() {
            Some(Record::Session(kept)) if kept.viewer.session_id != session_id => return self.adopt(kept),
            Some(_) => self.ports.store.clear(),
            None => {}
        }
        self.ports.channel.announce(Message::LoggedOut { session_id, why });
        self.let_go(why);
    }

    /// The session is no longer this page's. Its tokens are wiped.
    pub(super) fn let_go(&self, why: Why) {
        if why == Why::LoggedOut {
            self.left.set(self.with_kept(|kept| kept.viewer.session_id));
        }
        self.void_what_is_in_flight();
        {
            let mut state = self.state.borrow_mut();
            // Nor is it shown, if that has not happened yet.
            (state.live, state.first) = (None, None);
        }
        self.show(Event::Ended(why));
    }

    pub(super) fn void_what_is_in_flight(&self) {
        self.epoch.set(self.epoch.get() + 1);
    }

    /// What a call is told whose session was replaced, or is gone, while it was on its way.
    pub(super) fn void(&self) -> Problem {
        match self.phase() {
            Phase::Active(_) | Phase::Offline(_) | Phase::Switched { .. } => Problem::new(Code::WrongAccount),
            Phase::Ended(why) => Problem::ended(why),
            Phase::Restoring | Phase::Anonymous => Problem::ended(Why::Unknown),
        }
    }

    /// An answer came.
    pub(super) fn answered(&self) {
        self.state.borrow_mut().trouble = Trouble::default();
        self.show(Event::Reachable);
    }

    /// No answer came, or none to build on. Nothing is given up.
    pub(super) fn failed(&self, problem: Problem) -> Problem {
        let (now, random) = (self.ports.clock.ticks(), self.ports.clock.random());
        let lasting = {
            let trouble = &mut self.state.borrow_mut().trouble;
            trouble.times += 1;
            trouble.next_try = now + schedule::back_off(trouble.times, random);
            if let Some(ms) = problem.retry_after_ms {
                trouble.held_until = now + f64::from(u32::try_from(ms).unwrap_or(u32::MAX).min(300_000));
                trouble.next_try = trouble.next_try.max(trouble.held_until);
            }
            trouble.times >= LASTING
        };
        if lasting {
            self.show(Event::Unreachable);
        }
        problem
    }

    /// Moves the phase and says so.
    pub(super) fn show(&self, event: Event) {
        let (phase, storage, changed) = {
            let state = &mut *self.state.borrow_mut();
            let before = state.phase.clone();
            state.phase = before.clone().after(event);
            (state.phase.clone(), state.storage, state.phase != before)
        };
        if changed || matches!(phase, Phase::Active(_)) {
            (self.watch.phase)(phase, storage);
        }
        self.say_aside(self.aside.get().renewing);
    }

    /// Says beside the page what has changed there: time passes, and refreshes begin and end.
    pub(super) fn say_aside(&self, renewing: bool) {
        let now = self.ports.clock.ticks();
        let soon =
            self.state.borrow().live.as_ref().and_then(|live| Limit::of(live.kept.ends_in, live.kept.age)?.soon(now - live.received));
        let aside = Aside { soon, renewing };
        if self.aside.replace(aside) != aside {
            (self.watch.aside)(aside);
        }
    }
}
