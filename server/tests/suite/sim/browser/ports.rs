//! The five ports of a tab's engine.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use app::routes::api;
use app::session::ports::{Clock, Held, Message, Pending, Request, Response, TabChannel, TabLock, TokenStore, Transport, Unreachable};
use app::session::record::{Place, Record};
use futures::channel::oneshot;
use futures::future::{Either, select};
use uuid::Uuid;

use super::super::clock::{Chance, MINUTE, SECOND};
use super::super::server::{EPOCH, WINDOW};
use super::super::witness::Kind;
use super::local::Local;
use super::{Browser, Own, Page, Shelf, runs};

/// How long a page waits for the tab lock: `frontend::tabs`.
const LOCK_PATIENCE: i64 = 5 * SECOND;

/// localStorage, sessionStorage and the page's memory, as `frontend::storage` puts them together.
pub(super) struct Shelves {
    pub(super) id: usize,
    /// When the page was there.
    pub(super) began: i64,
    pub(super) page: Shelf,
    pub(super) tab: Rc<Own>,
    pub(super) browser: Rc<Local>,
    /// Whether sessionStorage was another tab's when the page began.
    pub(super) copied: bool,
}

impl Shelves {
    fn read(&self, place: Place) -> Option<Record> {
        match place {
            Place::Page => self.page.borrow().clone(),
            Place::Tab => self.tab.record.borrow().clone(),
            Place::Browser => self.browser.read(self.id, self.began),
        }
    }

    fn write(&self, place: Place, record: Option<Record>) {
        match place {
            Place::Page => *self.page.borrow_mut() = record,
            Place::Tab => *self.tab.record.borrow_mut() = record,
            Place::Browser => self.browser.write(self.id, record),
        }
    }

    fn sweep(&self, session_id: Uuid, kept: Option<Place>) {
        for place in Place::ALL.into_iter().filter(|place| Some(*place) != kept) {
            if self.read(place).is_some_and(|other| other.session_id() == session_id) {
                self.write(place, None);
            }
        }
    }
}

impl TokenStore for Shelves {
    fn load(&self) -> Option<Record> {
        Place::ALL.into_iter().find_map(|place| self.read(place))
    }

    fn save(&self, record: &Record) {
        self.write(record.place(), Some(record.clone()));
        self.sweep(record.session_id(), Some(record.place()));
    }

    fn clear(&self) {
        if let Some(record) = self.load() {
            self.sweep(record.session_id(), None);
        }
    }

    fn copied(&self) -> bool {
        self.copied
    }

    fn stamp(&self) -> Option<u64> {
        self.load().as_ref().map(Record::stamp)
    }
}

/// What a tab's engine stands on, but for the store.
pub(super) struct Port {
    pub(super) browser: Rc<Browser>,
    pub(super) page: Rc<Page>,
    pub(super) chance: Chance,
}

impl Transport for Port {
    fn send(&self, request: Request) -> Pending<'_, Result<Response, Unreachable>> {
        let (browser, page) = (self.browser.clone(), self.page.clone());
        Box::pin(async move {
            let (tell, answer) = oneshot::channel();
            let (began, refresh) = (browser.time.now(), request.path == api::REFRESH);
            browser.witness.tell(|| format!("tab {} sends {} {}", page.id, request.method, request.path));
            {
                let (browser, page) = (browser.clone(), page.clone());
                let carried = async move { drop(tell.send(browser.carry(&page, request).await)) };
                self.browser.time.detach(carried);
            }
            if refresh {
                browser.refreshing.take().into_iter().for_each(|tell| drop(tell.send(page.clone())));
            }
            let answer = answer.await.unwrap_or(Err(Unreachable));
            runs(&browser, &page).await;
            if refresh && answer.as_ref().is_ok_and(Response::ok) && browser.time.now() - began > WINDOW {
                browser.witness.saw(Kind::AnswerAfterWindow);
            }
            answer
        })
    }
}

impl Clock for Port {
    fn ticks(&self) -> f64 {
        self.browser.machine.ticks() as f64
    }

    fn wall(&self) -> i64 {
        EPOCH + self.browser.time.now() + self.browser.machine.wall_off.get()
    }

    fn sleep(&self, ms: f64) -> Pending<'_, ()> {
        Box::pin(async move {
            let (time, machine) = (&self.browser.time, &self.browser.machine);
            let goal = machine.ticks() + ms.ceil() as i64;
            loop {
                // A tab that has been hidden for a while is woken up on the minute only, and all such tabs at once.
                let at = time.now() + (goal - machine.ticks()).max(0);
                let hidden = self.page.hidden_since.get().map_or(0, |since| time.now() - since);
                let at = if hidden > 5 * MINUTE { (at + MINUTE - 1) / MINUTE * MINUTE } else { at };
                if hidden > 5 * MINUTE {
                    self.browser.witness.saw(Kind::TimerThrottled);
                }
                time.until(at).await;
                runs(&self.browser, &self.page).await;
                if machine.ticks() >= goal {
                    return;
                }
            }
        })
    }

    fn random(&self) -> f64 {
        self.chance.unit()
    }
}

impl TabChannel for Port {
    fn announce(&self, message: Message) {
        if !self.browser.hears {
            return;
        }
        for (page, hear) in self.browser.ears.borrow().iter().filter(|(page, _)| page.id != self.page.id) {
            let (browser, page, hear, on_its_way) = (self.browser.clone(), page.clone(), hear.clone(), self.chance.between(1, 30));
            let heard = async move {
                browser.time.pass(on_its_way).await;
                runs(&browser, &page).await;
                if !page.closed.get() {
                    hear(message);
                }
            };
            self.browser.time.detach(heard);
        }
    }

    fn listen(&self, hear: Box<dyn Fn(Message)>) {
        self.browser.ears.borrow_mut().push((self.page.clone(), Rc::from(hear)));
    }
}

/// A Web Lock: first come, first served.
#[derive(Default)]
pub(super) struct Lock {
    taken: Cell<bool>,
    queue: RefCell<VecDeque<oneshot::Sender<Held>>>,
}

impl Lock {
    fn held(self: &Rc<Self>) -> Held {
        self.taken.set(true);
        let lock = self.clone();
        Held::until(move || lock.released())
    }

    fn released(self: &Rc<Self>) {
        self.taken.set(false);
        let next = self.queue.borrow_mut().pop_front();
        if let Some(next) = next {
            // Should nobody wait there any more, what comes back is dropped, and that releases it for the next in line.
            drop(next.send(self.held()));
        }
    }
}

impl TabLock for Port {
    fn acquire(&self) -> Pending<'_, Held> {
        Box::pin(async move {
            let lock = &self.browser.lock;
            if !self.browser.locks {
                return Held::nothing();
            }
            if !lock.taken.get() {
                return lock.held();
            }
            self.browser.witness.saw(Kind::LockWaited);
            let (give, take) = oneshot::channel();
            lock.queue.borrow_mut().push_back(give);
            let held = match select(take, self.browser.time.pass(LOCK_PATIENCE)).await {
                Either::Left((held, _)) => held.unwrap_or_else(|_| Held::nothing()),
                Either::Right(_) => {
                    self.browser.witness.saw(Kind::LockGivenUp);
                    Held::nothing()
                }
            };
            runs(&self.browser, &self.page).await;
            held
        })
    }
}
