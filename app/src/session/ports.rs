//! What the engine needs from outside, as five traits. The browser's adapter implements them; so do the tests.
//! None of them decides anything about a token.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use uuid::Uuid;

use super::record::Record;
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::Why;

/// A future of one thread. The engine lives where the page lives, and never moves.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A request on its way out.
#[derive(Clone, Debug)]
pub struct Request {
    /// HTTP method, in capitals.
    pub method: &'static str,
    /// Path and query, of this site.
    pub path: String,
    /// The access token, for `Authorization`.
    pub bearer: Option<Secret>,
    /// Whether it is proven with this client's own key, and the access token is shown as one that is bound to it (`DPoP`, RFC 9449 §7.1) and
    /// not as a bearer's. The transport signs, and sees to the nonce.
    pub bound: bool,
    /// JSON. May hold a password or a token, so it is wiped when dropped.
    pub body: Option<Secret>,
    /// In place of JSON: what a page's form sends.
    pub form: Option<Form>,
    /// Milliseconds to wait for the whole answer. One that comes later must not be looked at, and its cookies not be kept.
    pub patience: u32,
    /// Whether it shall outlive the page.
    pub keepalive: bool,
    /// For `X-Account`: the account a mutation acts for.
    pub account: Option<Uuid>,
    /// For `Idempotency-Key`: a request that changes something, and its replay, carry the same.
    pub key: Option<Uuid>,
    /// Whether cookies travel along, there and back. Not where the client holds both tokens itself: the cookies may belong to the
    /// session of another tab. Log-in, log-out and save are the exceptions.
    pub cookies: bool,
}

/// The body of a form.
#[derive(Clone)]
pub struct Form {
    /// As the transport's own platform has it. Nobody else looks inside.
    pub body: Rc<dyn Any>,
    /// Whether there is a file in it, so that it takes a while: a token that may run out on the way is refreshed before.
    pub slow: bool,
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form")
    }
}

/// An answer, of whatever kind.
#[derive(Clone, Debug)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The body, as text; may hold tokens.
    pub body: Secret,
    /// `Retry-After`, in milliseconds from now.
    pub retry_after_ms: Option<u64>,
    /// Path and query of the page that came, redirections followed; `None` when it is no HTML.
    pub page: Option<String>,
}

impl Response {
    /// Whether the status says that it went well.
    #[must_use]
    pub fn ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The answer read as a problem. One that is not ours (a proxy's page, half a body) says [`Code::Unreachable`]: no end, no verdict.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let mut problem = serde_json::from_str(self.body.expose()).unwrap_or_else(|_| Problem::new(Code::Unreachable));
        problem.status = self.status;
        problem.retry_after_ms = problem.retry_after_ms.or(self.retry_after_ms);
        problem
    }
}

/// No answer came: no network, no server, or not in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreachable;

/// The way to the server.
pub trait Transport {
    /// Sends a request and waits for the whole answer, for [`Request::patience`].
    fn send(&self, request: Request) -> Pending<'_, Result<Response, Unreachable>>;
}

/// Where one record is kept: see [`Record::place`]. Everything that [`super::contract::holds`] asks must hold.
pub trait TokenStore {
    /// The record that counts in this tab. What cannot be read is as good as not there.
    fn load(&self) -> Option<Record>;
    /// Puts the record into its place, and takes the same session's out of every other. A place that is blocked or full is replaced
    /// by one that is not, so that [`Self::load`] gives the record back in any case.
    fn save(&self, record: &Record);
    /// Takes away the record that [`Self::load`] shows.
    fn clear(&self);
    /// Whether this tab began as a copy of another one, with all that the other kept for itself: a session in one tab is two tabs' then.
    fn copied(&self) -> bool {
        false
    }
    /// Differs whenever the record does; `None` when there is none. Cheap.
    fn stamp(&self) -> Option<u64> {
        self.load().map(|record| record.stamp())
    }
}

/// Mutual exclusion among the tabs of a browser. It saves requests, and no refresh rests on it. A log-in without it can be undone by the
/// cookie of a refresh whose answer comes late.
pub trait TabLock {
    /// Waits for the lock, 5 seconds at most, and goes on without it then, or where there is none.
    fn acquire(&self) -> Pending<'_, Held>;
}

/// The lock, until it is dropped.
pub struct Held(Option<Box<dyn FnOnce()>>);

impl Held {
    /// A lock that `release` gives back.
    #[must_use]
    pub fn until(release: impl FnOnce() + 'static) -> Self {
        Self(Some(Box::new(release)))
    }

    /// No lock.
    #[must_use]
    pub const fn nothing() -> Self {
        Self(None)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(release) = self.0.take() {
            release();
        }
    }
}

/// What tabs tell each other. Never a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// The session has new tokens: read your store.
    Granted {
        /// The session.
        session_id: Uuid,
        /// How far its chain has come.
        generation: u64,
    },
    /// The session is over.
    LoggedOut {
        /// The session.
        session_id: Uuid,
        /// Why.
        why: Why,
    },
}

impl Message {
    /// As it goes over the channel: three words.
    #[must_use]
    pub fn written(self) -> String {
        match self {
            Self::Granted { session_id, generation } => ["granted ", &session_id.to_string(), " ", &generation.to_string()].concat(),
            Self::LoggedOut { session_id, why } => ["ended ", &session_id.to_string(), " ", why.as_str()].concat(),
        }
    }

    /// The reverse of [`Self::written`]. Something else is no message: another version of the app may be open in another tab.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (kind, session_id, last) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
        match kind {
            "granted" => Some(Self::Granted { session_id, generation: last.parse().ok()? }),
            "ended" => Some(Self::LoggedOut { session_id, why: Why::parse(last) }),
            _ => None,
        }
    }
}

/// The way to the other tabs.
pub trait TabChannel {
    /// Tells every other tab; not this one.
    fn announce(&self, message: Message);
    /// Calls `hear` with what other tabs announce, from now on.
    fn listen(&self, hear: Box<dyn Fn(Message)>);
}

/// Time and chance.
pub trait Clock {
    /// Milliseconds on a clock that is never set. May stand still while the machine sleeps.
    fn ticks(&self) -> f64;
    /// Unix milliseconds. A hint: it may be wrong by years.
    fn wall(&self) -> i64;
    /// Wakes up after `ms` milliseconds or later: browsers throttle.
    fn sleep(&self, ms: f64) -> Pending<'_, ()>;
    /// At least 0, less than 1. For jitter and stamps, never for secrets.
    fn random(&self) -> f64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_as_it_was_written_and_noise_is_none() {
        let session_id = Uuid::from_u128(7);
        for message in [Message::Granted { session_id, generation: 9 }, Message::LoggedOut { session_id, why: Why::LoggedOut }] {
            assert_eq!(Message::read(&message.written()), Some(message));
        }
        for noise in ["", "granted", "granted x 1", "{}", "shouted 00000000-0000-0000-0000-000000000007 1"] {
            assert_eq!(Message::read(noise), None, "{noise}");
        }
    }
}
