//! Switches that were turned while there was no network: they stay turned, and are sent when the server answers again. The newest turn of
//! each counts. They are kept in localStorage, which a reload and a closed tab leave alone: whose they are, where they go, on or off. They
//! are gone when somebody logs out, or another account comes.

use std::rc::Rc;

use app::session::ports::Form;
use uuid::Uuid;
use wasm_bindgen::JsValue;
use web_sys::{Storage, UrlSearchParams};

use crate::keep;

const PREFIX: &str = "nightlatch.later ";

/// One turn.
pub(crate) struct Turned {
    /// Where it is sent.
    pub(crate) target: String,
    /// To `true` or to `false`.
    pub(crate) on: String,
}

impl Turned {
    /// As the switch's form would send it.
    pub(crate) fn form(&self) -> Option<Form> {
        let data = UrlSearchParams::new_with_str(&["on=", &self.on].concat()).ok()?;
        Some(Form { body: Rc::new(JsValue::from(data)), slow: false })
    }

    /// Keeps it, in place of what was asked of the same switch before. `None` where the browser keeps nothing.
    pub(crate) fn keep(&self, account: Option<Uuid>) -> Option<()> {
        shelf()?.set_item(&key(account?, &self.target), &self.on).ok()
    }

    /// It has been sent, and need not be kept, unless it was turned again meanwhile.
    pub(crate) fn sent(&self, account: Uuid) -> Option<()> {
        let (shelf, key) = (shelf()?, key(account, &self.target));
        (shelf.get_item(&key).ok()?? == self.on).then(|| shelf.remove_item(&key).ok())?
    }
}

/// What waits for `account`. What another one has left is forgotten.
pub(crate) fn waiting(account: Uuid) -> Vec<Turned> {
    let (shelf, mine) = (shelf(), key(account, ""));
    let found = keep::keys(shelf.as_ref(), PREFIX).into_iter().filter_map(|key| {
        let shelf = shelf.as_ref()?;
        let Some(target) = key.strip_prefix(&mine) else {
            drop(shelf.remove_item(&key));
            return None;
        };
        Some(Turned { target: target.to_owned(), on: shelf.get_item(&key).ok()?? })
    });
    found.collect()
}

/// The same switch is turned again.
pub(crate) fn turned_again(account: Option<Uuid>, target: &str) -> Option<()> {
    shelf()?.remove_item(&key(account?, target)).ok()
}

/// Forgets everything: somebody logs out.
pub(crate) fn forget() {
    keep::forget_all(shelf().as_ref(), PREFIX);
}

fn key(account: Uuid, target: &str) -> String {
    [PREFIX, &account.to_string(), " ", target].concat()
}

fn shelf() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}
