//! Every URL, pages and API, spelled once: the router, the client and the tests read it.

/// Pages a person opens. Where a page has a form, the form posts to the page's own path.
pub mod page {
    /// The feed; the log-in page instead for those who are not logged in.
    pub const HOME: &str = "/";
    /// The log-in form.
    pub const LOG_IN: &str = "/login";
    /// Target of the log-out form. There is no page here.
    pub const LOG_OUT: &str = "/logout";
    /// The sign-up form.
    pub const SIGN_UP: &str = "/signup";
    /// "Save your login info?", once after each log-in.
    pub const SAVE: &str = "/welcome/save";
    /// The saved logins of this browser, for whoever uses it.
    pub const SAVED: &str = "/login/saved";
    /// `POST`: one tap.
    pub const TAP: &str = "/login/saved/{id}";
    /// The same view among the settings of who is logged in.
    pub const SETTINGS_SAVED: &str = "/settings/security/saved";
    /// The list of accounts, for the role `admin`.
    pub const ADMIN_ACCOUNTS: &str = "/admin/accounts";
    /// A new post.
    pub const NEW_POST: &str = "/new";
    /// What one can change, and see, about one's account.
    pub const SETTINGS: &str = "/settings";
    /// How the pages look in this browser.
    pub const APPEARANCE: &str = "/settings/appearance";

    /// Pages that a browser renders too. Every other page is a document, which the server makes.
    pub const HYDRATED: [&str; 3] = [LOG_IN, SIGN_UP, SAVE];
}

/// The REST interface.
pub mod api {
    /// `POST`: sign up.
    pub const ACCOUNTS: &str = "/api/accounts";
    /// `POST`: log in. `PATCH`: save it or not, move it. `DELETE`: log out. `GET`: inspect it (local build only).
    pub const SESSION: &str = "/api/session";
    /// `POST`: the next access token and refresh token.
    pub const REFRESH: &str = "/api/session/refresh";
    /// `POST`: a session of its own for a duplicated tab.
    pub const FORK: &str = "/api/session/fork";
    /// `GET`: the saved logins of this browser. `POST`: leave one. `DELETE`: remove all.
    pub const SAVED: &str = "/api/saved";
    /// `PATCH`: whether it asks for the password. `DELETE`: remove it.
    pub const SAVED_ONE: &str = "/api/saved/{id}";
    /// `POST`: one tap.
    pub const TAP: &str = "/api/saved/{id}/session";
    /// `GET`: who is asking.
    pub const ME: &str = "/api/me";
    /// `GET`: what was said to a post. `POST`: say something.
    pub const COMMENTS: &str = "/api/posts/{post_id}/comments";
    /// `GET`: a page of the feed, newest first; `?after=` takes a cursor.
    pub const FEED: &str = "/api/feed";
    /// `GET`: every account, for the role `admin`.
    pub const ADMIN_ACCOUNTS: &str = "/api/admin/accounts";
}

/// Where a `next` parameter may lead: a path of this site, or nowhere.
///
/// Refuses everything that a browser could read as another origin (`//host`, `/\host`, a scheme), control characters, and
/// anything over 512 bytes. What is refused is `None`; callers fall back to [`page::HOME`].
#[must_use]
pub fn local_target(next: &str) -> Option<&str> {
    let bytes = next.as_bytes();
    let plain = bytes.len() <= 512 && bytes.iter().all(|b| b.is_ascii_graphic() && *b != b'\\');
    let rooted = bytes.first() == Some(&b'/') && bytes.get(1) != Some(&b'/');
    // `/%2f/host` is decoded by some proxies before it is sent on.
    let veiled = bytes.get(1..4).is_some_and(|b| b.eq_ignore_ascii_case(b"%2f") || b.eq_ignore_ascii_case(b"%5c"));
    (plain && rooted && !veiled).then_some(next)
}

/// Percent-encodes a text for a query value (RFC 3986 §2.1): all but what is safe everywhere, and the slash.
#[must_use]
pub fn query_value(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.extend(['%', char::from(HEX[usize::from(byte >> 4)]), char::from(HEX[usize::from(byte & 15)])]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_inside_the_site_is_kept() {
        for next in ["/", "/admin/accounts", "/?after=abc#post", "/p/1?x=%2F"] {
            assert_eq!(local_target(next), Some(next));
        }
    }

    #[test]
    fn a_target_elsewhere_is_refused() {
        let long = format!("/{}", "a".repeat(600));
        for next in [
            "",
            "login",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "/%2f%2fevil.example",
            "/%5Cevil.example",
            "\t//evil.example",
            "/ok\r\nSet-Cookie: a=b",
            "/a b",
            "/\u{202e}",
            &long,
        ] {
            assert_eq!(local_target(next), None, "{next:?}");
        }
    }
}
