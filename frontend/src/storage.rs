//! Where a record is kept: this page's memory, sessionStorage, localStorage. Which of them, the record says.
//! Storage that is blocked or full is replaced by memory, and that is told.

use std::cell::Cell;
use std::rc::Rc;

use app::session::memory::MemoryStore;
use app::session::ports::TokenStore;
use app::session::record::{Place, Record};
use app::wire::secret::Secret;
use gloo_storage::{LocalStorage, SessionStorage, Storage};

use crate::clock;

const KEY: &str = "nightlatch.session";
/// In sessionStorage while a page of this tab is open. Whoever finds it at the start has a copy of an open tab's storage (or that of
/// a page that never closed in order, which then counts as a copy: it costs a session, and no more).
const OPEN: &str = "nightlatch.open";

/// Longer than any record as text, in bytes.
const ROOMY: usize = 8_192;

/// All places together. Clones are one and the same.
#[derive(Clone)]
pub struct Shelves {
    page: MemoryStore,
    /// Whether sessionStorage can be used.
    tab: bool,
    /// Whether localStorage can be used.
    browser: bool,
    /// Whether this tab began as a copy of another.
    copied: bool,
    refused: Rc<Cell<bool>>,
}

impl Shelves {
    /// Tries the browser's storages out first: `gloo_storage` panics where one is blocked.
    #[must_use]
    pub fn new() -> Self {
        let window = web_sys::window();
        let own = window.as_ref().and_then(|window| window.session_storage().ok().flatten());
        let tab = works(own.clone());
        let browser = works(window.as_ref().and_then(|window| window.local_storage().ok().flatten()));
        let copied = window.zip(own).is_some_and(|(window, own)| tab && open(&window, own));
        Self { page: MemoryStore::default(), tab, browser, copied, refused: Rc::default() }
    }

    /// Whether the last record saved would have been worth keeping, and the browser refused.
    #[must_use]
    pub fn refused(&self) -> bool {
        self.refused.get()
    }

    /// A place of the browser's own, where it can be used.
    fn shelf(&self, place: Place) -> Option<web_sys::Storage> {
        match place {
            Place::Tab if self.tab => Some(SessionStorage::raw()),
            Place::Browser if self.browser => Some(LocalStorage::raw()),
            Place::Page | Place::Tab | Place::Browser => None,
        }
    }

    fn read(&self, place: Place) -> Option<Record> {
        if place == Place::Page {
            return self.page.load();
        }
        let text = Secret::new(self.shelf(place)?.get_item(KEY).ok()??);
        serde_json::from_str(text.expose()).ok()
    }

    fn write(&self, place: Place, record: &Record) -> Option<()> {
        if place == Place::Page {
            self.page.save(record);
            return Some(());
        }
        // Written into one piece of memory, which is wiped: what grows leaves copies of its beginning behind.
        let mut text = Vec::with_capacity(ROOMY);
        serde_json::to_writer(&mut text, record).ok()?;
        let text = Secret::new(String::from_utf8(text).ok()?);
        self.shelf(place)?.set_item(KEY, text.expose()).ok()
    }

    fn empty(&self, place: Place) {
        if place == Place::Page {
            self.page.clear();
        }
        drop(self.shelf(place).map(|shelf| shelf.remove_item(KEY)));
    }

    /// Takes one session out of every place but `kept`.
    fn sweep(&self, record: &Record, kept: Option<Place>) {
        for place in Place::ALL.into_iter().filter(|place| Some(*place) != kept) {
            if self.read(place).is_some_and(|other| other.session_id() == record.session_id()) {
                self.empty(place);
            }
        }
    }
}

impl Default for Shelves {
    fn default() -> Self {
        Self::new()
    }
}

impl TokenStore for Shelves {
    fn load(&self) -> Option<Record> {
        Place::ALL.into_iter().find_map(|place| self.read(place))
    }

    fn save(&self, record: &Record) {
        let wanted = record.place();
        let stored = self.write(wanted, record).is_some();
        self.refused.set(!stored && record.precious());
        let place = if stored { wanted } else { Place::Page };
        if !stored {
            self.page.save(record);
        }
        self.sweep(record, Some(place));
    }

    fn copied(&self) -> bool {
        self.copied
    }

    fn clear(&self) {
        if let Some(record) = self.load() {
            self.sweep(&record, None);
        }
    }
}

/// After how many milliseconds the page before has gone.
const GONE: f64 = 1_000.0;

/// Marks the tab as open for as long as it is, and says whether it was marked before.
fn open(window: &web_sys::Window, own: web_sys::Storage) -> bool {
    let copied = own.get_item(OPEN).ok().flatten().is_some();
    let page = ((js_sys::Math::random() * f64::from(u32::MAX)) as u32).to_string();
    drop(own.set_item(OPEN, &page));
    let (shown, hidden, page_again) = (own.clone(), own, page.clone());
    // Also when it comes back from the back/forward cache, and once more when the page before, where it ran in another process, must have
    // gone: it may have taken this one's mark for its own.
    let mark = Rc::new(move || drop(shown.set_item(OPEN, &page_again)));
    let later = mark.clone();
    clock::listen(window, "pageshow", move |_| mark());
    clock::spawn(async move {
        clock::sleep(GONE).await;
        later();
    });
    clock::listen(window, "pagehide", move |_| {
        // The next page of this tab may be there already.
        if hidden.get_item(OPEN).ok().flatten().as_ref() == Some(&page) {
            drop(hidden.remove_item(OPEN));
        }
    });
    copied
}

fn works(storage: Option<web_sys::Storage>) -> bool {
    const PROBE: &str = "nightlatch.probe";
    storage.is_some_and(|storage| storage.set_item(PROBE, "1").is_ok() && storage.remove_item(PROBE).is_ok())
}
