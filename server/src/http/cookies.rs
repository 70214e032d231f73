//! The only file that writes `Set-Cookie`, and the one that reads cookies.
//!
//! Attributes are always written out: `HttpOnly; Secure; Path=/; SameSite=Lax` under the prefix `__Host-` (RFC 6265bis §4.1.3).
//! Browsers accept that on `http://localhost` too. Only the lab has four that differ, as that is what they are for.

use app::ui::document::appearance::Appearance;
use app::wire::lab::Marks;
use app::wire::secret::Secret;
use app::wire::session::TokenStorage;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::proof;
use crate::auth::saved::{Bunch, Held};
use crate::auth::session::Granted;
use crate::auth::{Error, Result};
use crate::model::{Timestamp, fill_random};

/// Holds the access token, in `cookie`.
pub const ACCESS: &str = "__Host-access";
/// Holds the refresh token, in `cookie` and `hybrid`.
pub const REFRESH: &str = "__Host-refresh";
/// Says that this browser keeps a session where only scripts can find it, so that the page is not a log-in form. Holds no secret.
pub const STORAGE: &str = "__Host-storage";
/// Names this browser: where sessions live in its tabs, only it may fork one; and an account that has been logged in here before is
/// not told of a new browser. Random, and good for nothing else.
pub const BROWSER: &str = "__Host-browser";
/// What this browser has chosen for the looks of the pages: theme, motion, and what the feed does. No secret.
pub const LOOKS: &str = "__Host-looks";
/// The keys of the saved logins of this browser, five at most.
pub const SAVED: &str = "__Host-saved";
/// The keys of the accounts that stay within reach until this browser closes.
pub const PARKED: &str = "__Host-parked";
/// This browser was asked "Save your login info?", and the answer was no.
pub const DECLINED: &str = "__Host-declined";

/// Header fields that may hold a token.
pub const SECRET: [HeaderName; 4] = [header::COOKIE, header::AUTHORIZATION, header::SET_COOKIE, proof::PROOF];

/// The lab's mark, gone with the browser.
pub const LAB_FLEETING: &str = "__Host-lab-fleeting";
/// The lab's mark, kept for [`LAB_STAYS`].
pub const LAB_LASTING: &str = "__Host-lab-lasting";
/// The lab's four, which differ in `SameSite` alone: `None`, not written, `Lax`, `Strict`.
const LAB_CROSS: [(&str, &str); 4] = [
    ("__Host-lab-none", "; SameSite=None"),
    ("__Host-lab-unwritten", ""),
    ("__Host-lab-lax", "; SameSite=Lax"),
    ("__Host-lab-strict", "; SameSite=Strict"),
];
/// For how long, in seconds: as long as the account that they were set for.
const LAB_CROSS_STAYS: i64 = 24 * 60 * 60;
/// In seconds.
const LAB_STAYS: i64 = 30 * 24 * 60 * 60;

/// For how long the question is not asked again, in seconds.
const DECLINED_FOR: i64 = 30 * 24 * 60 * 60;
/// Between two keys in one cookie.
const BETWEEN: char = '.';

/// Names a browser that asks for a passkey, so that nobody else can answer its challenge. Random.
pub const CEREMONY: &str = "__Host-passkey";
/// After the right password, without scripts: whose it was, sealed.
pub const SECOND: &str = "__Host-second";
/// How long those two last, in seconds.
const BRIEF: i64 = 5 * 60;

/// No cookie lives longer: browsers cut at 400 days (RFC 6265bis §5.5).
const LONGEST: i64 = 400 * 24 * 60 * 60;

/// The value of a cookie.
///
/// # Errors
/// [`Error::Conflicting`] when there are two of the name: "the first one wins" would let whoever planted one choose.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>> {
    let mut found = None;
    for line in headers.get_all(header::COOKIE) {
        let Ok(line) = line.to_str() else { continue };
        for pair in line.split(';') {
            if let Some((key, value)) = pair.trim().split_once('=')
                && key == name
            {
                if found.is_some() {
                    return Err(Error::Conflicting);
                }
                found = Some(value);
            }
        }
    }
    Ok(found.filter(|value| !value.is_empty()))
}

/// Which cookies a request had: those that must be cleared are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    access: bool,
    refresh: bool,
    storage: bool,
}

impl Shown {
    /// As the request shows them, whosever they are.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let there = |name| !matches!(read(headers, name), Ok(None));
        Self { access: there(ACCESS), refresh: there(REFRESH), storage: there(STORAGE) }
    }

    /// Those that belong to one session, and those that name no session at all: they are of no use to anybody. `access` and `refresh`
    /// tell which session a token names, if any. The hint at a storage is not among them.
    #[must_use]
    pub fn of_session(
        headers: &HeaderMap,
        session_id: Option<Uuid>,
        access: impl Fn(&str) -> Option<Uuid>,
        refresh: impl Fn(&str) -> Option<Uuid>,
    ) -> Self {
        let its = |name, names: &dyn Fn(&str) -> Option<Uuid>| {
            read(headers, name).ok().flatten().map(names).is_some_and(|named| named.is_none() || named == session_id)
        };
        Self { access: its(ACCESS, &access), refresh: its(REFRESH, &refresh), storage: false }
    }

    /// And the hint at a storage, if there is one.
    #[must_use]
    pub fn with_hint(self, headers: &HeaderMap) -> Self {
        Self { storage: !matches!(read(headers, STORAGE), Ok(None)), ..self }
    }
}

/// The cookies of a grant: those of its storage are set. Those in `replaced`, which a log-in found and whose session it ended, are
/// cleared where they are not set anew.
#[must_use]
pub fn granted(granted: &Granted, replaced: Shown) -> Vec<HeaderValue> {
    let session = &granted.session;
    let storage = session.storage();
    let age = |seconds: i64| session.saved.then_some(seconds.min(LONGEST));
    let left = left(granted.now, session.idle_expires_at.min(session.expires_at));
    let mut lines = Vec::new();
    if storage.access_in_cookie() {
        lines.push(set(ACCESS, granted.access.expose(), age(granted.life.as_secs().cast_signed())));
    } else if replaced.access {
        lines.push(clear(ACCESS));
    }
    if storage.refresh_in_cookie() && granted.again && replaced.refresh {
        // The browser showed it, and may have a newer one by now: an answer that comes late must not bury that.
    } else if storage.refresh_in_cookie() {
        lines.push(set(REFRESH, granted.refresh.expose(), age(left)));
    } else if replaced.refresh {
        lines.push(clear(REFRESH));
    }
    if matches!(storage, TokenStorage::Local | TokenStorage::Session) {
        // As long as the session can last at all: refreshes of these storages carry no cookies, and would not renew it.
        lines.push(set(STORAGE, storage.as_str(), age(self::left(granted.now, session.expires_at))));
    } else if replaced.storage {
        lines.push(clear(STORAGE));
    }
    if let Some(browser) = &granted.browser {
        // It outlives the session: the next log-in from here is no news to the account's owner.
        lines.push(set(BROWSER, browser, Some(LONGEST)));
    }
    lines
}

/// The keys of saved logins that a request shows.
///
/// # Errors
/// As [`read`].
pub fn keys(headers: &HeaderMap) -> Result<Vec<Secret>> {
    let both = [read(headers, SAVED)?, read(headers, PARKED)?];
    Ok(both.into_iter().flatten().flat_map(|keys| keys.split(BETWEEN)).map(|key| Secret::new(key.to_owned())).collect())
}

/// What changes of the cookies that hold them. They last for as long as one of their keys can last at all: that it was not used for too
/// long is said by the server, which then knows whose it was.
#[must_use]
pub fn bunch(bunch: &Bunch, headers: &HeaderMap, now: Timestamp) -> Vec<HeaderValue> {
    let line = |name: &'static str, parked: bool| {
        let held: Vec<&Held> = bunch.iter().filter(|held| held.row.parked == parked).collect();
        let value = held.iter().map(|held| held.key.expose()).collect::<Vec<_>>().join(&BETWEEN.to_string());
        let last = held.iter().map(|held| held.row.expires_at).max();
        match (read(headers, name).ok().flatten(), last) {
            (Some(shown), Some(_)) if shown == value => None,
            (_, Some(last)) => Some(set(name, &value, (!parked).then(|| left(now, last).clamp(1, LONGEST)))),
            (Some(_), None) => Some(clear(name)),
            (None, None) => None,
        }
    };
    [line(SAVED, false), line(PARKED, true)].into_iter().flatten().collect()
}

/// Remembers that the question was answered with no, or not any more.
#[must_use]
pub fn declined(yes: bool) -> HeaderValue {
    if yes { set(DECLINED, "1", Some(DECLINED_FOR)) } else { clear(DECLINED) }
}

/// What this browser calls itself, or what it shall call itself from now on.
#[must_use]
pub fn browser(headers: &HeaderMap) -> String {
    name_in(headers, BROWSER)
}

fn name_in(headers: &HeaderMap, cookie: &str) -> String {
    let plain = |id: &&str| id.len() == 22 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    read(headers, cookie).ok().flatten().filter(plain).map_or_else(
        || {
            let mut random = [0; 16];
            fill_random(&mut random);
            URL_SAFE_NO_PAD.encode(random)
        },
        str::to_owned,
    )
}

/// What this browser has chosen for the looks of the pages. What is not known is as good as not chosen.
#[must_use]
pub fn looks(headers: &HeaderMap) -> Appearance {
    let mut looks = Appearance::default();
    for word in read(headers, LOOKS).ok().flatten().unwrap_or_default().split('.') {
        match word {
            "light" => looks.theme = Some("light"),
            "dark" => looks.theme = Some("dark"),
            "reduced" => looks.motion = Some("reduced"),
            "by-hand" => looks.more = Some("by-hand"),
            "no-line" => looks.back = Some("no-line"),
            _ => {}
        }
    }
    looks
}

/// Keeps a choice of looks.
#[must_use]
pub fn keep_looks(looks: Appearance) -> HeaderValue {
    let words: Vec<&str> = [looks.theme, looks.motion, looks.more, looks.back].into_iter().flatten().collect();
    if words.is_empty() { clear(LOOKS) } else { set(LOOKS, &words.join("."), Some(LONGEST)) }
}

/// What a browser that asks for a passkey calls itself, or what it shall call itself from now on.
#[must_use]
pub fn ceremony(headers: &HeaderMap) -> String {
    name_in(headers, CEREMONY)
}

/// The line that sets it.
#[must_use]
pub fn set_ceremony(browser: &str) -> HeaderValue {
    set(CEREMONY, browser, Some(BRIEF))
}

/// The line that keeps the ticket between password and code.
#[must_use]
pub fn set_second(ticket: &[u8]) -> HeaderValue {
    set(SECOND, &URL_SAFE_NO_PAD.encode(ticket), Some(BRIEF))
}

/// The ticket between password and code.
#[must_use]
pub fn second(headers: &HeaderMap) -> Option<Vec<u8>> {
    read(headers, SECOND).ok().flatten().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
}

/// The line that takes it away.
#[must_use]
pub fn clear_second() -> HeaderValue {
    clear(SECOND)
}

/// Clears cookies.
#[must_use]
pub fn cleared(shown: Shown) -> Vec<HeaderValue> {
    let names = [(shown.access, ACCESS), (shown.refresh, REFRESH), (shown.storage, STORAGE)];
    names.into_iter().filter(|(there, _)| *there).map(|(_, name)| clear(name)).collect()
}

/// Puts the lines on an answer.
pub fn append(headers: &mut HeaderMap, lines: Vec<HeaderValue>) {
    for line in lines {
        headers.append(header::SET_COOKIE, line);
    }
}

/// Whole seconds from `now` until `until`.
fn left(now: Timestamp, until: Timestamp) -> i64 {
    (until - now).max(0) / 1000
}

/// Without `max_age` it is a session cookie, which has no `Expires` either.
fn set(name: &str, value: &str, max_age: Option<i64>) -> HeaderValue {
    let age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    line(&format!("{name}={value}; Path=/; HttpOnly; Secure; SameSite=Lax{age}"))
}

/// The token that an answer sets in the cookie `name`: what a program reads that keeps what it is given.
#[must_use]
pub fn set_in(headers: &HeaderMap, name: &str) -> Option<Secret> {
    let mut lines = headers.get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('=')?.split(';').next())?;
    (!value.is_empty()).then(|| Secret::new(value.to_owned()))
}

/// The lab's mark, in a cookie that goes with the browser and in one that stays.
#[must_use]
pub fn mark(mark: Uuid) -> Vec<HeaderValue> {
    let mark = mark.to_string();
    vec![set(LAB_FLEETING, &mark, None), set(LAB_LASTING, &mark, Some(LAB_STAYS))]
}

/// What came along of it.
#[must_use]
pub fn marks(headers: &HeaderMap, now: Timestamp) -> Marks {
    let found = |name| read(headers, name).ok().flatten().and_then(|mark| mark.parse().ok());
    let tokens = [ACCESS, REFRESH].into_iter().any(|name| !matches!(read(headers, name), Ok(None)));
    Marks { fleeting: found(LAB_FLEETING), lasting: found(LAB_LASTING), tokens, now }
}

/// The lab's four cookies.
#[must_use]
pub fn cross(mark: Uuid) -> Vec<HeaderValue> {
    let set = |(name, site)| line(&format!("{name}={mark}; Path=/; HttpOnly; Secure{site}; Max-Age={LAB_CROSS_STAYS}"));
    LAB_CROSS.into_iter().map(set).collect()
}

/// Which of them came along.
#[must_use]
pub fn crossed(headers: &HeaderMap, mark: Uuid) -> [bool; 4] {
    let mark = mark.to_string();
    LAB_CROSS.map(|(name, _)| read(headers, name).ok().flatten() == Some(&*mark))
}

fn clear(name: &str) -> HeaderValue {
    line(&format!("{name}=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0"))
}

/// Tokens and names here are plain ASCII by construction.
fn line(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_str(line).unwrap());
        }
        headers
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let headers = with(&["a=1; __Host-access=tok; b=2"]);
        assert_eq!(read(&headers, ACCESS).unwrap(), Some("tok"));
        for lookalike in ["__host-access=x", "=__Host-access=x", "x__Host-access=x", "__Host-access", "__Host-access="] {
            assert_eq!(read(&with(&[lookalike]), ACCESS).unwrap(), None, "{lookalike}");
        }
    }

    #[test]
    fn two_cookies_of_one_name_are_refused() {
        for lines in [&["__Host-access=a; __Host-access=b"][..], &["__Host-access=a", "__Host-access=a"][..]] {
            assert!(matches!(read(&with(lines), ACCESS), Err(Error::Conflicting)));
        }
    }

    #[test]
    fn attributes_are_written_out() {
        assert_eq!(set(ACCESS, "t", None), "__Host-access=t; Path=/; HttpOnly; Secure; SameSite=Lax");
        assert_eq!(set(ACCESS, "t", Some(9)), "__Host-access=t; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=9");
        assert_eq!(clear(ACCESS), "__Host-access=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0");
    }
}
