//! The lab's adapter to the app: everything that the pages' adapter is, and what the experiments do to a browser.

mod pair;

use std::cell::Cell;
use std::sync::Arc;

use app::api::pair::Pair;
use app::api::{Answer, Bench};
use app::routes;
use app::session::ports::{Request, Transport, Unreachable};
use app::ui::lab::{Inside, inside};
use app::wire::lab::Begin;
use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;
use app::wire::session::{Inspection, LONGEST_PATIENCE};
use frontend::{Browser, Fetch};
use js_sys::{Function, Promise};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use uuid::Uuid;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Storage, StorageEvent, Url, Window};

/// Where the notebook is kept.
const NOTEBOOK: &str = "nightlatch.lab";
/// Where a mark is written, in sessionStorage and localStorage.
const MARK: &str = "nightlatch.lab.mark";
/// Where the app keeps its tokens, as anybody can read in its source: a script that wants them needs not to guess.
const TOKENS: &str = "nightlatch.session";

#[wasm_bindgen(module = "/src/payload.js")]
extern "C" {
    /// Runs the script. `wait` comes back when the page has asked its server for something.
    #[wasm_bindgen(catch)]
    async fn payload(wait: &Function) -> Result<JsValue, JsValue>;

    /// Takes down which tokens are in memory.
    #[wasm_bindgen(catch)]
    async fn remember() -> Result<JsValue, JsValue>;

    /// How many of them still are.
    #[wasm_bindgen(catch)]
    async fn remains() -> Result<JsValue, JsValue>;

    /// Tries it as an inline script.
    #[wasm_bindgen(catch)]
    async fn inline() -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/src/opening.js")]
extern "C" {
    /// Opens the window in which the feed is timed.
    #[wasm_bindgen(catch, js_name = openFeed)]
    fn open_feed() -> Result<bool, JsValue>;

    /// Opens the feed in it once.
    #[wasm_bindgen(catch, js_name = timeFeed)]
    async fn time_feed(username: &str) -> Result<JsValue, JsValue>;

    /// Closes it.
    #[wasm_bindgen(catch, js_name = closeFeed)]
    fn close_feed() -> Result<(), JsValue>;
}

#[wasm_bindgen(module = "/src/beside.js")]
extern "C" {
    /// Opens another tab of this site.
    #[wasm_bindgen(catch, js_name = openBeside)]
    fn open_beside() -> Result<bool, JsValue>;

    /// Walks it somewhere.
    #[wasm_bindgen(catch, js_name = walkBeside)]
    async fn walk_beside(path: &str) -> Result<JsValue, JsValue>;

    /// Begins to look at it.
    #[wasm_bindgen(catch, js_name = watchBeside)]
    fn watch_beside() -> Result<Promise, JsValue>;

    /// Presses Back in it.
    #[wasm_bindgen(catch, js_name = backBeside)]
    async fn back_beside() -> Result<JsValue, JsValue>;

    /// Closes it.
    #[wasm_bindgen(catch, js_name = closeBeside)]
    fn close_beside() -> Result<(), JsValue>;
}

thread_local! {
    /// The mark in the memory of this page.
    static MEMORY: Cell<Option<Uuid>> = const { Cell::new(None) };
}

/// Takes a page of the lab over from the server, as [`frontend::hydrate`] does one of the others.
#[wasm_bindgen]
pub fn hydrate_lab(sign: Function) {
    frontend::take_over(sign, |browser| {
        provide_context::<Arc<dyn Bench>>(Arc::new(Here(browser.clone())));
        provide_context::<Arc<dyn Pair>>(Arc::new(pair::Together(browser.clone())));
        provide_context(Inside(inside));
    });
}

/// The browser at hand.
struct Here(Browser);

impl Bench for Here {
    fn inspect(&self) -> Answer<Inspection> {
        let browser = self.0.clone();
        Box::pin(async move { browser.with(|engine| async move { engine.ask("GET", routes::api::SESSION, None).await }).await })
    }

    fn begin(&self, form: Begin, bound: bool) -> Answer<()> {
        let form = serde_json::to_string(&form).map(Secret::new).unwrap_or_default();
        self.0.with(move |engine| async move {
            let path = routes::api::LAB_SESSION;
            if bound { engine.enter_bound(path, form).await.map(drop) } else { engine.enter(path, form).await.map(drop) }
        })
    }

    fn refresh(&self) -> Answer<()> {
        self.0.with(|engine| async move {
            engine.renew_now().await;
            Ok(())
        })
    }

    fn ask(&self, path: &'static str) -> Answer<()> {
        self.0.with(move |engine| async move {
            let response = engine.call("GET", path, None).await?;
            if response.ok() { Ok(()) } else { Err(response.problem()) }
        })
    }

    fn tell(&self, method: &'static str, path: String, body: Option<Secret>) -> Answer<Secret> {
        let body = body.or_else(|| (method != "GET").then(|| Secret::new("{}".to_owned())));
        let request = Request {
            method,
            path,
            bearer: None,
            bound: false,
            body,
            form: None,
            patience: LONGEST_PATIENCE,
            keepalive: false,
            account: None,
            key: None,
            cookies: true,
        };
        Box::pin(SendWrapper::new(async move {
            let answer = Fetch.send(request).await.map_err(|Unreachable| Problem::new(Code::Unreachable))?;
            if answer.ok() { Ok(answer.body) } else { Err(answer.problem()) }
        }))
    }

    fn name(&self) -> Uuid {
        let mut bytes = [0; 16];
        if let Some(crypto) = window().and_then(|window| window.crypto().ok()) {
            drop(crypto.get_random_values_with_u8_array(&mut bytes));
        }
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    fn kept(&self) -> Option<String> {
        local()?.get_item(NOTEBOOK).ok()?
    }

    fn keep(&self, text: &str) {
        drop(local().map(|local| local.set_item(NOTEBOOK, text)));
    }

    fn on_kept(&self, told: Box<dyn Fn()>) {
        let hear = Closure::<dyn Fn(StorageEvent)>::new(move |event: StorageEvent| {
            if event.key().as_deref() == Some(NOTEBOOK) {
                told();
            }
        });
        if let Some(window) = window() {
            drop(window.add_event_listener_with_callback("storage", hear.as_ref().unchecked_ref()));
        }
        // As long as the page.
        hear.forget();
    }

    fn plant(&self, mark: Uuid) {
        MEMORY.set(Some(mark));
        for storage in [session(), local()].into_iter().flatten() {
            drop(storage.set_item(MARK, &mark.to_string()));
        }
    }

    fn found(&self, mark: Uuid) -> [bool; 3] {
        let in_it = |storage: Option<Storage>| storage.and_then(|storage| storage.get_item(MARK).ok()?) == Some(mark.to_string());
        [MEMORY.get() == Some(mark), in_it(session()), in_it(local())]
    }

    fn lying_about(&self) -> Option<Secret> {
        [session(), local()].into_iter().flatten().find_map(|storage| {
            let text = Secret::new(storage.get_item(TOKENS).ok()??);
            // Found as any script would: by looking for what is named so.
            let rest = text.expose().split_once("\"refresh\":\"")?.1;
            rest.split('"').next().map(|token| Secret::new(token.to_owned()))
        })
    }

    fn payload(&self) -> &'static str {
        include_str!("payload.js")
    }

    fn inject(&self) -> Answer<Secret> {
        let browser = self.0.clone();
        let wait = Closure::<dyn FnMut() -> Promise>::new(move || {
            let asked = browser.with(|engine| async move { engine.call("GET", routes::api::ME, None).await.map(drop) });
            future_to_promise(async move {
                drop(asked.await);
                Ok(JsValue::UNDEFINED)
            })
        });
        Box::pin(SendWrapper::new(async move {
            let found = payload(wait.as_ref().unchecked_ref()).await.ok().and_then(|found| found.as_string());
            found.map(Secret::new).ok_or_else(|| Problem::new(Code::Unreachable))
        }))
    }

    fn remember(&self) -> Answer<u32> {
        Box::pin(SendWrapper::new(async move { counted(remember().await) }))
    }

    fn remains(&self) -> Answer<u32> {
        Box::pin(SendWrapper::new(async move { counted(remains().await) }))
    }

    fn inject_inline(&self) -> Answer<String> {
        Box::pin(SendWrapper::new(async move { Ok(inline().await.ok().and_then(|said| said.as_string()).unwrap_or_default()) }))
    }

    fn reload(&self) {
        drop(window().map(|window| window.location().reload()));
    }

    fn open(&self, path: &str, by_script: bool) {
        let Some(window) = window() else { return };
        if by_script {
            drop(window.open_with_url_and_target(path, "_blank"));
        } else if let Some(link) = link() {
            link.set_href(path);
            link.set_target("_blank");
            link.set_rel("external");
            link.click();
        }
    }

    fn open_feed(&self) -> bool {
        open_feed().unwrap_or_default()
    }

    fn time_feed(&self, username: String) -> Answer<String> {
        Box::pin(SendWrapper::new(
            async move { seen(time_feed(&username).await)?.as_string().ok_or_else(|| Problem::new(Code::Unreachable)) },
        ))
    }

    fn close_feed(&self) {
        drop(close_feed());
    }

    fn open_beside(&self) -> bool {
        open_beside().unwrap_or_default()
    }

    fn walk_beside(&self, path: &'static str) -> Answer<bool> {
        Box::pin(SendWrapper::new(async move { Ok(seen(walk_beside(path).await)?.is_truthy()) }))
    }

    fn watch_beside(&self) -> Answer<Option<f64>> {
        let told = watch_beside();
        Box::pin(SendWrapper::new(async move {
            let told = JsFuture::from(told.map_err(|_| Problem::new(Code::Unreachable))?);
            Ok(seen(told.await)?.as_f64())
        }))
    }

    fn back_beside(&self) -> Answer<[bool; 2]> {
        Box::pin(SendWrapper::new(async move {
            let back = js_sys::Array::from(&seen(back_beside().await)?);
            Ok([back.get(0).is_truthy(), back.get(1).is_truthy()])
        }))
    }

    fn close_beside(&self) {
        drop(close_beside());
    }

    fn copy(&self, text: String) -> Answer<()> {
        Box::pin(SendWrapper::new(async move {
            let refused = || Problem::new(Code::Unreachable);
            let copied = window().ok_or_else(refused)?.navigator().clipboard().write_text(&text);
            JsFuture::from(copied).await.map(drop).map_err(|_| refused())
        }))
    }

    fn browser(&self) -> String {
        window().and_then(|window| window.navigator().user_agent().ok()).map(|agent| named(&agent)).unwrap_or_default()
    }

    fn download(&self, name: &str, media: &str, text: &str) {
        let kind = BlobPropertyBag::new();
        kind.set_type(media);
        let parts = js_sys::Array::of1(&text.into());
        let Some((link, blob)) = link().zip(Blob::new_with_str_sequence_and_options(&parts, &kind).ok()) else { return };
        if let Ok(url) = Url::create_object_url_with_blob(&blob) {
            link.set_href(&url);
            link.set_download(name);
            link.click();
            drop(Url::revoke_object_url(&url));
        }
    }
}

/// What a look at another window has brought. The title of the problem says why there is none.
fn seen(said: Result<JsValue, JsValue>) -> Result<JsValue, Problem> {
    said.map_err(|error| {
        let why = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
        Problem::new(Code::Unreachable).titled(why.unwrap_or_default())
    })
}

fn counted(said: Result<JsValue, JsValue>) -> Result<u32, Problem> {
    said.ok().and_then(|count| count.as_f64()).map(|count| count as u32).ok_or_else(|| Problem::new(Code::Unreachable))
}

fn window() -> Option<Window> {
    web_sys::window()
}

fn local() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn session() -> Option<Storage> {
    window()?.session_storage().ok()?
}

fn link() -> Option<HtmlAnchorElement> {
    window()?.document()?.create_element("a").ok()?.dyn_into().ok()
}

/// `Chromium 141 on Linux`, from a user agent: what stands in it, and no guess. An unknown one as it is.
fn named(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 5] =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chromium"), ("Version/", "Safari")];
    const SYSTEMS: [(&str, &str); 6] =
        [("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux")];
    let major = |mark: &str| agent.split_once(mark).map(|(_, rest)| rest.split(['.', ' ']).next().unwrap_or_default().to_owned());
    let browser = BROWSERS.iter().find_map(|(mark, name)| major(mark).map(|major| [name, " ", &major].concat()));
    let system = SYSTEMS.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (browser, system) {
        (Some(browser), Some(system)) => [&browser, " on ", system].concat(),
        _ => agent.to_owned(),
    }
}
