//! The system's key store: the Secret Service on Linux (over zbus, without a C library), the keychain on macOS.

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use super::{Drawer, Stuck};
use crate::site::Site;

/// The name under which people find it in their key store.
const SERVICE: &str = "nightlatch";

/// One entry of the key store.
pub struct KeyStore(Entry);

impl KeyStore {
    /// The entry for a server.
    ///
    /// # Errors
    /// When there is no key store here.
    pub fn of(site: &Site) -> Result<Self, Stuck> {
        if let Err(error) = Entry::store_status() {
            return Err(stuck(error));
        }
        Entry::new(SERVICE, site.origin()).map(Self).map_err(|error| stuck(&error))
    }
}

impl Drawer for KeyStore {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Stuck> {
        match self.0.get_secret() {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(stuck(&error)),
        }
    }

    fn write(&self, text: &[u8]) -> Result<(), Stuck> {
        self.0.set_secret(text).map_err(|error| stuck(&error))
    }

    fn empty(&self) -> Result<(), Stuck> {
        match self.0.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(stuck(&error)),
        }
    }
}

fn stuck(error: &Error) -> Stuck {
    Stuck(format!("the system's key store cannot be used: {error}"))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use app::session::contract;
    use app::session::ports::TokenStore;
    use keyring_core::api::CredentialStoreApi;
    use keyring_core::mock;

    use super::*;
    use crate::store::Keep;

    /// An entry of a key store in memory.
    fn entry() -> KeyStore {
        let inner = mock::Store::new().unwrap().build(SERVICE, "http://localhost:3000", None).unwrap();
        KeyStore(Entry { inner })
    }

    fn fails_next(drawer: &KeyStore) {
        let mock: &mock::Cred = drawer.0.inner.as_any().downcast_ref().unwrap();
        mock.set_error(Error::NoStorageAccess("locked".into()));
    }

    impl Drawer for Rc<KeyStore> {
        fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Stuck> {
            (**self).read()
        }

        fn write(&self, text: &[u8]) -> Result<(), Stuck> {
            (**self).write(text)
        }

        fn empty(&self) -> Result<(), Stuck> {
            (**self).empty()
        }
    }

    #[test]
    fn the_key_store_keeps_the_contract() {
        let keep = Keep::open(Box::new(entry())).unwrap();
        contract::holds(&keep);
        assert_eq!(keep.stuck(), None);
    }

    #[test]
    fn a_locked_key_store_is_not_an_empty_one() {
        let drawer = Rc::new(entry());
        fails_next(&drawer);
        assert!(Keep::open(Box::new(Rc::clone(&drawer))).unwrap_err().0.contains("locked"));

        let keep = Keep::open(Box::new(Rc::clone(&drawer))).unwrap();
        let record = &contract::samples()[4];
        fails_next(&drawer);
        keep.save(record);
        assert!(keep.stuck().is_some());
        assert_eq!(keep.load().as_ref(), Some(record), "kept in memory meanwhile");
    }
}
