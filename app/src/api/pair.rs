//! What two tabs of one experiment do together.

use uuid::Uuid;

use super::Answer;
use crate::wire::lab::tabs::Again;
use crate::wire::secret::Secret;

/// In context as `Arc<dyn Pair>`, on the lab's pages.
pub trait Pair: Send + Sync {
    /// Says something to the other tab, by the channel that was opened.
    fn say(&self, word: &str);

    /// Opens a channel by its name, in place of the one there was, and calls `told` with what the other tab says.
    fn open_channel(&self, name: &'static str, told: Box<dyn Fn(String)>);

    /// Closes it.
    fn close_channel(&self);

    /// Whether refreshes of this page wait for the lock that all tabs share, from now on.
    fn lock(&self, on: bool);

    /// The time of day in Unix milliseconds and fractions of them, to be compared with another tab's on the same machine.
    fn wall(&self) -> f64;

    /// Waits until that time of day, also in a tab that nobody sees, and answers with the time it is.
    fn until(&self, at: f64) -> Answer<f64>;

    /// Waits until there is an element that this CSS selector names, for so many milliseconds, and answers with the time of day.
    fn appears(&self, selector: &'static str, ms: u32) -> Answer<f64>;

    /// Begins another session of a bench's account, in place of the one there was.
    fn again(&self, bench: Uuid, form: Again) -> Answer<()>;

    /// Sends a request past the session, with the browser's cookies as they are, and with `account` for `X-Account`. Answers with the status
    /// and the body.
    fn send(&self, method: &'static str, path: String, account: Option<Uuid>) -> Answer<(u16, Secret)>;
}
