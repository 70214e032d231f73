//! The one error that crosses: `application/problem+json` (RFC 9457) with a closed list of codes.

use serde::{Deserialize, Serialize};

use super::session::Why;

/// What went wrong, as far as the client may know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A URI reference that names the kind of problem (RFC 9457 §3.1.1).
    #[serde(rename = "type")]
    pub kind: String,
    /// One sentence for people.
    pub title: String,
    /// The HTTP status; 0 when no answer came.
    pub status: u16,
    /// For programs.
    pub code: Code,
    /// Names the request in the server's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What is wrong with which field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// With [`Code::SessionEnded`]: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Why>,
    /// When trying again makes sense, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// A fault of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name in the request.
    pub name: String,
    /// What to do about it, for people.
    pub message: String,
}

/// Every kind of problem there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request cannot be read: not JSON, a field unknown, missing or of the wrong type.
    MalformedRequest,
    /// Credentials of two sessions in one request, or one credential twice.
    ConflictingCredentials,
    /// The request was read, and some fields cannot be accepted.
    InvalidFields,
    /// Unknown name, wrong password or disabled account: which of them is not said.
    InvalidCredentials,
    /// At log-in (401): the password is right, and a code is needed too. Elsewhere (403): this session may only set a second factor up.
    SecondFactorRequired,
    /// A code that is wrong, too old, or was used.
    InvalidCode,
    /// A passkey that is unknown, or whose answer does not hold: which of them is not said.
    InvalidPasskey,
    /// No token was shown where one is needed.
    Unauthenticated,
    /// A token was shown that does not hold: which fault is not said.
    InvalidToken,
    /// A proof of possession (RFC 9449) was shown that does not hold.
    InvalidDpopProof,
    /// The same, and all that it lacks is the nonce that comes in `DPoP-Nonce`.
    UseDpopNonce,
    /// The session is over, see [`Problem::reason`]. The only code that ends a session in a client.
    SessionEnded,
    /// The role does not allow it.
    InsufficientScope,
    /// The request came from another site.
    CrossSite,
    /// There is nothing here.
    NotFound,
    /// Not with this method.
    MethodNotAllowed,
    /// The request took too long to arrive or to be answered.
    TimedOut,
    /// This refresh token has been replaced already: read the store again.
    Superseded,
    /// Somebody else has this username.
    UsernameTaken,
    /// The request names another account than its token.
    WrongAccount,
    /// The body is larger than accepted here.
    TooLarge,
    /// Not a content type accepted here.
    UnsupportedMediaType,
    /// Too many tries.
    Throttled,
    /// A fault on the server's side.
    Internal,
    /// The server has too much to do at the moment.
    Busy,
    /// Made by the client itself: no answer came, or none that could be read. Never a reason to log out.
    Unreachable,
}

impl Code {
    /// As written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().2
    }

    /// Its HTTP status; 0 for [`Self::Unreachable`], which no server sends.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().0
    }

    /// The one table: status, sentence, name.
    const fn row(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::MalformedRequest => (400, "The request could not be read", "malformed_request"),
            Self::ConflictingCredentials => (400, "The request carries credentials that contradict each other", "conflicting_credentials"),
            Self::InvalidFields => (422, "Some fields need another look", "invalid_fields"),
            Self::InvalidCredentials => (401, "Username or password is wrong", "invalid_credentials"),
            Self::SecondFactorRequired => (401, "Enter the code from your authenticator app", "second_factor_required"),
            Self::InvalidCode => (401, "That code is wrong or was used already. Wait for the next one.", "invalid_code"),
            Self::InvalidPasskey => (401, "That passkey did not work. Try again, or log in with your password.", "invalid_passkey"),
            Self::Unauthenticated => (401, "Log in first", "unauthenticated"),
            Self::InvalidToken => (401, "The token does not hold", "invalid_token"),
            Self::InvalidDpopProof => (401, "The proof of possession does not hold", "invalid_dpop_proof"),
            Self::UseDpopNonce => (401, "The proof of possession needs a newer nonce", "use_dpop_nonce"),
            Self::SessionEnded => (401, "The session has ended", "session_ended"),
            Self::InsufficientScope => (403, "Your role does not allow this", "insufficient_scope"),
            Self::CrossSite => (403, "The request came from another site", "cross_site"),
            Self::NotFound => (404, "There is nothing here", "not_found"),
            Self::MethodNotAllowed => (405, "This method is not offered here", "method_not_allowed"),
            Self::TimedOut => (408, "The request took too long", "timed_out"),
            Self::Superseded => (409, "This refresh token has been replaced already", "superseded"),
            Self::UsernameTaken => (409, "That username is taken", "username_taken"),
            Self::WrongAccount => (409, "Another account is in use here", "wrong_account"),
            Self::TooLarge => (413, "The request is too large", "too_large"),
            Self::UnsupportedMediaType => (415, "This content type is not accepted here", "unsupported_media_type"),
            Self::Throttled => (429, "Too many tries", "throttled"),
            Self::Internal => (500, "Something broke on our side", "internal"),
            Self::Busy => (503, "The server is busy", "busy"),
            Self::Unreachable => (0, "The server could not be reached", "unreachable"),
        }
    }
}

impl Problem {
    /// A problem with nothing more to say than its code.
    #[must_use]
    pub fn new(code: Code) -> Self {
        let (status, title, name) = code.row();
        Self {
            kind: format!("/problems/{name}"),
            title: title.to_owned(),
            status,
            code,
            request_id: None,
            fields: Vec::new(),
            reason: None,
            retry_after_ms: None,
        }
    }

    /// The session is over, and why.
    #[must_use]
    pub fn ended(why: Why) -> Self {
        Self { reason: Some(why), ..Self::new(Code::SessionEnded) }
    }

    /// The same with another sentence.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The same with a fault of one field added.
    #[must_use]
    pub fn field(mut self, name: &str, message: impl Into<String>) -> Self {
        self.fields.push(Field { name: name.to_owned(), message: message.into() });
        self
    }

    /// The same, to be tried again after `ms` milliseconds.
    #[must_use]
    pub fn retry_after(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }

    /// What is wrong with one field, if anything is.
    #[must_use]
    pub fn of_field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.message.as_str())
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Problem {}
