//! Sessions: logging in, what is granted, where the tokens live, and why a session ended.

use serde::{Deserialize, Serialize};

use super::account::Viewer;
use super::problem::Problem;
use super::saved::Saved;
use super::secret::{self, Secret};

/// Where one session's tokens live in its client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenStorage {
    /// Both tokens in HTTP-only cookies.
    #[default]
    Cookie,
    /// The refresh token in an HTTP-only cookie, the access token in the page's memory.
    Hybrid,
    /// Both in localStorage.
    Local,
    /// Both in sessionStorage.
    Session,
    /// Both in the page's memory.
    Memory,
    /// Both handed to a client that is no browser.
    Native,
}

impl TokenStorage {
    /// The strategies a browser can choose from, in the order they are offered.
    pub const IN_A_BROWSER: [Self; 5] = [Self::Cookie, Self::Hybrid, Self::Local, Self::Session, Self::Memory];

    /// As written in JSON, in forms and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Hybrid => "hybrid",
            Self::Local => "local",
            Self::Session => "session",
            Self::Memory => "memory",
            Self::Native => "native",
        }
    }

    /// The reverse of [`Self::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Cookie, Self::Hybrid, Self::Local, Self::Session, Self::Memory, Self::Native].into_iter().find(|s| s.as_str() == text)
    }

    /// Whether the access token travels in a cookie.
    #[must_use]
    pub const fn access_in_cookie(self) -> bool {
        matches!(self, Self::Cookie)
    }

    /// Whether scripts can get hold of a token here that they cannot get hold of in `other`.
    #[must_use]
    pub const fn exposes_more_than(self, other: Self) -> bool {
        (other.access_in_cookie() && !self.access_in_cookie()) || (other.refresh_in_cookie() && !self.refresh_in_cookie())
    }

    /// Whether the tokens are one tab's, and are copied with it when the tab is duplicated.
    #[must_use]
    pub const fn in_one_tab(self, saved: bool) -> bool {
        matches!((self, saved), (Self::Session, _) | (Self::Local, false))
    }

    /// Whether the refresh token travels in a cookie. The server recognises these sessions on a plain `GET`.
    #[must_use]
    pub const fn refresh_in_cookie(self) -> bool {
        matches!(self, Self::Cookie | Self::Hybrid)
    }
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Logged out in this browser.
    LoggedOut,
    /// Ended from another device.
    Elsewhere,
    /// Logged out everywhere.
    Everywhere,
    /// The password was changed.
    Password,
    /// Not used for longer than the idle limit.
    Idle,
    /// Older than the absolute limit.
    Age,
    /// A refresh token that had been replaced was shown again.
    Reuse,
    /// The client's own storage is gone.
    Cleared,
    /// It lives on in another tab alone, which took its tokens there.
    Moved,
    /// Nothing is known about it.
    Unknown,
}

impl Why {
    /// As written in JSON, in `?why=` and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LoggedOut => "logged_out",
            Self::Elsewhere => "elsewhere",
            Self::Everywhere => "everywhere",
            Self::Password => "password",
            Self::Idle => "idle",
            Self::Age => "age",
            Self::Reuse => "reuse",
            Self::Cleared => "cleared",
            Self::Moved => "moved",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a clock has ended it, and nobody asked for that: the page that was being read may stay in sight behind the news. In every
    /// other case somebody wanted it to be over, or it may be in wrong hands.
    #[must_use]
    pub const fn is_of_time(self) -> bool {
        matches!(self, Self::Idle | Self::Age)
    }

    /// The reverse of [`Self::as_str`]; what is not known is [`Self::Unknown`].
    #[must_use]
    pub fn parse(text: &str) -> Self {
        [Self::LoggedOut, Self::Elsewhere, Self::Everywhere, Self::Password, Self::Idle, Self::Age, Self::Reuse, Self::Cleared, Self::Moved]
            .into_iter()
            .find(|why| why.as_str() == text)
            .unwrap_or(Self::Unknown)
    }
}

/// For how long after a refresh token was handed out its predecessor may still be in a race with it, in milliseconds: a tenth of the
/// access token's life (in seconds), 30 s at most, 4 s at least. The server judges by it. A client waits for the answer to a refresh
/// for a second less, see [`patience`]: an answer that came later could put an older cookie over a newer one, and the older one would
/// then be shown when it looks like a stolen one.
#[must_use]
pub const fn race_window(expires_in: u32) -> u32 {
    match expires_in {
        0..40 => 4_000,
        40..300 => expires_in * 100,
        _ => 30_000,
    }
}

/// How long a client waits for an answer that hands tokens out, in milliseconds: less than [`race_window`], and 15 s at most.
#[must_use]
pub const fn patience(expires_in: u32) -> u32 {
    let most = race_window(expires_in) - 1_000;
    if most < LONGEST_PATIENCE { most } else { LONGEST_PATIENCE }
}

/// How long a client waits for any answer at all, in milliseconds.
pub const LONGEST_PATIENCE: u32 = 15_000;

/// `POST /api/session`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// Username or e-mail address.
    pub login: String,
    /// The password.
    #[serde(serialize_with = "secret::sent")]
    pub password: Secret,
    /// A code of the second factor, where there is one: of the authenticator app, or for recovery.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    pub code: Option<Secret>,
    /// Where the tokens shall live; `cookie` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<TokenStorage>,
    /// Whether the session outlives the browser's closing; no when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save: Option<bool>,
    /// Whether the request is signed, so that the tokens are bound to the client's key where they live with it (RFC 9449). Never sent: the
    /// signature says it.
    #[serde(skip)]
    pub bound: bool,
}

/// `POST /api/session/refresh` and `POST /api/session/fork`, and the part of `DELETE /api/session` that names the session by its refresh token.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// Absent where the refresh token travels in a cookie.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    pub refresh: Option<Secret>,
}

/// `PATCH /api/session`: change a living session. It takes the refresh token, as it hands a refresh token out: an access token
/// alone must not be enough to get one. What is absent stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Whether the session outlives the browser's closing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save: Option<bool>,
    /// Where its tokens shall live from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<TokenStorage>,
    /// Leaves the account within reach of this browser, as another one is about to be added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub park: Option<bool>,
    /// Needed where scripts shall get hold of a token that they cannot get hold of now: an injected script does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    pub password: Option<Secret>,
    /// Absent where the refresh token travels in a cookie.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    pub refresh: Option<Secret>,
    /// Whether the request is signed, so that the tokens are bound to the client's key where they live with it (RFC 9449). Never sent: the
    /// signature says it.
    #[serde(skip)]
    pub bound: bool,
}

/// Whether it is worth asking "Save your login info?".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// It is.
    Ask,
    /// It would be, but this browser has as many as it may have.
    Full,
}

/// What becomes of this browser's saved logins at a log-out: `?saved=` of `DELETE /api/session`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leave {
    /// They stay.
    #[default]
    Keep,
    /// That of the account goes.
    Forget,
    /// All of them go.
    All,
}

/// How much of a session's age is left: then it takes the password once more. A number of seconds and not a moment, so that nobody's clock
/// has to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Seconds that are left.
    pub left: u32,
    /// Seconds that there are in all.
    pub whole: u32,
}

/// How near it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Soon {
    /// Within a day.
    Day,
    /// Within a quarter of an hour.
    Quarter,
}

impl Limit {
    /// Of what a grant or the first HTML says.
    #[must_use]
    pub fn of(ends_in: Option<u32>, age: Option<u32>) -> Option<Self> {
        ends_in.zip(age).map(|(left, whole)| Self { left, whole })
    }

    /// Whether the person is to be told, `later` milliseconds after this was said. Where the whole is short, as in a test, so is what
    /// counts as near: a session that has just begun is never near its end.
    #[must_use]
    pub fn soon(self, later: f64) -> Option<Soon> {
        let left = f64::from(self.left) - later / 1000.0;
        let within = |seconds: f64, share: f64| left <= seconds.min(f64::from(self.whole) / share);
        match (within(900.0, 28.0), within(86_400.0, 7.0)) {
            (true, _) => Some(Soon::Quarter),
            (_, true) => Some(Soon::Day),
            _ => None,
        }
    }
}

/// What a log-in or a refresh grants.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grant {
    /// Who is logged in.
    pub viewer: Viewer,
    /// How far the refresh chain has come.
    pub generation: u64,
    /// Where the tokens live.
    pub storage: TokenStorage,
    /// Whether the session outlives the browser's closing.
    pub saved: bool,
    /// Seconds for which the access token holds, counted from its receipt.
    pub expires_in: u32,
    /// When the session ends at the latest, Unix milliseconds.
    pub session_expires_at: i64,
    /// How many seconds that is from now, for whoever does not trust their clock.
    #[serde(default)]
    pub ends_in: Option<u32>,
    /// How many seconds such a session lasts in all.
    #[serde(default)]
    pub age: Option<u32>,
    /// Whether the tokens are bound to a key that signs each request they go with (RFC 9449).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bound: bool,
    /// What to ask a person who has just logged in about saving it; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// The access token; absent in `cookie`.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    pub access: Option<Secret>,
    /// The refresh token; absent in `cookie` and `hybrid`.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    pub refresh: Option<Secret>,
}

/// `GET /api/session`, in a local build: the access token of this very request, taken apart, and the session's row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// Where the tokens live.
    pub storage: TokenStorage,
    /// Whether the session outlives the browser's closing.
    pub saved: bool,
    /// The newest generation handed out.
    pub generation: u64,
    /// Whether that generation has come back.
    pub confirmed: bool,
    /// The token's header, as JSON text with a line for each member.
    pub header: String,
    /// The token's claims, in the same form.
    pub payload: String,
    /// Seconds for which the access token holds in all.
    pub life: i64,
    /// Seconds until it expires.
    pub expires_in: i64,
    /// Whether the access token came in a cookie (or else in `Authorization: Bearer`).
    pub by_cookie: bool,
    /// Whether it is bound to a key, and came with a proof.
    #[serde(default)]
    pub bound: bool,
    /// When the session ends if it is not used, Unix milliseconds.
    pub idle_expires_at: i64,
    /// When the session ends at the latest, Unix milliseconds.
    pub expires_at: i64,
}

/// What the server tells the browser inside the first HTML, so that both begin from the same state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Boot {
    /// Who the page was rendered for.
    pub viewer: Option<Viewer>,
    /// The storage of that session; or of one that only the browser can see, which it has then to look for.
    pub storage: Option<TokenStorage>,
    /// Whether that session outlives the browser's closing.
    pub saved: bool,
    /// The generation of the refresh token that this browser showed for the page.
    pub generation: u64,
    /// Seconds for which the access token in the cookie still holds; `None` when there is none, or it has expired.
    pub expires_in: Option<u32>,
    /// Seconds until that session ends at the latest.
    pub ends_in: Option<u32>,
    /// Seconds that such a session lasts in all.
    pub age: Option<u32>,
    /// The time of rendering, Unix milliseconds, for "4 hours ago".
    pub now: i64,
    /// A local build: demo accounts, choice of storage and inspector are shown.
    pub local: bool,
    /// What the window is called, if the page is a document.
    pub title: Option<String>,
    /// The document is not what was asked for: the browser has to find its session first, and fetch it then.
    pub meanwhile: bool,
    /// A form that was posted without scripts and refused: what to say, and what was typed.
    pub form: Option<RefusedForm>,
    /// The saved logins of this browser.
    pub accounts: Vec<Saved>,
}

/// A form the server refused, to be shown again with what was typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefusedForm {
    /// Why.
    pub problem: Problem,
    /// Field name and content, passwords left out.
    pub typed: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for storage in TokenStorage::IN_A_BROWSER {
            assert_eq!(TokenStorage::parse(storage.as_str()), Some(storage));
            assert_eq!(serde_json::to_string(&storage).unwrap(), format!("\"{}\"", storage.as_str()));
        }
        assert_eq!(TokenStorage::parse("indexeddb"), None);
        for why in [Why::LoggedOut, Why::Idle, Why::Reuse, Why::Cleared, Why::Unknown] {
            assert_eq!(Why::parse(why.as_str()), why);
            assert_eq!(serde_json::to_string(&why).unwrap(), format!("\"{}\"", why.as_str()));
        }
    }

    #[test]
    fn no_client_waits_longer_than_the_race_goes_on() {
        for life in [0, 10, 39, 40, 60, 149, 150, 299, 300, 3600, u32::MAX] {
            assert!(patience(life) < race_window(life) && (3_000..=15_000).contains(&patience(life)), "{life}");
            assert!((4_000..=30_000).contains(&race_window(life)), "{life}");
        }
        assert_eq!((race_window(300), patience(300)), (30_000, 15_000));
    }

    #[test]
    fn every_step_towards_scripts_exposes_more_and_none_back() {
        use TokenStorage::{Cookie, Hybrid, Local, Memory, Native, Session};
        for (to, from) in [(Hybrid, Cookie), (Local, Cookie), (Local, Hybrid), (Memory, Hybrid), (Native, Cookie)] {
            assert!(to.exposes_more_than(from), "{from:?} to {to:?}");
            assert!(!from.exposes_more_than(to), "{to:?} to {from:?}");
        }
        assert!(!Session.exposes_more_than(Memory) && !Memory.exposes_more_than(Local) && !Cookie.exposes_more_than(Cookie));
    }

    #[test]
    fn a_limit_is_near_a_day_before_and_a_quarter_of_an_hour_before() {
        const DAY: u32 = 86_400;
        for whole in [7 * DAY, 365 * DAY] {
            let said = |left| Limit { left, whole }.soon(0.0);
            assert_eq!(
                [said(whole), said(DAY + 1), said(DAY), said(901), said(900), said(0)],
                [None, None, Some(Soon::Day), Some(Soon::Day), Some(Soon::Quarter), Some(Soon::Quarter),]
            );
        }
        let (fresh, later) = (Limit { left: 7 * DAY, whole: 7 * DAY }, f64::from(6 * DAY) * 1000.0);
        assert_eq!((fresh.soon(later - 1.0), fresh.soon(later)), (None, Some(Soon::Day)), "time passes here");
        assert_eq!(Limit { left: 60, whole: 60 }.soon(0.0), None, "a session that has just begun");
    }

    #[test]
    fn an_unknown_field_is_refused() {
        assert!(serde_json::from_str::<LogIn>(r#"{"login":"mina","password":"x","role":"admin"}"#).is_err());
        assert!(serde_json::from_str::<LogIn>(r#"{"login":"mina"}"#).is_err());
    }
}
