//! What a page may ask, and of whom. The server answers [`Api`] straight from its domain while it renders, the browser over REST:
//! a page cannot tell the difference, and a test passes an answer of its own.

use std::future::Future;
use std::pin::Pin;

use crate::wire::account::AccountSummary;
use crate::wire::feed::{Page, Post};
use crate::wire::problem::Problem;
use crate::wire::session::Inspection;

/// A pending answer.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send>>;

/// Everything a page may ask for, one method a question. In context as `Arc<dyn Api>`.
pub trait Api: Send + Sync {
    /// A page of the feed, newest first; `after` is a cursor from the page before.
    fn feed(&self, after: Option<String>) -> Answer<Page<Post>>;

    /// Every account, for the role `admin`.
    fn accounts(&self) -> Answer<Vec<AccountSummary>>;

    /// The access token of this session taken apart; a local build only.
    fn inspect(&self) -> Answer<Inspection>;
}

/// The little that a page asks of the window it is shown in. In context as `Arc<dyn Window>`, in the browser alone.
pub trait Window: Send + Sync {
    /// Milliseconds from the start of the navigation until the first post was on the screen, measured by the browser.
    /// `None` when the browser cannot tell, or this document did not open with the feed.
    fn first_post_shown(&self) -> Pin<Box<dyn Future<Output = Option<f64>> + Send>>;

    /// Moves the keyboard's focus to the element with this id, if there is one.
    fn focus(&self, id: &str);

    /// A monotonic clock, in milliseconds, for countdowns on the screen.
    fn ticks(&self) -> f64;

    /// Wakes up after `ms` milliseconds.
    fn pause(&self, ms: u32) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}
