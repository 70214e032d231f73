//! The second factor: authenticator app, recovery codes, passkeys.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::secret::{self, Secret};

/// `GET /api/factor`: how the account of this session is protected beside its password.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    /// Since when logging in takes a code of an authenticator app, Unix milliseconds.
    pub totp_since: Option<i64>,
    /// Recovery codes that are left.
    pub recovery_codes: i64,
    /// Whether the site demands a second factor of this role.
    pub demanded: bool,
    /// Whether two factors were shown for this session.
    pub strong: bool,
}

/// Asks for the password once more.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Password {
    /// The password.
    #[serde(serialize_with = "secret::sent")]
    pub password: Secret,
}

/// A code of the authenticator app; where one is in use, a recovery code will do as well.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneCode {
    /// The code.
    #[serde(serialize_with = "secret::sent")]
    pub code: Secret,
}

/// Asks for both factors once more.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Both {
    /// The password.
    #[serde(serialize_with = "secret::sent")]
    pub password: Secret,
    /// A code.
    #[serde(serialize_with = "secret::sent")]
    pub code: Secret,
}

/// What an authenticator app is set up with. It is asked for nowhere until a first code has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Setup {
    /// To be typed: base32.
    #[serde(serialize_with = "secret::sent")]
    pub secret: Secret,
    /// For a QR code: `otpauth://…`.
    #[serde(serialize_with = "secret::sent")]
    pub url: Secret,
}

/// Recovery codes, which are shown once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecoveryCodes {
    /// Each is good once.
    pub recovery_codes: Vec<String>,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passkey {
    /// Its id.
    pub passkey_id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// When it was added, Unix milliseconds.
    pub created_at: i64,
    /// When it last logged in, Unix milliseconds.
    pub last_used_at: Option<i64>,
}

/// `PATCH /api/passkeys/{passkey_id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// The new name: 60 characters at most.
    pub name: String,
}
