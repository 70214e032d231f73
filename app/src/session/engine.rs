//! The engine of a session: an authorised call is stamp → token → send → on 401 refresh once → replay once.
//! What changes the session lies in `verbs`, `refresh` and `start`; what is known of it at any moment, in `state`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::flight::Flight;
use super::phase::Phase;
use super::ports::{Clock, Form, Request, Response, TabChannel, TabLock, TokenStore, Transport, Unreachable};
use super::record::{Kept, Revoke};
use super::refresh::Outcome;
use super::state::{State, Trouble};
use super::{Aside, Exchange, Part};
use crate::routes::api;
use crate::wire::account::Viewer;
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::{Boot, LONGEST_PATIENCE, Offer, TokenStorage, Why};

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
    /// After every change of what is said beside the page.
    pub aside: Box<dyn Fn(Aside)>,
}

/// What a call sends, and what it takes for an answer.
#[derive(Clone)]
enum What {
    Json(Option<Secret>),
    Page(Option<Form>),
}

/// A session's engine, one for each page.
pub struct Engine {
    pub(super) ports: Ports,
    pub(super) watch: Watch,
    pub(super) state: RefCell<State>,
    /// Moves whenever another session, or none, takes over: what was asked before is void then.
    pub(super) epoch: Cell<u64>,
    pub(super) flight: Flight<Outcome>,
    /// The session is a twin tab's: this one needs a chain of its own before it refreshes anything.
    pub(super) copy: Cell<bool>,
    /// The page brought a session that the store did not know: the server is to be asked after it, and other tabs are to be told.
    pub(super) news: Cell<bool>,
    /// What the last log-in said about saving it.
    pub(super) offer: Cell<Option<Offer>>,
    /// What was last said beside the page.
    pub(super) aside: Cell<Aside>,
    /// When another tab said that it stored something which was not to be seen yet.
    pub(super) unseen: Cell<Option<f64>>,
    /// The session that was logged out here last.
    pub(super) left: Cell<Option<Uuid>>,
    /// A log-out of a moment ago, and when to look whether another tab has buried it.
    pub(super) farewell: RefCell<Option<(f64, Revoke)>>,
    groups: Cell<u64>,
}

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
            copy: Cell::new(false),
            news: Cell::new(false),
            offer: Cell::new(None),
            aside: Cell::default(),
            unseen: Cell::default(),
            left: Cell::default(),
            farewell: RefCell::default(),
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
        self.go_through(method, path, What::Json(body)).await
    }

    /// The same for a page: fetches it, or sends a form and takes what that leads to. A page that says what is wrong is a page.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn page(self: &Rc<Self>, path: &str, form: Option<Form>) -> Result<Response, Problem> {
        let method = if form.is_some() { "POST" } else { "GET" };
        self.go_through(method, path, What::Page(form)).await
    }

    async fn go_through(self: &Rc<Self>, method: &'static str, path: &str, what: What) -> Result<Response, Problem> {
        let (group, epoch) = (self.group(), self.epoch.get());
        if self.due() || (matches!(&what, What::Page(Some(form)) if form.slow) && self.due_for_upload()) {
            self.renewed(group, true).await?;
            if self.epoch.get() != epoch {
                return Err(self.void());
            }
        }
        let key = (method != "GET").then(|| Uuid::from_u64_pair(self.stamp(), self.stamp()));
        let mut part = Part::Request;
        loop {
            let (stamp, shown) = self.with_kept(|kept| (kept.stamp, kept.access.clone())).unzip();
            let (body, form, page) = match what.clone() {
                What::Json(body) => (body, None, false),
                What::Page(form) => (None, form, true),
            };
            let request = self.request(method, path, body);
            // Pages also depend on what the browser has chosen and saved, and none sets a cookie of another tab's session.
            let cookies = request.cookies || page;
            let answer = self.send(group, part, Request { key, form, cookies, ..request }).await;
            if self.epoch.get() != epoch {
                return Err(self.void());
            }
            let response = answer.map_err(|Unreachable| self.failed(Problem::new(Code::Unreachable)))?;
            if response.ok() || (page && response.page.is_some() && response.status < 500) {
                self.answered();
                return Ok(response);
            }
            let problem = response.problem();
            match problem.code {
                Code::SessionEnded if stamp.is_some() => self.over(problem.reason.unwrap_or(Why::Unknown)),
                Code::Unreachable if response.status != 401 => drop(self.failed(problem.clone())),
                _ => self.answered(),
            }
            if problem.code == Code::WrongAccount {
                // Somebody else has logged in beside this page, and it has not heard of it.
                self.reread();
                self.ask_who(group).await;
            }
            let again = response.status == 401 && problem.code != Code::SessionEnded && part == Part::Request && stamp.is_some();
            if !again {
                return Err(problem);
            }
            // Another call may have refreshed while this one was on its way. In `hybrid`, another tab's refresh brings no token here.
            let same_token = |kept: &Kept| {
                kept.access.as_ref().is_some_and(|access| shown.iter().flatten().any(|shown| shown.expose() == access.expose()))
            };
            if self.with_kept(|kept| Some(kept.stamp) == stamp || same_token(kept)) == Some(true) {
                self.renewed(group, false).await?;
            }
            if self.epoch.get() != epoch {
                return Err(self.void());
            }
            part = Part::Replay;
        }
    }

    /// Who is in use here, where the store does not know: they may have logged in without scripts, and only the cookies know.
    async fn ask_who(&self, group: u64) {
        let Some((mine, true)) = self.with_kept(|kept| (kept.viewer.account_id, kept.storage.refresh_in_cookie())) else { return };
        let (epoch, request) = (self.epoch.get(), self.anonymous("GET", api::ME, None));
        if let Ok(response) = self.send(group, Part::Request, request).await
            && let Ok(viewer) = serde_json::from_str::<Viewer>(response.body.expose())
            && viewer.account_id != mine
            && self.epoch.get() == epoch
        {
            self.switched(viewer);
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
            bound: kept.is_some_and(|kept| kept.bound),
            body,
            form: None,
            patience: LONGEST_PATIENCE,
            keepalive: false,
            account: kept.map(|kept| kept.viewer.account_id),
            key: None,
            cookies: kept.is_none_or(|kept| kept.storage.refresh_in_cookie()),
        }
    }

    /// The same for a request that is about no session, or about one to come.
    pub(super) fn anonymous(&self, method: &'static str, path: &str, body: Option<Secret>) -> Request {
        Request { bearer: None, bound: false, account: None, ..self.request(method, path, body) }
    }

    /// Sends, and reports the exchange.
    pub(super) async fn send(&self, group: u64, part: Part, request: Request) -> Result<Response, Unreachable> {
        let (method, path, began) = (request.method, request.path.clone(), self.ports.clock.ticks());
        let answer = self.ports.transport.send(request).await;
        let status = answer.as_ref().map_or(0, |response| response.status);
        let (at_ms, took_ms) = (began, self.ports.clock.ticks() - began);
        (self.watch.exchange)(Exchange { group, part, method, path, status, at_ms, took_ms });
        answer
    }

    pub(super) fn group(&self) -> u64 {
        self.groups.set(self.groups.get() + 1);
        self.groups.get()
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
