//! Passwords: Argon2id behind a bounded pool. Unbounded hashing would take gigabytes and starve every other request, so at most
//! the cores minus one hash at a time, a bounded number waits, and the memory is used again.
//!
//! A bcrypt hash of people who come from another system is accepted, and replaced at the next log-in.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use app::wire::secret::Secret;
use argon2::password_hash::phc::{Ident, Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::{Error, Result};
use crate::model::fill_random;

/// How many may wait for each permit; over it, [`Error::Busy`].
const QUEUE_FOR_EACH: usize = 16;
/// Only Argon2id is made; the same name is what we accept.
const ARGON2ID: &str = "argon2id";

/// What an attempt with a password came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// Not this one.
    Wrong,
    /// This one.
    Right,
    /// This one, and the stored hash is of an older kind: here is a better one.
    RightAndRehashed(String),
}

/// Hashes passwords, a few at a time.
pub struct Hasher {
    params: Params,
    permits: Arc<Semaphore>,
    inside: AtomicUsize,
    room: usize,
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
    /// Stands in for the hash of an account that is not there, so that it costs the same.
    nobody: String,
}

impl Hasher {
    /// `m_cost` in KiB, `t_cost` passes, one lane; at most `permits` at a time.
    ///
    /// # Errors
    /// When the parameters are outside what Argon2 allows.
    pub fn new(m_cost: u32, t_cost: u32, permits: usize) -> Result<Self> {
        let params = Params::new(m_cost, t_cost, 1, Some(32)).map_err(|_| Error::Broken("the Argon2 parameters are out of range"))?;
        let permits = permits.max(1);
        Ok(Self {
            nobody: phc(&params, &[0; 16], &[0; 32])?,
            params,
            permits: Arc::new(Semaphore::new(permits)),
            inside: AtomicUsize::new(0),
            room: permits * (1 + QUEUE_FOR_EACH),
            memory: Arc::default(),
        })
    }

    /// As many permits as this machine bears: the cores minus one, at least one.
    #[must_use]
    pub fn permits_here() -> usize {
        std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
    }

    /// The hash of a new password, as a PHC string.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait already.
    pub async fn hash(&self, password: &Secret) -> Result<String> {
        let password = normal(password);
        let params = self.params.clone();
        self.pooled(move |memory| fresh(&params, &password, memory)).await?
    }

    /// Compares a password with a stored hash; with none, it costs the same and is wrong.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait already.
    pub async fn check(&self, password: &Secret, stored: Option<&str>) -> Result<Checked> {
        let there = stored.is_some();
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        let raw = password.clone();
        let password = normal(password);
        let params = self.params.clone();
        self.pooled(move |memory| {
            let bcrypted = ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| stored.starts_with(prefix));
            let right =
                if bcrypted { bcrypt::verify(raw.expose(), &stored).unwrap_or(false) } else { matches(&stored, &password, memory)? };
            Ok(match right && there {
                false => Checked::Wrong,
                true if current(&stored, &params) => Checked::Right,
                true => Checked::RightAndRehashed(fresh(&params, &password, memory)?),
            })
        })
        .await?
    }

    /// Runs `work` with a permit, on a thread where blocking is allowed, with memory that was used before.
    async fn pooled<T: Send + 'static>(&self, work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static) -> Result<T> {
        struct Inside<'a>(&'a AtomicUsize);
        impl Drop for Inside<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::AcqRel);
            }
        }
        let before = self.inside.fetch_add(1, Ordering::AcqRel);
        let _inside = Inside(&self.inside);
        if before >= self.room {
            return Err(Error::Busy);
        }
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| Error::Broken("the hashing pool is closed"))?;
        let memory = Arc::clone(&self.memory);
        tokio::task::spawn_blocking(move || {
            let mut blocks = memory.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let answer = work(&mut blocks);
            memory.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
            // Given back here and not by the caller: a request that was given up must not let a second one hash beside this.
            drop(permit);
            answer
        })
        .await
        .map_err(|_| Error::Broken("hashing panicked"))
    }
}

/// Whether a password is on the lists of passwords that attackers try first, alone or thinly disguised. Takes milliseconds.
#[must_use]
pub fn is_common(password: &Secret) -> bool {
    use zxcvbn::feedback::Warning;
    zxcvbn::zxcvbn(password.expose(), &[]).feedback().and_then(zxcvbn::feedback::Feedback::warning).is_some_and(|warning| {
        matches!(
            warning,
            Warning::ThisIsATop10Password
                | Warning::ThisIsATop100Password
                | Warning::ThisIsACommonPassword
                | Warning::ThisIsSimilarToACommonlyUsedPassword
        )
    })
}

/// Unicode NFC, so that the same characters typed on another keyboard are the same password (NIST SP 800-63B-4 §3.1.1.2).
fn normal(password: &Secret) -> Zeroizing<String> {
    Zeroizing::new(password.expose().nfc().collect())
}

fn fresh(params: &Params, password: &str, memory: &mut Vec<Block>) -> Result<String> {
    let mut salt = [0; 16];
    fill_random(&mut salt);
    let mut out = Zeroizing::new([0; 32]);
    derive(params, password, &salt, &mut *out, memory)?;
    phc(params, &salt, &*out)
}

fn matches(stored: &str, password: &str, memory: &mut Vec<Block>) -> Result<bool> {
    const UNREADABLE: Error = Error::Broken("a stored password hash cannot be read");
    let hash = PasswordHash::new(stored).map_err(|_| UNREADABLE)?;
    let params = Params::try_from(&hash).map_err(|_| UNREADABLE)?;
    let (Some(salt), Some(expected), true) = (hash.salt, hash.hash, hash.algorithm.as_str() == ARGON2ID) else {
        return Err(UNREADABLE);
    };
    let mut out = Zeroizing::new(vec![0; expected.len()]);
    derive(&params, password, salt.as_ref(), &mut out, memory)?;
    Ok(out.ct_eq(expected.as_bytes()).into())
}

fn derive(params: &Params, password: &str, salt: &[u8], out: &mut [u8], memory: &mut Vec<Block>) -> Result<()> {
    let blocks = params.block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::default());
    }
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), salt, out, &mut memory[..blocks])
        .map_err(|_| Error::Broken("Argon2 refused its input"))
}

/// Whether a stored hash is of the kind and cost that is made now.
fn current(stored: &str, params: &Params) -> bool {
    PasswordHash::new(stored).is_ok_and(|hash| {
        hash.algorithm.as_str() == ARGON2ID
            && Params::try_from(&hash).is_ok_and(|stored| {
                (stored.m_cost(), stored.t_cost(), stored.p_cost()) == (params.m_cost(), params.t_cost(), params.p_cost())
            })
    })
}

fn phc(params: &Params, salt: &[u8], hash: &[u8]) -> Result<String> {
    const UNWRITABLE: Error = Error::Broken("a password hash could not be written");
    let written = PasswordHash {
        algorithm: Ident::new(ARGON2ID).map_err(|_| UNWRITABLE)?,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|_| UNWRITABLE)?,
        salt: Some(Salt::new(salt).map_err(|_| UNWRITABLE)?),
        hash: Some(Output::new(hash).map_err(|_| UNWRITABLE)?),
    };
    Ok(written.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    fn hasher() -> Hasher {
        Hasher::new(64, 1, 1).unwrap()
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let hasher = hasher();
        let hash = hasher.hash(&secret("correct-horse-mina")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        assert_eq!(hasher.check(&secret("correct-horse-mina"), Some(&hash)).await.unwrap(), Checked::Right);
        assert_eq!(hasher.check(&secret("correct-horse-mino"), Some(&hash)).await.unwrap(), Checked::Wrong);
        assert_eq!(hasher.check(&secret("correct-horse-mina"), None).await.unwrap(), Checked::Wrong);
        assert_ne!(hasher.hash(&secret("correct-horse-mina")).await.unwrap(), hash, "salted");
    }

    #[tokio::test]
    async fn the_same_characters_composed_otherwise_are_the_same_password() {
        let hasher = hasher();
        let hash = hasher.hash(&secret("caf\u{e9}-au-lait")).await.unwrap();
        assert_eq!(hasher.check(&secret("cafe\u{301}-au-lait"), Some(&hash)).await.unwrap(), Checked::Right);
    }

    #[tokio::test]
    async fn a_hash_of_an_older_kind_is_replaced() {
        let hasher = hasher();
        let cheap = Hasher::new(32, 1, 1).unwrap().hash(&secret("correct-horse-mina")).await.unwrap();
        let bcrypted = bcrypt::hash("correct-horse-mina", 4).unwrap();
        for old in [cheap, bcrypted] {
            let Checked::RightAndRehashed(better) = hasher.check(&secret("correct-horse-mina"), Some(&old)).await.unwrap() else {
                panic!("{old} is still good enough?")
            };
            assert_eq!(hasher.check(&secret("correct-horse-mina"), Some(&better)).await.unwrap(), Checked::Right);
            assert_eq!(hasher.check(&secret("wrong"), Some(&old)).await.unwrap(), Checked::Wrong);
        }
    }

    #[tokio::test]
    async fn more_than_the_queue_holds_is_refused_at_once() {
        let hasher = hasher();
        let password = secret("correct-horse-mina");
        let held = hasher.permits.clone().acquire_owned().await.unwrap();
        let mut tries: Vec<_> = (0..40).map(|_| Box::pin(hasher.check(&password, None))).collect();
        let (mut busy, mut waiting) = (0, Vec::new());
        for mut one in tries.drain(..) {
            match futures::poll!(&mut one) {
                std::task::Poll::Ready(Err(Error::Busy)) => busy += 1,
                std::task::Poll::Ready(other) => panic!("{other:?} without a permit"),
                std::task::Poll::Pending => waiting.push(one),
            }
        }
        assert_eq!((busy, waiting.len()), (40 - (1 + QUEUE_FOR_EACH), 1 + QUEUE_FOR_EACH));
        drop(held);
        assert!(futures::future::join_all(waiting).await.iter().all(Result::is_ok), "those who wait have their turn");
        assert!(hasher.check(&password, None).await.is_ok(), "and afterwards there is room again");
    }

    #[test]
    fn what_attackers_try_first_is_common() {
        for common in ["1234567890", "qwertyuiop", "password123", "iloveyou123"] {
            assert!(is_common(&secret(common)), "{common}");
        }
        for fine in ["correct-horse-mina", "lantern copper sofa", "ñandú-verde-lento"] {
            assert!(!is_common(&secret(fine)), "{fine}");
        }
    }
}
