//! Where an account is logged in, what happened to it, and what its owner does about it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::account::Role;
use super::secret::{self, Secret};
use super::session::{Grant, TokenStorage};

/// One row of `GET /api/sessions`: a browser in which the account is logged in. Duplicated tabs count as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// Names it here, and opens nothing.
    pub session_id: Uuid,
    /// What its owner calls it, or else what it says of itself: "Firefox on Windows".
    pub device: String,
    /// Whether `device` is its owner's word.
    pub named: bool,
    /// The address it logged in from.
    pub ip: String,
    /// When it logged in, Unix milliseconds.
    pub created_at: i64,
    /// When it was last used, five minutes behind at most, Unix milliseconds.
    pub last_used_at: i64,
    /// When it ends at the latest, Unix milliseconds.
    pub expires_at: i64,
    /// Where its tokens live.
    pub storage: TokenStorage,
    /// Whether it outlives the browser's closing.
    pub saved: bool,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `PATCH /api/sessions/{session_id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionName {
    /// What to call it from now on, 50 characters at most; empty: what it says of itself.
    pub name: String,
}

/// `DELETE /api/sessions` and `DELETE /api/account`: the password once more.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The account's password.
    #[serde(serialize_with = "secret::sent")]
    pub password: Secret,
}

/// How many browsers were logged out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedSessions {
    /// Browsers, not tabs.
    pub ended: usize,
}

/// One row of `GET /api/activity`: something that happened to the account's security.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Names it.
    pub event_id: Uuid,
    /// What happened: `logged_in`, `log_in_refused`, `password_changed`, …
    pub kind: String,
    /// How it came out.
    pub result: Outcome,
    /// What the browser says of itself: "Firefox on Windows".
    pub device: String,
    /// Where it came from.
    pub ip: String,
    /// When, Unix milliseconds.
    pub created_at: i64,
    /// Whether the owner was asked "Was this you?".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<Alert>,
}

/// How something came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// It was refused, and a session was ended for it.
    Stopped,
}

/// What is known about whether it was the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// The owner was asked, and has not answered.
    Open,
    /// It was.
    Mine,
    /// It was not.
    NotMine,
}

impl Alert {
    /// As written in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Mine => "mine",
            Self::NotMine => "not_mine",
        }
    }

    /// The reverse of [`Self::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Mine, Self::NotMine].into_iter().find(|alert| alert.as_str() == text)
    }
}

/// Which part of the history is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// All of it.
    #[default]
    All,
    /// Log-ins, one-tap log-ins and those that were refused.
    LogIns,
    /// Passwords.
    Passwords,
    /// What deserves a second look.
    Alarms,
}

impl Topic {
    /// Each, in the order they are offered.
    pub const EACH: [Self; 4] = [Self::All, Self::LogIns, Self::Passwords, Self::Alarms];

    /// As written in a query.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::LogIns => "log_ins",
            Self::Passwords => "passwords",
            Self::Alarms => "alarms",
        }
    }
}

/// `POST /api/activity/{event_id}`: "Was this you?"
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertAnswer {
    /// Whether it was.
    pub mine: bool,
}

/// `PUT /api/password`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password until now.
    #[serde(serialize_with = "secret::sent")]
    pub current: Secret,
    /// The one from now on.
    #[serde(serialize_with = "secret::sent")]
    pub new: Secret,
    /// Whether other browsers are logged out and their saved logins removed; they are when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_others: Option<bool>,
    /// The refresh token of this session, where it does not travel in a cookie: a fresh pair comes back for it.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    pub refresh: Option<Secret>,
}

/// What a change of the password came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasswordChanged {
    /// How many other browsers were logged out.
    pub ended: usize,
    /// Fresh tokens for this one: the old access token is over. Absent where another tab was refreshing at that moment, and where
    /// no refresh token was shown: a refresh brings them then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Grant>,
}

/// `POST /api/password/forgot`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forgot {
    /// Username or e-mail address.
    pub login: String,
}

/// `POST /api/password/reset`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// What the link in the mail holds.
    #[serde(serialize_with = "secret::sent")]
    pub token: Secret,
    /// The password from now on.
    #[serde(serialize_with = "secret::sent")]
    pub new: Secret,
}

/// `PATCH /api/admin/accounts/{account_id}`. What is absent stays as it is.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// What it may do from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Whether log-in is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// One row of `GET /api/admin/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditedEvent {
    /// Whose.
    pub username: String,
    /// Who did it, where that was somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// What.
    #[serde(flatten)]
    pub activity: Activity,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for alert in [Alert::Open, Alert::Mine, Alert::NotMine] {
            assert_eq!(Alert::parse(alert.as_str()), Some(alert));
            assert_eq!(serde_json::to_string(&alert).unwrap(), format!("\"{}\"", alert.as_str()));
        }
        assert_eq!(Alert::parse(""), None);
        for topic in Topic::EACH {
            assert_eq!(serde_json::to_string(&topic).unwrap(), format!("\"{}\"", topic.as_str()));
        }
    }
}
