//! An authenticator made of software: what browsers and security keys do for a passkey, and what forgers would.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::world::ORIGIN;

/// A passkey, and how it answers. Everything can be bent.
#[derive(Clone)]
pub struct Authenticator {
    pub key: SigningKey,
    pub handle: Vec<u8>,
    pub user: Vec<u8>,
    pub count: u32,
    pub origin: String,
    pub domain: String,
    pub verifies_its_owner: bool,
}

const PRESENT: u8 = 1;
const VERIFIED: u8 = 4;
const WITH_KEY: u8 = 64;

impl Authenticator {
    /// Another one for each `number`.
    pub fn new(number: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[number; 32]).unwrap(),
            handle: vec![number; 16],
            user: Vec::new(),
            count: 0,
            origin: ORIGIN.into(),
            domain: "localhost".into(),
            verifies_its_owner: true,
        }
    }

    /// What `navigator.credentials.create` answers to these options, as `toJSON()` writes it.
    pub fn create(&mut self, options: &Value) -> Value {
        self.user = URL_SAFE_NO_PAD.decode(options["user"]["id"].as_str().unwrap()).unwrap();
        let point = self.key.verifying_key().to_sec1_point(false);
        let mut data = self.data(WITH_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.handle.len()).unwrap().to_be_bytes());
        data.extend(&self.handle);
        // COSE, in CBOR: an elliptic curve key for ES256 on P-256.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point.as_bytes()[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point.as_bytes()[33..]);
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).unwrap());
        attestation.extend(data);
        let client = self.client("webauthn.create", options);
        self.answer(json!({"clientDataJSON": text(&client), "attestationObject": text(&attestation), "transports": ["internal"]}))
    }

    /// What `navigator.credentials.get` answers to these options.
    pub fn get(&mut self, options: &Value) -> Value {
        if self.count > 0 {
            self.count += 1;
        }
        let data = self.data(0);
        let client = self.client("webauthn.get", options);
        let signature: Signature = self.key.sign(&[&data[..], &Sha256::digest(&client)].concat());
        self.answer(json!({
            "clientDataJSON": text(&client),
            "authenticatorData": text(&data),
            "signature": text(signature.to_der().as_bytes()),
            "userHandle": text(&self.user),
        }))
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.domain.as_bytes()).to_vec();
        data.push(PRESENT | more | if self.verifies_its_owner { VERIFIED } else { 0 });
        data.extend(self.count.to_be_bytes());
        data
    }

    fn client(&self, deed: &str, options: &Value) -> Vec<u8> {
        json!({"type": deed, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false}).to_string().into_bytes()
    }

    fn answer(&self, response: Value) -> Value {
        let id = text(&self.handle);
        json!({"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}, "authenticatorAttachment": "platform"})
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
