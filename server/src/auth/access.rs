//! Access tokens: JWT (RFC 7519) by the profile of RFC 9068, signed with HS256. Verification needs no database.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use app::wire::account::{Role, Viewer};
use app::wire::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::{sign, verify};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ring::{RingKey, signing};
use super::{Error, Result};
use crate::model::{Thumbprint, Timestamp, fill_random};

/// No token of ours is longer; nothing longer is parsed.
const LONGEST: usize = 4096;
/// How far another server's clock may be ahead of ours, in seconds. Expiry has no such allowance.
const SKEW: i64 = 5;

/// A signing key. Its `kid` stands in the token's header.
pub type AccessKey = RingKey<String>;

/// What an access token claims. Every field is required and strictly typed, and none besides them is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Issuer: the public origin.
    pub iss: String,
    /// Audience: the API of that origin.
    pub aud: String,
    /// Subject: the account.
    pub sub: Uuid,
    /// The session.
    pub sid: Uuid,
    /// The generation of the refresh chain it was handed out with.
    #[serde(rename = "gen")]
    pub generation: i64,
    /// What the account may do.
    pub role: Role,
    /// The account's epoch; an older one does not hold.
    pub epoch: i64,
    /// The unique name (OpenID Connect Core §5.1), so that "who am I" needs no query.
    pub preferred_username: String,
    /// The name to show (the same).
    pub name: String,
    /// Issued at, in seconds.
    pub iat: i64,
    /// Not before, in seconds.
    pub nbf: i64,
    /// Expires at, in seconds.
    pub exp: i64,
    /// Makes every token differ.
    pub jti: String,
    /// The key it is bound to (RFC 9449 §6.1), if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
}

/// Confirmation method (RFC 7800): the key that must sign each request the token goes with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// Its thumbprint, in base64url.
    pub jkt: String,
}

impl Claims {
    /// The same, bound to a key by its thumbprint.
    #[must_use]
    pub fn bound_to(self, key: Option<&[u8]>) -> Self {
        Self { cnf: key.map(|key| Confirmation { jkt: URL_SAFE_NO_PAD.encode(key) }), ..self }
    }

    /// Whether whoever shows it must have signed with this key, or need not have signed at all.
    #[must_use]
    pub fn is_for(&self, key: Option<&Thumbprint>) -> bool {
        self.cnf.as_ref().map(|cnf| cnf.jkt.as_str()) == key.map(|key| URL_SAFE_NO_PAD.encode(key)).as_deref()
    }

    /// The account and session it speaks for.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        Viewer {
            account_id: self.sub,
            username: self.preferred_username.clone(),
            display_name: self.name.clone(),
            role: self.role,
            session_id: self.sid,
        }
    }
}

struct Key {
    header: Header,
    /// The first segment of every token signed with this key. It is compared as a whole: no header of another shape is looked into,
    /// so `alg`, `typ`, `kid`, `crit`, `jwk` and the like leave nothing to get wrong.
    segment: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
    signs_from: Timestamp,
}

/// Mints and verifies access tokens with a ring of keys: one signs at a time, every one verifies.
pub struct Access {
    keys: RwLock<Arc<Vec<Key>>>,
    validation: Validation,
    issuer: String,
    audience: String,
    life: Duration,
}

impl Access {
    /// `origin` is the public origin; `life` is how long a token holds.
    ///
    /// # Errors
    /// When the ring is empty or a header cannot be written.
    pub fn new(ring: Vec<AccessKey>, origin: &str, life: Duration) -> Result<Self> {
        let keys = RwLock::new(Arc::new(keys(ring)?));
        let audience = format!("{origin}/api");
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[origin]);
        validation.set_audience(&[&audience]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // Time is judged in `verify`, by this server's own clock.
        validation.validate_exp = false;
        Ok(Self { keys, validation, issuer: origin.to_owned(), audience, life })
    }

    /// Takes another ring from now on.
    ///
    /// # Errors
    /// When the ring is empty or a header cannot be written; the ring before stays.
    pub fn swap(&self, ring: Vec<AccessKey>) -> Result<()> {
        let keys = Arc::new(keys(ring)?);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    fn ring(&self) -> Arc<Vec<Key>> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How long a token holds.
    #[must_use]
    pub const fn life(&self) -> Duration {
        self.life
    }

    /// A token for a session at a generation.
    ///
    /// # Errors
    /// When it cannot be signed, which would be a fault of the key.
    pub fn mint(&self, viewer: &Viewer, generation: i64, epoch: i64, now: Timestamp) -> Result<Secret> {
        self.mint_for(self.life, viewer, generation, epoch, now)
    }

    /// The same, for a time of its own, which is not longer.
    ///
    /// # Errors
    /// As [`Self::mint`].
    pub fn mint_for(&self, life: Duration, viewer: &Viewer, generation: i64, epoch: i64, now: Timestamp) -> Result<Secret> {
        self.sign(&self.claims(life, viewer, generation, epoch, now), now)
    }

    /// A token that says this.
    ///
    /// # Errors
    /// As [`Self::mint`].
    pub fn sign(&self, claims: &Claims, now: Timestamp) -> Result<Secret> {
        let ring = self.ring();
        let key = now_signing(&ring, now)?;
        encode(&key.header, claims, &key.encoding).map(Secret::new).map_err(|_| Error::Broken("a token could not be signed"))
    }

    /// A nonce for proofs of possession (RFC 9449 §8): the time, signed. Any server with these keys knows when it was given out, and none
    /// has to remember it.
    ///
    /// # Errors
    /// As [`Self::mint`].
    pub fn nonce(&self, now: Timestamp) -> Result<String> {
        let (ring, seconds) = (self.ring(), now.div_euclid(1000));
        let key = now_signing(&ring, now)?;
        let signed = sign(nonce_text(seconds).as_bytes(), &key.encoding, Algorithm::HS256);
        Ok(format!("{seconds}.{}", signed.map_err(|_| Error::Broken("a nonce could not be signed"))?))
    }

    /// When a nonce was given out, in Unix seconds, if it was one of ours.
    #[must_use]
    pub fn nonce_given_at(&self, nonce: &str) -> Option<i64> {
        let (seconds, signature) = nonce.split_once('.')?;
        let seconds = seconds.parse().ok()?;
        let text = nonce_text(seconds);
        let ours = |key: &Key| verify(signature, text.as_bytes(), &key.decoding, Algorithm::HS256) == Ok(true);
        self.ring().iter().any(ours).then_some(seconds)
    }

    /// What a token says that is made now.
    #[must_use]
    pub fn claims(&self, life: Duration, viewer: &Viewer, generation: i64, epoch: i64, now: Timestamp) -> Claims {
        let mut jti = [0; 12];
        fill_random(&mut jti);
        let iat = now.div_euclid(1000);
        Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: viewer.account_id,
            sid: viewer.session_id,
            generation,
            role: viewer.role,
            epoch,
            preferred_username: viewer.username.clone(),
            name: viewer.display_name.clone(),
            iat,
            nbf: iat,
            exp: iat + life.as_secs().cast_signed(),
            jti: URL_SAFE_NO_PAD.encode(jti),
            cnf: None,
        }
    }

    /// What a token claims, if it holds now.
    ///
    /// # Errors
    /// [`Error::InvalidAccess`], the same for every fault.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims> {
        let claims = self.read(token)?;
        let now = now.div_euclid(1000);
        let timely = claims.exp > now && claims.nbf <= now + SKEW && claims.iat <= now + SKEW;
        let plausible = claims.exp - claims.iat <= self.life.as_secs().cast_signed();
        if timely && plausible { Ok(claims) } else { Err(Error::InvalidAccess) }
    }

    /// What a token claims, whenever it was or will be good: proof of where it comes from, not of a right.
    ///
    /// # Errors
    /// [`Error::InvalidAccess`], the same for every fault.
    pub fn read(&self, token: &str) -> Result<Claims> {
        if token.len() > LONGEST {
            return Err(Error::InvalidAccess);
        }
        let (segment, _) = token.split_once('.').ok_or(Error::InvalidAccess)?;
        let ring = self.ring();
        let key = ring.iter().find(|key| key.segment == segment).ok_or(Error::InvalidAccess)?;
        decode::<Claims>(token, &key.decoding, &self.validation).map(|data| data.claims).map_err(|_| Error::InvalidAccess)
    }

    /// The header of a token of ours, as JSON text with a line for each member. Empty for any other text.
    #[must_use]
    pub fn header_json(&self, token: &str) -> String {
        let segment = token.split('.').next().unwrap_or_default();
        let ring = self.ring();
        let key = ring.iter().find(|key| key.segment == segment);
        key.and_then(|key| serde_json::to_string_pretty(&key.header).ok()).unwrap_or_default()
    }
}

fn now_signing(ring: &[Key], now: Timestamp) -> Result<&Key> {
    let place = signing(ring.iter().map(|key| key.signs_from), now);
    place.and_then(|place| ring.get(place)).ok_or(Error::Broken("there is no key to sign with"))
}

/// What is signed of a nonce. No token can be made of it: those have no colon.
fn nonce_text(seconds: i64) -> String {
    format!("dpop-nonce:{seconds}")
}

fn keys(ring: Vec<AccessKey>) -> Result<Vec<Key>> {
    if ring.is_empty() {
        return Err(Error::Broken("there is no key to sign with"));
    }
    ring.into_iter().map(key).collect()
}

fn key(key: AccessKey) -> Result<Key> {
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some(key.kid);
    let json = serde_json::to_vec(&header).map_err(|_| Error::Broken("a token header could not be written"))?;
    Ok(Key {
        segment: URL_SAFE_NO_PAD.encode(json),
        header,
        encoding: EncodingKey::from_secret(&key.secret),
        decoding: DecodingKey::from_secret(&key.secret),
        signs_from: key.signs_from,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const ORIGIN: &str = "https://nightlatch.example";
    const NOW: Timestamp = 1_800_000_000_500;

    fn ring(kid: &str, byte: u8) -> Vec<AccessKey> {
        vec![AccessKey { kid: kid.into(), secret: vec![byte; 32], signs_from: 0 }]
    }

    fn access() -> Access {
        Access::new(ring("k1", 7), ORIGIN, Duration::from_secs(300)).unwrap()
    }

    fn viewer() -> Viewer {
        Viewer {
            account_id: Uuid::from_u128(1),
            username: "mina".into(),
            display_name: "Mina".into(),
            role: Role::User,
            session_id: Uuid::from_u128(2),
        }
    }

    /// A token with our key and any header and claims.
    fn forge(header: &Value, claims: &Value, secret: u8) -> String {
        use hmac::{Hmac, KeyInit, Mac};
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&[secret; 32]).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    fn good() -> (Value, Value) {
        let token = access().mint(&viewer(), 3, 0, NOW).unwrap();
        let mut parts = token.expose().split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
        let header = serde_json::from_slice(&parts.next().unwrap()).unwrap();
        (header, serde_json::from_slice(&parts.next().unwrap()).unwrap())
    }

    #[test]
    fn a_minted_token_holds_until_it_expires() {
        let access = access();
        let token = access.mint(&viewer(), 3, 0, NOW).unwrap();
        let claims = access.verify(token.expose(), NOW).unwrap();
        assert_eq!((claims.viewer(), claims.generation), (viewer(), 3));
        assert!(access.verify(token.expose(), NOW + 299_000).is_ok());
        assert!(matches!(access.verify(token.expose(), NOW + 300_000), Err(Error::InvalidAccess)), "at `exp` it is over");
        assert!(access.read(token.expose()).is_ok(), "where it comes from can still be seen");
    }

    #[test]
    fn the_forge_of_these_tests_makes_tokens_that_hold() {
        let (header, claims) = good();
        assert!(access().verify(&forge_like_ours(&header, &claims), NOW).is_ok());
    }

    /// serde_json sorts keys; our header segment is compared byte for byte, so take it as it is.
    fn forge_like_ours(header: &Value, claims: &Value) -> String {
        use hmac::{Hmac, KeyInit, Mac};
        let (ours, _) = good();
        let segment =
            if *header == ours { access().ring()[0].segment.clone() } else { URL_SAFE_NO_PAD.encode(serde_json::to_vec(header).unwrap()) };
        let signed = format!("{segment}.{}", URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).unwrap()));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&[7; 32]).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    #[test]
    fn a_new_key_verifies_at_once_and_signs_when_its_time_has_come() {
        let access = access();
        let old = access.mint(&viewer(), 3, 0, NOW).unwrap();
        let next = AccessKey { kid: "k2".into(), secret: vec![8; 32], signs_from: NOW + 60_000 };
        let elsewhere = Access::new(vec![next.clone()], ORIGIN, Duration::from_secs(300)).unwrap().mint(&viewer(), 3, 0, NOW).unwrap();
        assert!(access.verify(elsewhere.expose(), NOW).is_err());
        access.swap([vec![next], ring("k1", 7)].concat()).unwrap();
        assert!(access.verify(elsewhere.expose(), NOW).is_ok() && access.verify(old.expose(), NOW).is_ok());
        let minted = |at| access.header_json(access.mint(&viewer(), 3, 0, at).unwrap().expose());
        assert!(minted(NOW + 59_999).contains("\"k1\"") && minted(NOW + 60_000).contains("\"k2\""));
        assert!(access.swap(Vec::new()).is_err());
        assert!(access.verify(old.expose(), NOW).is_ok(), "the ring before stays");
    }

    #[test]
    fn a_claim_that_is_missing_or_wrong_is_refused() {
        let (header, claims) = good();
        let seconds = NOW / 1000;
        for claim in ["iss", "aud", "sub", "sid", "gen", "role", "epoch", "iat", "nbf", "exp", "jti"] {
            let mut without = claims.clone();
            without.as_object_mut().unwrap().remove(claim);
            assert!(access().verify(&forge_like_ours(&header, &without), NOW).is_err(), "without {claim}");
        }
        let wrong = [
            ("exp", json!("9999999999")),
            ("exp", json!(-1)),
            ("exp", json!(1e300)),
            ("exp", Value::Null),
            ("exp", json!(seconds)),
            ("exp", json!(seconds + 315_360_000)),
            ("nbf", json!(seconds + 3600)),
            ("iat", json!(seconds + 3600)),
            ("aud", json!("https://nightlatch.example/api-evil")),
            ("aud", json!(["https://nightlatch.example/api"])),
            ("aud", json!([])),
            ("iss", json!("https://nightlatch.example/")),
            ("iss", json!("http://nightlatch.example")),
            ("sub", json!("mina")),
            ("role", json!("root")),
            ("gen", json!("3")),
            ("more", json!(1)),
        ];
        for (claim, value) in wrong {
            let mut changed = claims.clone();
            changed[claim] = value.clone();
            assert!(access().verify(&forge_like_ours(&header, &changed), NOW).is_err(), "{claim} = {value}");
        }
    }

    #[test]
    fn a_header_of_another_shape_is_refused_even_under_our_key() {
        let (_, claims) = good();
        for header in [
            json!({"alg": "none", "typ": "at+jwt", "kid": "k1"}),
            json!({"alg": "nOnE", "typ": "at+jwt", "kid": "k1"}),
            json!({"alg": "HS384", "typ": "at+jwt", "kid": "k1"}),
            json!({"alg": "HS256", "typ": "JWT", "kid": "k1"}),
            json!({"alg": "HS256", "kid": "k1"}),
            json!({"alg": "HS256", "typ": "at+jwt"}),
            json!({"alg": "HS256", "typ": "at+jwt", "kid": "../../dev/null"}),
            json!({"alg": "HS256", "typ": "at+jwt", "kid": "k1", "crit": ["exp"]}),
            json!({"alg": "HS256", "typ": "at+jwt", "kid": "k1", "jwk": {"kty": "oct", "k": "AA"}}),
        ] {
            assert!(access().verify(&forge(&header, &claims, 7), NOW).is_err(), "{header}");
        }
    }

    #[test]
    fn a_nonce_says_when_it_was_given_out_and_cannot_be_made_up() {
        let access = access();
        let nonce = access.nonce(NOW).unwrap();
        assert_eq!(access.nonce_given_at(&nonce), Some(NOW / 1000));
        let (_, signature) = nonce.split_once('.').unwrap();
        for other in [format!("{}.{signature}", NOW / 1000 + 1), format!("{nonce}x"), NOW.to_string(), String::new(), ".".into()] {
            assert_eq!(access.nonce_given_at(&other), None, "{other}");
        }
        let elsewhere = Access::new(ring("k2", 8), ORIGIN, Duration::from_secs(300)).unwrap().nonce(NOW).unwrap();
        assert_eq!(access.nonce_given_at(&elsewhere), None);
    }

    #[test]
    fn a_token_is_for_the_key_it_is_bound_to_and_no_other() {
        let access = access();
        let (one, other) = ([1; 32], [2; 32]);
        let plain = access.claims(access.life(), &viewer(), 3, 0, NOW);
        assert!(plain.is_for(None) && !plain.is_for(Some(&one)));
        let token = access.sign(&plain.bound_to(Some(&one)), NOW).unwrap();
        let bound = access.verify(token.expose(), NOW).unwrap();
        assert!(bound.is_for(Some(&one)) && !bound.is_for(Some(&other)) && !bound.is_for(None));
    }

    #[test]
    fn a_token_of_another_key_or_shape_is_refused() {
        let access = access();
        let token = access.mint(&viewer(), 3, 0, NOW).unwrap();
        let text = token.expose();
        let other = Access::new(ring("k1", 8), ORIGIN, Duration::from_secs(300)).unwrap().mint(&viewer(), 3, 0, NOW).unwrap();
        assert!(access.verify(other.expose(), NOW).is_err(), "another key under the same kid");
        let (signed, signature) = text.rsplit_once('.').unwrap();
        let last = signature.chars().last().unwrap();
        let unused_bits = format!("{}{}", &text[..text.len() - 1], char::from(last as u8 + 1));
        for wrong in [
            "",
            ".",
            "..",
            "a.b",
            signed,
            &format!("{signed}."),
            &text[..text.len() - 1],
            &format!("{text}A"),
            &format!("{text}="),
            &format!("{text}.x"),
            &format!(".{text}"),
            &format!("{text}\n"),
            &format!("{}\0", text),
            &unused_bits,
            &"A".repeat(5000),
        ] {
            assert!(access.verify(wrong, NOW).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_claim_named_twice_is_refused() {
        use hmac::{Hmac, KeyInit, Mac};
        let (_, claims) = good();
        let text = claims.to_string().replacen('{', &format!("{{\"sub\":\"{}\",", Uuid::from_u128(9)), 1);
        let signed = format!("{}.{}", access().ring()[0].segment, URL_SAFE_NO_PAD.encode(text));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&[7; 32]).unwrap();
        mac.update(signed.as_bytes());
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
        assert!(access().verify(&token, NOW).is_err());
    }
}
