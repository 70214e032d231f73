//! Virtual time. Nobody waits for a clock on the wall: when all tasks of a world wait, its time leaps to the next moment that one of
//! them waits for. Chance comes from a seed, so the same seed gives the same eight hours again, to the millisecond.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures::executor::{LocalPool, LocalSpawner};
use futures::future::RemoteHandle;
use futures::task::LocalSpawnExt;

/// One second, in the milliseconds that all times here are counted in.
pub const SECOND: i64 = 1000;
/// One minute.
pub const MINUTE: i64 = 60 * SECOND;
/// One hour.
pub const HOUR: i64 = 60 * MINUTE;

/// The time of one world, and the tasks that live in it.
pub struct Time {
    now: Cell<i64>,
    made: Cell<u64>,
    timers: RefCell<BinaryHeap<Reverse<Timer>>>,
    spawner: LocalSpawner,
}

impl Time {
    /// A new world's time, and the pool that drives it.
    pub fn begin() -> (Rc<Self>, LocalPool) {
        let pool = LocalPool::new();
        let time = Self { now: Cell::new(0), made: Cell::new(0), timers: RefCell::default(), spawner: pool.spawner() };
        (Rc::new(time), pool)
    }

    /// Milliseconds since the world began.
    pub fn now(&self) -> i64 {
        self.now.get()
    }

    /// Waits until a moment.
    pub fn until(self: &Rc<Self>, at: i64) -> Until {
        Until { time: self.clone(), at, waits: None }
    }

    /// Waits for so many milliseconds.
    pub fn pass(self: &Rc<Self>, ms: i64) -> Until {
        self.until(self.now() + ms)
    }

    /// A task that lives as long as its handle.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) -> RemoteHandle<()> {
        self.spawner.spawn_local_with_handle(task).unwrap()
    }

    /// A task that lives as long as the world.
    pub fn detach(&self, task: impl Future<Output = ()> + 'static) {
        self.spawner.spawn_local(task).unwrap();
    }

    /// Lets time pass until `end`, or until `over` says that there is nothing more to see.
    pub fn run(&self, pool: &mut LocalPool, end: i64, over: impl Fn() -> bool) {
        loop {
            pool.run_until_stalled();
            let next = self.timers.borrow().peek().map_or(i64::MAX, |Reverse(timer)| timer.at);
            if next > end || over() {
                return;
            }
            self.now.set(next);
            loop {
                let due = {
                    let mut timers = self.timers.borrow_mut();
                    if timers.peek().is_some_and(|Reverse(timer)| timer.at == next) { timers.pop() } else { None }
                };
                let Some(Reverse(timer)) = due else { break };
                timer.waker.wake();
            }
        }
    }
}

struct Timer {
    at: i64,
    /// Among timers of one moment, the first set is the first to ring.
    made: u64,
    waker: Waker,
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.made).cmp(&(other.at, other.made))
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Timer {}

/// See [`Time::until`].
pub struct Until {
    time: Rc<Time>,
    at: i64,
    waits: Option<Waker>,
}

impl Future for Until {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        if this.time.now() >= this.at {
            return Poll::Ready(());
        }
        if !this.waits.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            let made = this.time.made.get();
            this.time.made.set(made + 1);
            this.time.timers.borrow_mut().push(Reverse(Timer { at: this.at, made, waker: cx.waker().clone() }));
            this.waits = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

/// Chance from a seed (SplitMix64). Everybody in a world has a stream of their own, so that users and faults are the same under
/// every protocol, whatever the protocol answers.
#[derive(Clone)]
pub struct Chance(Cell<u64>);

impl Chance {
    /// The stream `name` of a seed.
    pub fn new(seed: u64, name: &str) -> Self {
        let chance = Self(Cell::new(name.bytes().fold(seed, |state, byte| mix(state ^ u64::from(byte)))));
        chance.draw();
        chance
    }

    /// Any number.
    pub fn draw(&self) -> u64 {
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        mix(self.0.get())
    }

    /// At least 0, less than 1.
    pub fn unit(&self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Happens with this probability.
    pub fn often(&self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// At least `from`, less than `to`.
    pub fn between(&self, from: i64, to: i64) -> i64 {
        from + (self.unit() * (to - from) as f64) as i64
    }

    /// One of them.
    pub fn one<T: Copy>(&self, of: &[T]) -> T {
        of[(self.draw() % of.len() as u64) as usize]
    }
}

const fn mix(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
