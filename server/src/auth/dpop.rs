//! Proof of possession (DPoP, RFC 9449): a client signs each of its requests with a key that it cannot give away, and tokens that are bound to
//! this key are worth nothing to anybody who has only copied them. What a proof must say stands in [`read`]; that it is used once, in
//! [`Proofs`].
//!
//! When a proof was made is told by the nonce in it, which says when the server gave it out (§8), and not by its `iat`: clients' clocks are
//! wrong by hours, and a script that rides on the page could sign proofs for next week.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};

use super::access::Access;
use super::{Error, Result};
use crate::model::{Thumbprint, Timestamp};

/// No proof of a client of ours is half as long; nothing longer is parsed.
const LONGEST: usize = 2048;
/// Longest `jti` that is remembered, in bytes.
const LONGEST_ID: usize = 128;
/// For how long a nonce holds, in seconds. A client asks for another after two thirds of it.
pub const NONCE_LIFE: i64 = 180;
/// How far another server's clock may be ahead of ours, in seconds.
const SKEW: i64 = 5;
/// The most proofs that are remembered. When there are more within [`NONCE_LIFE`], the oldest are forgotten, and could be shown once more.
const REMEMBERED: usize = 100_000;

/// What a proof has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proven {
    /// Which key the request was signed with.
    pub key: Thumbprint,
    /// The SHA-256 of the access token it goes with, if there is one.
    pub access: Option<[u8; 32]>,
    /// Names this proof among all.
    pub id: [u8; 32],
}

impl Proven {
    /// Whether it goes with this access token.
    #[must_use]
    pub fn goes_with(&self, access: &str) -> bool {
        self.access == Some(Sha256::digest(access).into())
    }
}

/// What is proven: a method, and an address without query.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// In capitals.
    pub method: &'a str,
    /// The public origin.
    pub origin: &'a str,
    /// The path.
    pub path: &'a str,
}

#[derive(Deserialize)]
struct Head {
    typ: String,
    alg: String,
    jwk: Key,
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    crv: String,
    x: String,
    y: String,
    d: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Body {
    jti: String,
    htm: String,
    htu: String,
    /// Must be there (§4.2), and decides nothing.
    #[allow(dead_code, reason = "that it is there and a number is all that is asked of it")]
    iat: i64,
    ath: Option<String>,
    nonce: Option<String>,
}

/// Reads a proof by the rules of RFC 9449 §4.3, but for the last one: that it was not shown before.
///
/// # Errors
/// [`Error::InvalidProof`], the same for every fault; [`Error::NonceWanted`] for a proof without fault, but for a nonce that is missing or
/// too old.
pub fn read(proof: &str, asked: Asked<'_>, nonces: &Access, now: Timestamp) -> Result<Proven> {
    if proof.len() > LONGEST {
        return Err(Error::InvalidProof);
    }
    let head = proof.split('.').next().and_then(|segment| URL_SAFE_NO_PAD.decode(segment).ok()).ok_or(Error::InvalidProof)?;
    let Head { typ, alg, jwk, crit } = serde_json::from_slice(&head).map_err(|_| Error::InvalidProof)?;
    let ours = typ == "dpop+jwt" && alg == "ES256" && jwk.kty == "EC" && jwk.crv == "P-256";
    if !ours || jwk.d.is_some() || crit.is_some() {
        return Err(Error::InvalidProof);
    }
    let decoding = DecodingKey::from_ec_components(&jwk.x, &jwk.y).map_err(|_| Error::InvalidProof)?;
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let body = decode::<Body>(proof, &decoding, &validation).map_err(|_| Error::InvalidProof)?.claims;
    let place = body.htu.split(['?', '#']).next().unwrap_or_default();
    let here = body.htm == asked.method && own_name(place).strip_prefix(&own_name(asked.origin)) == Some(asked.path);
    if !here || body.jti.is_empty() || body.jti.len() > LONGEST_ID {
        return Err(Error::InvalidProof);
    }
    let access = match body.ath {
        Some(hash) => Some(URL_SAFE_NO_PAD.decode(hash).ok().and_then(|hash| hash.try_into().ok()).ok_or(Error::InvalidProof)?),
        None => None,
    };
    let given = body.nonce.as_deref().and_then(|nonce| nonces.nonce_given_at(nonce)).ok_or(Error::NonceWanted)?;
    let seconds = now.div_euclid(1000);
    if !(seconds - NONCE_LIFE + 1..=seconds + SKEW).contains(&given) {
        return Err(Error::NonceWanted);
    }
    let key = thumbprint(&jwk.x, &jwk.y);
    let id = Sha256::new().chain_update(key).chain_update(&body.jti).finalize().into();
    Ok(Proven { key, access, id })
}

/// An address of this machine under one of its names for itself: whoever is asked by the one is asked by the others, too.
fn own_name(url: &str) -> String {
    let names = ["http://127.0.0.1:", "http://[::1]:"];
    match names.into_iter().find_map(|name| url.strip_prefix(name)) {
        Some(rest) => ["http://localhost:", rest].concat(),
        None => url.to_owned(),
    }
}

/// The JWK thumbprint of a key on P-256 (RFC 7638), by its coordinates in base64url.
#[must_use]
pub fn thumbprint(x: &str, y: &str) -> Thumbprint {
    Sha256::digest(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)).into()
}

/// The proofs that were shown of late to this process: each holds once. Another process would take it once more within the life of its
/// nonce, as RFC 9449 §11.1 lets it: whoever wants to use that has to be on the wire.
#[derive(Debug, Default)]
pub struct Proofs(Mutex<Shown>);

#[derive(Debug, Default)]
struct Shown {
    ids: HashSet<[u8; 32]>,
    order: VecDeque<(Timestamp, [u8; 32])>,
}

impl Proofs {
    /// Takes a proof.
    ///
    /// # Errors
    /// [`Error::InvalidProof`] for one that was shown before.
    pub fn take(&self, proven: &Proven, now: Timestamp) -> Result<()> {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Longer than any nonce lives that was given out by a clock ahead of ours.
        let since = now - 1_000 * (NONCE_LIFE + 2 * SKEW);
        while shown.order.front().is_some_and(|(at, _)| *at < since) || shown.order.len() >= REMEMBERED {
            if let Some((_, oldest)) = shown.order.pop_front() {
                shown.ids.remove(&oldest);
            }
        }
        if !shown.ids.insert(proven.id) {
            return Err(Error::InvalidProof);
        }
        shown.order.push_back((now, proven.id));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_holds_once_and_is_forgotten_when_its_nonce_is_over() {
        let (proofs, id) = (Proofs::default(), [7; 32]);
        let proven = Proven { key: [1; 32], access: None, id };
        assert!(proofs.take(&proven, 0).is_ok());
        assert!(matches!(proofs.take(&proven, 1), Err(Error::InvalidProof)));
        assert!(matches!(proofs.take(&proven, 1_000 * (NONCE_LIFE + 2 * SKEW)), Err(Error::InvalidProof)));
        assert!(proofs.take(&Proven { id: [8; 32], ..proven }, 1_000 * (NONCE_LIFE + 2 * SKEW) + 1).is_ok());
        assert_eq!(proofs.0.lock().unwrap().ids.len(), 1, "the first one's time is over");
    }

    #[test]
    fn no_more_than_so_many_are_remembered() {
        let proofs = Proofs::default();
        for n in 0..=REMEMBERED {
            let id = Sha256::digest(n.to_le_bytes()).into();
            proofs.take(&Proven { key: [1; 32], access: None, id }, 0).unwrap();
        }
        let shown = proofs.0.lock().unwrap();
        assert_eq!((shown.ids.len(), shown.order.len()), (REMEMBERED, REMEMBERED));
    }

    #[test]
    fn the_thumbprint_is_that_of_the_standard() {
        // RFC 9449 §6.1: the key of its examples, and its thumbprint.
        let (x, y) = ("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA");
        assert_eq!(URL_SAFE_NO_PAD.encode(thumbprint(x, y)), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }
}
