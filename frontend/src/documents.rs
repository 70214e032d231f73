//! Documents in the browser: a page is fetched with the session's credentials and shown in place of the one before, and so is the answer
//! to a form. A form marked `data-toggle` is a switch: it turns at once, and back again if the server refuses. A link marked `data-more`
//! appends what it leads to to the list above it.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use app::api::{Answer, Documents, Turn};
use app::session::ports::Form;
use app::ui::text::{self, feed as words};
use app::wire::problem::{Code, Problem};
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, FormData, HtmlElement, HtmlFormElement, MouseEvent, SubmitEvent, UrlSearchParams};

use crate::api::Browser;
use crate::http::place;
use crate::later::{self, Turned};
use crate::more::Watch;
use crate::upload::{Say, Upload};
use crate::{clock, dom, keep, passkey, reveal, sheet, tabs, times, upload};

/// The lock of whoever sends what was kept for later.
const LATER: &str = "nightlatch.later";
/// After how many milliseconds all tabs see what one has taken out of localStorage.
const SEEN: f64 = 300.0;

/// Somebody who listens.
type Ear<T> = Option<Box<dyn Fn(T)>>;

/// Who hears what came of a form, and who reads out what is said.
#[derive(Default)]
struct Ears {
    turned: Ear<Result<Turn, Problem>>,
    say: Ear<String>,
    /// Looks for the link to more posts.
    watch: Option<Watch>,
    /// How many pages have been asked for. What comes for any but the last one comes too late to be shown.
    asked: u64,
    /// Whether what was kept for later is being sent.
    sending: bool,
    /// What of it was sent since a page was last asked for: that page may come without it.
    sent: Vec<Turned>,
}

/// Documents over the engine of a session.
#[derive(Clone)]
pub(crate) struct Forms {
    browser: Browser,
    ears: Arc<SendWrapper<Rc<RefCell<Ears>>>>,
}

impl Forms {
    /// Listens to the forms of the page.
    pub(crate) fn new(browser: Browser) -> Self {
        let forms = Self { browser, ears: Arc::new(SendWrapper::new(Rc::default())) };
        let this = forms.clone();
        forms.browser.on_answer(move || {
            this.catch_up();
        });
        if let Some(document) = dom::page() {
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
            let this = forms.clone();
            for event in ["change", "dragover", "dragleave", "drop"] {
                let this = this.clone();
                clock::listen(&document, event, move |event| this.picked(&event));
            }
            forms.ears.borrow_mut().watch = Watch::new();
            clock::spawn(async {
                // Not before the page stands as the server has written it.
                clock::sleep(0.0).await;
                times::keep().await;
            });
        }
        forms
    }

    /// What to do with a form that somebody sends. `None` where it is left to the browser, or to the page that made it.
    fn submitted(&self, event: &Event) -> Option<()> {
        let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
        reveal::cover(&form);
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
        let file = upload::chosen(&form).map(|files| (files, Rc::new(Upload::new(form.clone(), data.clone(), self.voice()))));
        let body: Rc<dyn Any> = match &file {
            Some((_, upload)) => upload.clone(),
            None => Rc::new(JsValue::from(UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?)),
        };
        let body = Form { body, slow: file.is_some() };
        if toggle {
            turn(&form);
            later::turned_again(self.browser.account(), &target);
        }
        dom::set(&form, "aria-busy", "true");
        let account = self.browser.account();
        let turned = Turned { target: target.clone(), on: data.get("on").as_string().unwrap_or_default() };
        let answer = if toggle { self.switch(target, body) } else { self.fetch(target, Some(body)) };
        let this = self.clone();
        clock::spawn(async move {
            let answer = answer.await;
            dom::mark(&form, "aria-busy", false);
            if let Some((_, upload)) = &file {
                upload.fail();
            }
            match answer {
                Ok(_) if toggle => {}
                Err(problem) if toggle && problem.code == Code::Unreachable && offline() && turned.keep(account).is_some() => {
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
                    } else if let Some((files, _)) = file {
                        upload::restore(files, this.voice()).await;
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
            dom::page()?.get_element_by_id(&button.get_attribute("data-dismiss")?)?.remove();
            return Some(());
        }
        if let Some(words) = reveal::press(&target) {
            self.say(Some(words.to_owned()));
            return Some(());
        }
        // A page that only changes leaves an open menu open.
        if let (Some(_), Some(menu)) = (target.closest("[popover] a").ok()?, dom::page().and_then(|page| dom::find(&page, ":popover-open")))
        {
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
        dom::set(&link, "aria-disabled", "true");
        link.set_text_content(Some(words::LOADING));
        let target = link.get_attribute("href")?;
        let answer = self.browser.with(move |engine| async move { engine.page(&target, None).await });
        let this = self.clone();
        clock::spawn(async move {
            match answer.await.ok().and_then(|response| sheet::append(&response)) {
                Some(count) => {
                    this.look();
                    this.say(Some(words::loaded(count)));
                }
                None => {
                    dom::mark(&link, "aria-disabled", false);
                    // From now on by hand: what fails is not tried for ever.
                    dom::set(&link, "data-more", "");
                    link.set_text_content(Some(text::TRY_AGAIN));
                    this.say(Some(words::NO_MORE.to_owned()));
                }
            }
        });
        Some(())
    }

    /// Fetches a page, or what a form leads to, and shows it. `None`: another page was asked for meanwhile.
    fn fetch(&self, target: String, form: Option<Form>) -> Answer<Option<Turn>> {
        let (account, ears) = (self.browser.account(), self.ears.clone());
        let asked = {
            let mut ears = ears.borrow_mut();
            ears.asked += 1;
            ears.sent.clear();
            ears.asked
        };
        let this = self.clone();
        self.browser.with(move |engine| async move {
            if let Some(upload) = form.as_ref().and_then(|form| form.body.downcast_ref::<Upload>()) {
                upload.shrink().await;
            }
            let response = engine.page(&target, form).await?;
            let late = || ears.borrow().asked != asked;
            if late() {
                return Ok(None);
            }
            let turn = sheet::show(&response, account).await.ok_or_else(|| Problem::new(Code::Unreachable))?;
            let sent = std::mem::take(&mut ears.borrow_mut().sent);
            for turned in &sent {
                this.settle(turned, true);
            }
            this.look();
            Ok((!late()).then_some(turn))
        })
    }

    /// Tells the server that a switch was turned. There is nothing to show.
    fn switch(&self, target: String, form: Form) -> Answer<Option<Turn>> {
        self.browser.with(move |engine| async move { engine.page(&target, Some(form)).await.map(|_| None) })
    }

    /// Shows a file that was chosen.
    fn picked(&self, event: &Event) {
        if let Some(field) = upload::picked(event) {
            let say = self.voice();
            clock::spawn(async move {
                upload::look(field, say).await;
            });
        }
    }

    /// Another page is on the sheet.
    fn look(&self) {
        if let Some(watch) = &self.ears.borrow().watch {
            watch.look();
        }
    }

    fn voice(&self) -> Say {
        let this = self.clone();
        Box::new(move |words| this.say(Some(words)))
    }

    /// The server answers: what waited for it is sent. A switch that it refuses turns back.
    fn catch_up(&self) -> Option<()> {
        let account = self.browser.account()?;
        if later::waiting(account).is_empty() || std::mem::replace(&mut self.ears.borrow_mut().sending, true) {
            return None;
        }
        let this = self.clone();
        clock::spawn(async move {
            // Another tab may be at it: what it has sent is not there any more then.
            let held = tabs::wait(LATER).await;
            let mut took = false;
            for turned in later::waiting(account) {
                let Some(form) = turned.form().filter(|_| this.browser.account() == Some(account)) else { break };
                let answer = this.switch(turned.target.clone(), form).await;
                // Not yet; or not in this session.
                if answer.as_ref().is_err_and(|problem| problem.status < 402 || problem.code == Code::WrongAccount) {
                    break;
                }
                turned.sent(account);
                took = true;
                this.settle(&turned, answer.is_ok());
                if answer.is_ok() {
                    this.ears.borrow_mut().sent.push(turned);
                }
            }
            if took {
                // Whoever waits shall see that it is not there any more: other processes see it late.
                clock::sleep(SEEN).await;
            }
            drop(held);
            this.ears.borrow_mut().sending = false;
        });
        Some(())
    }

    /// A switch of the page that was turned before stands as the server has it from now on.
    fn settle(&self, turned: &Turned, done: bool) -> Option<()> {
        let form = dom::find(&dom::page()?, &["form[action=\"", &turned.target, "\"]"].concat())?;
        if (dom::find(&form, "[name=on]")?.get_attribute("value")? == turned.on) == done {
            turn(&form);
        }
        if !done {
            self.say(form.get_attribute("data-toggle"));
        }
        Some(())
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
        if let Some(sheet) = dom::page().and_then(|document| document.get_element_by_id("document")) {
            sheet.set_inner_html("");
        }
    }

    fn on_form(&self, turned: Box<dyn Fn(Result<Turn, Problem>)>) {
        self.ears.borrow_mut().turned = Some(turned);
        sheet::arrived(self.browser.account());
        self.look();
        self.catch_up();
    }

    fn on_words(&self, say: Box<dyn Fn(String)>) {
        self.ears.borrow_mut().say = Some(say);
    }
}

/// Whether the browser knows that it has no network. A server in trouble is another matter: what it refused is turned back.
fn offline() -> bool {
    web_sys::window().is_some_and(|window| !window.navigator().on_line())
}

/// Turns a switch: its button, the number beside it, and what it would ask for next time.
fn turn(form: &Element) -> Option<()> {
    let button = dom::find(form, "[aria-pressed]")?;
    let on = button.get_attribute("aria-pressed")? == "true";
    dom::set(&button, "aria-pressed", if on { "false" } else { "true" });
    if let Some(next) = dom::find(form, "[name=on]") {
        dom::set(&next, "value", if on { "true" } else { "false" });
    }
    if let Some(count) = dom::find(form, "[data-count]") {
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
