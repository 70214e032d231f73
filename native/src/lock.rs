//! Other processes: a lock among them over a file, and no channel. Two commands at once then fetch one refresh, not two.

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use app::session::ports::{Held, Message, Pending, TabChannel, TabLock};

/// The longest wait for the lock.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is looked at meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// An advisory lock on a file that is never written to. The system gives it back when its holder dies.
pub struct LockFile {
    path: Option<PathBuf>,
    patience: Duration,
}

impl LockFile {
    /// A lock on the file at `path`, which is made when it is not there. Without one, or where it cannot be made, nothing is locked.
    #[must_use]
    pub const fn new(path: Option<PathBuf>) -> Self {
        Self { path, patience: PATIENCE }
    }

    async fn wait(&self) -> Option<Held> {
        let path = self.path.as_ref()?;
        DirBuilder::new().recursive(true).mode(0o700).create(path.parent()?).ok()?;
        let file: File = OpenOptions::new().create(true).append(true).mode(0o600).open(path).ok()?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Some(Held::until(move || drop(file))),
                Err(std::fs::TryLockError::WouldBlock) if began.elapsed() < self.patience => tokio::time::sleep(PAUSE).await,
                Err(_) => return None,
            }
        }
    }
}

impl TabLock for LockFile {
    fn acquire(&self) -> Pending<'_, Held> {
        Box::pin(async { self.wait().await.unwrap_or_else(Held::nothing) })
    }
}

/// Processes tell each other nothing: each of them reads the store when it begins.
pub(crate) struct Alone;

impl TabChannel for Alone {
    fn announce(&self, _: Message) {}

    fn listen(&self, _: Box<dyn Fn(Message)>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn two_locks_exclude_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nightlatch/lock");
        let lock = || LockFile::new(Some(path.clone()));
        let (first, second) = (lock(), lock());
        let held = first.acquire().await;
        let mut waiting = second.acquire();
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(waiting.as_mut().poll(cx).is_pending())).await);
        drop(held);
        let held = waiting.await;
        assert!(matches!(File::open(&path).unwrap().try_lock(), Err(std::fs::TryLockError::WouldBlock)));
        drop(held);
        File::open(&path).unwrap().try_lock().unwrap();
    }

    #[tokio::test(flavor = "current_thread")]
    async fn nobody_waits_for_ever_and_nobody_needs_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = Some(folder.path().join("lock"));
        let _held = LockFile::new(path.clone()).acquire().await;
        drop(LockFile { path, patience: Duration::ZERO }.acquire().await);
        drop(LockFile::new(None).acquire().await);
        drop(LockFile::new(Some(folder.path().join("lock/no/folder"))).acquire().await);
    }
}
