//! Where uploaded pictures lie: a folder of the data directory, or S3. The only file that knows an object store.
//!
//! Each width is a file of its own, `NAME-WIDTH.jpg`, with a name that nobody can guess and that never holds other bytes.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use app::wire::problem::{Code, Problem};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{ClientConfigKey, ObjectStore, ObjectStoreExt, RetryConfig};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::prepare::{self, Prepared};
use crate::auth::{Error, Result};
use crate::model::fill_random;

/// How many pictures are prepared at the same moment. Each may take a quarter of a gigabyte.
const AT_ONCE: usize = 2;
/// How many may be there at all, those that wait among them, each with its upload in memory; over it, [`Error::Busy`].
const ROOM: usize = 16;

/// How long a request waits for a store that fails or does not answer: less than any request may take.
fn patience() -> RetryConfig {
    RetryConfig { max_retries: 2, retry_timeout: Duration::from_secs(10), ..RetryConfig::default() }
}

/// The store, and the pool in which pictures are prepared for it.
#[derive(Debug)]
pub struct Pictures {
    store: Arc<dyn ObjectStore>,
    at_once: Arc<Semaphore>,
    room: Arc<Semaphore>,
}

/// Room for one upload, from its first byte on.
#[derive(Debug)]
pub struct Room {
    _permit: OwnedSemaphorePermit,
}

impl Pictures {
    /// In a folder, which is made when it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self::over(Arc::new(LocalFileSystem::new_with_prefix(folder).map_err(io::Error::other)?)))
    }

    /// In S3, or what speaks like it: `s3://BUCKET` or `s3://BUCKET/PREFIX`. Region, endpoint and credentials are in the environment, by
    /// the names that Amazon's own tools know (`AWS_REGION`, `AWS_ENDPOINT`, `AWS_ACCESS_KEY_ID`, …).
    ///
    /// # Errors
    /// When something of it is missing or is none.
    pub fn in_s3(url: &str) -> io::Result<Self> {
        let (bucket, prefix) = url.trim_start_matches("s3://").split_once('/').unwrap_or((url.trim_start_matches("s3://"), ""));
        // Before the first client is made; again does no harm.
        drop(rustls::crypto::ring::default_provider().install_default());
        let store = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .with_retry(patience())
            .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::ConnectTimeout), "3 seconds")
            .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), "10 seconds")
            .build()
            .map_err(io::Error::other)?;
        Ok(match prefix.trim_matches('/') {
            "" => Self::over(Arc::new(store)),
            prefix => Self::over(Arc::new(PrefixStore::new(store, prefix))),
        })
    }

    /// Writes, reads and removes a file that is none of a picture's, so that wrong credentials are told at the start and not to somebody who
    /// posts. A store that is away for the moment is only warned of: everything but pictures works without it.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn check(&self) -> io::Result<()> {
        let key = Key::from(format!("check-{}", new_name()));
        let checked = async {
            self.store.put(&key, "nightlatch".into()).await?;
            self.store.get(&key).await?.bytes().await?;
            self.store.delete(&key).await
        };
        match checked.await {
            Ok(()) => Ok(()),
            Err(object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }) => {
                Err(io::Error::other("the store refuses the credentials of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"))
            }
            Err(object_store::Error::NotFound { .. }) => Err(io::Error::other("there is no such bucket")),
            Err(error) => {
                tracing::warn!(%error, "the picture store is away: pictures are answered 503 until it is back");
                Ok(())
            }
        }
    }

    fn over(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, at_once: Arc::new(Semaphore::new(AT_ONCE)), room: Arc::new(Semaphore::new(ROOM)) }
    }

    /// Room for one upload, before it is read.
    ///
    /// # Errors
    /// [`Error::Busy`] when there is none.
    pub fn room(&self) -> Result<Room> {
        Arc::clone(&self.room).try_acquire_owned().map(|permit| Room { _permit: permit }).map_err(|_| Error::Busy)
    }

    /// Makes of an upload what is served.
    ///
    /// # Errors
    /// [`Error::Fields`] when it is no picture.
    pub async fn prepare(&self, room: Room, upload: Vec<u8>) -> Result<Prepared> {
        let permit = Arc::clone(&self.at_once).acquire_owned().await.map_err(|_| Error::Broken("the pool of pictures is closed"))?;
        let prepared = tokio::task::spawn_blocking(move || {
            let prepared = prepare::prepare(&upload);
            // Given back here and not by the caller: a request that was given up must not let another one begin beside this.
            drop((room, permit));
            prepared
        });
        let prepared = prepared.await.map_err(|_| Error::Broken("preparing a picture panicked"))?;
        prepared.map_err(|fault| Error::Fields(Problem::new(Code::InvalidFields).field("picture", fault.to_string())))
    }

    /// Keeps every width under `name`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep(&self, name: &str, prepared: Prepared) -> Result<()> {
        for (width, file) in prepared.files {
            self.store.put(&key(name, width), file.into()).await.map_err(away)?;
        }
        Ok(())
    }

    /// The file with this name; `None` when there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read(&self, file: &str) -> Result<Option<Vec<u8>>> {
        let found = match self.store.get(&Key::from(file)).await {
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        match found {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(away(error)),
        }
    }

    /// Removes every width of a picture whose widest is `width`. What is not there is as good as removed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn remove(&self, name: &str, width: u32) -> Result<()> {
        for width in prepare::widths(width) {
            match self.store.delete(&key(name, width)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(away(error)),
            }
        }
        Ok(())
    }
}

/// A name for a new picture: 128 bits that nobody guesses. It is all that protects it: an `<img>` carries no token.
#[must_use]
pub fn new_name() -> String {
    let mut random = [0; 16];
    fill_random(&mut random);
    uuid::Uuid::from_bytes(random).simple().to_string()
}

/// Whether a picture with this name lies here and not in the database, where those of the demo are.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    !name.contains('.')
}

/// Whether `file` is what a file here is called: a name, a width.
#[must_use]
pub fn is_file(file: &str) -> bool {
    let Some((name, width)) = file.strip_suffix(".jpg").and_then(|stem| stem.split_once('-')) else { return false };
    let plain = |text: &str, digit: fn(&u8) -> bool| text.as_bytes().iter().all(digit);
    let hex = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    name.len() == 32 && plain(name, hex) && (1..=4).contains(&width.len()) && plain(width, u8::is_ascii_digit)
}

/// What a file is called.
#[must_use]
pub fn file(name: &str, width: u32) -> String {
    format!("{name}-{width}.jpg")
}

fn key(name: &str, width: u32) -> Key {
    Key::from(file(name, width))
}

fn away(error: object_store::Error) -> Error {
    tracing::error!(%error, "the picture store failed");
    Error::Pictures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_after_its_picture_and_nothing_else_is_one() {
        let name = new_name();
        assert!(is_file(&file(&name, 480)) && is_ours(&name));
        for other in ["", "-480.jpg", "../keys.json", &format!("{name}.jpg"), &format!("{name}-48x.jpg"), &format!("../{name}-480.jpg")] {
            assert!(!is_file(other), "{other}");
        }
    }
}
