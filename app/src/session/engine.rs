//! The engine of a session: an authorised call is stamp → token → send → on 401 refresh once → replay once.
//! What changes the session lies in `verbs`, `refresh` and `start`; what it is at any moment lies here.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::flight::Flight;
use super::phase::{Event, Phase};
use super::ports::{Clock, Request, Response, TabChannel, TabLock, TokenStore, Transport, Unreachable};
use super::record::{Kept, Record};
use super::refresh::Outcome;
use super::{Exchange, Part, schedule};
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::{Boot, TokenStorage, Why};

/// What the engine stands on.
#[derive(Clone)]
pub struct Ports {
    /// The way to the server.
    pub transport: Rc<dyn Transport>,
    /// Where the session is kept.
    pub store: Rc<dyn TokenStore>,
    /// Mutual exclusion among tabs.
    pub lock: Rc<dyn TabLock>,
    /// The way to the other tabs.
    pub channel: Rc<dyn TabChannel>,
    /// Time and chance.
    pub clock: Rc<dyn Clock>,
}

/// Who hears what happens.
pub struct Watch {
    /// After every exchange with the server.
    pub exchange: Box<dyn Fn(Exchange)>,
    /// After every change of phase or storage.
    pub phase: Box<dyn Fn(Phase, TokenStorage)>,
}

/// A session's engine, one for each page.
pub struct Engine {
    pub(super) ports: Ports,
    pub(super) watch: Watch,
    pub(super) state: RefCell<State>,
    /// Moves whenever another session, or none, takes over: what was asked before is void then.
    pub(super) epoch: Cell<u64>,
    pub(super) flight: Flight<Outcome>,
    groups: Cell<u64>,
}

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
    /// An engine that has read its store. It says and sends nothing before it is asked to.
    #[must_use]
    pub fn new(ports: Ports, watch: Watch, boot: &Boot) -> Rc<Self> {
        let engine = Rc::new(Self {
            state: RefCell::new(State {
                phase: Phase::of(boot),
                storage: boot.storage.unwrap_or_default(),
                live: None,
                first: None,
                trouble: Trouble::default(),
            }),
            ports,
            watch,
            epoch: Cell::new(0),
            flight: Flight::default(),
            groups: Cell::new(0),
        });
        engine.open(boot);
        engine
    }

    /// What is known of the session.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.state.borrow().phase.clone()
    }

    /// Asks the API and reads the answer.
    ///
    /// # Errors
    /// What the server says, or [`Code::Unreachable`] when it says nothing that can be read.
    pub async fn ask<T: DeserializeOwned>(self: &Rc<Self>, method: &'static str, path: &str, body: Option<Secret>) -> Result<T, Problem> {
        let response = self.call(method, path, body).await?;
        serde_json::from_str(response.body.expose()).map_err(|_| Problem::new(Code::Unreachable))
    }

    /// An authorised call. A token that is due is refreshed first; a 401 is answered with one refresh and one replay, body and all.
    ///
    /// # Errors
    /// What the server says. A second 401, with a fresh token, is an error like others and ends nothing.
    pub async fn call(self: &Rc<Self>, method: &'static str, path: &str, body: Option<Secret>) -> Result<Response, Problem> {
        let (group, epoch) = (self.group(), self.epoch.get());
        if self.due() {
            self.renewed(group, true).await?;
            if self.epoch.get() != epoch {
                return Err(self.void());
            }
        }
        let mut part = Part::Request;
        loop {
            let stamp = self.with_kept(|kept| kept.stamp);
            let answer = self.send(group, part, self.request(method, path, body.clone())).await;
            if self.epoch.get() != epoch {
                return Err(self.void());
            }
            let response = answer.map_err(|Unreachable| self.failed(Problem::new(Code::Unreachable)))?;
            if response.ok() {
                self.answered();
                return Ok(response);
            }
            let problem = response.problem();
            match problem.code {
                Code::SessionEnded if stamp.is_some() => self.over(problem.reason.unwrap_or(Why::Unknown)),
                Code::Unreachable if response.status != 401 => drop(self.failed(problem.clone())),
                _ => self.answered(),
            }
            let again = response.status == 401 && problem.code != Code::SessionEnded && part == Part::Request && stamp.is_some();
            if !again {
                return Err(problem);
            }
            // Another call may have refreshed while this one was on its way.
            if self.with_kept(|kept| kept.stamp) == stamp {
                self.renewed(group, false).await?;
            }
            if self.epoch.get() != epoch {
                return Err(self.void());
            }
            part = Part::Replay;
        }
    }

    /// A refresh on behalf of a call. With `early`, a failure does not matter while the old token still holds.
    async fn renewed(self: &Rc<Self>, group: u64, early: bool) -> Result<(), Problem> {
        match self.refresh(group).await {
            Outcome::Fresh => Ok(()),
            Outcome::Failed(_) if early && self.holds() => Ok(()),
            Outcome::Failed(problem) => Err(problem),
            Outcome::Ended(why) => Err(Problem::ended(why)),
        }
    }

    /// A request with this session's credentials.
    pub(super) fn request(&self, method: &'static str, path: &str, body: Option<Secret>) -> Request {
        let state = self.state.borrow();
        let kept = state.live.as_ref().map(|live| &live.kept);
        Request {
            method,
            path: path.to_owned(),
            bearer: kept.and_then(|kept| kept.access.clone()),
            body,
            keepalive: false,
            account: kept.filter(|_| method != "GET").map(|kept| kept.viewer.account_id),
            cookies: kept.is_none_or(|kept| kept.storage.refresh_in_cookie()),
        }
    }

    /// Sends, and reports the exchange.
    pub(super) async fn send(&self, group: u64, part: Part, request: Request) -> Result<Response, Unreachable> {
        let (method, path, began) = (request.method, request.path.clone(), self.ports.clock.ticks());
        let answer = self.ports.transport.send(request).await;
        let status = answer.as_ref().map_or(0, |response| response.status);
        let took_ms = self.ports.clock.ticks() - began;
        (self.watch.exchange)(Exchange { group, part, method, path, status, took_ms });
        answer
    }

    pub(super) fn group(&self) -> u64 {
        self.groups.set(self.groups.get() + 1);
        self.groups.get()
    }

    pub(super) fn with_kept<T>(&self, see: impl FnOnce(&Kept) -> T) -> Option<T> {
        self.state.borrow().live.as_ref().map(|live| see(&live.kept))
    }

    /// Whether there is a session whose token should be refreshed before it is used.
    pub(super) fn due(&self) -> bool {
        let now = self.ports.clock.ticks();
        self.state.borrow().live.as_ref().is_some_and(|live| now >= live.due)
    }

    /// Whether there is an access token that has not run out yet.
    fn holds(&self) -> bool {
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
        let other = self.with_kept(|held| held.viewer.session_id) != Some(kept.viewer.session_id);
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
            state.live = Some(Live { kept, due, expires });
        }
        self.show(event);
    }

    /// Takes over what another tab has stored.
    pub(super) fn adopt(&self, kept: Kept) {
        let (now, wall) = (self.ports.clock.ticks(), self.ports.clock.wall());
        let received = schedule::received(now, wall, kept.received_at, kept.expires_in);
        self.hold(kept, now - received);
    }

    /// The server said that the session is over. If the store knows another one by now, that one takes its place.
    pub(super) fn over(&self, why: Why) {
        let Some(session_id) = self.with_kept(|kept| kept.viewer.session_id) else { return };
        match self.ports.store.load() {
            Some(Record::Session(kept)) if kept.viewer.session_id != session_id => return self.adopt(kept),
            Some(_) => self.ports.store.clear(),
            None => {}
        }
        self.ports.channel.announce(super::ports::Message::LoggedOut { session_id, why });
        self.let_go(why);
    }

    /// The session is no longer this page's. Its tokens are wiped.
    pub(super) fn let_go(&self, why: Why) {
        self.void_what_is_in_flight();
        self.state.borrow_mut().live = None;
        self.show(Event::Ended(why));
    }

    pub(super) fn void_what_is_in_flight(&self) {
        self.epoch.set(self.epoch.get() + 1);
    }

    /// What a call is told whose session was replaced, or is gone, while it was on its way.
    pub(super) fn void(&self) -> Problem {
        match self.phase() {
            Phase::Active(_) | Phase::Offline(_) => Problem::new(Code::WrongAccount),
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
    }
}

/// JSON of something secret, written into room enough that no copy of a half is left behind.
pub(super) fn written(body: &impl Serialize) -> Secret {
    let mut json = Vec::with_capacity(4096);
    match serde_json::to_writer(&mut json, body).map(|()| String::from_utf8(json)) {
        Ok(Ok(json)) => Secret::new(json),
        // Wire types are plain structs of strings and numbers.
        _ => unreachable!("wire types can be written as JSON"),
    }
}
