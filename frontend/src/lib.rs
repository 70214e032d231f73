//! The browser's adapter to the app: five ports for the session's engine, the API over it, and the window.
//! Nothing here decides anything about a token.

mod api;
mod clock;
mod documents;
mod dom;
mod http;
mod keep;
mod later;
mod more;
mod passkey;
mod proof;
mod reveal;
mod sheet;
mod storage;
mod tabs;
mod times;
mod turning;
mod upload;
mod window;

use std::sync::Arc;

use app::api::{Api, Documents, Window};
use app::session::Host;
use app::ui::App;
use js_sys::Function;
use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

pub use api::Browser;
pub use http::Fetch;
pub use storage::Shelves;
pub use tabs::{Locks, wait_for_tabs};

/// Takes the page over from the server. `sign` loads the script that signs requests, when one has to be.
#[wasm_bindgen]
pub fn hydrate(sign: Function) {
    take_over(sign, |_| ());
}

/// The same, and calls `provide` for what its pages find in context besides. The session's engine is built while the pages are,
/// and starts when they stand.
pub fn take_over(sign: Function, provide: impl FnOnce(&Browser) + 'static) {
    if cfg!(debug_assertions) {
        // Otherwise a browser says "unreachable" and no more.
        std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
    }
    proof::load_by(sign);
    leptos::mount::hydrate_body(move || {
        let browser = api::Browser::default();
        provide(&browser);
        provide_context::<Arc<dyn Host>>(Arc::new(browser.clone()));
        provide_context::<Arc<dyn Documents>>(Arc::new(documents::Forms::new(browser.clone())));
        provide_context::<Arc<dyn Api>>(Arc::new(browser));
        provide_context::<Arc<dyn Window>>(Arc::new(window::ThisWindow));
        App()
    });
    window::take_away("basic");
}
