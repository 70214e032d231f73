//! Attempts to log in, for an account and for an address: leaky buckets in the database, so that all servers count together and a
//! restart forgives nothing. An attempt is counted before the password is looked at.

use uuid::Uuid;

use super::{Auth, Error, Result};
use crate::store::attempts;

/// A bucket: how long one attempt lasts in it, and how many it holds at once.
struct Bucket {
    every_ms: i64,
    burst: i64,
}

/// One account from one address: what a person mistypes.
const PAIR: Bucket = Bucket { every_ms: 30_000, burst: 10 };
/// One account from anywhere: guessing spread over many addresses.
const ACCOUNT: Bucket = Bucket { every_ms: 60_000, burst: 100 };
/// One address for any account: one guess for each of many accounts.
const ADDRESS: Bucket = Bucket { every_ms: 3_000, burst: 100 };
/// Codes for one account from one address: what a person mistypes.
const CODE: Bucket = Bucket { every_ms: 60_000, burst: 5 };
/// Codes for one account from anywhere: of a million, some two hundred a day.
const CODE_ACCOUNT: Bucket = Bucket { every_ms: 15 * 60_000, burst: 20 };
/// Challenges and answers of passkeys from one address.
const CHALLENGE: Bucket = Bucket { every_ms: 3_000, burst: 100 };
/// New accounts from one address.
const SIGN_UP: Bucket = Bucket { every_ms: 60_000, burst: 20 };
/// Forgotten passwords of one account: each writes a mail to its owner.
const FORGOT: Bucket = Bucket { every_ms: 600_000, burst: 4 };
/// Forgotten passwords from one address, and links to new ones that it shows.
const FORGETFUL: Bucket = Bucket { every_ms: 30_000, burst: 20 };

/// One attempt to log in as `login` from `ip`.
///
/// # Errors
/// [`Error::Throttled`] when a bucket is full.
pub async fn log_in(auth: &Auth, login: &str, ip: &str) -> Result<()> {
    take(auth, format!("address {ip}"), ADDRESS).await?;
    take(auth, format!("account {login}"), ACCOUNT).await?;
    take(auth, pair(login, ip), PAIR).await
}

/// It was the right password: what this account mistyped from this address is forgiven.
///
/// # Errors
/// When the database fails.
pub async fn forgive(auth: &Auth, login: &str, ip: &str) -> Result<()> {
    if auth.throttle {
        attempts::forget(&auth.db, &pair(login, ip)).await?;
    }
    Ok(())
}

/// One code of the second factor, for an account whose password was right.
///
/// # Errors
/// [`Error::Throttled`] when a bucket is full.
pub async fn code(auth: &Auth, account_id: Uuid, ip: &str) -> Result<()> {
    let [pair, account] = codes(account_id, ip);
    take(auth, pair, CODE).await?;
    take(auth, account, CODE_ACCOUNT).await
}

/// It was a right code: what was mistyped before is forgiven.
///
/// # Errors
/// When the database fails.
pub async fn forgive_code(auth: &Auth, account_id: Uuid, ip: &str) -> Result<()> {
    if auth.throttle {
        for key in codes(account_id, ip) {
            attempts::forget(&auth.db, &key).await?;
        }
    }
    Ok(())
}

/// One challenge for a passkey, or one answer to it.
///
/// # Errors
/// [`Error::Throttled`] when the bucket is full.
pub async fn challenge(auth: &Auth, ip: &str) -> Result<()> {
    take(auth, format!("challenge {ip}"), CHALLENGE).await
}

fn codes(account_id: Uuid, ip: &str) -> [String; 2] {
    [format!("code {account_id} {ip}"), format!("codes {account_id}")]
}

/// One attempt to sign up from `ip`.
///
/// # Errors
/// [`Error::Throttled`] when the bucket is full.
pub async fn sign_up(auth: &Auth, ip: &str) -> Result<()> {
    take(auth, format!("sign-up {ip}"), SIGN_UP).await
}

/// One mail to the owner of `login`, asked for from `ip`.
///
/// # Errors
/// [`Error::Throttled`] when a bucket is full, whether there is such an account or not.
pub async fn forgot(auth: &Auth, login: &str, ip: &str) -> Result<()> {
    take(auth, format!("forgetful {ip}"), FORGETFUL).await?;
    take(auth, format!("forgot {login}"), FORGOT).await
}

/// One link to a new password shown from `ip`.
///
/// # Errors
/// [`Error::Throttled`] when the bucket is full.
pub async fn reset(auth: &Auth, ip: &str) -> Result<()> {
    take(auth, format!("forgetful {ip}"), FORGETFUL).await
}

fn pair(login: &str, ip: &str) -> String {
    format!("pair {login} {ip}")
}

async fn take(auth: &Auth, key: String, bucket: Bucket) -> Result<()> {
    if !auth.throttle {
        return Ok(());
    }
    match attempts::take(&auth.db, &key, auth.clock.now(), bucket.every_ms, bucket.every_ms * bucket.burst).await? {
        Ok(()) => Ok(()),
        Err(ms) => Err(Error::Throttled { retry_after_ms: ms.unsigned_abs() }),
    }
}
