//! Times on a document, by the clock and in the time zone of who reads. The server writes them for everybody, in UTC.

use js_sys::{Date, JSON};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

/// The language of the pages.
const LANGUAGE: &str = "en-GB";
/// How long one may look at a page before "just now" is no longer true, in milliseconds.
const MINUTE: f64 = 60_000.0;

/// Keeps what is said of times true for as long as the page lives.
pub(crate) async fn keep() {
    loop {
        tell();
        crate::clock::sleep(MINUTE).await;
    }
}

/// Writes every time anew. What the server has written out stays written out; what it told relatively, with the rest in the title, is
/// told so here.
pub(crate) fn tell() -> Option<()> {
    let times = web_sys::window()?.document()?.query_selector_all("#document time").ok()?;
    let (day, whole) = (style(r#"{"dateStyle":"medium"}"#)?, style(r#"{"dateStyle":"medium","timeStyle":"short"}"#)?);
    let now = Date::now() as i64;
    for time in (0..times.length()).filter_map(|at| times.get(at)) {
        let time: HtmlElement = time.unchecked_into();
        let then = Date::parse(&time.get_attribute("datetime")?);
        let date = Date::new(&then.into());
        let moment = String::from(date.to_locale_string(LANGUAGE, &whole));
        let text = if time.has_attribute("title") {
            time.set_title(&moment);
            app::ui::since(now, then as i64).unwrap_or_else(|| date.to_locale_date_string(LANGUAGE, &day).into())
        } else {
            moment
        };
        time.set_text_content(Some(&text));
    }
    Some(())
}

fn style(json: &str) -> Option<JsValue> {
    JSON::parse(json).ok()
}
