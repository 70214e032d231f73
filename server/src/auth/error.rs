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
    /// The password is right, and a code is needed too.
    #[error("a code is needed, too")]
    SecondFactorRequired,
    /// A code that is wrong, too old, or was used.
    #[error("the code does not hold")]
    InvalidCode,
    /// A passkey that is unknown, or whose answer does not hold.
    #[error("the passkey does not hold")]
    InvalidPasskey,
    /// A passkey that is not one of the account that was asked for, whosever it is.
    #[error("the passkey is not this account's")]
    OtherPasskey,
    /// The account that was asked for has none.
    #[error("the account has no passkey")]
    NoPasskey,
    /// An authenticator app is set up already.
    #[error("an authenticator app is set up already")]
    AlreadyOn,
    /// There is no room for one more of this kind.
    #[error("there is no room for one more")]
    TooMany,
    /// The role must have two factors, and this session has shown one.
    #[error("this session may only set a second factor up")]
    Confined,
    /// There is no such thing, or it is somebody else's.
    #[error("there is no such thing")]
    NotFound,
    /// The access token does not hold.
    #[error("the access token does not hold")]
    InvalidAccess,
    /// The refresh token was not made here, or is mangled. It says nothing about any session.
    #[error("the refresh token was not made here")]
    InvalidRefresh,
    /// A proof of possession that does not hold.
    #[error("the proof of possession does not hold")]
    InvalidProof,
    /// The same, for want of a nonce that is new enough.
    #[error("the proof of possession has no nonce that is new enough")]
    NonceWanted,
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
