//! What a page asks of the browser it is shown in. While the server renders, nothing of it is in context: it renders documents straight from
//! its domain, and the pages that a browser renders too ask for nothing.

pub mod pair;

use std::future::Future;
use std::pin::Pin;

use uuid::Uuid;

use crate::wire::lab::Begin;
use crate::wire::problem::Problem;
use crate::wire::saved::Saved;
use crate::wire::secret::Secret;
use crate::wire::session::Inspection;

/// A pending answer.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send>>;

/// What a page may ask for besides documents. In context as `Arc<dyn Api>`.
pub trait Api: Send + Sync {
    /// The saved logins of this browser, whoever is logged in.
    fn saved(&self) -> Answer<Vec<Saved>>;
}

/// The little that a page asks of its window. In context as `Arc<dyn Window>`.
pub trait Window: Send + Sync {
    /// Milliseconds from the start of the navigation until the first post was on the screen, measured by the browser.
    /// `None` when the browser cannot tell, or this document did not open with the feed.
    fn first_post_shown(&self) -> Pin<Box<dyn Future<Output = Option<f64>> + Send>>;

    /// Says in the document how long that took, if it has a place for it.
    fn say_back(&self, ms: u32);

    /// Shows nothing of this page any more, and asks the server for it anew.
    fn load_anew(&self);

    /// Calls the window `title`, if that says anything.
    fn entitle(&self, title: &str);

    /// Whether there is an element that this CSS selector names.
    fn shows(&self, selector: &str) -> bool;

    /// Moves the keyboard's focus to the element with this id, if there is one.
    fn focus(&self, id: &str);

    /// A monotonic clock, in milliseconds, for countdowns on the screen.
    fn ticks(&self) -> f64;

    /// Opens the modal dialog with this id. Should the browser close it in a way of its own, the page is loaded anew: what lies behind it is
    /// not to be used.
    fn open_dialog(&self, id: &str);

    /// Presses the button that this CSS selector names, if there is one.
    fn press(&self, selector: &str);

    /// The time of day as its reader's clock has it, such as `14:02`.
    fn time_of_day(&self) -> String;

    /// Whether the browser keeps cookies of this site.
    fn keeps_cookies(&self) -> bool;

    /// Wakes up when the browser says that the network is back; it may have been there all along.
    fn online(&self) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Wakes up after `ms` milliseconds.
    fn pause(&self, ms: u32) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// What the lab does to a browser, and asks of the server. In context as `Arc<dyn Bench>`, on the lab's pages.
pub trait Bench: Send + Sync {
    /// The access token of this session taken apart.
    fn inspect(&self) -> Answer<Inspection>;

    /// Begins a session of the lab, which takes the place of the one there was. With `bound`, its tokens are bound to a key of this browser,
    /// where they live with the page.
    fn begin(&self, form: Begin, bound: bool) -> Answer<()>;

    /// Fetches fresh tokens now.
    fn refresh(&self) -> Answer<()>;

    /// Asks for a path with the session's credentials, refreshing and asking again as every page does. Nothing is made of the answer.
    fn ask(&self, path: &'static str) -> Answer<()>;

    /// Asks the lab itself: with the browser's cookies, and past the session. Answers with JSON.
    fn tell(&self, method: &'static str, path: String, body: Option<Secret>) -> Answer<Secret>;

    /// A random name.
    fn name(&self) -> Uuid;

    /// What the lab keeps in this browser: `None` where there is nothing.
    fn kept(&self) -> Option<String>;

    /// Keeps it.
    fn keep(&self, text: &str);

    /// Calls `told` when another tab has kept something, from now on.
    fn on_kept(&self, told: Box<dyn Fn()>);

    /// Writes a mark into the memory of this page, sessionStorage and localStorage.
    fn plant(&self, mark: Uuid);

    /// In which of them the mark is.
    fn found(&self, mark: Uuid) -> [bool; 3];

    /// The refresh token, as a script finds it that somebody has put into this page: where it lies open.
    fn lying_about(&self) -> Option<Secret>;

    /// The script that somebody injects, to be read.
    fn payload(&self) -> &'static str;

    /// Runs it in this page, as a part of it. Answers with what it has found, as JSON.
    fn inject(&self) -> Answer<Secret>;

    /// Takes down, where the page's wasm does not see it, which tokens are in the memory of the page's wasm now, and says how many.
    fn remember(&self) -> Answer<u32>;

    /// How many of those are still there.
    fn remains(&self) -> Answer<u32>;

    /// Tries it as an inline script. Answers with the directive of the content policy that forbade it; empty: it ran.
    fn inject_inline(&self) -> Answer<String>;

    /// Loads this page anew.
    fn reload(&self);

    /// Opens `path` in a tab of its own: as a link does, or with `window.open`.
    fn open(&self, path: &str, by_script: bool);

    /// Opens the window in which the feed is timed: while a click is under way. Whether the browser let us.
    fn open_feed(&self) -> bool;

    /// Opens the feed in it once, and answers with what the window measured, as JSON. Where there is no session, the saved login of
    /// `username` is pressed. The title of the problem says why there is no result: `closed`, `blind` or `late`.
    fn time_feed(&self, username: String) -> Answer<String>;

    /// Closes it.
    fn close_feed(&self);

    /// Opens another tab of this site: while a click is under way. Whether the browser let us.
    fn open_beside(&self) -> bool;

    /// Walks it to the first page and on to `path`. Whether anybody is logged in there.
    fn walk_beside(&self, path: &'static str) -> Answer<bool>;

    /// Looks at it from this very moment on. After how many milliseconds nobody was logged in there any more; `None`: somebody still is.
    fn watch_beside(&self) -> Answer<Option<f64>>;

    /// Presses Back in it. Whether anybody is logged in there then, and whether the page came out of the browser's cache of whole pages.
    fn back_beside(&self) -> Answer<[bool; 2]>;

    /// Closes it.
    fn close_beside(&self);

    /// Puts a text into the clipboard.
    fn copy(&self, text: String) -> Answer<()>;

    /// Which browser this is, as it says itself.
    fn browser(&self) -> String;

    /// Hands a file to whoever sits here.
    fn download(&self, name: &str, media: &str, text: &str);
}

/// Documents, fetched and sent with the session's credentials. In context as `Arc<dyn Documents>`.
pub trait Documents: Send + Sync {
    /// Fetches what is at `target`, a path of this site with its query, and shows it in the sheet, if it is a document. `None`: another
    /// page was asked for meanwhile, and this one is not shown.
    fn open(&self, target: String) -> Answer<Option<Turn>>;

    /// Empties the sheet: what is on it is another's.
    fn blank(&self);

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
