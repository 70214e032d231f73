//! The API and the session's verbs over the engine. Futures of the browser stay on its one thread, and only here are they
//! wrapped to pass for more.

use std::cell::{Cell, OnceCell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use app::api::{Answer, Api};
use app::session::engine::{Engine, Ports, Watch};
use app::session::flight::Joined;
use app::session::{Host, Session, Verbs};
use app::wire::account::SignUp;
use app::wire::problem::{Code, Problem};
use app::wire::saved::Saved;
use app::wire::secret::Secret;
use app::wire::session::{Boot, Change, Leave, LogIn, Offer, TokenStorage};
use send_wrapper::SendWrapper;
use uuid::Uuid;

use crate::clock::{self, Moment};
use crate::http::Fetch;
use crate::passkey;
use crate::storage::Shelves;
use crate::tabs::{Channel, Locks};
use crate::{keep, later, window};

/// Milliseconds that a refresh may take before anything is said of it.
const UNNOTICED: f64 = 2_000.0;

/// Somebody who is to be told when the server has answered.
type OnAnswer = Rc<RefCell<Option<Box<dyn Fn()>>>>;

/// The engine, once the page has asked for its session.
#[derive(Clone)]
pub struct Browser(Arc<SendWrapper<OnceCell<Rc<Engine>>>>, Arc<SendWrapper<OnAnswer>>);

impl Default for Browser {
    fn default() -> Self {
        Self(Arc::new(SendWrapper::new(OnceCell::new())), Arc::new(SendWrapper::new(Rc::default())))
    }
}

impl Host for Browser {
    fn session(&self, boot: &Boot) -> Session {
        let session = Session::new(boot, Some(Arc::new(self.clone())));
        let shelves = Shelves::new();
        let ports = Ports {
            transport: Rc::new(Fetch),
            store: Rc::new(shelves.clone()),
            lock: Rc::new(Locks),
            channel: Rc::new(Channel::open()),
            clock: Rc::new(Moment),
        };
        let (log, shown, beside, answered) = (session.clone(), session.clone(), session.clone(), self.1.clone());
        let runs = Rc::new(Cell::new(0_u32));
        let watch = Watch {
            exchange: Box::new(move |exchange| {
                let reached = (200..500).contains(&exchange.status);
                log.record(exchange);
                if let (true, Some(told)) = (reached, &*answered.borrow()) {
                    told();
                }
            }),
            aside: Box::new(move |aside| {
                beside.show_soon(aside.soon);
                let run = runs.get() + 1;
                runs.set(run);
                if !aside.renewing {
                    return beside.show_slow(false);
                }
                let (beside, runs) = (beside.clone(), runs.clone());
                clock::spawn(async move {
                    clock::sleep(UNNOTICED).await;
                    if runs.get() == run {
                        beside.show_slow(true);
                    }
                });
            }),
            phase: Box::new(move |phase, storage| {
                shown.show(phase, storage);
                shown.show_fleeting(shelves.refused());
            }),
        };
        let engine = self.0.get_or_init(|| Engine::new(ports, watch, boot)).clone();
        start(engine);
        session
    }
}

/// Starts the engine when the page stands as the server rendered it: hydration is one task, and this waits for the next.
fn start(engine: Rc<Engine>) {
    let wake = {
        let engine = engine.clone();
        move || {
            let engine = engine.clone();
            clock::spawn(async move { engine.wake().await });
        }
    };
    clock::on_wake(wake.clone());
    let returning = engine.clone();
    window::on_return(move || if returning.moved() { window::blank_and_reload() } else { wake() });
    clock::spawn(async move {
        clock::sleep(0.0).await;
        engine.restore().await;
        Engine::keep(Rc::downgrade(&engine)).await;
    });
}

impl Api for Browser {
    fn saved(&self) -> Answer<Vec<Saved>> {
        self.with(|engine| async move { engine.saved().await })
    }
}

impl Verbs for Browser {
    fn log_in(&self, form: LogIn) -> Answer<Option<Offer>> {
        self.with(|engine| async move { engine.log_in(form).await.map(|_| engine.offer()) })
    }

    fn has_passkeys(&self) -> bool {
        passkey::are_there()
    }

    fn log_in_by_passkey(&self, storage: Option<TokenStorage>, bound: bool) -> Answer<Option<Offer>> {
        self.with(
            move |engine| async move { engine.log_in_by_passkey(None, (storage, bound), &passkey::answer).await.map(|_| engine.offer()) },
        )
    }

    fn sign_up(&self, form: SignUp) -> Answer<Option<Offer>> {
        self.with(|engine| async move { engine.sign_up(form).await.map(|_| engine.offer()) })
    }

    fn one_tap(&self, id: Uuid, password: Option<Secret>) -> Answer<()> {
        self.with(move |engine| async move { engine.one_tap(id, password).await.map(drop) })
    }

    fn one_tap_by_passkey(&self, id: Uuid) -> Answer<()> {
        self.with(move |engine| async move { engine.log_in_by_passkey(Some(id), (None, false), &passkey::answer).await.map(drop) })
    }

    fn log_out(&self, leave: Leave) -> Answer<()> {
        keep::forget();
        later::forget();
        self.with(move |engine| {
            let told = engine.log_out_leaving(leave);
            async move {
                told.await;
                Ok(())
            }
        })
    }

    fn change(&self, change: Change) -> Answer<()> {
        self.with(move |engine| async move { engine.change(change).await })
    }

    fn retry(&self) {
        drop(self.with(|engine| async move {
            engine.retry().await;
            Ok(())
        }));
    }
}

impl Browser {
    /// Whose session it is, if anybody's.
    pub(crate) fn account(&self) -> Option<Uuid> {
        self.0.get().and_then(|engine| engine.phase().viewer().map(|viewer| viewer.account_id))
    }

    /// Calls `told` whenever the server has answered, from now on.
    pub(crate) fn on_answer(&self, told: impl Fn() + 'static) {
        *self.1.borrow_mut() = Some(Box::new(told));
    }

    /// Fetches fresh tokens, as the limits of the session have moved.
    pub(crate) fn renew(&self) {
        drop(self.with(|engine| async move {
            engine.renew_now().await;
            Ok(())
        }));
    }

    /// Begins at once and goes on to its end, even if the page that asked has left: half a refresh would help nobody.
    pub fn with<T, F>(&self, ask: impl FnOnce(Rc<Engine>) -> F) -> Answer<T>
    where
        T: Clone + 'static,
        F: Future<Output = Result<T, Problem>> + 'static,
    {
        let Some(engine) = self.0.get() else {
            return Box::pin(async { Err(Problem::new(Code::Unreachable)) });
        };
        let answer = Joined::new(Box::pin(ask(engine.clone())));
        let driven = answer.clone();
        clock::spawn(async move { drop(driven.await) });
        Box::pin(SendWrapper::new(answer))
    }
}
