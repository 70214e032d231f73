//! A browser on a machine: tabs that each run the real engine, and what they share. The five ports are the browser's; what they do
//! is what browsers do: throttle hidden tabs, freeze them, copy them, send cookies along, and go to sleep in the middle of anything.

mod local;
mod machine;
mod ports;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

use app::routes::api;
use app::session::Phase;
use app::session::engine::{Engine, Ports, Watch};
use app::session::ports::{Message, Request, Response, TokenStore, Unreachable};
use app::session::record::Record;
use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;
use app::wire::session::{Boot, LogIn, TokenStorage, Why};
use futures::channel::oneshot;
use futures::future::RemoteHandle;
use uuid::Uuid;

use self::local::Local;
use self::machine::Machine;
use self::ports::{Lock, Port, Shelves};
use super::clock::{Chance, MINUTE, SECOND, Time};
use super::faults::Weather;
use super::server::{Cookies, EPOCH, Servers};
use super::witness::{Kind, Witness};

/// A page that listens, and what it does with what it hears.
type Ear = (Rc<Page>, Rc<dyn Fn(Message)>);

/// How much later, in milliseconds, another process may see what was stored.
const LAG: i64 = 200;

/// One place to keep a record in.
pub type Shelf = Rc<RefCell<Option<Record>>>;

/// A tab's sessionStorage. It outlives the page, and is copied with the tab.
#[derive(Clone, Default)]
pub struct Own {
    record: RefCell<Option<Record>>,
    /// The mark of a tab that is open, by which the page of a copy knows what it is: `frontend::storage`.
    open: Cell<bool>,
}

/// What all tabs of one browser share.
pub struct Browser {
    /// The world's time.
    pub time: Rc<Time>,
    /// The world's witness.
    pub witness: Rc<Witness>,
    /// The servers, at the other end of the wire.
    pub servers: Rc<Servers>,
    /// The machine it runs on.
    pub machine: Machine,
    /// The network between.
    pub weather: Weather,
    /// Where this world's session keeps its tokens.
    pub storage: TokenStorage,
    /// Whether it was saved.
    pub saved: bool,
    /// Whether there are Web Locks.
    locks: bool,
    /// Whether tabs hear each other.
    hears: bool,
    chance: Chance,
    jar: RefCell<Cookies>,
    /// The cookie that says where to look for a session.
    hint: Cell<Option<TokenStorage>>,
    local: Rc<Local>,
    lock: Rc<Lock>,
    ears: RefCell<Vec<Ear>>,
    pages: Cell<usize>,
    /// Of the session that is looked after.
    pub session_id: Cell<Option<Uuid>>,
    refreshing: RefCell<Vec<oneshot::Sender<Rc<Page>>>>,
}

/// A tab as its browser sees it.
pub struct Page {
    /// Counted from 1.
    pub id: usize,
    /// Since when it is hidden.
    pub hidden_since: Cell<Option<i64>>,
    frozen_until: Cell<i64>,
    closed: Cell<bool>,
    active: Cell<bool>,
    /// Whether it began as a copy, and has no session of its own yet.
    copy: Cell<bool>,
}

impl Page {
    /// Frozen: neither timers nor answers nor messages reach it.
    pub fn freeze(&self, time: &Time, ms: i64) {
        self.frozen_until.set(time.now() + ms);
    }

    /// Whether it is.
    pub fn frozen(&self, time: &Time) -> bool {
        time.now() < self.frozen_until.get()
    }
}

/// A tab: an engine in a page.
pub struct Tab {
    /// The engine, the real one.
    pub engine: Rc<Engine>,
    /// What the browser knows of it.
    pub page: Rc<Page>,
    /// sessionStorage.
    pub own: Rc<Own>,
    store: Rc<Shelves>,
    browser: Rc<Browser>,
    tasks: RefCell<Vec<RemoteHandle<()>>>,
}

impl Browser {
    /// A browser without any tab.
    #[allow(clippy::too_many_arguments, reason = "it is what a world is made of")]
    pub fn new(
        time: Rc<Time>,
        witness: Rc<Witness>,
        servers: Rc<Servers>,
        weather: Weather,
        storage: TokenStorage,
        saved: bool,
        locks: bool,
        hears: bool,
        chance: Chance,
    ) -> Rc<Self> {
        let local = Local::new(time.clone(), Chance::new(chance.draw(), "local"), LAG);
        Rc::new(Self {
            machine: Machine::new(time.clone()),
            time,
            witness,
            servers,
            weather,
            storage,
            saved,
            locks,
            hears,
            chance,
            jar: RefCell::default(),
            hint: Cell::new(None),
            local: Rc::new(local),
            lock: Rc::default(),
            ears: RefCell::default(),
            pages: Cell::new(0),
            session_id: Cell::new(None),
            refreshing: RefCell::default(),
        })
    }

    /// Opens a page: a document is asked for, rendered, sent, and after a moment the engine begins. `None` when no document came.
    pub async fn open(self: &Rc<Self>, own: Rc<Own>, hidden: bool) -> Option<Tab> {
        self.machine.awake().await;
        let boot = self.document().await?;
        self.time.pass(self.chance.between(20, 600)).await;
        self.machine.awake().await;
        self.pages.set(self.pages.get() + 1);
        let page = Rc::new(Page {
            id: self.pages.get(),
            hidden_since: Cell::new(hidden.then(|| self.time.now())),
            frozen_until: Cell::new(0),
            closed: Cell::new(false),
            active: Cell::new(false),
            copy: Cell::new(own.open.replace(true)),
        });
        let (copied, browser) = (page.copy.get(), self.local.clone());
        let store = Rc::new(Shelves { id: page.id, began: self.time.now(), page: Shelf::default(), tab: own.clone(), browser, copied });
        let port = Rc::new(Port { browser: self.clone(), page: page.clone(), chance: Chance::new(self.chance.draw(), "tab") });
        let ports = Ports { transport: port.clone(), store: store.clone(), lock: port.clone(), channel: port.clone(), clock: port };
        let (browser, seen) = (self.clone(), page.clone());
        let watch =
            Watch { exchange: Box::new(|_| {}), phase: Box::new(move |phase, _| browser.shown(&seen, &phase)), aside: Box::new(|_| {}) };
        let engine = Engine::new(ports, watch, &boot);
        let tab = Tab { engine: engine.clone(), page, own, store, browser: self.clone(), tasks: RefCell::default() };
        self.witness.tell(|| format!("tab {} opens: {:?}", tab.page.id, boot.viewer.as_ref().map(|_| boot.generation)));
        let (browser, seen) = (self.clone(), tab.page.clone());
        tab.spawn(async move {
            engine.restore().await;
            browser.restored(&seen, &engine);
        });
        tab.spawn(Engine::keep(Rc::downgrade(&tab.engine)));
        Some(tab)
    }

    async fn document(&self) -> Option<Boot> {
        let fate = self.weather.fate(self.time.now());
        let cookies = self.jar.borrow().clone();
        self.time.pass(fate.out).await;
        if self.machine.offline() || self.servers.down() || fate.lost_out || fate.refused.is_some() {
            return None;
        }
        let node = self.node();
        let (hint, now) = (self.hint.get(), EPOCH + self.time.now());
        let boot = match self.servers.document(node, &cookies) {
            Some((viewer, storage, saved, generation, expires_in)) => {
                Boot { viewer: Some(viewer), storage: Some(storage), saved, generation, expires_in, now, ..Boot::default() }
            }
            None => Boot { storage: hint, saved: hint.is_some() && self.saved, now, ..Boot::default() },
        };
        self.time.pass(fate.back).await;
        (!fate.lost_back && !self.machine.asleep() && !self.machine.offline()).then_some(boot)
    }

    fn node(&self) -> usize {
        self.chance.between(0, self.servers.count() as i64) as usize
    }

    /// The refresh token as it lies around in this browser: a thief's view.
    pub fn refresh_token(&self, tabs: &[Rc<Tab>]) -> Option<String> {
        if self.storage.refresh_in_cookie() {
            return self.jar.borrow().1.clone();
        }
        tabs.iter().find_map(|tab| match tab.store.load()? {
            Record::Session(kept) => kept.refresh.map(|token| token.expose().to_owned()),
            Record::Revoke(_) => None,
        })
    }

    /// Whether the store still has the session, for the last look of all.
    pub fn stored(&self) -> bool {
        matches!(self.local.last(), Some(Record::Session(_)))
    }

    /// Resolves with the page that sends the next refresh.
    pub fn next_refresh(&self) -> oneshot::Receiver<Rc<Page>> {
        let (tell, hear) = oneshot::channel();
        self.refreshing.borrow_mut().push(tell);
        hear
    }

    /// A page shows this phase.
    fn shown(self: &Rc<Self>, page: &Rc<Page>, phase: &Phase) {
        self.witness.tell(|| format!("tab {} shows {}", page.id, name(phase)));
        let shown = phase.viewer().map(|viewer| viewer.session_id);
        page.active.set(shown == self.session_id.get());
        page.copy.set(page.copy.get() && (shown.is_none() || page.active.get()));
        match phase {
            // A copy that came too late to get one is given up; its twin lives.
            Phase::Ended(Why::Unknown) if page.copy.get() => {}
            Phase::Ended(why) => self.witness.ended_unasked(|| format!("tab {} shows {why:?}", page.id)),
            Phase::Active(viewer) if self.witness.logged_out.get().is_some() && Some(viewer.session_id) == self.session_id.get() => {
                self.doubt(page);
            }
            _ => {}
        }
    }

    /// A page whose engine has begun must know of the session, if there is one.
    fn restored(&self, page: &Page, engine: &Engine) {
        let lives = self.session_id.get().is_some() && self.storage != TokenStorage::Memory;
        if lives && engine.phase().viewer().is_none() && !page.copy.get() {
            self.witness.ended_unasked(|| format!("tab {} opened and shows {}", page.id, name(&engine.phase())));
        }
    }

    /// A page shows a session that was logged out. An answer may have been faster than the news; but not for long.
    fn doubt(self: &Rc<Self>, page: &Rc<Page>) {
        let (browser, page) = (self.clone(), page.clone());
        // Without a channel it is the watchman who finds out, and he may be woken on the minute only. Where the tokens are cookies and
        // the log-out has been paid, he finds nothing in the store, and it is the next refresh that is refused.
        let grace = match (self.hears, self.storage.refresh_in_cookie()) {
            // A page that was rendered before the log-out and begins after it has to ask, and may wait 5 s for the lock.
            (true, _) => 4 * SECOND,
            (false, false) => MINUTE,
            (false, true) => 4 * MINUTE,
        };
        let look = async move {
            browser.time.pass(grace).await;
            runs(&browser, &page).await;
            browser.time.pass(grace).await;
            if page.active.get() && !page.closed.get() && !page.frozen(&browser.time) && !browser.machine.asleep() {
                browser.witness.undone(|| format!("tab {} still shows the session", page.id));
            }
        };
        self.time.detach(look);
    }

    /// Carries a request over the wire and its answer back. This is the browser's work, not the tab's: it goes on when the tab is
    /// closed or frozen, and it is here that cookies are sent and set.
    async fn carry(&self, page: &Page, request: Request) -> Result<Response, Unreachable> {
        let (time, machine, refresh) = (&self.time, &self.machine, matches!(request.path.as_str(), api::REFRESH | api::FORK));
        let saw = |kind| {
            if refresh {
                self.witness.saw(kind)
            }
        };
        let (began, fate) = (machine.ticks(), self.weather.fate(time.now()));
        let cookies = if request.cookies { self.jar.borrow().clone() } else { Cookies::default() };
        let patience = i64::from(request.patience);
        let too_late = || machine.ticks() - began >= patience;
        let give_up = async || time.pass((began + patience - machine.ticks()).max(0)).await;
        if machine.offline() {
            time.pass(fate.out.min(2 * SECOND)).await;
            return Err(Unreachable);
        }
        time.pass(fate.out).await;
        let interrupted = machine.asleep();
        machine.awake().await;
        if fate.lost_out || too_late() || interrupted {
            saw(Kind::RequestLost);
            give_up().await;
            return Err(Unreachable);
        }
        if self.servers.down() {
            return Err(Unreachable);
        }
        if let Some(response) = fate.refused {
            saw(if response.status == 429 { Kind::TooMany } else { Kind::ServerError });
            time.pass(fate.back.min(SECOND)).await;
            return Ok(response);
        }
        let answer = self.servers.answer(self.node(), &request, &cookies);
        if fate.lost_back {
            saw(Kind::AnswerLost);
            give_up().await;
            return Err(Unreachable);
        }
        time.pass(fate.back).await;
        let slept = machine.asleep();
        machine.awake().await;
        if (slept && !fate.survives_sleep) || too_late() || machine.offline() || (page.closed.get() && !request.keepalive) {
            saw(Kind::AnswerLost);
            return Err(Unreachable);
        }
        if fate.spoiled {
            saw(Kind::ErrorAfterCommit);
            return Ok(Response { status: 502, body: Secret::new("<h1>Bad Gateway</h1>".to_owned()), retry_after_ms: None, page: None });
        }
        if fate.out + fate.back > 2 * SECOND {
            saw(Kind::AnswerSlow);
        }
        if request.cookies {
            self.set_cookies(&answer.set, answer.cleared);
        }
        if request.path == api::SESSION && request.method == "POST" && matches!(self.storage, TokenStorage::Local | TokenStorage::Session) {
            self.hint.set(Some(self.storage));
        }
        let (status, body) = match answer.body {
            Ok(Some(grant)) => (200, serde_json::to_string(&grant).unwrap()),
            Ok(None) => (200, "{}".to_owned()),
            Err(problem) => (problem.status, serde_json::to_string(&problem).unwrap()),
        };
        Ok(Response { status, body: Secret::new(body), retry_after_ms: None, page: None })
    }

    fn set_cookies(&self, set: &Cookies, cleared: Option<Uuid>) {
        let mut jar = self.jar.borrow_mut();
        let (access, refresh) = (set.0.clone().or(jar.0.take()), set.1.clone().or(jar.1.take()));
        *jar = (access, refresh);
        if cleared.is_some() {
            *jar = Cookies::default();
            self.hint.set(None);
        }
    }
}

impl Tab {
    /// A task of this tab: over when the tab is closed.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.tasks.borrow_mut().push(self.browser.time.spawn(task));
    }

    /// Logs in. The session is what this world is about.
    pub async fn log_in(&self) -> bool {
        let form = LogIn {
            login: "mina".to_owned(),
            password: Secret::new("right".to_owned()),
            code: None,
            storage: Some(self.browser.storage),
            save: Some(self.browser.saved),
            bound: false,
        };
        let viewer = self.engine.log_in(form).await.ok();
        self.browser.session_id.set(viewer.as_ref().map(|viewer| viewer.session_id));
        viewer.is_some()
    }

    /// A call of the page. What comes of it is told to nobody; what becomes of the session is seen.
    pub fn call(&self, method: &'static str) {
        let (engine, browser, id) = (self.engine.clone(), self.browser.clone(), self.page.id);
        self.spawn(async move {
            let body = (method == "POST").then(|| Secret::new("{}".to_owned()));
            let answer = engine.call(method, if method == "POST" { "/api/posts" } else { api::FEED }, body).await;
            browser
                .witness
                .tell(|| format!("tab {id} {method}: {:?}", answer.map(|response| response.status).map_err(|problem| problem.code)));
        });
    }

    /// The page is seen again, or the network is back.
    pub fn wake(&self) {
        let (engine, browser, page) = (self.engine.clone(), self.browser.clone(), self.page.clone());
        self.spawn(async move {
            runs(&browser, &page).await;
            engine.wake().await;
        });
    }

    /// Shows it, or hides it.
    pub fn show(&self, visible: bool) {
        let was_hidden = self.page.hidden_since.get().is_some();
        match visible {
            true => self.page.hidden_since.set(None),
            false if !was_hidden => self.page.hidden_since.set(Some(self.browser.time.now())),
            false => {}
        }
        if visible && was_hidden {
            self.wake();
        }
    }

    /// Closes it. Whatever it did is over; what is on the wire is not.
    pub fn close(&self) {
        self.page.closed.set(true);
        self.own.open.set(false);
        self.browser.ears.borrow_mut().retain(|(page, _)| page.id != self.page.id);
        self.tasks.borrow_mut().clear();
    }

    /// A copy of what it keeps: what the browser gives to a duplicate.
    pub fn copy(&self) -> Rc<Own> {
        Rc::new(Own::clone(&self.own))
    }
}

/// Waits until the page may run.
async fn runs(browser: &Browser, page: &Page) {
    loop {
        let at = browser.machine.asleep_until.get().max(page.frozen_until.get());
        if browser.time.now() >= at {
            return;
        }
        browser.time.until(at).await;
    }
}

/// A problem as a server or a proxy before it says it.
pub fn refusal(status: u16, typed: bool, retry_after: Option<i64>) -> Response {
    let code = match status {
        429 => Code::Throttled,
        503 => Code::Busy,
        _ => Code::Internal,
    };
    let body = if typed { serde_json::to_string(&Problem::new(code)).unwrap() } else { "<h1>Sorry</h1>".to_owned() };
    Response { status, body: Secret::new(body), retry_after_ms: retry_after.map(i64::unsigned_abs), page: None }
}

fn name(phase: &Phase) -> String {
    match phase {
        Phase::Active(viewer) => format!("Active {}", viewer.session_id.as_u128()),
        Phase::Offline(_) => "Offline".to_owned(),
        other => format!("{other:?}"),
    }
}
