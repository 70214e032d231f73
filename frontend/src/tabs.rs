//! Other tabs: a lock over `navigator.locks`, a channel over `BroadcastChannel`. Where there is none, the session does without.

use std::cell::{Cell, RefCell};

use app::session::ports::{Held, Message, Pending, TabChannel, TabLock};
use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, BroadcastChannel, MessageEvent};

use crate::clock::promise;

const NAME: &str = "nightlatch.session";
/// The longest wait for the lock, in milliseconds.
const PATIENCE: u32 = 5_000;

#[wasm_bindgen]
extern "C" {
    /// Bound by hand: web-sys counts the Web Locks API as unstable. Throws where there is none, as outside of secure contexts.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request_lock(name: &str, options: &Object, hold: &JsValue) -> Result<Promise, JsValue>;
}

thread_local! {
    /// Whether the lock is left out.
    static ALONE: Cell<bool> = const { Cell::new(false) };
}

/// Whether refreshes of this page wait for those of other tabs, from now on. They do unless the lab has them race.
pub fn wait_for_tabs(wait: bool) {
    ALONE.set(!wait);
}

/// The lock that all tabs of this site share.
pub struct Locks;

impl TabLock for Locks {
    fn acquire(&self) -> Pending<'_, Held> {
        Box::pin(async { if ALONE.get() { Held::nothing() } else { wait(NAME).await.unwrap_or_else(Held::nothing) } })
    }
}

/// Waits for the lock of a name. `None`: there is none, or it did not come in time.
pub(crate) async fn wait(name: &str) -> Option<Held> {
    let (granted, grant) = promise();
    let (over, release) = promise();
    // Made before anything is waited for: should nobody wait any more, the lock is let go as soon as it is granted.
    let held = Held::until(move || drop(release.call0(&JsValue::NULL)));
    let hold = Closure::once_into_js(move || {
        drop(grant.call0(&JsValue::NULL));
        over
    });
    let options = Object::new();
    Reflect::set(&options, &"signal".into(), &AbortSignal::timeout_with_u32(PATIENCE)).ok()?;
    let asked = request_lock(name, &options, &hold).ok()?;
    JsFuture::from(Promise::race(&Array::of2(&granted, &asked))).await.ok()?;
    Some(held)
}

type Hearing = Closure<dyn Fn(MessageEvent)>;

/// What the tabs of this site say to each other.
pub(crate) struct Channel {
    wire: Option<BroadcastChannel>,
    hearing: RefCell<Option<Hearing>>,
}

impl Channel {
    pub(crate) fn open() -> Self {
        Self { wire: BroadcastChannel::new(NAME).ok(), hearing: RefCell::default() }
    }
}

impl TabChannel for Channel {
    fn announce(&self, message: Message) {
        if let Some(wire) = &self.wire {
            drop(wire.post_message(&message.written().into()));
        }
    }

    fn listen(&self, hear: Box<dyn Fn(Message)>) {
        let Some(wire) = &self.wire else { return };
        let hearing = Hearing::new(move |event: MessageEvent| {
            if let Some(message) = event.data().as_string().and_then(|text| Message::read(&text)) {
                hear(message);
            }
        });
        wire.set_onmessage(Some(hearing.as_ref().unchecked_ref()));
        *self.hearing.borrow_mut() = Some(hearing);
    }
}
