//! Recovery codes: made once, shown once, kept as hashes. Pure.

use app::wire::secret::Secret;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::model::fill_random;

/// How many there are in a set.
const CODES: usize = 10;
/// Characters of a code, five bits each: 120 bits.
const CHARACTERS: usize = 24;
/// No letter that looks like a digit of the others: without 0, 1, 8 and 9.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A new set, as people read them: `abcd-efgh-ijkl-mnop-qrst-uvwx`.
pub(crate) fn fresh() -> Vec<Secret> {
    (0..CODES).map(|_| one()).collect()
}

fn one() -> Secret {
    let mut random = [0; CHARACTERS];
    fill_random(&mut random);
    let mut text = String::with_capacity(CHARACTERS + CHARACTERS / 4);
    for (place, byte) in random.iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        // 256 is a multiple of 32: no letter is more likely than another.
        text.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    Secret::new(text)
}

/// What is kept of a code, however it was typed: big or small letters, with or without dashes and spaces. `None` for what is none.
pub(crate) fn hash(account_id: Uuid, code: &str) -> Option<[u8; 32]> {
    let plain = Secret::new(code.chars().filter(|c| *c != '-' && !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect());
    let text = plain.expose().as_bytes();
    if text.len() != CHARACTERS || !text.iter().all(|byte| ALPHABET.contains(byte)) {
        return None;
    }
    let mut hash = Sha256::new();
    hash.update(b"nightlatch/recovery/1");
    hash.update(account_id.as_bytes());
    hash.update(text);
    Some(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_ten_different_codes() {
        let codes = fresh();
        let texts: std::collections::BTreeSet<_> = codes.iter().map(|code| code.expose().to_owned()).collect();
        assert_eq!(texts.len(), CODES);
        assert!(texts.iter().all(|text| text.len() == 29 && text.split('-').all(|part| part.len() == 4)), "{texts:?}");
    }

    #[test]
    fn a_code_is_known_however_it_is_typed_and_for_one_account() {
        let (mina, rover) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let code = one();
        let kept = hash(mina, code.expose()).unwrap();
        for typed in [code.expose().to_uppercase(), code.expose().replace('-', " "), format!("  {}\n", code.expose().replace('-', ""))] {
            assert_eq!(hash(mina, &typed), Some(kept), "{typed}");
        }
        assert_ne!(hash(rover, code.expose()), Some(kept));
        for wrong in ["", "287082", "abcd-efgh-ijkl-mnop-qrst-uvw", "abcd-efgh-ijkl-mnop-qrst-uvw1", "ábcd-efgh-ijkl-mnop-qrst-uvwx"] {
            assert_eq!(hash(mina, wrong), None, "{wrong}");
        }
    }
}
