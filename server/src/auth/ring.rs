//! Key rings: which key signs, and which are still needed. Pure functions of the ring and now, so that servers that hold the same ring
//! agree without asking one another.
//!
//! A new key verifies at once, and signs a minute later: by then every server has it.

use crate::model::Timestamp;

/// How long a new key is known before it signs, in milliseconds.
pub const NOTICE: i64 = 60_000;

/// A key of a ring.
#[derive(Clone, PartialEq, Eq)]
pub struct RingKey<K> {
    /// Names the key in what is made with it.
    pub kid: K,
    /// 32 random bytes.
    pub secret: Vec<u8>,
    /// From when on it signs, until a key signs from later on.
    pub signs_from: Timestamp,
}

/// Which key signs now: of those whose time has come the newest, and in a ring of keys to come the first to come. Of two of the same
/// time it is the one that stands first. `None` for an empty ring.
#[must_use]
pub fn signing(from: impl Iterator<Item = Timestamp>, now: Timestamp) -> Option<usize> {
    let mut best: Option<(usize, Timestamp)> = None;
    for (place, from) in from.enumerate() {
        let better = match best {
            None => true,
            Some((_, held)) if from <= now => held > now || from > held,
            Some((_, held)) => held > now && from < held,
        };
        if better {
            best = Some((place, from));
        }
    }
    best.map(|(place, _)| place)
}

/// When a key stops signing, or stopped; `None` while no other comes after it.
#[must_use]
pub fn stops_at<K>(ring: &[RingKey<K>], key: &RingKey<K>) -> Option<Timestamp> {
    ring.iter().map(|other| other.signs_from).filter(|from| *from > key.signs_from).min()
}

/// Whether something made with this key can still be good, which it is for `keep` milliseconds at most.
#[must_use]
pub fn is_needed<K>(ring: &[RingKey<K>], key: &RingKey<K>, keep: i64, now: Timestamp) -> bool {
    stops_at(ring, key).is_none_or(|at| now < at.saturating_add(keep))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(times: &[Timestamp]) -> Vec<RingKey<usize>> {
        times.iter().enumerate().map(|(kid, from)| RingKey { kid, secret: Vec::new(), signs_from: *from }).collect()
    }

    #[test]
    fn the_newest_key_whose_time_has_come_signs() {
        let at = |times: &[Timestamp], now| signing(times.iter().copied(), now);
        assert_eq!(at(&[], 5), None);
        assert_eq!(at(&[0], 5), Some(0));
        assert_eq!(at(&[10, 0], 9), Some(1), "known, and not yet signing");
        assert_eq!(at(&[10, 0], 10), Some(0));
        assert_eq!(at(&[0, 10], 10), Some(1), "wherever it stands");
        assert_eq!(at(&[0, 0], 5), Some(0), "of two equals the first");
        assert_eq!(at(&[30, 20], 5), Some(1), "a clock that was set back signs with what comes first");
        assert_eq!(at(&[30, 1, 20], 5), Some(1));
    }

    #[test]
    fn a_key_is_needed_until_what_it_made_is_over() {
        let ring = ring(&[0, 100, 200]);
        assert_eq!(stops_at(&ring, &ring[0]), Some(100));
        assert_eq!(stops_at(&ring, &ring[2]), None);
        assert!(is_needed(&ring, &ring[0], 50, 149));
        assert!(!is_needed(&ring, &ring[0], 50, 150));
        assert!(is_needed(&ring, &ring[1], 50, 249));
        assert!(is_needed(&ring, &ring[2], 50, i64::MAX), "the newest for ever");
    }
}
