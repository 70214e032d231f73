//! Where the session is kept: this process's memory, and one drawer outside of it, which is the system's key store or a sealed file.
//! Which of the two a record belongs into, the record says.

pub mod key_store;
pub mod sealed;

use std::cell::RefCell;
use std::fmt;

use app::session::memory::MemoryStore;
use app::session::ports::TokenStore;
use app::session::record::{Place, Record};
use app::wire::secret::{self, Secret};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::proof::Key;

/// Holds one text for one server, after this process has ended too.
pub trait Drawer {
    /// The text; `None` when the drawer is empty.
    ///
    /// # Errors
    /// When that cannot be told: it is not answered, locked, or not to be opened. Nothing has changed then.
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Stuck>;
    /// Puts a text in, in the place of the former.
    ///
    /// # Errors
    /// When it is not in afterwards. The former text still is.
    fn write(&self, text: &[u8]) -> Result<(), Stuck>;
    /// Empties it; an empty one stays empty.
    ///
    /// # Errors
    /// When something may still be inside.
    fn empty(&self) -> Result<(), Stuck>;
}

/// A drawer that cannot be used, and why, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Stuck(pub String);

/// The drawers there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The system's key store.
    KeyStore,
    /// A file under a passphrase.
    File,
}

impl Kind {
    /// Reads `keyring` or `file`.
    ///
    /// # Errors
    /// What it must be, in words that fit after "must be".
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "keyring" => Ok(Self::KeyStore),
            "file" => Ok(Self::File),
            _ => Err("keyring or file".to_owned()),
        }
    }

    /// Which drawer to use: the one that is wished; or the one that holds something; or the key store if it answers. `key_store` says
    /// whether it holds something, or does not answer; `file` whether there is one.
    #[must_use]
    pub fn choose(wished: Option<Self>, key_store: Option<bool>, file: bool) -> Self {
        match (wished, key_store, file) {
            (Some(kind), ..) => kind,
            (None, Some(true), _) | (None, Some(false), false) => Self::KeyStore,
            (None, Some(false), true) | (None, None, _) => Self::File,
        }
    }
}

/// What lies in a drawer: a record, and the key that its session is bound to.
#[derive(Serialize, Deserialize)]
struct Lying<R> {
    #[serde(flatten)]
    record: R,
    /// In base64url.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    key: Option<Secret>,
}

/// The engine's store over a drawer.
pub struct Keep {
    memory: MemoryStore,
    drawer: Box<dyn Drawer>,
    /// The key that signs this client's requests, once it is needed. It goes with the session, and so to where that is kept.
    key: RefCell<Option<Secret>>,
    stuck: RefCell<Option<Stuck>>,
}

impl Keep {
    /// Looks into the drawer first: one that does not open is not taken for an empty one.
    ///
    /// # Errors
    /// When it does not open, or holds something that is no record.
    pub fn open(drawer: Box<dyn Drawer>) -> Result<Self, Stuck> {
        let lying = drawer.read()?.map(|text| serde_json::from_slice::<Lying<Record>>(&text));
        let lying = lying.transpose().map_err(|_| Stuck("what is kept there is not of this version".to_owned()))?;
        let key = RefCell::new(lying.and_then(|lying| lying.key));
        Ok(Self { memory: MemoryStore::default(), drawer, key, stuck: RefCell::default() })
    }

    /// The key that signs this client's requests: that of the session that is kept, or a new one. `None` where the system has no randomness.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        let known = self.key.borrow().as_ref().and_then(|key| Key::read(key.expose()));
        known.or_else(|| {
            let made = Key::random()?;
            self.key.replace(Some(made.written()));
            Some(made)
        })
    }

    /// Why the drawer could not be read or written at some time since it was opened. What should be in it is in memory then.
    #[must_use]
    pub fn stuck(&self) -> Option<Stuck> {
        self.stuck.borrow().clone()
    }

    fn kept(&self) -> Option<Record> {
        let text = self.noted(self.drawer.read())??;
        serde_json::from_slice::<Lying<Record>>(&text).ok().map(|lying| lying.record)
    }

    fn noted<T>(&self, done: Result<T, Stuck>) -> Option<T> {
        done.map_err(|stuck| *self.stuck.borrow_mut() = Some(stuck)).ok()
    }
}

impl TokenStore for Keep {
    fn load(&self) -> Option<Record> {
        self.memory.load().or_else(|| self.kept())
    }

    fn save(&self, record: &Record) {
        let lasting = record.place() == Place::Browser;
        if lasting && self.noted(self.drawer.write(&written(&Lying { record, key: self.key.borrow().clone() }))).is_some() {
            return self.memory.clear();
        }
        self.memory.save(record);
        if self.kept().is_some_and(|kept| kept.session_id() == record.session_id()) {
            self.noted(self.drawer.empty());
        }
    }

    fn clear(&self) {
        let Some(record) = self.load() else { return };
        self.memory.clear();
        if self.kept().is_some_and(|kept| kept.session_id() == record.session_id()) {
            self.noted(self.drawer.empty());
        }
    }
}

impl fmt::Debug for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keep(…)")
    }
}

/// JSON, written into room enough that no copy of a half is left behind.
fn written(lying: &Lying<&Record>) -> Zeroizing<Vec<u8>> {
    let mut json = Zeroizing::new(Vec::with_capacity(8192));
    match serde_json::to_writer(&mut *json, lying) {
        Ok(()) => json,
        Err(_) => unreachable!("a record is plain structs of strings and numbers"),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use app::session::contract;

    use super::*;

    /// A drawer that can be jammed.
    #[derive(Clone, Default)]
    struct Shelf {
        text: Rc<RefCell<Option<Vec<u8>>>>,
        jammed: Rc<Cell<bool>>,
    }

    impl Shelf {
        fn unless_jammed(&self) -> Result<(), Stuck> {
            if self.jammed.get() { Err(Stuck("jammed".to_owned())) } else { Ok(()) }
        }
    }

    impl Drawer for Shelf {
        fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Stuck> {
            self.unless_jammed().map(|()| self.text.borrow().clone().map(Zeroizing::new))
        }

        fn write(&self, text: &[u8]) -> Result<(), Stuck> {
            self.unless_jammed().map(|()| *self.text.borrow_mut() = Some(text.to_vec()))
        }

        fn empty(&self) -> Result<(), Stuck> {
            self.unless_jammed().map(|()| *self.text.borrow_mut() = None)
        }
    }

    /// Saved, in localStorage or its like.
    fn lasting() -> Record {
        contract::samples().into_iter().find(|record| record.precious() && record.place() == Place::Browser).unwrap()
    }

    #[test]
    fn a_keep_keeps_the_contract() {
        let keep = Keep::open(Box::new(Shelf::default())).unwrap();
        contract::holds(&keep);
        assert_eq!(keep.stuck(), None);
    }

    #[test]
    fn what_is_to_last_is_found_by_the_next_process_and_nothing_else_is() {
        let shelf = Shelf::default();
        for record in contract::samples() {
            Keep::open(Box::new(shelf.clone())).unwrap().save(&record);
            let next = Keep::open(Box::new(shelf.clone())).unwrap();
            assert_eq!(next.load(), (record.place() == Place::Browser).then(|| record.clone()), "{record:?}");
            next.clear();
            assert_eq!(*shelf.text.borrow(), None);
        }
    }

    #[test]
    fn a_key_goes_with_the_session_and_is_gone_with_it() {
        let shelf = Shelf::default();
        let keep = Keep::open(Box::new(shelf.clone())).unwrap();
        let public = keep.key().unwrap().public();
        assert_eq!(keep.key().unwrap().public(), public);
        keep.save(&lasting());
        let next = Keep::open(Box::new(shelf.clone())).unwrap();
        assert_eq!((next.load(), next.key().unwrap().public()), (Some(lasting()), public.clone()));
        next.clear();
        assert_ne!(Keep::open(Box::new(shelf.clone())).unwrap().key().unwrap().public(), public);
        // Kept before there were keys.
        *shelf.text.borrow_mut() = Some(serde_json::to_vec(&lasting()).unwrap());
        assert_eq!(Keep::open(Box::new(shelf)).unwrap().load(), Some(lasting()));
    }

    #[test]
    fn a_drawer_that_jams_is_replaced_by_memory_and_that_is_told() {
        let shelf = Shelf::default();
        let keep = Keep::open(Box::new(shelf.clone())).unwrap();
        shelf.jammed.set(true);
        keep.save(&lasting());
        assert_eq!(keep.load(), Some(lasting()));
        assert_eq!(keep.stuck(), Some(Stuck("jammed".to_owned())));
        keep.clear();
        assert_eq!(keep.load(), None);
    }

    #[test]
    fn a_drawer_that_does_not_open_is_not_an_empty_one() {
        let shelf = Shelf::default();
        shelf.jammed.set(true);
        assert!(Keep::open(Box::new(shelf.clone())).is_err());
        shelf.jammed.set(false);
        *shelf.text.borrow_mut() = Some(b"{\"session_of_tomorrow\":1}".to_vec());
        assert!(Keep::open(Box::new(shelf.clone())).is_err());
        assert!(shelf.text.borrow().is_some(), "and it is left as it is");
    }

    #[test]
    fn a_session_is_looked_for_where_it_is() {
        use Kind::{File, KeyStore};
        for (wished, key_store, file, chosen) in [
            (None, None, false, File),
            (None, None, true, File),
            (None, Some(false), false, KeyStore),
            (None, Some(false), true, File),
            (None, Some(true), false, KeyStore),
            (None, Some(true), true, KeyStore),
            (Some(File), Some(true), false, File),
            (Some(KeyStore), None, true, KeyStore),
        ] {
            assert_eq!(Kind::choose(wished, key_store, file), chosen, "{wished:?} {key_store:?} {file}");
        }
    }
}
