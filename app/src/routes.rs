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
    /// One of them, and what an admin can do to it.
    pub const ADMIN_ACCOUNT: &str = "/admin/accounts/{account_id}";
    /// A new post.
    pub const NEW_POST: &str = "/new";
    /// What one can change, and see, about one's account.
    pub const SETTINGS: &str = "/settings";
    /// One post. Its forms post to paths below it.
    pub const POST: &str = "/p/{post_id}";
    /// Target of the like button. Opened, it leads to the post, as all of these do.
    pub const LIKE: &str = "/p/{post_id}/like";
    /// Target of the form for comments.
    pub const COMMENTS: &str = "/p/{post_id}/comments";
    /// Target of the button that removes a comment.
    pub const REMOVE_COMMENT: &str = "/p/{post_id}/comments/{comment_id}/delete";
    /// Target of the form that describes its picture.
    pub const DESCRIBE: &str = "/p/{post_id}/description";
    /// Target of the button that removes the post.
    pub const REMOVE_POST: &str = "/p/{post_id}/delete";
    /// Somebody's profile.
    pub const USER: &str = "/u/{username}";
    /// Target of the button that follows them.
    pub const FOLLOW: &str = "/u/{username}/follow";
    /// What one's own profile says.
    pub const PROFILE: &str = "/settings/profile";
    /// How the pages look in this browser.
    pub const APPEARANCE: &str = "/settings/appearance";
    /// Password, browsers, history.
    pub const SECURITY: &str = "/settings/security";
    /// Where the account is logged in.
    pub const SESSIONS: &str = "/settings/security/sessions";
    /// What happened to its security.
    pub const ACTIVITY: &str = "/settings/security/activity";
    /// Another password.
    pub const PASSWORD: &str = "/settings/security/password";
    /// A copy of one's data, and the end of the account.
    pub const DATA: &str = "/settings/data";
    /// That copy as a file.
    pub const DATA_COPY: &str = "/settings/data/copy";
    /// Where one lands after asking for the end of the account.
    pub const GOODBYE: &str = "/goodbye";
    /// Somebody does not know the password any more.
    pub const FORGOT: &str = "/forgot";
    /// The link in the mail that follows.
    pub const RESET: &str = "/reset/{token}";
    /// Every mail that would have been sent; local build only.
    pub const MAIL: &str = "/mail";
    /// Where password managers look for the page that changes a password.
    pub const CHANGE_PASSWORD: &str = "/.well-known/change-password";
    /// After the right password: the form for a code of the second factor.
    pub const LOG_IN_CODE: &str = "/login/code";
    /// Authenticator app and recovery codes.
    pub const TWO_FACTOR: &str = "/settings/security/two-factor";
    /// The password once more, before the age of a session asks for it.
    pub const RENEW: &str = "/settings/security/renew";
    /// Passkeys.
    pub const PASSKEYS: &str = "/settings/security/passkeys";

    /// The lab: what is measured there, and what came out. A local build only, as all of the lab is.
    pub const LAB: &str = "/lab";
    /// How it works.
    pub const LAB_HOW: &str = "/lab/how";
    /// What survives.
    pub const LAB_SURVIVAL: &str = "/lab/survival";
    /// From opening the app to the first post.
    pub const LAB_OPENING: &str = "/lab/opening";
    /// A silent refresh.
    pub const LAB_REFRESH: &str = "/lab/refresh";
    /// A script that was injected.
    pub const LAB_SCRIPT: &str = "/lab/script";
    /// What another site can do.
    pub const LAB_CROSS: &str = "/lab/cross";
    /// A stolen refresh token.
    pub const LAB_THEFT: &str = "/lab/theft";
    /// A log-out.
    pub const LAB_LEAVING: &str = "/lab/leaving";
    /// How long a copy goes on after it.
    pub const LAB_LAG: &str = "/lab/lag";
    /// What requests cost.
    pub const LAB_COST: &str = "/lab/cost";
    /// Two tabs, one refresh token. With `?second`, the second of them.
    pub const LAB_TABS: &str = "/lab/tabs";
    /// Two accounts, two tabs. With `?second`, the second of them.
    pub const LAB_ACCOUNTS: &str = "/lab/accounts";
    /// When one is asked again.
    pub const LAB_TIME: &str = "/lab/time";

    /// All storages beside each other.
    pub const LAB_COMPARE: &str = "/lab/compare";
    /// All of them, in the order of the list.
    pub const LAB_ROOMS: [&str; 14] = [
        LAB_HOW,
        LAB_SURVIVAL,
        LAB_OPENING,
        LAB_REFRESH,
        LAB_TABS,
        LAB_SCRIPT,
        LAB_CROSS,
        LAB_THEFT,
        LAB_LEAVING,
        LAB_ACCOUNTS,
        LAB_LAG,
        LAB_COST,
        LAB_TIME,
        LAB_COMPARE,
    ];

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
    /// `GET`: a nonce for proofs of possession, in `DPoP-Nonce`.
    pub const NONCE: &str = "/api/session/nonce";
    /// `GET`: the saved logins of this browser. `POST`: leave one. `DELETE`: remove all.
    pub const SAVED: &str = "/api/saved";
    /// `PATCH`: whether it asks for the password. `DELETE`: remove it.
    pub const SAVED_ONE: &str = "/api/saved/{id}";
    /// `POST`: one tap.
    pub const TAP: &str = "/api/saved/{id}/session";
    /// `POST`: a challenge to log in to its account with a passkey.
    pub const SAVED_CHALLENGE: &str = "/api/saved/{id}/challenge";
    /// `GET`: who is asking.
    pub const ME: &str = "/api/me";
    /// `GET`: what was said to a post. `POST`: say something.
    pub const COMMENTS: &str = "/api/posts/{post_id}/comments";
    /// `GET`: a page of the feed, newest first; `?after=` takes a cursor.
    pub const FEED: &str = "/api/feed";
    /// `POST`: a new post, as `multipart/form-data` with `picture`, `caption` and `alt`.
    pub const POSTS: &str = "/api/posts";
    /// `GET`: one post. `PATCH`, `DELETE`: one's own post.
    pub const POST: &str = "/api/posts/{post_id}";
    /// `PUT`, `DELETE`: like it, or no longer.
    pub const LIKE: &str = "/api/posts/{post_id}/like";
    /// `DELETE`: one's own comment.
    pub const COMMENT: &str = "/api/comments/{comment_id}";
    /// `GET`: somebody's profile; `?after=` takes a cursor of its posts.
    pub const USER: &str = "/api/users/{username}";
    /// `PUT`, `DELETE`: follow them, or no longer.
    pub const FOLLOW: &str = "/api/users/{username}/follow";
    /// `PUT`: what one's own profile says.
    pub const PROFILE: &str = "/api/me/profile";
    /// `GET`: every account, for the role `admin`.
    pub const ADMIN_ACCOUNTS: &str = "/api/admin/accounts";
    /// `PATCH`: another role, disable, enable; for the role `admin`.
    pub const ADMIN_ACCOUNT: &str = "/api/admin/accounts/{account_id}";
    /// `DELETE`: end every session of an account, for the role `admin`.
    pub const ADMIN_SESSIONS: &str = "/api/admin/accounts/{account_id}/sessions";
    /// `GET`: what happened to everybody's security, for the role `admin`.
    pub const ADMIN_EVENTS: &str = "/api/admin/events";
    /// `GET`: where the account is logged in. `DELETE`: log out everywhere else.
    pub const SESSIONS: &str = "/api/sessions";
    /// `DELETE`: log one browser out. `PATCH`: call it something.
    pub const SESSION_OF: &str = "/api/sessions/{session_id}";
    /// `GET`: what happened to the account's security, newest first; `?before=` takes an `event_id`, `?topic=` a part.
    pub const ACTIVITY: &str = "/api/activity";
    /// `POST`: "Was this you?"
    pub const ALERT: &str = "/api/activity/{event_id}";
    /// `PUT`: another password.
    pub const PASSWORD: &str = "/api/password";
    /// `POST`: write a link to a new password to the owner.
    pub const FORGOT: &str = "/api/password/forgot";
    /// `POST`: a new password, by such a link.
    pub const RESET: &str = "/api/password/reset";
    /// `GET`: a copy of everything. `DELETE`: remove the account in 14 days.
    pub const ACCOUNT: &str = "/api/account";
    /// `GET`: how the account is protected beside its password.
    pub const FACTOR: &str = "/api/factor";
    /// `POST`: set an authenticator app up. `DELETE`: turn it off.
    pub const TOTP: &str = "/api/factor/totp";
    /// `POST`: its first code.
    pub const TOTP_CONFIRM: &str = "/api/factor/totp/confirm";
    /// `POST`: new recovery codes.
    pub const RECOVERY_CODES: &str = "/api/factor/recovery-codes";
    /// `POST`: a code for a session that was begun without one.
    pub const STEP_UP: &str = "/api/factor/session";
    /// `GET`: the passkeys. `POST`: one more.
    pub const PASSKEYS: &str = "/api/passkeys";
    /// `POST`: a challenge for one more.
    pub const PASSKEY_CREATION: &str = "/api/passkeys/creation";
    /// `POST`: a challenge to log in with.
    pub const PASSKEY_CHALLENGE: &str = "/api/passkeys/challenge";
    /// `PATCH`: rename it. `DELETE`: remove it.
    pub const PASSKEY: &str = "/api/passkeys/{passkey_id}";
    /// `POST`: log in with a passkey.
    pub const SESSION_PASSKEY: &str = "/api/session/passkey";
    /// `POST`: a session of the lab, of an account made for it. What follows below is there in a local build only.
    pub const LAB_SESSION: &str = "/api/lab/session";
    /// `GET`: watch it. `PATCH`: change its rules.
    pub const LAB_BENCH: &str = "/api/lab/benches/{bench}";
    /// `POST`: its access tokens hold no longer, as if their time were over.
    pub const LAB_EXPIRE: &str = "/api/lab/benches/{bench}/expire";
    /// `POST`: another session of its account, in its place.
    pub const LAB_AGAIN: &str = "/api/lab/benches/{bench}/again";
    /// `GET`: how old everything of it is, by its own clock.
    pub const LAB_CLOCK: &str = "/api/lab/benches/{bench}/clock";
    /// `POST`: its clock is put forward.
    pub const LAB_JUMP: &str = "/api/lab/benches/{bench}/jump";
    /// `POST`: its refresh token is stolen.
    pub const LAB_THEFT: &str = "/api/lab/benches/{bench}/theft";
    /// `POST`: the thief refreshes.
    pub const LAB_THIEF_REFRESH: &str = "/api/lab/benches/{bench}/thief/refresh";
    /// `POST`: the thief reads the feed.
    pub const LAB_THIEF_READ: &str = "/api/lab/benches/{bench}/thief/read";
    /// `POST`: which of what a script has found another machine could use.
    pub const LAB_LOOT: &str = "/api/lab/benches/{bench}/loot";
    /// `POST`: another payload is put into one of its access tokens.
    pub const LAB_FORGE: &str = "/api/lab/benches/{bench}/forge";
    /// `GET`: what was on the wire of late, as the server saw it.
    pub const LAB_WIRE: &str = "/api/lab/benches/{bench}/wire";
    /// `POST`: many requests with its credential, made inside the server.
    pub const LAB_LOAD: &str = "/api/lab/benches/{bench}/load";
    /// `POST`: what a server has to remember of many sessions like it.
    pub const LAB_MEMORY: &str = "/api/lab/benches/{bench}/memory";
    /// `POST`: a password is hashed.
    pub const LAB_HASH: &str = "/api/lab/hash";
    /// `POST`: set marks in cookies. `GET`: which of them came along.
    pub const LAB_MARKS: &str = "/api/lab/marks";
    /// `GET`: where the attackers of the lab are.
    pub const LAB_CROSS: &str = "/api/lab/cross";
    /// `POST`: set four cookies that differ in `SameSite` alone. `GET`: which requests of the attackers have arrived, and with which of them.
    pub const LAB_BENCH_CROSS: &str = "/api/lab/benches/{bench}/cross";
    /// `GET`, `POST`, from the pages of the attackers: it does not ask where a request comes from.
    pub const LAB_CROSS_OPEN: &str = "/api/lab/cross/open/{bench}/{from}/{by}";
    /// The same, and it asks.
    pub const LAB_CROSS_GUARDED: &str = "/api/lab/cross/guarded/{bench}/{from}/{by}";
}

/// Whether there is a page of the lab at this path. They have wasm of their own.
#[must_use]
pub fn is_lab(path: &str) -> bool {
    path == page::LAB || page::LAB_ROOMS.contains(&path)
}

/// The page of a post.
#[must_use]
pub fn post(post_id: &str) -> String {
    ["/p/", post_id].concat()
}

/// An account, as admins see it.
#[must_use]
pub fn admin_account(account_id: &str) -> String {
    ["/admin/accounts/", account_id].concat()
}

/// The page of a person.
#[must_use]
pub fn user(username: &str) -> String {
    ["/u/", username].concat()
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
