//! The keys of one machine: made on the first start, kept in one file that only its owner may read.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use app::wire::secret::{self, Secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Keys, KeysError};
use crate::auth::ring::RingKey;
use crate::model::Timestamp;

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
    #[serde(default)]
    signs_from: Timestamp,
}

/// What tells one state of the file from another: device, file, length, and the moment it was written.
pub(super) type Stamp = (u64, u64, u64, i64, i64);

/// The stamp of the file as it is now.
pub(super) fn stamp(file: &Path) -> Option<Stamp> {
    fs::metadata(file).ok().map(|meta| (meta.dev(), meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec()))
}

/// Reads the file; `None` when there is none.
pub(super) fn read(file: &Path) -> Result<Option<Keys>, KeysError> {
    let name = || file.display().to_string();
    match fs::metadata(file) {
        Ok(meta) => {
            let mode = meta.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                return Err(KeysError::Exposed(name(), mode));
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(KeysError::Io(name(), error)),
    }
    let text = Zeroizing::new(fs::read_to_string(file).map_err(|error| KeysError::Io(name(), error))?);
    let keys: KeyFile = serde_json::from_str(&text).map_err(|error| KeysError::Content(name(), error.to_string()))?;
    let keys = keys.read().ok_or_else(|| KeysError::Content(name(), "a secret is not 32 bytes in base64".to_owned()))?;
    if keys.access.is_empty() || keys.refresh.is_empty() {
        return Err(KeysError::Content(name(), "a ring is empty".to_owned()));
    }
    Ok(Some(keys))
}

/// Changes the file: what `change` makes of its keys takes its place, unless that is `None`. One at a time, also among processes.
pub(super) fn change(file: &Path, change: impl FnOnce(Option<Keys>) -> Result<Option<Keys>, KeysError>) -> Result<(), KeysError> {
    let io = |error| KeysError::Io(file.display().to_string(), error);
    let lock = fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(file.with_extension("lock")).map_err(io)?;
    lock.lock().map_err(io)?;
    match change(read(file)?)? {
        Some(keys) => write(file, &keys).map_err(io),
        None => Ok(()),
    }
}

/// Writes the keys beside `file` and moves them into place, so that a half-written key file never exists under its name.
fn write(file: &Path, keys: &Keys) -> std::io::Result<()> {
    let text = Zeroizing::new(serde_json::to_string_pretty(&KeyFile::of(keys))?);
    let draft = file.with_extension("new");
    let mut out = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    fs::rename(draft, file)
}

impl KeyFile {
    fn of(keys: &Keys) -> Self {
        fn entries<K: Clone>(ring: &[RingKey<K>]) -> Vec<Entry<K>> {
            let secret = |key: &RingKey<K>| Secret::new(STANDARD.encode(&key.secret));
            ring.iter().map(|key| Entry { kid: key.kid.clone(), secret: secret(key), signs_from: key.signs_from }).collect()
        }
        Self { access: entries(&keys.access), refresh: entries(&keys.refresh) }
    }

    fn read(&self) -> Option<Keys> {
        fn ring<K: Clone>(entries: &[Entry<K>]) -> Option<Vec<RingKey<K>>> {
            let secret = |text: &Secret| STANDARD.decode(text.expose()).ok().filter(|secret| secret.len() >= 32);
            let key =
                |entry: &Entry<K>| Some(RingKey { kid: entry.kid.clone(), secret: secret(&entry.secret)?, signs_from: entry.signs_from });
            entries.iter().map(key).collect()
        }
        Some(Keys { access: ring(&self.access)?, refresh: ring(&self.refresh)? })
    }
}
