//! A browser in memory: its tabs, what they share, and a clock that stands still.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::server::{Fault, Server};
use crate::session::Exchange;
use crate::session::engine::{Engine, Ports, Watch};
use crate::session::memory::MemoryStore;
use crate::session::phase::Phase;
use crate::session::ports::*;
use crate::wire::account::Viewer;
use crate::wire::problem::Problem;
use crate::wire::secret::Secret;
use crate::wire::session::{Boot, LogIn, TokenStorage};
use futures::executor::LocalPool;
use futures::task::LocalSpawnExt;

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
                    return Ok(Response { status: *status, body: Secret::new((*body).to_owned()), retry_after_ms: None, page: None });
                }
                Some(Fault::Slow(ms)) => clock.sleep(*ms).await,
                _ => {}
            }
            let before = server.cookies.borrow().clone();
            let answer = match &fault {
                Some(Fault::Refused(problem)) => Err(problem.clone()),
                _ => server.answer(clock.ticks(), &request),
            };
            if let Some(Fault::Late(ms)) = &fault {
                let brought = server.cookies.replace(before);
                clock.sleep(*ms).await;
                server.cookies.replace(brought);
            }
            clock.breathe().await;
            let (status, body) = match answer {
                Ok(Some(grant)) => (200, serde_json::to_string(&grant).unwrap()),
                Ok(None) => (200, "{}".to_owned()),
                Err(problem) => (problem.status, serde_json::to_string(&problem).unwrap()),
            };
            match fault {
                Some(Fault::Lost) => Err(Unreachable),
                _ => Ok(Response { status, body: Secret::new(body), retry_after_ms: None, page: None }),
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
            aside: Box::new(|_| {}),
        };
        let engine = Engine::new(ports, watch, boot);
        self.go({
            let engine = engine.clone();
            async move { engine.restore().await }
        });
        Tab { engine, exchanges, phases }
    }

    /// As if another tab had announced it.
    pub(super) fn tell_all(&self, message: Message) {
        let ears: Vec<_> = self.ears.borrow().iter().map(|(_, hear)| hear.clone()).collect();
        ears.iter().for_each(|hear| hear(message));
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
        let (engine, form) = (tab.engine.clone(), Self::form(login, storage));
        self.run(async move { engine.log_in(form).await })
    }

    /// What logs somebody in and saves it.
    pub(super) fn form(login: &str, storage: TokenStorage) -> LogIn {
        LogIn {
            login: login.into(),
            password: Secret::new("right".into()),
            code: None,
            storage: Some(storage),
            save: Some(true),
            bound: false,
        }
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
