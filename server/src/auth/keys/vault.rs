//! Small secrets that must be read again later, sealed under the refresh ring: the database, or whoever carries them, cannot read them.
//!
//! What is sealed names its key. A key stays in the ring for as long as a session can last; what lives longer has to be sealed again
//! before that, see [`first_byte`].

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{ASK_EVERY, Keys, take};
use crate::auth::{Auth, Error, Result, ring};
use crate::model::{Timestamp, fill_random};

/// Bytes of a nonce: so many that random ones never meet.
const NONCE: usize = 24;

/// What a sealed text is for, and whose it is: it opens as nothing else.
#[derive(Clone, Copy)]
pub struct For<'a> {
    /// A word without a zero byte.
    pub purpose: &'a str,
    /// Whose.
    pub owner: &'a [u8],
}

/// Seals a text under the key that signs now: name of the key, nonce, sealed text.
///
/// # Errors
/// [`Error::Broken`] without a key.
pub async fn seal(auth: &Auth, what: For<'_>, text: &[u8]) -> Result<Vec<u8>> {
    let held = auth.keys.held().await;
    let key = signing(&held, auth.clock.now()).ok_or(Error::Broken("there is no key to seal with"))?;
    let (kid, secret) = (key.kid, &key.secret);
    let mut nonce = [0; NONCE];
    fill_random(&mut nonce);
    let sealed = cipher(secret, what)
        .and_then(|cipher| cipher.encrypt(&XNonce::from(nonce), Payload { msg: text, aad: what.owner }).ok())
        .ok_or(Error::Broken("something that cannot be sealed"))?;
    Ok([&[kid], &nonce[..], &sealed].concat())
}

/// The text, if it was sealed for this.
///
/// # Errors
/// When its key is not known here, and the keys cannot be read.
pub async fn open(auth: &Auth, what: For<'_>, sealed: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let Some((kid, rest)) = sealed.split_first() else { return Ok(None) };
    let mut held = auth.keys.held().await;
    if held.refresh.iter().all(|key| key.kid != *kid) {
        take(auth, auth.keys.look_after(&auth.db, auth.clock.now(), ASK_EVERY).await?)?;
        held = auth.keys.held().await;
    }
    Ok(held.refresh.iter().find(|key| key.kid == *kid).and_then(|key| unseal(&key.secret, what, rest)))
}

/// The first byte of what is sealed now. What begins with another one is sealed under a key that may go before long.
pub async fn first_byte(auth: &Auth) -> Option<u8> {
    signing(&auth.keys.held().await, auth.clock.now()).map(|key| key.kid)
}

fn signing(held: &Keys, now: Timestamp) -> Option<&super::RefreshKey> {
    ring::signing(held.refresh.iter().map(|key| key.signs_from), now).and_then(|place| held.refresh.get(place))
}

fn unseal(secret: &[u8], what: For<'_>, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    let nonce = XNonce::from(<[u8; NONCE]>::try_from(nonce).ok()?);
    cipher(secret, what)?.decrypt(&nonce, Payload { msg: sealed, aad: what.owner }).ok().map(Zeroizing::new)
}

/// With a key of its own for each purpose.
fn cipher(secret: &[u8], what: For<'_>) -> Option<XChaCha20Poly1305> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(b"nightlatch/vault/1\0");
    mac.update(what.purpose.as_bytes());
    let key = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
    XChaCha20Poly1305::new_from_slice(&*key).ok()
}
