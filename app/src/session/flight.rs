//! Single flight: whoever asks while the work is under way shares it. The work goes on as long as one of them still waits,
//! and is dropped with the last.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::ports::Pending;

/// At most one piece of work at a time.
pub struct Flight<T>(RefCell<Weak<Work<T>>>);

impl<T> Default for Flight<T> {
    fn default() -> Self {
        Self(RefCell::new(Weak::new()))
    }
}

impl<T> Flight<T> {
    /// Joins the work under way, or starts it.
    pub fn join(&self, start: impl FnOnce() -> Pending<'static, T>) -> Joined<T> {
        if let Some(work) = self.0.borrow().upgrade().filter(|work| work.result.borrow().is_none()) {
            return Joined(work);
        }
        let joined = Joined::new(start());
        *self.0.borrow_mut() = Rc::downgrade(&joined.0);
        joined
    }
}

/// A share in some work. Whoever polls drives it for all.
pub struct Joined<T>(Rc<Work<T>>);

impl<T> Joined<T> {
    /// Work of one's own, to be shared by cloning.
    #[must_use]
    pub fn new(work: Pending<'static, T>) -> Self {
        Self(Rc::new(Work { rest: RefCell::new(Some(work)), result: RefCell::new(None), waiting: Arc::default() }))
    }
}

impl<T> Clone for Joined<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone> Future for Joined<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let work = &self.0;
        if let Some(result) = &*work.result.borrow() {
            return Poll::Ready(result.clone());
        }
        work.waiting.add(cx.waker());
        // Taken out while it runs: what it calls may ask for the same work.
        let Some(mut rest) = work.rest.borrow_mut().take() else { return Poll::Pending };
        match rest.as_mut().poll(&mut Context::from_waker(&Waker::from(work.waiting.clone()))) {
            Poll::Ready(result) => {
                *work.result.borrow_mut() = Some(result.clone());
                work.waiting.wake_by_ref();
                Poll::Ready(result)
            }
            Poll::Pending => {
                *work.rest.borrow_mut() = Some(rest);
                Poll::Pending
            }
        }
    }
}

struct Work<T> {
    rest: RefCell<Option<Pending<'static, T>>>,
    result: RefCell<Option<T>>,
    waiting: Arc<Waiting>,
}

/// Everybody who waits. All are woken, as any of them may have gone away.
#[derive(Default)]
struct Waiting(Mutex<Vec<Waker>>);

impl Waiting {
    fn add(&self, waker: &Waker) {
        let mut wakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !wakers.iter().any(|known| known.will_wake(waker)) {
            wakers.push(waker.clone());
        }
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let wakers = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        wakers.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::FutureExt;
    use futures::channel::oneshot;
    use futures::future::join3;

    use super::*;

    #[test]
    fn those_who_come_together_share_one_flight() {
        let started = Cell::new(0);
        let flight = Flight::default();
        let (land, landing) = oneshot::channel();
        let mut landing = Some(landing);
        let mut ask = || {
            flight.join(|| {
                started.set(started.get() + 1);
                let landing = landing.take().unwrap();
                Box::pin(async move { landing.await.unwrap() })
            })
        };
        let all = join3(ask(), ask(), ask());
        land.send(7).unwrap();
        assert_eq!(pollster::block_on(all), (7, 7, 7));
        assert_eq!(started.get(), 1);
    }

    #[test]
    fn the_next_one_starts_anew() {
        let flight = Flight::default();
        assert_eq!(pollster::block_on(flight.join(|| Box::pin(async { 1 }))), 1);
        assert_eq!(pollster::block_on(flight.join(|| Box::pin(async { 2 }))), 2);
    }

    #[test]
    fn a_flight_goes_on_when_the_one_who_started_it_leaves() {
        let flight = Flight::default();
        let (land, landing) = oneshot::channel::<u8>();
        let mut first = flight.join(|| Box::pin(async move { landing.await.unwrap() }));
        assert!((&mut first).now_or_never().is_none());
        let second = flight.join(|| unreachable!("it is under way"));
        drop(first);
        land.send(3).unwrap();
        assert_eq!(pollster::block_on(second), 3);
    }

    #[test]
    fn a_flight_nobody_waits_for_is_dropped() {
        let flight = Flight::default();
        drop(flight.join(|| Box::pin(std::future::pending::<u8>())));
        assert_eq!(pollster::block_on(flight.join(|| Box::pin(async { 4 }))), 4);
    }
}
