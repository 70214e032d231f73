//! What a request costs inside the server, where somebody wants to know. Nobody does unless the lab is on: outside of [`metered`] nothing
//! here looks at a clock.

use std::cell::Cell;
use std::future::Future;
use std::time::{Duration, Instant};

use uuid::Uuid;

tokio::task_local! {
    static METER: Meter;
}

#[derive(Default)]
struct Meter {
    slow: Duration,
    cost: Cell<Cost>,
    /// Whether it is being found out who asks: not to be counted twice.
    asking: Cell<bool>,
}

/// What it took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// All of it.
    pub total: Duration,
    /// Finding out who asks.
    pub auth: Duration,
    /// Waiting for the database.
    pub database: Duration,
    /// How often it was asked. Steps of refresh chains on SQLite travel together, and are not counted.
    pub queries: u32,
    /// The session that it was about.
    pub about: Option<Uuid>,
}

/// Runs something, and says what it took. Each query in it takes `slow` longer than it does: a database that is further away.
pub async fn metered<F: Future>(slow: Duration, run: F) -> (F::Output, Cost) {
    let meter = Meter { slow, ..Meter::default() };
    METER
        .scope(meter, async {
            let began = Instant::now();
            let done = run.await;
            let total = began.elapsed();
            (done, Cost { total, ..METER.with(|meter| meter.cost.get()) })
        })
        .await
}

/// Counts what is done in it as finding out who asks.
pub async fn who<F: Future>(run: F) -> F::Output {
    let began = METER.try_with(|meter| (!meter.asking.replace(true)).then(Instant::now)).ok().flatten();
    let done = run.await;
    if let Some(began) = began {
        change(|cost| cost.auth += began.elapsed());
        let _ = METER.try_with(|meter| meter.asking.set(false));
    }
    done
}

/// The session that the request is about.
pub fn about(session_id: Uuid) {
    change(|cost| cost.about = Some(session_id));
}

/// A query under way: counted when it is dropped.
pub struct Query(Option<Instant>);

/// Begins one.
pub async fn query() -> Query {
    let Ok(slow) = METER.try_with(|meter| meter.slow) else { return Query(None) };
    let began = Instant::now();
    if !slow.is_zero() {
        tokio::time::sleep(slow).await;
    }
    Query(Some(began))
}

impl Drop for Query {
    fn drop(&mut self) {
        if let Some(began) = self.0 {
            change(|cost| {
                cost.database += began.elapsed();
                cost.queries += 1;
            });
        }
    }
}

fn change(how: impl FnOnce(&mut Cost)) {
    let _ = METER.try_with(|meter| {
        let mut cost = meter.cost.get();
        how(&mut cost);
        meter.cost.set(cost);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_asked_is_counted_once_and_only_inside() {
        drop(query().await);
        about(Uuid::nil());
        let (said, cost) = metered(Duration::ZERO, async {
            who(who(async { drop(query().await) })).await;
            drop(query().await);
            about(Uuid::from_u128(7));
            "done"
        })
        .await;
        assert_eq!((said, cost.queries, cost.about), ("done", 2, Some(Uuid::from_u128(7))));
        assert!(cost.auth <= cost.total && cost.database <= cost.total);
    }

    #[tokio::test]
    async fn a_slow_database_is_slow_for_each_query() {
        let slow = Duration::from_millis(2);
        let (_, cost) = metered(slow, async {
            drop(query().await);
            drop(query().await);
        })
        .await;
        assert!(cost.database >= 2 * slow && cost.total >= cost.database, "{cost:?}");
    }
}
