//! Proofs of possession (DPoP, RFC 9449), signed with a key of this process. A browser has a key that it cannot give away in place of it; this
//! one is as safe as the place where it is kept.

use app::wire::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

/// A key on P-256, which signs with ES256.
pub struct Key(SigningKey);

/// What a proof is for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deed<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The address, without query.
    pub url: &'a str,
    /// The access token that goes with it.
    pub token: Option<&'a Secret>,
    /// What the server has given out last in `DPoP-Nonce`.
    pub nonce: Option<&'a str>,
    /// Now, by this machine's clock, in Unix seconds.
    pub now: i64,
}

impl Key {
    /// A new one, or `None` where the system has no randomness to give.
    #[must_use]
    pub fn random() -> Option<Self> {
        let mut bytes = [0; 32];
        // Of 2^256 values some 2^224 are no key: nobody has seen one.
        getrandom::fill(&mut bytes).ok()?;
        let key = Self::of(&bytes);
        bytes.zeroize();
        key
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        SigningKey::from_slice(bytes).ok().map(Self)
    }

    /// The reverse of [`Self::written`].
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::of(&Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?))
    }

    /// As it is kept: its secret half, in base64url.
    #[must_use]
    pub fn written(&self) -> Secret {
        let bytes = Zeroizing::new(self.0.to_bytes());
        Secret::new(URL_SAFE_NO_PAD.encode(*bytes))
    }

    /// The public half, as a JWK (RFC 7517).
    #[must_use]
    pub fn public(&self) -> Value {
        let point = self.0.verifying_key().to_sec1_point(false);
        let half = |half: Option<&_>| URL_SAFE_NO_PAD.encode(half.map(<_ as AsRef<[u8]>>::as_ref).unwrap_or_default());
        json!({"kty": "EC", "crv": "P-256", "x": half(point.x()), "y": half(point.y())})
    }

    /// Signs a JWT: any header, any claims.
    #[must_use]
    pub fn sign(&self, head: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = [part(head), part(claims)].join(".");
        let signature: Signature = self.0.sign(signed.as_bytes());
        [&signed, ".", &URL_SAFE_NO_PAD.encode(signature.to_bytes())].concat()
    }

    /// A proof for one request. It holds once.
    #[must_use]
    pub fn prove(&self, deed: Deed<'_>) -> String {
        let mut id = [0; 16];
        // One that is not random is refused the second time, and no more comes of it.
        let _ = getrandom::fill(&mut id);
        let mut claims = json!({"jti": URL_SAFE_NO_PAD.encode(id), "htm": deed.method, "htu": deed.url, "iat": deed.now});
        if let Some(token) = deed.token {
            claims["ath"] = URL_SAFE_NO_PAD.encode(Sha256::digest(token.expose())).into();
        }
        if let Some(nonce) = deed.nonce {
            claims["nonce"] = nonce.into();
        }
        self.sign(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.public()}), &claims)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}
