//! Times on a document, by the clock and in the time zone of who reads. The server writes them for everybody, in UTC.

use js_sys::{Date, JSON};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{clock, dom};

/// The language of the pages.
const LANGUAGE: &str = "en-GB";
/// How long one may look at a page before "just now" is no longer true, in milliseconds.
const MINUTE: f64 = 60_000.0;

/// Keeps what is said of times true for as long as the page lives.
pub(crate) async fn keep() {
    loop {
        tell();
        clock::sleep(MINUTE).await;
    }
}

/// Writes every time anew. What the server has written out stays written out; what it told relatively, with the rest in the title, is
/// told so here.
pub(crate) fn tell() -> Option<()> {
    let style = JSON::parse(r#"{"dateStyle":"medium","timeStyle":"short"}"#).ok()?;
    let now = Date::now() as i64;
    for time in dom::find_all(&dom::page()?, "#document time") {
        let time: HtmlElement = time.unchecked_into();
        let then = Date::parse(&time.get_attribute("datetime")?);
        let moment = String::from(Date::new(&then.into()).to_locale_string(LANGUAGE, &style));
        let text = if time.has_attribute("title") {
            time.set_title(&moment);
            app::ui::since(now, then as i64).or_else(|| moment.split(',').next().map(str::to_owned))?
        } else {
            moment
        };
        time.set_text_content(Some(&text));
    }
    Some(())
}
