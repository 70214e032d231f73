//! Documents in the browser: a page is fetched with the session's credentials and shown in place of the one before, and so is the answer
//! to a form. A form marked `data-toggle` is a switch: it turns at once, and back again if the server refuses. A link marked `data-more`
//! appends what it leads to to the list above it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use app::api::{Answer, Documents, Turn};
use app::session::ports::{Form, Response};
use app::ui::text;
use app::wire::problem::{Code, Problem};
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    Document, DomParser, Element, Event, FormData, HtmlElement, HtmlFormElement, MouseEvent, SubmitEvent, SupportedType, UrlSearchParams,
};

use crate::api::Browser;
use crate::http::place;
use crate::later::{Later, Turned};
use crate::{clock, keep, passkey};

/// Somebody who listens.
type Ear<T> = Option<Box<dyn Fn(T)>>;

/// Who hears what came of a form, and who reads out what is said.
#[derive(Default)]
struct Ears {
    turned: Ear<Result<Turn, Problem>>,
    say: Ear<String>,
    /// How many pages have been asked for. What comes for any but the last one comes too late to be shown.
    asked: u64,
}

/// Documents over the engine of a session.
#[derive(Clone)]
pub(crate) struct Forms {
    browser: Browser,
    ears: Arc<SendWrapper<Rc<RefCell<Ears>>>>,
    later: Arc<SendWrapper<Later>>,
}

impl Forms {
    /// Listens to the forms of the page.
    pub(crate) fn new(browser: Browser) -> Self {
        let forms = Self { browser, ears: Arc::new(SendWrapper::new(Rc::default())), later: Arc::new(SendWrapper::new(Later::default())) };
        let this = forms.clone();
        forms.browser.on_answer(move || this.catch_up());
        if let Some(document) = document() {
            let this = forms.clone();
            clock::listen(&document, "submit", move |event| {
                this.submitted(&event);
            });
            let this = forms.clone();
            clock::listen(&document, "click", move |event| {
                this.clicked(&event);
            });
            let this = forms.clone();
            clock::listen(&document, "input", move |event| {
                keep::typed(&event, this.browser.account());
            });
        }
        forms
    }

    /// What to do with a form that somebody sends. `None` where it is left to the browser, or to the page that made it.
    fn submitted(&self, event: &Event) -> Option<()> {
        let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
        let toggle = form.has_attribute("data-toggle");
        if event.default_prevented() || !(toggle || form.closest("#document").ok()??.is_connected()) || form.has_attribute("data-plain") {
            return None;
        }
        event.prevent_default();
        if passkey::wanted(&form).is_some() {
            return Some(());
        }
        if form.get_attribute("aria-busy").is_some() {
            return Some(());
        }
        let (target, data) = (place(&form.action())?, contents(&form, event.unchecked_ref())?);
        if form.method() == "get" {
            let query: String = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?.to_string().into();
            let target = [target.split('?').next()?, "?", &query].concat();
            self.turned(Ok(Turn { target, title: None, problem: false }));
            return Some(());
        }
        let body: JsValue = if form.enctype() == "multipart/form-data" {
            data.into()
        } else {
            UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?.into()
        };
        if toggle {
            turn(&form);
        }
        drop(form.set_attribute("aria-busy", "true"));
        let turned = Turned { target: target.clone(), body: body.clone(), account: self.browser.account(), switch: form.clone().into() };
        let answer = if toggle { self.switch(target, body) } else { self.fetch(target, Some(body)) };
        let this = self.clone();
        spawn_local(async move {
            let answer = answer.await;
            drop(form.remove_attribute("aria-busy"));
            match answer {
                Ok(_) if toggle => {}
                Err(problem) if toggle && problem.code == Code::Unreachable => {
                    this.later.keep(turned);
                    this.say(Some(text::LATER.to_owned()));
                }
                Err(_) if toggle => {
                    turn(&form);
                    this.say(form.get_attribute("data-toggle"));
                }
                Ok(Some(turn)) => {
                    if !turn.problem {
                        keep::drop_of(&form, this.browser.account());
                        if form.has_attribute("data-renew") {
                            this.browser.renew();
                        }
                    }
                    this.turned(Ok(turn));
                }
                // Sent; whoever sent it has gone on to another page.
                Ok(None) => {}
                Err(problem) => this.turned(Err(problem)),
            }
        });
        Some(())
    }

    /// What to do with a click that means something of ours.
    fn clicked(&self, event: &Event) -> Option<()> {
        let target: Element = event.target()?.dyn_into().ok()?;
        if let Some(button) = target.closest("[data-dismiss]").ok()? {
            document()?.get_element_by_id(&button.get_attribute("data-dismiss")?)?.remove();
            return Some(());
        }
        // A page that only changes leaves an open menu open.
        if let (Some(_), Some(menu)) = (target.closest("[popover] a").ok()?, document()?.query_selector(":popover-open").ok()?) {
            drop(menu.unchecked_into::<HtmlElement>().hide_popover());
            return Some(());
        }
        let link: HtmlElement = target.closest("a[data-more]").ok()??.dyn_into().ok()?;
        let mouse: &MouseEvent = event.unchecked_ref();
        if mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key() {
            return None;
        }
        event.prevent_default();
        if link.get_attribute("aria-disabled").is_some() {
            return Some(());
        }
        drop(link.set_attribute("aria-disabled", "true"));
        link.set_text_content(Some("Loading…"));
        let target = link.get_attribute("href")?;
        let answer = self.browser.with(move |engine| async move { engine.page(&target, None).await });
        let this = self.clone();
        spawn_local(async move {
            match answer.await.ok().and_then(|response| append(&response)) {
                Some(count) => this.say(Some([&count.to_string(), " more posts loaded"].concat())),
                None => {
                    drop(link.remove_attribute("aria-disabled"));
                    link.set_text_content(Some("Try again"));
                    this.say(Some("We could not load more posts.".to_owned()));
                }
            }
        });
        Some(())
    }

    /// Fetches a page, or what a form leads to, and shows it. `None`: another page was asked for meanwhile.
    fn fetch(&self, target: String, body: Option<JsValue>) -> Answer<Option<Turn>> {
        let (account, ears) = (self.browser.account(), self.ears.clone());
        let asked = {
            let mut ears = ears.borrow_mut();
            ears.asked += 1;
            ears.asked
        };
        let form = body.map(|body| Form(Rc::new(body)));
        self.browser.with(move |engine| async move {
            let response = engine.page(&target, form).await?;
            if ears.borrow().asked != asked {
                return Ok(None);
            }
            shown(&response, account).map(Some).ok_or_else(|| Problem::new(Code::Unreachable))
        })
    }

    /// Tells the server that a switch was turned. There is nothing to show.
    fn switch(&self, target: String, body: JsValue) -> Answer<Option<Turn>> {
        self.browser.with(move |engine| async move { engine.page(&target, Some(Form(Rc::new(body)))).await.map(|_| None) })
    }

    /// The server answers: what waited for it is sent. A switch that it refuses turns back.
    fn catch_up(&self) {
        if self.later.is_empty() {
            return;
        }
        let this = self.clone();
        spawn_local(async move {
            for turned in this.later.send(&this.browser).await {
                turn(&turned.switch);
                this.say(turned.switch.get_attribute("data-toggle"));
            }
        });
    }

    fn turned(&self, answer: Result<Turn, Problem>) {
        if let Some(turned) = &self.ears.borrow().turned {
            turned(answer);
        }
    }

    fn say(&self, words: Option<String>) {
        if let (Some(say), Some(words)) = (&self.ears.borrow().say, words) {
            say(words);
        }
    }
}

impl Documents for Forms {
    fn open(&self, target: String) -> Answer<Option<Turn>> {
        self.fetch(target, None)
    }

    fn blank(&self) {
        if let Some(sheet) = document().and_then(|document| document.get_element_by_id("document")) {
            sheet.set_inner_html("");
        }
    }

    fn on_form(&self, turned: Box<dyn Fn(Result<Turn, Problem>)>) {
        self.ears.borrow_mut().turned = Some(turned);
        keep::restore(self.browser.account());
    }

    fn on_words(&self, say: Box<dyn Fn(String)>) {
        self.ears.borrow_mut().say = Some(say);
    }
}

/// Puts a document that came into the sheet. `None` when what came is none of our pages.
fn shown(response: &Response, account: Option<uuid::Uuid>) -> Option<Turn> {
    let target = response.page.clone()?;
    let parsed = parsed(response)?;
    // Every page of ours has one.
    parsed.get_element_by_id("main")?;
    let (Some(new), Some(sheet)) = (parsed.get_element_by_id("document"), document()?.get_element_by_id("document")) else {
        return Some(Turn { target, title: None, problem: false });
    };
    sheet.set_inner_html(&new.inner_html());
    dress(&parsed);
    keep::restore(account);
    Some(Turn { target, title: Some(parsed.title()), problem: parsed.get_element_by_id("problem").is_some() })
}

/// Appends the list of a page that came to the one on the sheet, and takes over what is under it. How many items that were.
fn append(response: &Response) -> Option<u32> {
    let (parsed, here) = (parsed(response)?, document()?);
    let list = here.query_selector("#document .posts").ok()??;
    let items = parsed.query_selector_all("#document .posts > li").ok()?;
    let count = items.length();
    for item in (0..count).filter_map(|at| items.get(at)) {
        list.append_child(&item).ok()?;
    }
    let (old, new) = (here.query_selector("#document .foot").ok()??, parsed.query_selector("#document .foot").ok()??);
    // The keyboard stays where it was.
    let held = old.contains(here.active_element().as_deref());
    old.set_inner_html(&new.inner_html());
    if let (true, Ok(Some(link))) = (held, old.query_selector("a")) {
        drop(link.unchecked_into::<HtmlElement>().focus());
    }
    Some(count)
}

fn parsed(response: &Response) -> Option<Document> {
    DomParser::new().ok()?.parse_from_string(response.body.expose(), SupportedType::TextHtml).ok()
}

/// The document's element says how the page shall look: it may have been changed just now.
fn dress(parsed: &Document) -> Option<()> {
    let (new, old) = (parsed.document_element()?, document()?.document_element()?);
    for name in ["data-theme", "data-motion"] {
        match new.get_attribute(name) {
            Some(value) => old.set_attribute(name, &value).ok()?,
            None => old.remove_attribute(name).ok()?,
        }
    }
    Some(())
}

/// Turns a switch: its button, the number beside it, and what it would ask for next time.
fn turn(form: &Element) -> Option<()> {
    let button = form.query_selector("[aria-pressed]").ok()??;
    let on = button.get_attribute("aria-pressed")? == "true";
    button.set_attribute("aria-pressed", if on { "false" } else { "true" }).ok()?;
    if let Some(next) = form.query_selector("[name=on]").ok()? {
        next.set_attribute("value", if on { "true" } else { "false" }).ok()?;
    }
    if let Some(count) = form.query_selector("[data-count]").ok()? {
        let number: i64 = count.text_content()?.trim().parse().ok()?;
        count.set_text_content(Some(&(number + if on { -1 } else { 1 }).to_string()));
    }
    Some(())
}

/// What a form holds, with the button that was pressed.
fn contents(form: &HtmlFormElement, event: &SubmitEvent) -> Option<FormData> {
    let data = FormData::new_with_form(form).ok()?;
    if let Some(button) = event.submitter()
        && let Some(name) = button.get_attribute("name")
    {
        data.append_with_str(&name, &button.get_attribute("value").unwrap_or_default()).ok()?;
    }
    Some(data)
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}
