//! A server that follows the protocol's table, and a clock that stands still. Both live in memory; tabs share them.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::task::{Poll, Waker};

use futures::executor::LocalPool;
use futures::task::LocalSpawnExt;
use uuid::Uuid;

use crate::session::Exchange;
use crate::session::engine::{Engine, Ports, Watch};
use crate::session::memory::MemoryStore;
use crate::session::phase::Phase;
use crate::session::ports::*;
use crate::wire::account::{Role, Viewer};
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::{Boot, Change, Grant, LogIn, Refresh, TokenStorage, Why};

pub(super) const LIFE: u32 = 300;
const WINDOW: f64 = 30_000.0;

/// What shall go wrong with the next request to a path.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// It never arrives.
    Down,
    /// It is done, and its answer is lost.
    Lost,
    /// Somebody else answers.
    Says(u16, &'static str),
    /// It is refused with a typed problem.
    Refused(Problem),
    /// It takes this long, in milliseconds, and is done at the end.
    Slow(f64),
}

#[derive(Clone)]
struct Row {
    viewer: Viewer,
    storage: TokenStorage,
    saved: bool,
    generation: u64,
    confirmed: bool,
    rotated_at: f64,
    ended: Option<Why>,
}

/// The server, and the browser's cookies.
#[derive(Default)]
pub(super) struct Server {
    rows: RefCell<HashMap<Uuid, Row>>,
    /// Access tokens and when they end.
    access: RefCell<HashMap<String, (Uuid, u64, f64)>>,
    serial: Cell<u64>,
    pub(super) cookies: RefCell<(Option<String>, Option<String>)>,
    pub(super) faults: RefCell<VecDeque<(&'static str, Fault)>>,
    pub(super) seen: RefCell<Vec<Request>>,
}

impl Server {
    pub(super) fn fault(&self, path: &'static str, fault: Fault) {
        self.faults.borrow_mut().push_back((path, fault));
    }

    pub(super) fn count(&self, method: &str, path: &str) -> usize {
        self.seen.borrow().iter().filter(|request| request.method == method && request.path == path).count()
    }

    /// Every access token that is out stops.
    pub(super) fn forget_access(&self) {
        self.access.borrow_mut().clear();
    }

    pub(super) fn end(&self, why: Why) {
        self.rows.borrow_mut().values_mut().for_each(|row| row.ended = Some(why));
    }

    pub(super) fn ended(&self, session_id: Uuid) -> Option<Why> {
        self.rows.borrow()[&session_id].ended
    }

    fn answer(&self, now: f64, request: &Request) -> Result<Option<Grant>, Problem> {
        match (request.method, request.path.as_str()) {
            ("POST", "/api/session") => {
                let form: LogIn = serde_json::from_str(request.body.as_ref().unwrap().expose()).unwrap();
                if form.password.expose() != "right" {
                    return Err(Problem::new(Code::InvalidCredentials));
                }
                let viewer = Viewer {
                    account_id: Uuid::from_u128(form.login.bytes().map(u128::from).sum()),
                    username: form.login.clone(),
                    display_name: form.login,
                    role: Role::User,
                    session_id: Uuid::from_u128(1000 + self.rows.borrow().len() as u128),
                };
                let (storage, saved) = (form.storage.unwrap_or_default(), form.save == Some(true));
                let row = Row { viewer, storage, saved, generation: 0, confirmed: true, rotated_at: f64::MIN, ended: None };
                Ok(Some(self.grant(now, row)))
            }
            ("POST", "/api/session/refresh") => {
                let form: Refresh = serde_json::from_str(request.body.as_ref().unwrap().expose()).unwrap();
                let row = self.present(now, request, form.refresh)?;
                Ok(Some(self.grant(now, row)))
            }
            ("PATCH", "/api/session") => {
                self.authorise(now, request)?;
                let form: Change = serde_json::from_str(request.body.as_ref().unwrap().expose()).unwrap();
                let row = self.present(now, request, form.refresh)?;
                Ok(Some(self.grant(now, Row { saved: form.save, ..row })))
            }
            ("DELETE", "/api/session") => {
                let form: Refresh = serde_json::from_str(request.body.as_ref().unwrap().expose()).unwrap();
                let token = form.refresh.map(|token| token.expose().to_owned()).or_else(|| self.cookies.take().1);
                if let Some((session_id, _)) = token.as_deref().and_then(parse) {
                    self.rows.borrow_mut().get_mut(&session_id).unwrap().ended = Some(Why::LoggedOut);
                    self.access.borrow_mut().retain(|_, access| access.0 != session_id);
                }
                Ok(None)
            }
            _ => self.authorise(now, request).map(|()| None),
        }
    }

    fn authorise(&self, now: f64, request: &Request) -> Result<(), Problem> {
        let token = request.bearer.as_ref().map(|token| token.expose().to_owned());
        let token = token.or_else(|| self.cookies.borrow().0.clone().filter(|_| request.cookies));
        let Some(token) = token else { return Err(Problem::new(Code::Unauthenticated)) };
        let access = self.access.borrow().get(&token).copied();
        let Some((session_id, generation, _)) = access.filter(|access| now < access.2) else {
            return Err(Problem::new(Code::InvalidToken));
        };
        let mut rows = self.rows.borrow_mut();
        let row = rows.get_mut(&session_id).unwrap();
        if let Some(why) = row.ended {
            return Err(Problem::ended(why));
        }
        row.confirmed |= row.generation == generation;
        Ok(())
    }

    /// The table of refresh tokens; answers with the row as the grant shall have it.
    fn present(&self, now: f64, request: &Request, body: Option<Secret>) -> Result<Row, Problem> {
        let token = body.map(|token| token.expose().to_owned());
        let token = token.or_else(|| self.cookies.borrow().1.clone().filter(|_| request.cookies));
        let Some(token) = token else { return Err(Problem::new(Code::Unauthenticated)) };
        let Some((session_id, g)) = parse(&token) else { return Err(Problem::new(Code::InvalidToken)) };
        let mut rows = self.rows.borrow_mut();
        let Some(row) = rows.get_mut(&session_id) else { return Err(Problem::new(Code::InvalidToken)) };
        let recent = now - row.rotated_at <= WINDOW;
        if let Some(why) = row.ended {
            Err(Problem::ended(why))
        } else if g == row.generation && recent {
            row.confirmed = true;
            Ok(row.clone())
        } else if g == row.generation {
            (row.generation, row.confirmed, row.rotated_at) = (g + 1, false, now);
            Ok(row.clone())
        } else if g + 1 == row.generation && !row.confirmed {
            Ok(row.clone())
        } else if g + 1 == row.generation && recent {
            Err(Problem::new(Code::Superseded).retry_after(100))
        } else {
            row.ended = Some(Why::Reuse);
            Err(Problem::ended(Why::Reuse))
        }
    }

    fn grant(&self, now: f64, row: Row) -> Grant {
        self.serial.set(self.serial.get() + 1);
        let Row { viewer, storage, saved, generation, .. } = row.clone();
        let access = format!("access {}", self.serial.get());
        let refresh = format!("{} {generation}", viewer.session_id);
        self.access.borrow_mut().insert(access.clone(), (viewer.session_id, generation, now + f64::from(LIFE) * 1000.0));
        self.rows.borrow_mut().insert(viewer.session_id, row);
        let mut cookies = self.cookies.borrow_mut();
        let mut place = |cookie: bool, jar: usize, token: String| {
            if cookie {
                *(if jar == 0 { &mut cookies.0 } else { &mut cookies.1 }) = Some(token);
                return None;
            }
            Some(Secret::new(token))
        };
        let access = place(storage.access_in_cookie(), 0, access);
        let refresh = place(storage.refresh_in_cookie(), 1, refresh);
        Grant { viewer, generation, storage, saved, expires_in: LIFE, session_expires_at: 0, access, refresh }
    }
}

fn parse(token: &str) -> Option<(Uuid, u64)> {
    let (session_id, generation) = token.split_once(' ')?;
    Some((session_id.parse().ok()?, generation.parse().ok()?))
}

struct Wire(Rc<World>);

impl Transport for Wire {
    fn send(&self, request: Request) -> Pending<'_, Result<Response, Unreachable>> {
        Box::pin(async move {
            let (server, clock) = (&self.0.server, &self.0.clock);
            // Everything that can be under way at once is.
            clock.breathe().await;
            server.seen.borrow_mut().push(request.clone());
            let fault = {
                let mut faults = server.faults.borrow_mut();
                let hit = faults.iter().position(|(path, _)| *path == request.path);
                hit.and_then(|at| faults.remove(at)).map(|(_, fault)| fault)
            };
            match &fault {
                Some(Fault::Down) => return Err(Unreachable),
                Some(Fault::Says(status, body)) => {
                    return Ok(Response { status: *status, body: Secret::new((*body).to_owned()), retry_after_ms: None });
                }
                Some(Fault::Slow(ms)) => clock.sleep(*ms).await,
                _ => {}
            }
            let answer = match &fault {
                Some(Fault::Refused(problem)) => Err(problem.clone()),
                _ => server.answer(clock.ticks(), &request),
            };
            clock.breathe().await;
            let (status, body) = match answer {
                Ok(Some(grant)) => (200, serde_json::to_string(&grant).unwrap()),
                Ok(None) => (200, "{}".to_owned()),
                Err(problem) => (problem.status, serde_json::to_string(&problem).unwrap()),
            };
            match fault {
                Some(Fault::Lost) => Err(Unreachable),
                _ => Ok(Response { status, body: Secret::new(body), retry_after_ms: None }),
            }
        })
    }
}

/// Stands still until it is moved.
#[derive(Default)]
pub(super) struct ManualClock {
    now: Cell<f64>,
    pub(super) wall_off_by: Cell<i64>,
    seed: Cell<u32>,
    sleepers: RefCell<Vec<Waker>>,
}

impl ManualClock {
    async fn breathe(&self) {
        let mut once = false;
        std::future::poll_fn(|cx| {
            if std::mem::replace(&mut once, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

impl Clock for ManualClock {
    fn ticks(&self) -> f64 {
        self.now.get()
    }

    fn wall(&self) -> i64 {
        1_700_000_000_000 + self.now.get() as i64 + self.wall_off_by.get()
    }

    fn sleep(&self, ms: f64) -> Pending<'_, ()> {
        let until = self.now.get() + ms;
        Box::pin(std::future::poll_fn(move |cx| {
            if self.now.get() >= until {
                return Poll::Ready(());
            }
            self.sleepers.borrow_mut().push(cx.waker().clone());
            Poll::Pending
        }))
    }

    fn random(&self) -> f64 {
        self.seed.set(self.seed.get().wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        f64::from(self.seed.get()) / 4_294_967_296.0
    }
}

#[derive(Clone, Default)]
pub(super) struct Door {
    pub(super) off: Rc<Cell<bool>>,
    shut: Rc<Cell<bool>>,
    waiting: Rc<RefCell<Vec<Waker>>>,
}

impl TabLock for Door {
    fn acquire(&self) -> Pending<'_, Held> {
        Box::pin(std::future::poll_fn(|cx| {
            if self.off.get() {
                return Poll::Ready(Held::nothing());
            }
            if self.shut.replace(true) {
                self.waiting.borrow_mut().push(cx.waker().clone());
                return Poll::Pending;
            }
            let door = self.clone();
            Poll::Ready(Held::until(move || {
                door.shut.set(false);
                door.waiting.take().into_iter().for_each(Waker::wake);
            }))
        }))
    }
}

type Ears = RefCell<Vec<(usize, Rc<dyn Fn(Message)>)>>;

struct Street {
    tab: usize,
    world: Rc<World>,
}

impl TabChannel for Street {
    fn announce(&self, message: Message) {
        let ears: Vec<_> = self.world.ears.borrow().iter().filter(|(tab, _)| *tab != self.tab).map(|(_, hear)| hear.clone()).collect();
        if !self.world.deaf.get() {
            ears.iter().for_each(|hear| hear(message));
        }
    }

    fn listen(&self, hear: Box<dyn Fn(Message)>) {
        self.world.ears.borrow_mut().push((self.tab, Rc::from(hear)));
    }
}

/// A browser, its tabs, and the server.
#[derive(Default)]
pub(super) struct World {
    pub(super) server: Server,
    pub(super) clock: Rc<ManualClock>,
    pub(super) door: Door,
    pub(super) store: MemoryStore,
    pub(super) deaf: Cell<bool>,
    ears: Ears,
    tabs: Cell<usize>,
    pool: RefCell<LocalPool>,
}

/// One page.
pub(super) struct Tab {
    pub(super) engine: Rc<Engine>,
    pub(super) exchanges: Rc<RefCell<Vec<Exchange>>>,
    pub(super) phases: Rc<RefCell<Vec<Phase>>>,
}

impl World {
    pub(super) fn new() -> Rc<Self> {
        Rc::default()
    }

    /// Opens a page over the browser's store and starts it.
    pub(super) fn tab(self: &Rc<Self>, boot: &Boot) -> Tab {
        self.tab_over(boot, Rc::new(self.store.clone()))
    }

    /// Opens a page over a store of its own.
    pub(super) fn tab_over(self: &Rc<Self>, boot: &Boot, store: Rc<dyn TokenStore>) -> Tab {
        self.tabs.set(self.tabs.get() + 1);
        let (exchanges, phases) = (Rc::<RefCell<Vec<Exchange>>>::default(), Rc::<RefCell<Vec<Phase>>>::default());
        let ports = Ports {
            transport: Rc::new(Wire(self.clone())),
            store,
            lock: Rc::new(self.door.clone()),
            channel: Rc::new(Street { tab: self.tabs.get(), world: self.clone() }),
            clock: self.clock.clone(),
        };
        let (log, shown) = (exchanges.clone(), phases.clone());
        let watch = Watch {
            exchange: Box::new(move |exchange| log.borrow_mut().push(exchange)),
            phase: Box::new(move |phase, _| {
                if shown.borrow().last() != Some(&phase) {
                    shown.borrow_mut().push(phase);
                }
            }),
        };
        let engine = Engine::new(ports, watch, boot);
        self.go({
            let engine = engine.clone();
            async move { engine.restore().await }
        });
        Tab { engine, exchanges, phases }
    }

    /// A page in which mina has logged in.
    pub(super) fn mina(self: &Rc<Self>, storage: TokenStorage) -> Tab {
        let tab = self.tab(&Boot::default());
        self.log_in(&tab, "mina", storage).unwrap();
        self.server.seen.borrow_mut().clear();
        tab.exchanges.borrow_mut().clear();
        tab
    }

    pub(super) fn log_in(&self, tab: &Tab, login: &str, storage: TokenStorage) -> Result<Viewer, Problem> {
        let form = LogIn { login: login.into(), password: Secret::new("right".into()), storage: Some(storage), save: Some(true) };
        let engine = tab.engine.clone();
        self.run(async move { engine.log_in(form).await })
    }

    /// Runs until it is done, without a tick passing.
    pub(super) fn run<T: 'static>(&self, work: impl Future<Output = T> + 'static) -> T {
        self.go(work).take().expect("it waits for time to pass")
    }

    /// Begins it and runs everything until all wait. The cell holds the result as soon as there is one.
    pub(super) fn go<T: 'static>(&self, work: impl Future<Output = T> + 'static) -> Rc<RefCell<Option<T>>> {
        let result = Rc::new(RefCell::new(None));
        let cell = result.clone();
        let spawner = self.pool.borrow().spawner();
        spawner.spawn_local(async move { *cell.borrow_mut() = Some(work.await) }).unwrap();
        self.pool.borrow_mut().run_until_stalled();
        result
    }

    /// Lets time pass, in steps, so that what wakes up can sleep again.
    pub(super) fn pass(&self, ms: f64) {
        let until = self.clock.now.get() + ms;
        while self.clock.now.get() < until {
            self.clock.now.set((self.clock.now.get() + 250.0).min(until));
            self.clock.sleepers.take().into_iter().for_each(Waker::wake);
            self.pool.borrow_mut().run_until_stalled();
        }
    }

    /// Lets time pass while everybody sleeps.
    pub(super) fn sleep(&self, ms: f64) {
        self.clock.now.set(self.clock.now.get() + ms);
    }
}

impl Tab {
    /// A call as a page would make it.
    pub(super) fn call(
        &self,
        method: &'static str,
        path: &'static str,
        body: Option<&str>,
    ) -> impl Future<Output = Result<u16, Problem>> + use<> {
        let (engine, body) = (self.engine.clone(), body.map(|body| Secret::new(body.to_owned())));
        async move { engine.call(method, path, body).await.map(|response| response.status) }
    }

    pub(super) fn feed(&self) -> impl Future<Output = Result<u16, Problem>> + use<> {
        self.call("GET", "/api/feed", None)
    }
}
