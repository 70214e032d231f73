//! Accounts: names and passwords, parsed rather than validated. A [`Username`] that exists is a valid one.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::secret::{self, Secret};
use super::session::TokenStorage;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everybody.
    User,
    /// May also see and govern other accounts.
    Admin,
}

impl Role {
    /// As written in the database and in tokens.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

/// The account that asks, and the session it asks in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// The account.
    pub account_id: Uuid,
    /// Its unique name.
    pub username: String,
    /// The name to show.
    pub display_name: String,
    /// What it may do.
    pub role: Role,
    /// The session the request belongs to.
    pub session_id: Uuid,
}

/// `POST /api/accounts`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    /// See [`Username`].
    pub username: String,
    /// See [`Email`].
    pub email: String,
    /// The name to show; the username when absent or blank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// See [`NewPassword`].
    #[serde(serialize_with = "secret::sent")]
    pub password: Secret,
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

/// One row of `GET /api/admin/accounts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSummary {
    /// The account.
    pub account_id: Uuid,
    /// Its unique name.
    pub username: String,
    /// The name to show.
    pub display_name: String,
    /// What it may do.
    pub role: Role,
    /// Unix milliseconds.
    pub created_at: i64,
    /// How many of its sessions could be used now.
    pub sessions: i64,
    /// When one of them was last used, Unix milliseconds.
    pub last_seen_at: Option<i64>,
    /// Whether log-in is refused.
    pub disabled: bool,
}

/// A name that is unique, public, and what people log in with: 3 to 30 of `a-z 0-9 . _`, stored in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// A username that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsernameFault {
    /// Nothing was given.
    #[error("Choose a username")]
    Empty,
    /// Not 3 to 30 characters.
    #[error("Use 3 to 30 characters")]
    Length,
    /// Something other than letters, numbers, dot and underscore.
    #[error("Use letters, numbers, dot and underscore only")]
    Character,
}

impl Username {
    /// Trims, lowers, checks.
    ///
    /// # Errors
    /// What keeps it from being a username.
    pub fn parse(text: &str) -> Result<Self, UsernameFault> {
        let name = text.trim();
        if name.is_empty() {
            return Err(UsernameFault::Empty);
        }
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_') {
            return Err(UsernameFault::Character);
        }
        if !(3..=30).contains(&name.len()) {
            return Err(UsernameFault::Length);
        }
        Ok(Self(name.to_ascii_lowercase()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address that mail can be sent to. Only its shape is checked: whether it exists, a mail must show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

/// An address that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter an email address like name@example.com")]
pub struct EmailFault;

impl Email {
    /// Trims and checks: one `@`, something before it, a dotted name after it, 254 bytes at most (RFC 5321 §4.5.3).
    ///
    /// # Errors
    /// [`EmailFault`], the one fault there is.
    pub fn parse(text: &str) -> Result<Self, EmailFault> {
        let address = text.trim();
        let (local, domain) = address.rsplit_once('@').ok_or(EmailFault)?;
        let clean = address.len() <= 254 && !address.chars().any(|c| c.is_whitespace() || is_hidden(c) || "<>,;\"()".contains(c));
        let dotted = domain.split('.').count() >= 2 && domain.split('.').all(|part| !part.is_empty());
        if clean && dotted && !local.is_empty() && !local.contains('@') { Ok(Self(address.to_owned())) } else { Err(EmailFault) }
    }

    /// As typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As compared: two addresses that differ in case alone are one.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// Fewest characters of a new password, unless configured higher.
pub const PASSWORD_MIN: usize = 10;
/// Most bytes of any password: beyond it nothing is hashed.
pub const PASSWORD_MAX_BYTES: usize = 1024;

/// A password somebody wants to have from now on.
#[derive(Clone, Debug)]
pub struct NewPassword(Secret);

/// A password that is refused without looking at any list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Nothing was given.
    #[error("Choose a password")]
    Empty,
    /// Fewer characters than asked for.
    #[error("Use at least {0} characters")]
    TooShort(usize),
    /// More than [`PASSWORD_MAX_BYTES`].
    #[error("Use at most 1024 bytes")]
    TooLong,
}

impl NewPassword {
    /// Checks the length, in characters against `min`, in bytes against [`PASSWORD_MAX_BYTES`]. No composition rules.
    ///
    /// # Errors
    /// What keeps it from being accepted.
    pub fn parse(text: &Secret, min: usize) -> Result<Self, PasswordFault> {
        let given = text.expose();
        match given {
            "" => Err(PasswordFault::Empty),
            _ if given.len() > PASSWORD_MAX_BYTES => Err(PasswordFault::TooLong),
            _ if given.chars().count() < min => Err(PasswordFault::TooShort(min)),
            _ => Ok(Self(text.clone())),
        }
    }

    /// The password.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.0
    }
}

/// Whether a character shows nothing by itself: control characters, those of no width, and those that turn the direction of what follows.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    let unseen =
        matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    unseen || c.is_control()
}

/// The name to show: trimmed, inner white space made single, 50 characters at most, none of them hidden. `None` when nothing is left.
#[must_use]
pub fn display_name(text: &str) -> Option<String> {
    let spaced: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_hidden(*c)).collect();
    let name: String = spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").chars().take(50).collect();
    let name = name.trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_is_trimmed_and_lowered() {
        assert_eq!(Username::parse("  Trail.Rover_9 ").unwrap().as_str(), "trail.rover_9");
    }

    #[test]
    fn what_is_no_username_says_why() {
        assert_eq!(Username::parse("  "), Err(UsernameFault::Empty));
        assert_eq!(Username::parse("ab"), Err(UsernameFault::Length));
        assert_eq!(Username::parse(&"a".repeat(31)), Err(UsernameFault::Length));
        for name in ["mi na", "mina\0", "mína", "mi\u{202e}na", "mina@x", "mina/../x"] {
            assert_eq!(Username::parse(name), Err(UsernameFault::Character), "{name:?}");
        }
    }

    #[test]
    fn an_email_address_needs_its_shape() {
        assert_eq!(Email::parse(" Mina@Example.com ").unwrap().key(), "mina@example.com");
        for address in [
            "",
            "mina",
            "@example.com",
            "mina@",
            "mina@example",
            "mi na@example.com",
            "a@b@c.example",
            "mina@example..com",
            "a\r\n@b.example",
        ] {
            assert!(Email::parse(address).is_err(), "{address:?}");
        }
    }

    #[test]
    fn a_new_password_has_a_length_and_no_other_rule() {
        let parse = |text: &str| NewPassword::parse(&Secret::new(text.into()), PASSWORD_MIN).map(|_| ());
        assert_eq!(parse(""), Err(PasswordFault::Empty));
        assert_eq!(parse("123456789"), Err(PasswordFault::TooShort(10)));
        assert_eq!(parse("ññññññññññ"), Ok(()));
        assert_eq!(parse(&"a".repeat(1024)), Ok(()));
        assert_eq!(parse(&"a".repeat(1025)), Err(PasswordFault::TooLong));
    }

    #[test]
    fn a_display_name_hides_nothing() {
        assert_eq!(display_name(" Mina \t O\u{202e}kafor\0 ").as_deref(), Some("Mina Okafor"));
        assert_eq!(display_name("\u{200b} \n"), None);
        assert_eq!(display_name(&"a".repeat(80)).map(|name| name.len()), Some(50));
    }
}
