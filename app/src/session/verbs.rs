//! What a page can do to its session: log in, sign up, log out, change it.

use std::future::Future;
use std::rc::Rc;

use uuid::Uuid;

use super::Part;
use super::engine::{Engine, written};
use super::phase::Event;
use super::ports::{Message, Pending, Request, Unreachable};
use super::record::{Kept, Place, Record, Revoke};
use super::refresh::Outcome;
use super::start::HEARSAY;
use crate::routes::api;
use crate::wire::account::{SignUp, Viewer};
use crate::wire::problem::{Code, Problem};
use crate::wire::saved::{Saved, Tap};
use crate::wire::secret::Secret;
use crate::wire::session::{Change, Grant, LONGEST_PATIENCE, Leave, LogIn, Offer, Refresh, TokenStorage, Why, patience};

impl Engine {
    /// Logs in, and makes the session this browser's.
    ///
    /// # Errors
    /// What the server says. The session there was before, if any, stays.
    pub async fn log_in(self: &Rc<Self>, form: LogIn) -> Result<Viewer, Problem> {
        // A client that is no browser has a key in any case.
        let bound = form.bound || form.storage == Some(TokenStorage::Native);
        self.enter_with(api::SESSION, written(&form), bound).await
    }

    /// Signs up, which logs in.
    ///
    /// # Errors
    /// What the server says, field by field.
    pub async fn sign_up(self: &Rc<Self>, form: SignUp) -> Result<Viewer, Problem> {
        self.enter_with(api::ACCOUNTS, written(&form), form.bound).await
    }

    /// Logs in with a passkey: asks for a challenge, and has `ceremony` answer it, both as JSON. With `saved`, the challenge is that of a
    /// saved login of this browser: its account's passkeys answer it, and the session lives where the saved login says. With `bound`, its
    /// tokens are bound to this client's key, where they are to live with the client.
    ///
    /// # Errors
    /// What the server says; [`Code::InvalidPasskey`] where the ceremony gives no answer. The session there was before, if any, stays.
    pub async fn log_in_by_passkey(
        self: &Rc<Self>,
        saved: Option<Uuid>,
        (storage, bound): (Option<TokenStorage>, bool),
        ceremony: &dyn Fn(Secret) -> Pending<'static, Option<Secret>>,
    ) -> Result<Viewer, Problem> {
        let path = saved.map_or(api::PASSKEY_CHALLENGE.to_owned(), |id| api::SAVED_CHALLENGE.replace("{id}", &id.to_string()));
        let request = Request { cookies: true, ..self.anonymous("POST", &path, None) };
        let answer = self.send(self.group(), Part::Request, request).await;
        let response = answer.map_err(|Unreachable| Problem::new(Code::Unreachable))?;
        if !response.ok() {
            return Err(response.problem());
        }
        let credential = ceremony(response.body).await.ok_or_else(|| Problem::new(Code::InvalidPasskey))?;
        let form = [r#"{"storage":""#, storage.unwrap_or_default().as_str(), r#"","credential":"#, credential.expose(), "}"].concat();
        self.enter_with(api::SESSION_PASSKEY, Secret::new(form), bound).await
    }

    /// One tap: opens a session by a saved login of this browser, and makes it this browser's.
    ///
    /// # Errors
    /// What the server says: [`Code::SessionEnded`] when the key is spent and it takes the password.
    pub async fn one_tap(self: &Rc<Self>, id: Uuid, password: Option<Secret>) -> Result<Viewer, Problem> {
        self.enter(&api::TAP.replace("{id}", &id.to_string()), written(&Tap { password })).await
    }

    /// The saved logins of this browser. They are cookies, so these travel whatever the storage of the session.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn saved(&self) -> Result<Vec<Saved>, Problem> {
        let request = Request { cookies: true, ..self.anonymous("GET", api::SAVED, None) };
        let response = self.send(self.group(), Part::Request, request).await.map_err(|Unreachable| Problem::new(Code::Unreachable))?;
        serde_json::from_str(response.body.expose()).map_err(|_| Problem::new(Code::Unreachable))
    }

    /// What the last log-in said about asking whether to save it.
    #[must_use]
    pub fn offer(&self) -> Option<Offer> {
        self.offer.get()
    }

    /// Begins the session that a `POST` of `form` to `path` opens, whatever it proves, and makes it this browser's.
    ///
    /// # Errors
    /// What the server says. The session there was before, if any, stays.
    pub async fn enter(self: &Rc<Self>, path: &str, form: Secret) -> Result<Viewer, Problem> {
        self.enter_with(path, form, false).await
    }

    /// The same, for a session whose tokens are bound to this client's key, where they are to live with the client.
    ///
    /// # Errors
    /// As [`Self::enter`].
    pub async fn enter_bound(self: &Rc<Self>, path: &str, form: Secret) -> Result<Viewer, Problem> {
        self.enter_with(path, form, true).await
    }

    async fn enter_with(self: &Rc<Self>, path: &str, form: Secret, bound: bool) -> Result<Viewer, Problem> {
        let group = self.group();
        self.settle(group).await;
        // Of a session that travels in cookies the server sees by itself that it is left behind.
        let former = self.with_kept(|kept| kept.refresh.is_some() && kept.storage != TokenStorage::Native) == Some(true);
        if former {
            drop(self.change(Change { park: Some(true), ..Change::default() }).await);
        }
        // An answer to a refresh that is still on its way, here or in another tab, would put the former session's cookie over the new one's.
        let held = self.ports.lock.acquire().await;
        let former = self.with_kept(|kept| kept.revoke(0)).filter(|_| former);
        self.void_what_is_in_flight();
        self.copy.set(false);
        let epoch = self.epoch.get();
        // No bearer: this is about a session to come. Cookies travel: the server may take the former session's away.
        let request = Request { bound, cookies: true, ..self.anonymous("POST", path, Some(form)) };
        let response = self.send(group, Part::Request, request).await.map_err(|Unreachable| Problem::new(Code::Unreachable))?;
        if !response.ok() {
            return Err(response.problem());
        }
        let grant: Grant = serde_json::from_str(response.body.expose()).map_err(|_| Problem::new(Code::Unreachable))?;
        if self.epoch.get() != epoch {
            return Err(self.void());
        }
        self.answered();
        self.offer.set(grant.offer);
        let viewer = grant.viewer.clone();
        // The new session's place may be another one, and what lies in the old one would go on lying there.
        if matches!((&former, self.ports.store.load()), (Some(former), Some(Record::Session(kept))) if kept.viewer.session_id == former.session_id)
        {
            self.ports.store.clear();
        }
        self.take(grant);
        drop(held);
        if let Some(former) = former {
            // By its own token alone: the cookies are the new session's by now.
            drop(self.send(group, Part::Request, Request { cookies: false, ..ending(None, &former) }).await);
        }
        Ok(viewer)
    }

    /// Logs out. The session is gone from here, and from the other tabs, when this returns; the future tells the server.
    /// If it cannot be told, what it needs to know is kept, and sent first thing next time.
    pub fn log_out(self: &Rc<Self>) -> impl Future<Output = ()> + use<> {
        self.log_out_leaving(Leave::Keep)
    }

    /// The same, saying what becomes of this browser's saved logins.
    pub fn log_out_leaving(self: &Rc<Self>, leave: Leave) -> impl Future<Output = ()> + use<> {
        let told = self.with_kept(Kept::clone).map(|kept| {
            // A page that closes cannot wait for a signature: the refresh token says which session it is.
            let (bearer, owed) = (kept.access.clone().filter(|_| !kept.bound), Revoke { leave, ..kept.revoke(self.stamp()) });
            self.ports.store.save(&Record::Revoke(owed.clone()));
            self.remember(owed.clone());
            self.ports.channel.announce(Message::LoggedOut { session_id: owed.session_id, why: Why::LoggedOut });
            self.let_go(Why::LoggedOut);
            (bearer, owed)
        });
        let engine = self.clone();
        async move {
            if let Some((bearer, owed)) = told {
                engine.tell(engine.group(), bearer, &owed).await;
            }
        }
    }

    /// Whether a log-out is kept that the server has yet to hear of.
    #[must_use]
    pub fn owes(&self) -> bool {
        matches!(self.ports.store.load(), Some(Record::Revoke(_)))
    }

    /// Remembers a log-out for a moment, and no token of it. A tab in another process that does not see it yet may store what it has just
    /// been granted.
    pub(super) fn remember(&self, owed: Revoke) {
        let owed = Revoke { refresh: None, ..owed };
        if Record::Revoke(owed.clone()).place() == Place::Browser {
            *self.farewell.borrow_mut() = Some((self.ports.clock.ticks() + HEARSAY, owed));
        }
    }

    /// Writes a log-out down again that was buried, and sends it.
    pub(super) async fn insist(&self) {
        let now = self.ports.clock.ticks();
        let Some((_, owed)) = self.farewell.borrow_mut().take_if(|(at, _)| *at <= now) else { return };
        if let Some(Record::Session(kept)) = self.ports.store.load()
            && kept.viewer.session_id == owed.session_id
        {
            let owed = Revoke { refresh: kept.refresh.clone(), ..owed };
            self.ports.store.save(&Record::Revoke(owed.clone()));
            self.tell(self.group(), None, &owed).await;
        }
    }

    /// Sends the log-out that is owed, if one is.
    pub(super) async fn settle(&self, group: u64) {
        if let Some(Record::Revoke(owed)) = self.ports.store.load() {
            self.tell(group, None, &owed).await;
        }
    }

    async fn tell(&self, group: u64, bearer: Option<Secret>, owed: &Revoke) {
        let request = ending(bearer, owed);
        // Any answer will do, but for those that say "later".
        let heard = match self.send(group, Part::Request, request).await {
            Ok(response) => response.status < 500 && response.status != 429 && response.status != 408,
            Err(Unreachable) => false,
        };
        if heard && self.ports.store.stamp() == Some(owed.stamp) {
            self.ports.store.clear();
        }
    }

    /// Changes the living session: saves it or not, moves its tokens to another storage. The record moves to where it then belongs,
    /// and leaves no copy behind. `change.refresh` is filled in here.
    ///
    /// # Errors
    /// What the server says. Nothing has changed then.
    pub async fn change(self: &Rc<Self>, change: Change) -> Result<(), Problem> {
        let (group, epoch) = (self.group(), self.epoch.get());
        let mut fresh = !self.due();
        for part in [Part::Request, Part::Replay] {
            if !fresh {
                match self.refresh(group).await {
                    Outcome::Fresh => {}
                    Outcome::Ended(why) => return Err(Problem::ended(why)),
                    Outcome::Failed(problem) => return Err(problem),
                }
            }
            let held = self.ports.lock.acquire().await;
            let Some(known) = self.with_kept(Kept::clone) else { return Err(Problem::new(Code::Unauthenticated)) };
            let refresh = known.refresh.clone();
            let body = written(&Change { refresh, ..change.clone() });
            // Cookies travel: those that the new storage wants come with the answer, and those of the old one are cleared by it.
            let patience = patience(known.expires_in);
            let request = self.request("PATCH", api::SESSION, Some(body));
            // It is about the refresh token. An access token that is bound to nothing yet goes along with no signature.
            let first = change.bound && !request.bound;
            let bearer = request.bearer.clone().filter(|_| !first);
            let request = Request { cookies: true, patience, bound: request.bound || first, bearer, ..request };
            let answer = self.send(group, part, request).await;
            if self.epoch.get() != epoch {
                return Err(self.void());
            }
            let response = answer.map_err(|Unreachable| self.failed(Problem::new(Code::Unreachable)))?;
            if response.ok() {
                let grant = serde_json::from_str(response.body.expose()).map_err(|_| Problem::new(Code::Unreachable))?;
                self.answered();
                if self.outdated(&known).is_some() {
                    return Err(self.void());
                }
                self.take(grant);
                return Ok(());
            }
            drop(held);
            let problem = response.problem();
            match problem.code {
                Code::SessionEnded => self.over(problem.reason.unwrap_or(Why::Unknown)),
                // The token was replaced, or ran out: with the next one, once.
                Code::Superseded | Code::InvalidToken | Code::Unauthenticated if part == Part::Request => {
                    fresh = false;
                    continue;
                }
                _ => {}
            }
            return Err(problem);
        }
        Err(Problem::new(Code::Superseded))
    }

    /// Fetches fresh tokens, and with them what the server has to say of the session now.
    pub async fn renew_now(self: &Rc<Self>) {
        if let Some(live) = &mut self.state.borrow_mut().live {
            live.due = self.ports.clock.ticks();
        }
        self.retry().await;
    }

    /// Tries to reach the server again, now.
    pub async fn retry(self: &Rc<Self>) {
        if self.due() {
            // Used at once, also where nobody asks for anything: until the server sees it used, it must take the former token for that of
            // somebody whose answer was lost.
            if self.refresh(self.group()).await == Outcome::Fresh {
                drop(self.call("GET", api::ME, None).await);
            }
        } else if self.with_kept(|_| ()).is_some() {
            drop(self.call("GET", api::ME, None).await);
        } else {
            self.show(Event::Reachable);
        }
    }
}

/// Tells the server that a session is over here.
fn ending(bearer: Option<Secret>, owed: &Revoke) -> Request {
    let leave = match owed.leave {
        Leave::Keep => "",
        Leave::Forget => "?saved=forget",
        Leave::All => "?saved=all",
    };
    Request {
        method: "DELETE",
        path: [api::SESSION, leave].concat(),
        bearer,
        bound: false,
        body: Some(written(&Refresh { refresh: owed.refresh.clone() })),
        form: None,
        patience: LONGEST_PATIENCE,
        keepalive: true,
        account: Some(owed.account_id),
        key: None,
        cookies: true,
    }
}
