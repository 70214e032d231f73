//! The only file that writes `Set-Cookie`, and the one that reads cookies.
//!
//! Attributes are always written out: `HttpOnly; Secure; Path=/; SameSite=Lax` under the prefix `__Host-` (RFC 6265bis §4.1.3).
//! Browsers accept that on `http://localhost` too.

use std::time::Duration;

use app::wire::session::TokenStorage;
use axum::http::{HeaderMap, HeaderValue, header};

use crate::auth::session::Granted;
use crate::auth::{Error, Result};
use crate::model::Timestamp;

/// Holds the access token, in `cookie`.
pub const ACCESS: &str = "__Host-access";
/// Holds the refresh token, in `cookie` and `hybrid`.
pub const REFRESH: &str = "__Host-refresh";
/// Says that this browser keeps a session where only scripts can find it, so that the page is not a log-in form. Holds no secret.
pub const STORAGE: &str = "__Host-storage";

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
    /// As the request shows them.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let there = |name| !matches!(read(headers, name), Ok(None));
        Self { access: there(ACCESS), refresh: there(REFRESH), storage: there(STORAGE) }
    }
}

/// The cookies of a grant: those of its storage are set. Those in `replaced`, which a log-in found and whose session it ended, are
/// cleared where they are not set anew.
#[must_use]
pub fn granted(granted: &Granted, access_life: Duration, replaced: Shown) -> Vec<HeaderValue> {
    let session = &granted.session;
    let storage = session.storage();
    let age = |seconds: i64| session.saved.then_some(seconds.min(LONGEST));
    let left = left(granted.now, session.idle_expires_at.min(session.expires_at));
    let mut lines = Vec::new();
    if storage.access_in_cookie() {
        lines.push(set(ACCESS, granted.access.expose(), age(access_life.as_secs().cast_signed())));
    } else if replaced.access {
        lines.push(clear(ACCESS));
    }
    if storage.refresh_in_cookie() {
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
    lines
}

/// Clears the cookies named.
#[must_use]
pub fn cleared(names: &[&'static str]) -> Vec<HeaderValue> {
    names.iter().map(|name| clear(name)).collect()
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
