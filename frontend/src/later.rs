//! Switches that were turned while there was no network: they stay turned, and are sent when the server answers again. The newest turn of
//! each counts. They are in this page's memory, for one account, and gone with either.

use std::cell::RefCell;
use std::rc::Rc;

use app::session::ports::Form;
use app::wire::problem::Code;
use uuid::Uuid;
use web_sys::Element;

use crate::api::Browser;

/// One turn.
#[derive(Clone)]
pub(crate) struct Turned {
    /// Where it is sent.
    pub(crate) target: String,
    pub(crate) body: Form,
    /// Whose it is.
    pub(crate) account: Option<Uuid>,
    /// The switch on the page.
    pub(crate) switch: Element,
}

/// Those that wait.
#[derive(Clone, Default)]
pub(crate) struct Later(Rc<RefCell<Vec<Turned>>>);

impl Later {
    /// Keeps a turn for later, in place of what was asked of the same switch before.
    pub(crate) fn keep(&self, turned: Turned) {
        let mut waiting = self.0.borrow_mut();
        waiting.retain(|other| other.target != turned.target);
        waiting.push(turned);
    }

    /// Whether there is nothing to send.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Sends what waits, one after the other. Answers with those that were refused.
    pub(crate) async fn send(&self, browser: &Browser) -> Vec<Turned> {
        let all = std::mem::take(&mut *self.0.borrow_mut());
        let mut refused = Vec::new();
        for turned in all {
            // Somebody else is here by now.
            if turned.account.is_none() || turned.account != browser.account() {
                continue;
            }
            let (target, form) = (turned.target.clone(), turned.body.clone());
            let answer = browser.with(move |engine| async move { engine.page(&target, Some(form)).await.map(drop) }).await;
            match answer {
                Ok(()) => {}
                Err(problem) if problem.code == Code::Unreachable => {
                    // A newer turn of it has come meanwhile.
                    if !self.0.borrow().iter().any(|other| other.target == turned.target) {
                        self.keep(turned);
                    }
                }
                Err(_) => refused.push(turned),
            }
        }
        refused
    }
}
