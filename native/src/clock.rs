//! Time and chance of this machine.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use app::session::ports::{Clock, Pending};

/// Counts from its own making.
pub(crate) struct Moment(Instant);

impl Moment {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Moment {
    fn ticks(&self) -> f64 {
        self.0.elapsed().as_secs_f64() * 1000.0
    }

    fn wall(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn sleep(&self, ms: f64) -> Pending<'_, ()> {
        Box::pin(tokio::time::sleep(Duration::from_secs_f64(ms.clamp(0.0, 60_000.0) / 1000.0)))
    }

    fn random(&self) -> f64 {
        // As many bits as a double has room for. Without the system's generator, the middle: chance is for spreading load only.
        getrandom::u64().map_or(0.5, |bits| (bits >> 11) as f64 / 9_007_199_254_740_992.0)
    }
}
