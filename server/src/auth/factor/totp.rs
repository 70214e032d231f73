//! Codes of an authenticator app (RFC 6238): six digits, SHA-1, a new one each 30 seconds, as every app knows them. Pure.

use app::wire::secret::Secret;
use totp_rs::{Builder, Totp};

use crate::model::{Timestamp, fill_random};

/// How long a code stands in the app, in seconds.
const PERIOD: u64 = 30;
/// Bytes of a secret: 160 bits, as many as the hash has (RFC 4226 §4).
pub(crate) const SECRET: usize = 20;
/// Who it is for, as the app shows it.
const ISSUER: &str = "Nightlatch";

/// A new secret.
pub(crate) fn fresh() -> [u8; SECRET] {
    let mut secret = [0; SECRET];
    fill_random(&mut secret);
    secret
}

/// Which step a code belongs to: the one that goes on, or the one before, for whoever typed slowly. `None` for every other code.
pub(crate) fn step(secret: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let totp = of(secret, "")?;
    let now = u64::try_from(now).ok()? / 1000;
    let step = [now, now.saturating_sub(PERIOD)].into_iter().find_map(|at| totp.check(code, at))?;
    i64::try_from(step).ok()
}

/// The secret as an app takes it: typed, and as the address that a QR code holds.
pub(crate) fn shown(secret: &[u8], username: &str) -> Option<(Secret, Secret)> {
    let totp = of(secret, username)?;
    Some((Secret::new(totp.secret().to_base32()), Secret::new(totp.to_url().ok()?)))
}

fn of(secret: &[u8], username: &str) -> Option<Totp> {
    let secret: [u8; SECRET] = secret.try_into().ok()?;
    // What is accepted before and after is decided above, so that no code from the future is.
    let builder = Builder::new().with_secret(totp_rs::Secret::new_stack(secret)).with_skew(0).with_step_duration(PERIOD);
    builder.with_account_name(username).with_issuer(Some(ISSUER)).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six digits.
    const VECTORS: [(i64, &str); 4] = [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")];
    const KEY: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        for (seconds, code) in VECTORS {
            assert_eq!(step(KEY, code, seconds * 1000), Some(seconds / 30), "{code}");
        }
    }

    #[test]
    fn a_code_holds_for_its_step_and_the_next_one() {
        let (seconds, code) = VECTORS[1];
        let start = seconds / 30 * 30 * 1000;
        assert_eq!(step(KEY, code, start - 1), None, "not before its time");
        for at in [start, start + 59_999] {
            assert_eq!(step(KEY, code, at), Some(seconds / 30));
        }
        assert_eq!(step(KEY, code, start + 60_000), None);
    }

    #[test]
    fn what_is_no_code_belongs_to_no_step() {
        for code in ["", "28708", "2870822", "28708x", "287083", "٢٨٧٠٨٢"] {
            assert_eq!(step(KEY, code, 59_000), None, "{code}");
        }
    }

    #[test]
    fn an_app_is_told_who_it_is_for() {
        let (typed, url) = shown(KEY, "mina").unwrap();
        assert_eq!(typed.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(url.expose().starts_with("otpauth://totp/Nightlatch:mina?secret=GEZDGNBV"), "{}", url.expose());
        assert!(url.expose().contains("issuer=Nightlatch"));
    }
}
