//! The only file that knows two databases. SQL stands in the rooms below, one file a table, in a dialect both understand:
//! `$1` placeholders, times as `bigint` milliseconds handed in, UUIDv7 keys, `on conflict`, `returning`, row values.

pub mod accounts;
pub mod attempts;
pub mod browsers;
pub mod ceremonies;
pub mod comments;
pub mod events;
pub mod follows;
pub mod keys;
pub mod likes;
pub mod mails;
pub mod notices;
pub mod passkeys;
pub mod posts;
pub mod recovery_codes;
pub mod replies;
pub mod resets;
pub mod saved_logins;
pub mod sessions;
pub mod together;
pub mod totp;

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Postgres, Sqlite, Transaction};

/// What a statement can fail with.
pub type Error = sqlx::Error;
/// What a statement answers.
pub type Result<T> = std::result::Result<T, Error>;

/// The database of this server.
#[derive(Clone, Debug)]
pub enum Db {
    /// Embedded: one writer, so that nobody waits for a lock inside a statement, and several readers.
    Sqlite {
        /// The one connection that writes.
        writer: SqlitePool,
        /// Read-only connections.
        readers: SqlitePool,
        /// Steps of refresh chains, on their way to the writer.
        steps: together::Steps,
    },
    /// A PostgreSQL that any number of servers share.
    Postgres(PgPool),
}

/// Several statements that hold together or not at all. Dropped without [`Tx::commit`], nothing happened.
pub enum Tx {
    /// On the embedded database.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one expression against whichever database is there: a `match` with the same text in both arms, each compiled for its driver.
/// `read` may use a read-only connection, `write` the writing one, `tx` an open [`Tx`].
macro_rules! on {
    (read $db:expr, |$conn:ident| $run:expr) => {{
        let _asked = $crate::meter::query().await;
        match $db {
            $crate::store::Db::Sqlite { readers: $conn, .. } => $run,
            $crate::store::Db::Postgres($conn) => $run,
        }
    }};
    (write $db:expr, |$conn:ident| $run:expr) => {{
        let _asked = $crate::meter::query().await;
        match $db {
            $crate::store::Db::Sqlite { writer: $conn, .. } => $run,
            $crate::store::Db::Postgres($conn) => $run,
        }
    }};
    (tx $tx:expr, |$conn:ident| $run:expr) => {{
        let _asked = $crate::meter::query().await;
        match $tx {
            $crate::store::Tx::Sqlite(tx) => {
                let $conn = &mut **tx;
                $run
            }
            $crate::store::Tx::Postgres(tx) => {
                let $conn = &mut **tx;
                $run
            }
        }
    }};
}
pub(crate) use on;

/// Names statements and lists them, so that a test can prepare each on both databases.
macro_rules! statements {
    ($($name:ident = $sql:literal;)+) => {
        $(const $name: &str = $sql;)+
        /// Every statement of this file, by name.
        pub const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $sql)),+];
    };
}
pub(crate) use statements;

/// How many statements a server may have under way on PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a request waits for one of them. After that the database is away, and the client is told so.
const POSTGRES_PATIENCE: Duration = Duration::from_secs(2);
/// How long a writer waits for another process on the same file. A disk that is being flushed takes seconds, and a client waits for fifteen.
const SQLITE_PATIENCE: Duration = Duration::from_secs(10);
/// How many readers the embedded database has.
const SQLITE_READERS: u32 = 4;

impl Db {
    /// Opens the embedded database, makes it when it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, or holds something else.
    pub async fn open_sqlite(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A refresh token that was handed out must not be forgotten by a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(SQLITE_PATIENCE);
        let writer =
            SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None).connect_with(options.clone()).await?;
        sqlx::migrate!("migrations/sqlite").run(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options.read_only(true).create_if_missing(false));
        let steps = together::Steps::over(writer.clone());
        Ok(Self::Sqlite { writer, readers, steps })
    }

    /// Connects to PostgreSQL and brings its tables up to date. Servers that start at the same moment wait for one another.
    ///
    /// # Errors
    /// When the database cannot be reached, or holds something else.
    pub async fn open_postgres(url: &str) -> Result<Self> {
        let pool = PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(POSTGRES_PATIENCE).connect(url).await?;
        sqlx::migrate!("migrations/postgres").run(&pool).await?;
        Ok(Self::Postgres(pool))
    }

    /// Begins a transaction; on SQLite at once as a writer.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("begin immediate").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        on!(read self, |conn| sqlx::query("select 1").execute(conn).await.map(|_| ()))
    }

    /// Ends every connection, after what is under way.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes it so.
    ///
    /// # Errors
    /// When the database could not; then nothing happened.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }
}

/// Whether a statement failed because somebody else has this value already.
#[must_use]
pub fn is_taken(error: &Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// Whether a statement failed because what it refers to is gone.
#[must_use]
pub fn is_orphan(error: &Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation)
}

/// Every statement there is, as `(file, name, text)`.
pub fn all_statements() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    [
        ("accounts", accounts::STATEMENTS),
        ("attempts", attempts::STATEMENTS),
        ("browsers", browsers::STATEMENTS),
        ("ceremonies", ceremonies::STATEMENTS),
        ("comments", comments::STATEMENTS),
        ("events", events::STATEMENTS),
        ("follows", follows::STATEMENTS),
        ("keys", keys::STATEMENTS),
        ("likes", likes::STATEMENTS),
        ("mails", mails::STATEMENTS),
        ("passkeys", passkeys::STATEMENTS),
        ("posts", posts::STATEMENTS),
        ("recovery_codes", recovery_codes::STATEMENTS),
        ("replies", replies::STATEMENTS),
        ("resets", resets::STATEMENTS),
        ("saved_logins", saved_logins::STATEMENTS),
        ("sessions", sessions::STATEMENTS),
        ("totp", totp::STATEMENTS),
    ]
    .into_iter()
    .flat_map(|(file, list)| list.iter().map(move |(name, sql)| (file, *name, *sql)))
}

/// Prepares a statement without running it.
///
/// # Errors
/// When the database does not understand it.
pub async fn prepare(db: &Db, sql: &'static str) -> Result<()> {
    use sqlx::{Executor, SqlSafeStr};
    on!(write db, |conn| conn.prepare(sql.into_sql_str()).await.map(|_| ()))
}
