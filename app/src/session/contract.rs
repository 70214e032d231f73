//! What every [`TokenStore`] must do, as a function that each of them is run through.

use uuid::Uuid;

use super::ports::TokenStore;
use super::record::{Kept, Record};
use crate::wire::account::{Role, Viewer};
use crate::wire::secret::Secret;
use crate::wire::session::TokenStorage;

/// Runs an empty store through everything that is promised, and leaves it empty.
///
/// # Panics
/// When a promise is broken; the message says which.
pub fn holds(store: &dyn TokenStore) {
    assert!(store.load().is_none(), "a new store is empty");
    assert_eq!(store.stamp(), None, "an empty store has no stamp");
    store.clear();
    for record in samples() {
        store.save(&record);
        assert_eq!(store.load().as_ref(), Some(&record), "what was saved is read back");
        assert_eq!(store.stamp(), Some(record.stamp()), "the stamp is the record's");

        let next = newer(&record);
        store.save(&next);
        assert_eq!(store.load(), Some(next), "the newer record replaces the older");
        assert_ne!(store.stamp(), Some(record.stamp()), "and its stamp is another");

        store.clear();
        assert!(store.load().is_none(), "nothing is left of {record:?}");
        assert_eq!(store.stamp(), None, "nor its stamp");
    }
    moves_between_places(store);
}

fn moves_between_places(store: &dyn TokenStore) {
    let saved = sample(TokenStorage::Local, true);
    let unsaved = Kept { saved: false, generation: 2, stamp: 99, ..saved.clone() };
    store.save(&saved.record());
    store.save(&unsaved.record());
    assert_eq!(store.load(), Some(unsaved.record()), "a session that moves is found in its new place");
    store.save(&Kept { stamp: 100, ..saved }.record());
    store.clear();
    assert!(store.load().is_none(), "and none of its former places keeps a copy");
}

/// A record of every strategy, and a log-out that is owed.
#[must_use]
pub fn samples() -> Vec<Record> {
    let kept = TokenStorage::IN_A_BROWSER.into_iter().flat_map(|storage| [sample(storage, true), sample(storage, false)]);
    let owed = Record::Revoke(sample(TokenStorage::Local, true).revoke(7));
    kept.map(|kept| kept.record()).chain([owed]).collect()
}

fn sample(storage: TokenStorage, saved: bool) -> Kept {
    Kept {
        viewer: Viewer {
            account_id: Uuid::from_u128(1),
            username: "mina".into(),
            display_name: "Mina \u{201c}Ö\u{201d}\n".into(),
            role: Role::User,
            session_id: Uuid::from_u128(2),
        },
        generation: 1,
        storage,
        saved,
        expires_in: 300,
        received_at: 1_700_000_000_000,
        ends_in: Some(60),
        age: Some(600),
        bound: !storage.refresh_in_cookie(),
        stamp: (1 << 53) - 1,
        access: (!storage.access_in_cookie()).then(|| Secret::new("access".into())),
        refresh: (!storage.refresh_in_cookie()).then(|| Secret::new("refresh".into())),
    }
}

fn newer(record: &Record) -> Record {
    match record.clone() {
        Record::Session(kept) => Record::Session(Kept { generation: kept.generation + 1, stamp: 5, ..kept }),
        Record::Revoke(mut revoke) => {
            revoke.stamp = 6;
            Record::Revoke(revoke)
        }
    }
}
