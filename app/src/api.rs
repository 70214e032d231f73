//! What a page may ask, and of whom. The server answers [`Api`] straight from its domain while it renders, the browser over REST:
//! a page cannot tell the difference, and a test passes an answer of its own.

use std::future::Future;
use std::pin::Pin;

use crate::wire::feed::{Page, Post};
use crate::wire::problem::Problem;
use crate::wire::session::Inspection;

/// A pending answer.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send>>;

/// Everything a page may ask for, one method a question. In context as `Arc<dyn Api>`.
pub trait Api: Send + Sync {
    /// A page of the feed, newest first; `after` is a cursor from the page before.
    fn feed(&self, after: Option<String>) -> Answer<Page<Post>>;

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

/// Documents, fetched and sent with the session's credentials. In context as `Arc<dyn Documents>`, in the browser alone.
pub trait Documents: Send + Sync {
    /// Fetches what is at `target`, a path of this site with its query, and shows it in the sheet, if it is a document.
    fn open(&self, target: String) -> Answer<Turn>;

    /// Calls `turned` with what came of each form that somebody sends from a document, from now on.
    fn on_form(&self, turned: Box<dyn Fn(Result<Turn, Problem>)>);

    /// Calls `say` with what is to be read out, from now on.
    fn on_words(&self, say: Box<dyn Fn(String)>);
}

/// Where a request for a page has led, redirections followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Path and query of what came.
    pub target: String,
    /// What the window is called now; `None` when `target` is no document, so that nothing is shown yet.
    pub title: Option<String>,
    /// Whether the page says that there is a problem.
    pub problem: bool,
}
