//! The keys: made on the first start, kept in one file that only its owner may read. A second start finds them, and nobody is
//! logged out.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use app::wire::secret::{self, Secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::access::AccessKey;
use super::chain::RefreshKey;
use crate::model::fill_random;

/// Both rings, newest key first.
pub struct Keys {
    /// Sign access tokens.
    pub access: Vec<AccessKey>,
    /// Seal refresh tokens.
    pub refresh: Vec<RefreshKey>,
}

/// Keys that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file cannot be read or written.
    #[error("the key file {0} cannot be used: {1}")]
    Io(String, std::io::Error),
    /// The file is there, and is not a key file. It is left alone: new keys would log everybody out.
    #[error("the key file {0} does not hold keys: {1}")]
    Content(String, String),
    /// Others could read it.
    #[error("the key file {0} can be read by others: its mode is {1:o}, it must be 600")]
    Exposed(String, u32),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    access: Vec<Entry<String>>,
    refresh: Vec<Entry<u8>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<K> {
    kid: K,
    #[serde(serialize_with = "secret::sent")]
    secret: Secret,
}

/// Reads the key file, or makes it.
///
/// # Errors
/// When it can be neither read nor made, or must not be trusted.
pub fn load_or_make(file: &Path) -> Result<Keys, KeysError> {
    let name = || file.display().to_string();
    match fs::metadata(file) {
        Ok(meta) => {
            let mode = meta.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                return Err(KeysError::Exposed(name(), mode));
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(file).map_err(|error| KeysError::Io(name(), error))?,
        Err(error) => return Err(KeysError::Io(name(), error)),
    }
    let text = Zeroizing::new(fs::read_to_string(file).map_err(|error| KeysError::Io(name(), error))?);
    let keys: KeyFile = serde_json::from_str(&text).map_err(|error| KeysError::Content(name(), error.to_string()))?;
    let bad = |what: &str| KeysError::Content(name(), what.to_owned());
    if keys.access.is_empty() || keys.refresh.is_empty() {
        return Err(bad("a ring is empty"));
    }
    let secret = |text: &Secret| {
        STANDARD.decode(text.expose()).ok().filter(|secret| secret.len() >= 32).ok_or_else(|| bad("a secret is not 32 bytes in base64"))
    };
    Ok(Keys {
        access: keys
            .access
            .iter()
            .map(|entry| Ok(AccessKey { kid: entry.kid.clone(), secret: secret(&entry.secret)? }))
            .collect::<Result<_, _>>()?,
        refresh: keys
            .refresh
            .iter()
            .map(|entry| Ok(RefreshKey { kid: entry.kid, secret: secret(&entry.secret)? }))
            .collect::<Result<_, _>>()?,
    })
}

/// Writes new keys beside `file` and moves them into place, so that a half-written key file never exists under its name.
fn make(file: &Path) -> std::io::Result<()> {
    let fresh = |length: usize| {
        let mut bytes = Zeroizing::new(vec![0; length]);
        fill_random(&mut bytes);
        Secret::new(STANDARD.encode(&*bytes))
    };
    let kid: String = fresh(6).expose().chars().filter(char::is_ascii_alphanumeric).collect();
    let keys = KeyFile { access: vec![Entry { kid, secret: fresh(32) }], refresh: vec![Entry { kid: 1, secret: fresh(32) }] };
    let text = Zeroizing::new(serde_json::to_string_pretty(&keys)?);
    let draft = file.with_extension("new");
    let mut out = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    fs::rename(draft, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_start_finds_the_same_keys_and_only_their_owner_may_read_them() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.json");
        let first = load_or_make(&file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let second = load_or_make(&file).unwrap();
        assert_eq!(first.access[0].secret, second.access[0].secret);
        assert_eq!(first.refresh[0].secret, second.refresh[0].secret);
        assert_ne!(first.access[0].secret, first.refresh[0].secret);

        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(load_or_make(&file), Err(KeysError::Exposed(..))));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&file, "{}").unwrap();
        assert!(matches!(load_or_make(&file), Err(KeysError::Content(..))));
        assert_eq!(fs::read_to_string(&file).unwrap(), "{}", "left alone");
    }
}
