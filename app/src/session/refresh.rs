//! A refresh: stamp → lock → read the store again → fetch → persist → read back → use → announce.
//! Sorts every failure: only a typed end ends a session, or a token that the server does not know and that nothing can replace.

use std::rc::Rc;

use super::Part;
use super::engine::{Engine, written};
use super::flight::Joined;
use super::ports::{Message, Request, Response, Unreachable};
use super::record::{Found, Kept, Record};
use crate::routes::api;
use crate::wire::problem::{Code, Problem};
use crate::wire::session::{Grant, Refresh, Why, patience};

/// How a refresh came out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// There is a fresh token: fetched here, or by another tab.
    Fresh,
    /// The session is over.
    Ended(Why),
    /// Not now. The tokens are kept.
    Failed(Problem),
}

/// What the server made of a refresh token.
enum Verdict {
    Granted(Grant),
    Ended(Why),
    /// Somebody else has the successor. Read the store again, after so many milliseconds at the latest.
    Superseded(u64),
    Later(Problem),
}

/// Says that a refresh is under way, for as long as it is.
struct Renewing<'a>(&'a Engine);

impl<'a> Renewing<'a> {
    fn of(engine: &'a Engine) -> Self {
        engine.say_aside(true);
        Self(engine)
    }
}

impl Drop for Renewing<'_> {
    fn drop(&mut self) {
        self.0.say_aside(false);
    }
}

/// How often one refresh may begin anew.
const ROUNDS: usize = 4;

impl Engine {
    /// Joins the refresh under way, or starts one.
    pub(super) fn refresh(self: &Rc<Self>, group: u64) -> Joined<Outcome> {
        let engine = self.clone();
        self.flight.join(|| {
            Box::pin(async move {
                let _said = Renewing::of(&engine);
                engine.renew(group).await
            })
        })
    }

    async fn renew(&self, group: u64) -> Outcome {
        let Some(mut known) = self.with_kept(Kept::clone) else { return Outcome::Failed(Problem::new(Code::Unauthenticated)) };
        if self.ports.clock.ticks() < self.state.borrow().trouble.held_until {
            return Outcome::Failed(Problem::new(Code::Busy));
        }
        let epoch = self.epoch.get();
        let _held = self.ports.lock.acquire().await;
        let mut with_cookies = false;
        for _ in 0..ROUNDS {
            if self.epoch.get() != epoch {
                return self.overtaken();
            }
            match self.find(&known) {
                Found::Same => {}
                Found::Behind => self.put_back(&known),
                Found::Gone(why) => {
                    self.let_go(why);
                    return Outcome::Ended(why);
                }
                Found::Moved(kept) => {
                    known = (*kept).clone();
                    self.adopt(*kept);
                    // In `hybrid` the access token stays in the tab that fetched it.
                    if self.epoch.get() != epoch || (known.has_access() && !self.due()) {
                        return Outcome::Fresh;
                    }
                }
            }
            let answer = self.send(group, Part::Refresh, self.refreshing(&known, with_cookies)).await;
            if self.epoch.get() != epoch {
                return self.overtaken();
            }
            match sort(answer) {
                // The session moved into cookies, and that answer was lost: once more, so that the cookies can come along.
                Verdict::Granted(grant) if grant.storage.refresh_in_cookie() && !known.storage.refresh_in_cookie() && !with_cookies => {
                    with_cookies = true;
                }
                // Another account's cookies: somebody has logged in without telling the store. That one's tokens are its own.
                Verdict::Granted(grant) if grant.viewer.account_id != known.viewer.account_id => {
                    let viewer = grant.viewer.clone();
                    self.persist(grant);
                    self.switched(viewer);
                    return self.overtaken();
                }
                Verdict::Granted(grant) => {
                    self.answered();
                    if let Some(outcome) = self.outdated(&known) {
                        return outcome;
                    }
                    self.take(grant);
                    return Outcome::Fresh;
                }
                // Said of a token that is no longer the newest here: ask again with the newest.
                Verdict::Ended(_) | Verdict::Superseded(_) if self.moved_since(&known) => {}
                // No fork for this copy. The twin goes on, so nothing is announced.
                Verdict::Ended(Why::Cleared) if self.copy.replace(false) => {
                    self.ports.store.clear();
                    self.let_go(Why::Unknown);
                    return Outcome::Ended(Why::Unknown);
                }
                Verdict::Ended(why) => {
                    self.over(why);
                    return Outcome::Ended(why);
                }
                Verdict::Superseded(ms) => self.ports.clock.sleep(f64::from(u32::try_from(ms).unwrap_or(u32::MAX).clamp(50, 2000))).await,
                Verdict::Later(problem) => return Outcome::Failed(self.failed(problem)),
            }
        }
        Outcome::Failed(self.failed(Problem::new(Code::Superseded)))
    }

    /// What the store says when an answer comes: another tab may have logged out, or in as somebody else, and this one not have heard of
    /// it yet. A grant must not bury that.
    pub(super) fn outdated(&self, known: &Kept) -> Option<Outcome> {
        match self.find(known) {
            Found::Gone(why) => {
                self.let_go(why);
                Some(Outcome::Ended(why))
            }
            Found::Moved(kept) if kept.viewer.session_id != known.viewer.session_id && !self.copy.get() => {
                self.adopt(*kept);
                Some(self.overtaken())
            }
            Found::Same | Found::Behind | Found::Moved(_) => None,
        }
    }

    /// The session was logged out, or another took its place, while the refresh was on its way. Its answer is not looked at.
    fn overtaken(&self) -> Outcome {
        Outcome::Failed(self.void())
    }

    fn moved_since(&self, known: &Kept) -> bool {
        matches!(self.find(known), Found::Moved(_))
    }

    fn refreshing(&self, known: &Kept, with_cookies: bool) -> Request {
        let body = Refresh { refresh: known.refresh.clone() };
        // A fork shows the cookie by which the browser is known.
        let (path, with_cookies) = if self.copy.get() { (api::FORK, true) } else { (api::REFRESH, with_cookies) };
        let request = self.request("POST", path, Some(written(&body)));
        // No access token: it may have run out, and the server would have to choose between two credentials.
        let (cookies, patience) = (request.cookies || with_cookies, patience(known.expires_in));
        Request { bearer: None, account: None, cookies, patience, ..request }
    }

    /// Persists a grant for other tabs, and does not use it here.
    fn persist(&self, grant: Grant) {
        let kept = Kept::of(grant, self.stamp(), self.ports.clock.wall());
        self.ports.store.save(&kept.record());
        self.ports.channel.announce(Message::Granted { session_id: kept.viewer.session_id, generation: kept.generation });
    }

    /// Persists a grant, reads back, uses, announces.
    pub(super) fn take(&self, grant: Grant) {
        let mine = Kept::of(grant, self.stamp(), self.ports.clock.wall());
        let store = &self.ports.store;
        // Without a lock another tab may be further already; an older token must not bury a newer one.
        let further = |record| match record {
            Some(Record::Session(other)) if other.follows(&mine) => Some(other),
            _ => None,
        };
        let other = further(store.load()).or_else(|| {
            store.save(&mine.record());
            further(store.load())
        });
        match other {
            Some(other) if other.refresh.is_some() => self.adopt(other),
            _ => {
                let message = Message::Granted { session_id: mine.viewer.session_id, generation: mine.generation };
                self.hold(mine, 0.0);
                self.ports.channel.announce(message);
            }
        }
    }
}

/// The one place where an answer to a refresh is judged.
fn sort(answer: Result<Response, Unreachable>) -> Verdict {
    let Ok(response) = answer else { return Verdict::Later(Problem::new(Code::Unreachable)) };
    if response.ok() {
        return serde_json::from_str(response.body.expose())
            .map_or_else(|_| Verdict::Later(Problem::new(Code::Unreachable)), Verdict::Granted);
    }
    let problem = response.problem();
    match problem.code {
        Code::SessionEnded => Verdict::Ended(problem.reason.unwrap_or(Why::Unknown)),
        // The server knows nothing of such a token: it was forged, garbled, or cleared away with the cookies. Nothing is left to try.
        Code::InvalidToken | Code::Unauthenticated => Verdict::Ended(Why::Cleared),
        Code::Superseded => Verdict::Superseded(problem.retry_after_ms.unwrap_or(200)),
        _ => Verdict::Later(problem),
    }
}
