//! What can go wrong, as the server knows it. What the client may know of it is decided in `http::problem`.

use app::wire::problem::Problem;
use app::wire::session::Why;

/// A use case that did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fields that cannot be accepted, each with what to do about it.
    #[error("fields were refused")]
    Fields(Problem),
    /// Somebody else has the username.
    #[error("the username is taken")]
    UsernameTaken,
    /// No such account, wrong password, or disabled.
    #[error("name and password do not open an account")]
    InvalidCredentials,
    /// The access token does not hold.
    #[error("the access token does not hold")]
    InvalidAccess,
    /// The refresh token was not made here, or is mangled. It says nothing about any session.
    #[error("the refresh token was not made here")]
    InvalidRefresh,
    /// Two credentials that contradict each other, or one twice.
    #[error("credentials contradict each other")]
    Conflicting,
    /// The session is over.
    #[error("the session has ended: {0:?}")]
    Ended(Why),
    /// The refresh token has been replaced a moment ago: its holder has the successor already.
    #[error("the refresh token was replaced a moment ago")]
    Superseded,
    /// Too many attempts.
    #[error("too many attempts")]
    Throttled {
        /// When there is room for one more, in milliseconds.
        retry_after_ms: u64,
    },
    /// Too many passwords are being hashed already.
    #[error("the hashing queue is full")]
    Busy,
    /// Not with this role.
    #[error("the role does not allow it")]
    Forbidden,
    /// Not there, or somebody else's.
    #[error("there is nothing of that name")]
    NotFound,
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] crate::store::Error),
    /// The store of the pictures failed.
    #[error("the picture store failed")]
    Pictures,
    /// Something that cannot be.
    #[error("{0}")]
    Broken(&'static str),
}

/// What a use case answers.
pub type Result<T> = std::result::Result<T, Error>;
