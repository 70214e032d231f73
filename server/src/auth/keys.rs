//! Where the keys come from, and how they are replaced. One machine keeps them in a file; several share them through the database, each
//! key sealed under a secret that the database does not know. A start finds what is there, and nobody is logged out.
//!
//! Rotating adds a key and takes none away: what the older ones made stays good until it is over, see [`super::ring`].

mod file;
pub mod seal;
pub mod vault;

use std::path::PathBuf;

use app::wire::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::Mutex;

use self::seal::{Label, Seal};
use super::access::AccessKey;
use super::chain::{Chain, Presented, RefreshKey};
use super::ring::{self, RingKey};
use super::{Auth, Error, Limits};
use crate::model::{Timestamp, fill_random, millis};
use crate::store::{self, Db};

/// How a row of the database calls the two rings.
const ACCESS: &str = "access";
const REFRESH: &str = "refresh";
/// What the first keys in a database are called: the same for servers that start at the same moment, so that one of them wins.
const FIRST: u8 = 1;
/// No access token lives longer, in milliseconds.
const LONGEST_ACCESS: i64 = 60 * 60 * 1000;
/// How much longer keys stay than they are needed, as clocks differ.
const MARGIN: i64 = 10 * 60 * 1000;
/// How often the rings are read again for a token of an unknown key, in milliseconds: anybody can make one up.
const ASK_EVERY: i64 = 1_000;

/// Both rings.
#[derive(Clone, Default, PartialEq, Eq)]
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
    /// Keys in the database were sealed under another secret.
    #[error("the {0} key {1} in the database was sealed under another secret: keys_secret must be the same on every server")]
    OtherSecret(String, String),
    /// The text is no secret.
    #[error("keys_secret must be 32 random bytes or more in base64")]
    NoSecret,
    /// This server would make keys of its own, beside those that the others share.
    #[error("the keys of this database are kept inside it: keys_secret or keys_secret_file must be set, as on its other servers")]
    InDatabase,
    /// Every name of a refresh key is taken.
    #[error("there are 256 refresh keys that are still needed: there is no room for another one")]
    Full,
    /// A ring without a key to sign with.
    #[error("there is no key to sign with")]
    Unusable,
    /// They could not be read a moment ago, and nobody has tried again.
    #[error("the keys could not be read a moment ago")]
    JustFailed,
    /// The database failed.
    #[error("the database failed: {0}")]
    Store(#[from] store::Error),
}

impl From<KeysError> for Error {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Store(error) => Self::Store(error),
            KeysError::JustFailed => Self::Busy,
            other => {
                tracing::error!(error = %other, "the keys cannot be read");
                Self::Busy
            }
        }
    }
}

/// Where the keys are.
pub enum Home {
    /// In a file of this machine.
    File(PathBuf),
    /// In the database, sealed. Where it has none yet, those of the file are taken over, if there are any.
    Database(Seal, PathBuf),
}

/// Knows where the keys are, and what they were when they were last looked at.
pub struct Keeper {
    home: Home,
    keep: Keep,
    state: Mutex<State>,
}

struct State {
    held: Keys,
    /// When they were last looked at, and whether they could be read then.
    looked_at: Timestamp,
    seen: bool,
    stamp: Option<file::Stamp>,
}

/// For how long a key is needed after it has stopped signing, in milliseconds.
#[derive(Clone, Copy)]
struct Keep {
    access: i64,
    refresh: i64,
}

impl Keeper {
    /// Finds the keys, or makes the first ones.
    ///
    /// # Errors
    /// When they can be neither found nor made, or must not be trusted.
    pub async fn open(home: Home, limits: &Limits, db: &Db, now: Timestamp) -> Result<Self, KeysError> {
        let keep = Keep { access: LONGEST_ACCESS, refresh: millis(limits.saved_age.max(limits.unsaved_age)) };
        let (held, stamp) = match &home {
            Home::File(_) if store::keys::count(db).await? > 0 => return Err(KeysError::InDatabase),
            Home::File(path) => {
                if file::read(path)?.is_none() {
                    file::change(path, |there| Ok(if there.is_some() { None } else { Some(Keys::fresh(fresh_kid())) }))?;
                }
                (file::read(path)?.unwrap_or_default(), file::stamp(path))
            }
            Home::Database(seal, before) => {
                let mut held = fetch(db, seal).await?;
                if held == Keys::default() {
                    let first = file::read(before)?.unwrap_or_else(|| Keys::fresh(FIRST.to_string()));
                    put(db, seal, &first).await?;
                    held = fetch(db, seal).await?;
                }
                (held, None)
            }
        };
        Ok(Self { home, keep, state: Mutex::new(State { held, looked_at: now, seen: true, stamp }) })
    }

    /// The keys as they were last seen.
    pub async fn held(&self) -> Keys {
        self.state.lock().await.held.clone()
    }

    /// Looks whether the keys have changed: `Some` if so. Keys that are needed and are gone from there, as after a restored backup, are
    /// written back.
    ///
    /// # Errors
    /// When they cannot be read, or must not be trusted; what was seen before stays.
    pub async fn look(&self, db: &Db, now: Timestamp) -> Result<Option<Keys>, KeysError> {
        self.look_after(db, now, 0).await
    }

    /// As [`Self::look`], unless that was done less than `pause` milliseconds ago.
    async fn look_after(&self, db: &Db, now: Timestamp, pause: i64) -> Result<Option<Keys>, KeysError> {
        let mut state = self.state.lock().await;
        if (now - state.looked_at).abs() < pause {
            return if state.seen { Ok(None) } else { Err(KeysError::JustFailed) };
        }
        (state.looked_at, state.seen) = (now, false);
        let (stored, stamp) = match &self.home {
            Home::File(path) => {
                let stamp = file::stamp(path);
                if stamp.is_some() && stamp == state.stamp {
                    state.seen = true;
                    return Ok(None);
                }
                (file::read(path)?.unwrap_or_default(), stamp)
            }
            Home::Database(seal, _) => (fetch(db, seal).await?, None),
        };
        let (together, forgotten) = stored.joined(&state.held, self.keep, now);
        if forgotten != Keys::default() {
            tracing::warn!(
                keys = forgotten.names().join(", "),
                "keys that are needed were gone, and are written back: was a backup restored?"
            );
            self.add(db, &forgotten).await?;
        }
        state.seen = true;
        state.stamp = stamp;
        if together == state.held {
            return Ok(None);
        }
        tracing::info!(keys = together.names().join(", "), "the keys have changed");
        state.held = together.clone();
        Ok(Some(together))
    }

    /// Adds a key to each ring, which sign a minute from now. Answers with their names.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn rotate(&self, db: &Db, now: Timestamp) -> Result<Vec<String>, KeysError> {
        self.look(db, now).await?;
        let held = self.held().await;
        let free: Vec<u8> = (0..=u8::MAX).filter(|kid| held.refresh.iter().all(|key| key.kid != *kid)).collect();
        // Not the next one: after a restored backup that one may be in use, and forgotten.
        let kid = *pick(&free).ok_or(KeysError::Full)?;
        let signs_from = now + ring::NOTICE;
        let new = Keys {
            access: vec![RingKey { kid: fresh_kid(), secret: fresh_secret(), signs_from }],
            refresh: vec![RingKey { kid, secret: fresh_secret(), signs_from }],
        };
        self.add(db, &new).await?;
        Ok(new.names())
    }

    /// Removes the keys that nothing can be good under any more, and answers with their names.
    ///
    /// # Errors
    /// When that cannot be written.
    pub async fn purge(&self, db: &Db, now: Timestamp) -> Result<Vec<String>, KeysError> {
        let keep = Keep { access: self.keep.access + MARGIN, refresh: self.keep.refresh.saturating_add(MARGIN) };
        let (_, over) = self.held().await.parted(keep, now);
        if over == Keys::default() {
            return Ok(Vec::new());
        }
        match &self.home {
            Home::File(path) => file::change(path, |there| Ok(there.map(|keys| keys.parted(keep, now).0)))?,
            Home::Database(..) => {
                for (kind, kid, key) in over.rows() {
                    store::keys::delete(db, kind, &kid, key.1).await?;
                }
            }
        }
        self.state.lock().await.stamp = None;
        Ok(over.names())
    }

    async fn add(&self, db: &Db, new: &Keys) -> Result<(), KeysError> {
        match &self.home {
            Home::File(path) => file::change(path, |there| Ok(Some(there.unwrap_or_default().with(new)))),
            Home::Database(seal, _) => put(db, seal, new).await,
        }
    }

    /// One line for each key, newest first: what it is called and what it does. No secrets.
    pub async fn list(&self, now: Timestamp) -> Vec<String> {
        let held = self.held().await;
        fn lines<K: std::fmt::Display>(kind: &str, ring: &[RingKey<K>], keep: i64, now: Timestamp) -> Vec<String> {
            let signing = ring::signing(ring.iter().map(|key| key.signs_from), now);
            let state = |place: usize, key: &RingKey<K>| match ring::stops_at(ring, key) {
                _ if key.signs_from > now => format!("signs in {}", time(key.signs_from - now)),
                _ if signing == Some(place) && key.signs_from == 0 => "signs, from the beginning".to_owned(),
                _ if signing == Some(place) => format!("signs, for {}", time(now - key.signs_from)),
                Some(at) => format!("replaced {} ago, good for {} more", time(now - at), time(at.saturating_add(keep) - now)),
                None => "does not sign".to_owned(),
            };
            ring.iter().enumerate().map(|(place, key)| format!("{kind:<8} {:<10} {}", key.kid.to_string(), state(place, key))).collect()
        }
        [lines(ACCESS, &held.access, self.keep.access, now), lines(REFRESH, &held.refresh, self.keep.refresh, now)].concat()
    }
}

/// Looks whether the keys have changed, and takes them if so.
///
/// # Errors
/// When they cannot be read, or must not be trusted; those at hand stay.
pub async fn follow(auth: &Auth) -> Result<(), KeysError> {
    take(auth, auth.keys.look(&auth.db, auth.clock.now()).await?)
}

/// What a refresh token says, or `None` when it was not sealed by this server or its neighbours. For a key that is not known here the
/// rings are read once more: it may be new, and a refusal would be taken for the end of the session.
///
/// # Errors
/// When the rings would have to be read, and cannot be.
pub async fn open(auth: &Auth, token: &Secret) -> Result<Option<Presented>, Error> {
    open_in(auth, &auth.chain, token).await
}

/// The same for a token of `chain`.
///
/// # Errors
/// As [`open`].
pub async fn open_in(auth: &Auth, chain: &Chain, token: &Secret) -> Result<Option<Presented>, Error> {
    if chain.is_strange(token.expose()) {
        take(auth, auth.keys.look_after(&auth.db, auth.clock.now(), ASK_EVERY).await?)?;
    }
    Ok(chain.open(token.expose()))
}

fn take(auth: &Auth, keys: Option<Keys>) -> Result<(), KeysError> {
    if let Some(keys) = keys {
        auth.access.swap(keys.access).map_err(|_| KeysError::Unusable)?;
        auth.saved_chain.swap(keys.refresh.clone());
        auth.chain.swap(keys.refresh);
    }
    Ok(())
}

impl Keys {
    /// The first keys, which sign from the beginning.
    fn fresh(access: String) -> Self {
        Self {
            access: vec![RingKey { kid: access, secret: fresh_secret(), signs_from: 0 }],
            refresh: vec![RingKey { kid: FIRST, secret: fresh_secret(), signs_from: 0 }],
        }
    }

    /// Both, the newest first. Of two keys of one name the one here stays.
    fn with(&self, others: &Self) -> Self {
        fn both<K: Clone + PartialEq>(here: &[RingKey<K>], there: &[RingKey<K>]) -> Vec<RingKey<K>> {
            let more = there.iter().filter(|key| here.iter().all(|held| held.kid != key.kid));
            let mut ring: Vec<_> = here.iter().chain(more).cloned().collect();
            ring.sort_by_key(|key| std::cmp::Reverse(key.signs_from));
            ring
        }
        Self { access: both(&self.access, &others.access), refresh: both(&self.refresh, &others.refresh) }
    }

    /// Those that are still needed, and those that are not.
    fn parted(self, keep: Keep, now: Timestamp) -> (Self, Self) {
        fn part<K>(ring: Vec<RingKey<K>>, keep: i64, now: Timestamp) -> (Vec<RingKey<K>>, Vec<RingKey<K>>) {
            let needed: Vec<bool> = ring.iter().map(|key| ring::is_needed(&ring, key, keep, now)).collect();
            let (mut yes, mut no) = (Vec::new(), Vec::new());
            for (key, needed) in ring.into_iter().zip(needed) {
                if needed { yes.push(key) } else { no.push(key) }
            }
            (yes, no)
        }
        let (access, refresh) = (part(self.access, keep.access, now), part(self.refresh, keep.refresh, now));
        (Self { access: access.0, refresh: refresh.0 }, Self { access: access.1, refresh: refresh.1 })
    }

    /// What is stored together with what of the keys held is needed and is not stored any more; and those alone.
    fn joined(&self, held: &Self, keep: Keep, now: Timestamp) -> (Self, Self) {
        let needed = self.with(held).parted(keep, now).0;
        let lost = Self {
            access: needed.access.into_iter().filter(|key| self.access.iter().all(|stored| stored.kid != key.kid)).collect(),
            refresh: needed.refresh.into_iter().filter(|key| self.refresh.iter().all(|stored| stored.kid != key.kid)).collect(),
        };
        (self.with(&lost), lost)
    }

    /// Kind, name, and what is sealed: the secret, and from when on it signs.
    fn rows(&self) -> impl Iterator<Item = (&'static str, String, (&[u8], Timestamp))> {
        let access = self.access.iter().map(|key| (ACCESS, key.kid.clone(), (&*key.secret, key.signs_from)));
        access.chain(self.refresh.iter().map(|key| (REFRESH, key.kid.to_string(), (&*key.secret, key.signs_from))))
    }

    fn names(&self) -> Vec<String> {
        self.rows().map(|(kind, kid, _)| format!("{kind} {kid}")).collect()
    }
}

async fn fetch(db: &Db, seal: &Seal) -> Result<Keys, KeysError> {
    let mut keys = Keys::default();
    for row in store::keys::all(db).await? {
        let label = Label { kind: &row.kind, kid: &row.kid, signs_from: row.signs_from };
        let foreign = || KeysError::OtherSecret(row.kind.clone(), row.kid.clone());
        let secret = seal.open(label, &row.sealed).ok_or_else(foreign)?;
        match (row.kind.as_str(), row.kid.parse()) {
            (ACCESS, _) => keys.access.push(RingKey { kid: row.kid, secret, signs_from: row.signs_from }),
            (REFRESH, Ok(kid)) => keys.refresh.push(RingKey { kid, secret, signs_from: row.signs_from }),
            _ => return Err(foreign()),
        }
    }
    Ok(keys)
}

async fn put(db: &Db, seal: &Seal, keys: &Keys) -> Result<(), KeysError> {
    let sealed = keys.rows().map(|(kind, kid, (secret, signs_from))| {
        let sealed = seal.seal(Label { kind, kid: &kid, signs_from }, secret).ok_or(KeysError::NoSecret)?;
        Ok(store::keys::SealedKey { kind: kind.to_owned(), kid, signs_from, sealed })
    });
    Ok(store::keys::insert(db, &sealed.collect::<Result<Vec<_>, KeysError>>()?).await?)
}

fn fresh_secret() -> Vec<u8> {
    let mut secret = vec![0; 32];
    fill_random(&mut secret);
    secret
}

/// A name that no other key has, or will have.
fn fresh_kid() -> String {
    let mut bytes = [0; 12];
    fill_random(&mut bytes);
    STANDARD.encode(bytes).chars().filter(char::is_ascii_alphanumeric).take(8).collect()
}

fn pick<T>(from: &[T]) -> Option<&T> {
    let mut random = [0; 8];
    fill_random(&mut random);
    let place = u64::from_be_bytes(random).checked_rem(from.len() as u64)?;
    from.get(usize::try_from(place).ok()?)
}

/// `3 d`, `5 h`, `7 min`, `9 s`.
fn time(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let unit = units.into_iter().find(|(length, _)| seconds >= *length).unwrap_or((1, "s"));
    format!("{} {}", seconds / unit.0, unit.1)
}
