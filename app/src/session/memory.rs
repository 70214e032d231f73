//! The reference store: one record, in memory. Clones share it, as tabs share a browser's storage.

use std::cell::RefCell;
use std::rc::Rc;

use super::ports::TokenStore;
use super::record::Record;

/// Forgets everything with its last clone.
#[derive(Clone, Default)]
pub struct MemoryStore(Rc<RefCell<Option<Record>>>);

impl TokenStore for MemoryStore {
    fn load(&self) -> Option<Record> {
        self.0.borrow().clone()
    }

    fn save(&self, record: &Record) {
        *self.0.borrow_mut() = Some(record.clone());
    }

    fn clear(&self) {
        *self.0.borrow_mut() = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_keeps_the_contract() {
        super::super::contract::holds(&MemoryStore::default());
    }

    #[test]
    fn clones_share_one_record() {
        let store = MemoryStore::default();
        store.clone().save(&super::super::contract::samples()[0]);
        assert!(store.load().is_some());
    }
}
