//! What the lab asks of the server: sessions of accounts made for it, with rules of their own, a thief who is a program without a
//! cookie, and marks that a browser keeps or not.

pub mod cost;
pub mod cross;
pub mod tabs;
pub mod time;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::secret::{self, Secret};
use super::session::{TokenStorage, Why};

/// What becomes of a refresh token that is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// It is replaced, and whoever shows it a second time ends the session, however soon: nobody can lose a race, and no answer.
    Strict,
    /// It is replaced, and shown again it ends the session: what this site does.
    #[default]
    Detecting,
    /// It is replaced, and shown again it is refused, and nothing else happens.
    Blind,
    /// It stays as it is.
    Never,
}

impl Rotation {
    /// All of them, the strictest first.
    pub const ALL: [Self; 4] = [Self::Strict, Self::Detecting, Self::Blind, Self::Never];

    /// As written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Detecting => "detecting",
            Self::Blind => "blind",
            Self::Never => "never",
        }
    }

    /// The reverse of [`Self::as_str`]; what is not known is the default.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|rotation| rotation.as_str() == text).unwrap_or_default()
    }
}

/// What is looked at before an access token opens anything, besides its signature and its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Whether its session ended a moment ago, in memory and without a query: what this site does.
    #[default]
    Ended,
    /// Nothing: the signature says it all, until its time is over.
    Signature,
}

impl Check {
    /// Both of them, the stricter first.
    pub const ALL: [Self; 2] = [Self::Ended, Self::Signature];

    /// As written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Signature => "signature",
        }
    }

    /// The reverse of [`Self::as_str`]; what is not known is the default.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|check| check.as_str() == text).unwrap_or_default()
    }
}

/// What an access token is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// A JWT, which says by itself whose it is: what this site does.
    #[default]
    Jwt,
    /// The id of a server session: random, and looked up in the database for each request.
    Opaque,
}

impl TokenKind {
    /// Both of them, the usual first.
    pub const ALL: [Self; 2] = [Self::Jwt, Self::Opaque];

    /// As written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jwt => "jwt",
            Self::Opaque => "opaque",
        }
    }

    /// The reverse of [`Self::as_str`]; what is not known is the default.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).unwrap_or_default()
    }
}

/// The rules of one session of the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knobs {
    /// How long an access token lives, in seconds: 10 at least, and not longer than elsewhere.
    pub access_life: u32,
    /// What becomes of a refresh token that is used.
    pub rotation: Rotation,
    /// What is looked at besides signature and time. The id of a server session has neither, and is looked up.
    #[serde(default)]
    pub check: Check,
    /// What an access token is.
    #[serde(default)]
    pub token: TokenKind,
}

impl Knobs {
    /// As this site does it, with an access token that lives so many seconds.
    #[must_use]
    pub const fn usual(access_life: u32) -> Self {
        Self { access_life, rotation: Rotation::Detecting, check: Check::Ended, token: TokenKind::Jwt }
    }
}

/// `POST /api/lab/session`: an account that nobody else has, and a session of it, which takes the place of the one there was.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begin {
    /// What the lab calls this session from now on: random, made by the client, and all it takes to watch it.
    pub bench: Uuid,
    /// Where the tokens shall live.
    pub storage: TokenStorage,
    /// Its rules.
    pub knobs: Knobs,
    /// Whether it outlives the browser's closing; yes when absent.
    #[serde(default = "yes")]
    pub saved: bool,
    /// For how long it lasts; as everywhere when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts: Option<time::Lasts>,
}

const fn yes() -> bool {
    true
}

/// Who showed a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The browser whose session it is.
    You,
    /// The thief.
    Thief,
}

/// What the server did with a refresh token: the rows of the refresh table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// The next one was handed out.
    Rotated,
    /// The same one goes on: it is new, or is never replaced.
    Kept,
    /// Its successor was handed out once more: the answer that brought it may have been lost.
    Repeated,
    /// Another successor was handed out.
    Another,
    /// It lost a race, and got nothing.
    Superseded,
    /// It had been replaced: refused, and nothing else.
    Refused,
    /// It had been replaced: the session was ended.
    Caught,
    /// The session was over.
    Over,
}

/// One use of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// When, in Unix milliseconds of the server.
    pub at: i64,
    /// Who showed it.
    pub by: Actor,
    /// The generation that was shown.
    pub shown: u64,
    /// What the server did.
    pub deed: Deed,
    /// The generation that was handed out.
    pub handed: Option<u64>,
}

/// The thief: a program that has one token, no cookie and no browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThiefSeen {
    /// Since when, in Unix milliseconds of the server.
    pub since: i64,
    /// Whether a script could read the token where it lay; otherwise it was taken as malware or a proxy could.
    pub by_script: bool,
    /// Refreshes that were granted.
    pub refreshes: u32,
    /// Requests with the access token that were answered.
    pub reads: u32,
    /// When the first request was refused, and none granted since.
    pub out_at: Option<i64>,
    /// The last answer: what was asked, and the status.
    pub last: Option<(String, u16)>,
    /// What was in the last feed that was read: who posted.
    pub saw: Vec<String>,
}

/// `GET /api/lab/benches/{bench}`: a session of the lab, as the server sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// Its rules.
    pub knobs: Knobs,
    /// Whether its tokens are bound to a key (RFC 9449).
    #[serde(default)]
    pub bound: bool,
    /// The newest generation of its chain.
    pub generation: u64,
    /// Why it is over, if it is.
    pub ended: Option<Why>,
    /// Since when, in Unix milliseconds of the server.
    pub ended_at: Option<i64>,
    /// For how long after a hand-out a token that was replaced counts as the loser of a race, in milliseconds.
    pub race_ms: i64,
    /// Every use of a refresh token, oldest first.
    pub uses: Vec<Use>,
    /// The thief, once there is one.
    pub thief: Option<ThiefSeen>,
    /// Now, in Unix milliseconds of the server.
    pub now: i64,
}

/// `POST /api/lab/benches/{bench}/theft`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theft {
    /// The refresh token that a script has found; without it the server gives the thief the newest one, as if malware or a proxy had.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "secret::sent_if_any")]
    pub refresh: Option<Secret>,
    /// Whether the thief gets a copy of an access token, too.
    #[serde(default)]
    pub access: bool,
}

/// `GET /api/lab/marks`: what the browser's cookies hold of a mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marks {
    /// In a cookie without `Max-Age`: gone with the browser, unless it restores its last session.
    pub fleeting: Option<Uuid>,
    /// In a cookie with `Max-Age` of thirty days.
    pub lasting: Option<Uuid>,
    /// Whether a cookie with a token came along.
    pub tokens: bool,
    /// Now, in Unix milliseconds of the server.
    pub now: i64,
}

/// What is written into every place of the browser, to see which of them keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Random.
    pub mark: Uuid,
}

/// `POST /api/lab/benches/{bench}/loot`: what a script has found in the page of the session.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loot {
    /// What looks like access tokens.
    #[serde(serialize_with = "sent_all")]
    pub access: Vec<Secret>,
    /// What looks like refresh tokens.
    #[serde(serialize_with = "sent_all")]
    pub refresh: Vec<Secret>,
}

/// What of it another machine could use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usable {
    /// An access token of the session, that holds.
    pub access: bool,
    /// A refresh token of the session, that would be taken.
    pub refresh: bool,
}

fn sent_all<S: serde::Serializer>(secrets: &[Secret], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(secrets.iter().map(Secret::expose))
}

/// `POST /api/lab/hash`: a password to be hashed, and forgotten.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToHash {
    /// 1024 bytes at most.
    #[serde(serialize_with = "secret::sent")]
    pub password: Secret,
}

/// What the database would hold of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashed {
    /// In the format of the PHC string, with a salt of its own.
    pub hash: String,
    /// How long it took, in microseconds.
    pub took_us: u64,
}

/// `POST /api/lab/benches/{bench}/forge`: a payload to be put into a token in place of the one that was signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forge {
    /// JSON, or anything else.
    pub payload: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forged {
    /// The payload that was signed.
    pub signed: String,
    /// The token with the other one, its signature cut to a few characters.
    pub token: String,
    /// Whether the server takes it.
    pub accepted: bool,
}
