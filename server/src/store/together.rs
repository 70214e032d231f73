//! Steps of refresh chains that come together are committed together: on the embedded database a commit waits for the disk, and
//! whoever comes while it waits shares the next one. So every refresh token that is handed out has been written to the disk, and
//! many can be handed out in the time of one. (PostgreSQL does the same by itself.)

use sqlx::SqlitePool;
use tokio::sync::{mpsc, oneshot};

use super::sessions::{At, Session, Step, step_here};
use super::{Error, Result};

/// The most that one transaction carries.
const MOST: usize = 256;

/// The way to the task that carries steps out. Clones share it; the task ends with the last of them.
#[derive(Clone, Debug)]
pub struct Steps(mpsc::Sender<Asked>);

#[derive(Debug)]
struct Asked {
    at: At,
    step: Step,
    answer: oneshot::Sender<Result<Option<Session>>>,
}

impl Steps {
    /// Steps that are carried out on `writer`.
    #[must_use]
    pub(super) fn over(writer: SqlitePool) -> Self {
        let (steps, asked) = mpsc::channel(MOST);
        tokio::spawn(carry_out(writer, asked));
        Self(steps)
    }

    /// Carries one out, with whatever else there is to do. When this returns, it is on the disk.
    ///
    /// # Errors
    /// When the database fails; then none of the transaction was done.
    pub(super) async fn take(&self, at: At, step: Step) -> Result<Option<Session>> {
        let (answer, answered) = oneshot::channel();
        self.0.send(Asked { at, step, answer }).await.map_err(|_| Error::WorkerCrashed)?;
        answered.await.map_err(|_| Error::WorkerCrashed)?
    }
}

async fn carry_out(writer: SqlitePool, mut asked: mpsc::Receiver<Asked>) {
    let mut batch = Vec::with_capacity(MOST);
    while asked.recv_many(&mut batch, MOST).await > 0 {
        let steps: Vec<(At, Step)> = batch.iter().map(|asked| (asked.at, asked.step)).collect();
        match in_one_transaction(&writer, &steps).await {
            Ok(done) => batch.drain(..).zip(done).for_each(|(asked, row)| drop(asked.answer.send(Ok(row)))),
            // An error cannot be shared, its words can.
            Err(error) => batch.drain(..).for_each(|asked| drop(asked.answer.send(Err(Error::Protocol(error.to_string()))))),
        }
    }
}

async fn in_one_transaction(writer: &SqlitePool, steps: &[(At, Step)]) -> Result<Vec<Option<Session>>> {
    let mut tx = writer.begin_with("begin immediate").await?;
    let mut done = Vec::with_capacity(steps.len());
    for (at, step) in steps {
        done.push(step_here(&mut tx, *at, *step).await?);
    }
    tx.commit().await?;
    Ok(done)
}
