//! The keys as the database has them: each sealed with XChaCha20-Poly1305 under the secret that the servers share and the database does
//! not know. What a key is called and when it signs is sealed with it, so that none can be passed off as another.

use app::wire::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::model::{Timestamp, fill_random};

/// Separates what is sealed here from whatever else may one day be sealed under the same secret.
const LABEL: &[u8] = b"nightlatch/keys/1";
/// Bytes of a nonce: so many that random ones never meet.
const NONCE: usize = 24;
/// Fewest bytes of the shared secret.
const SHORTEST: usize = 32;

/// Seals and opens keys.
pub struct Seal(XChaCha20Poly1305);

/// What a key is, beside its secret.
#[derive(Clone, Copy)]
pub struct Label<'a> {
    /// Which ring.
    pub kind: &'a str,
    /// Which key of it.
    pub kid: &'a str,
    /// From when on it signs.
    pub signs_from: Timestamp,
}

/// Whether a text can be the shared secret: 32 bytes or more, in base64.
#[must_use]
pub fn is_secret(text: &str) -> bool {
    STANDARD.decode(text).map(Zeroizing::new).is_ok_and(|bytes| bytes.len() >= SHORTEST)
}

impl Seal {
    /// With the secret that all servers share; `None` when it is not one, see [`is_secret`].
    #[must_use]
    pub fn new(secret: &Secret) -> Option<Self> {
        let bytes = STANDARD.decode(secret.expose()).map(Zeroizing::new).ok().filter(|bytes| bytes.len() >= SHORTEST)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&bytes).ok()?;
        mac.update(LABEL);
        let key = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
        XChaCha20Poly1305::new_from_slice(&*key).ok().map(Self)
    }

    /// Nonce and sealed secret; `None` never, as far as is known.
    #[must_use]
    pub fn seal(&self, label: Label<'_>, secret: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        fill_random(&mut nonce);
        let sealed = self.0.encrypt(&XNonce::from(nonce), Payload { msg: secret, aad: &label.bytes() }).ok()?;
        Some([&nonce[..], &sealed].concat())
    }

    /// The secret, if it was sealed under this label with the same shared secret.
    #[must_use]
    pub fn open(&self, label: Label<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
        let nonce = XNonce::from(<[u8; NONCE]>::try_from(nonce).ok()?);
        self.0.decrypt(&nonce, Payload { msg: sealed, aad: &label.bytes() }).ok()
    }
}

impl Label<'_> {
    /// No kind and no kid has a zero byte.
    fn bytes(self) -> Vec<u8> {
        [LABEL, self.kind.as_bytes(), self.kid.as_bytes(), self.signs_from.to_string().as_bytes()].join(&0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(byte: u8) -> Seal {
        Seal::new(&Secret::new(STANDARD.encode([byte; 32]))).unwrap()
    }

    #[test]
    fn a_sealed_key_opens_under_its_own_label_and_secret_alone() {
        let label = Label { kind: "access", kid: "k1", signs_from: 5 };
        let sealed = seal(1).seal(label, &[7; 32]).unwrap();
        assert_eq!(seal(1).open(label, &sealed), Some(vec![7; 32]));
        assert_ne!(seal(1).seal(label, &[7; 32]).unwrap(), sealed, "each with a nonce of its own");
        assert!(!sealed.windows(4).any(|bytes| bytes == [7; 4]));
        assert_eq!(seal(2).open(label, &sealed), None, "another secret");
        for other in [Label { kind: "refresh", ..label }, Label { kid: "k2", ..label }, Label { signs_from: 6, ..label }] {
            assert_eq!(seal(1).open(other, &sealed), None);
        }
        for at in 0..sealed.len() {
            let mut mangled = sealed.clone();
            mangled[at] ^= 1;
            assert_eq!(seal(1).open(label, &mangled), None, "byte {at}");
            assert_eq!(seal(1).open(label, &sealed[..at]), None, "cut at {at}");
        }
    }

    #[test]
    fn a_secret_has_32_bytes_in_base64() {
        assert!(is_secret(&STANDARD.encode([0; 32])) && is_secret(&STANDARD.encode([0; 64])));
        for wrong in ["", "password", &STANDARD.encode([0; 31]), &"x".repeat(43)] {
            assert!(!is_secret(wrong) && Seal::new(&Secret::new(wrong.to_owned())).is_none(), "{wrong}");
        }
    }
}
