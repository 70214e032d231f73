//! A figure that was measured many times.

use serde::{Deserialize, Serialize};

/// How many samples there were, and how they lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many.
    pub n: u32,
    /// The smallest.
    pub least: f64,
    /// Half of them are not above it.
    pub median: f64,
    /// 95 of 100 are not above it.
    pub p95: f64,
    /// The greatest.
    pub most: f64,
}

impl Spread {
    /// Of samples in any order, by the nearest rank: each figure is one that was measured. Nothing of none.
    #[must_use]
    pub fn of(mut samples: Vec<f64>) -> Self {
        samples.sort_unstable_by(f64::total_cmp);
        let rank = |percent: usize| {
            let place = (samples.len() * percent).div_ceil(100).max(1) - 1;
            samples.get(place).copied().unwrap_or_default()
        };
        Self { n: u32::try_from(samples.len()).unwrap_or(u32::MAX), least: rank(0), median: rank(50), p95: rank(95), most: rank(100) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_samples() {
        assert_eq!(Spread::of(Vec::new()), Spread::default());
        assert_eq!(Spread::of(vec![7.0]), Spread { n: 1, least: 7.0, median: 7.0, p95: 7.0, most: 7.0 });
        let hundred = (1..=100).rev().map(f64::from).collect();
        assert_eq!(Spread::of(hundred), Spread { n: 100, least: 1.0, median: 50.0, p95: 95.0, most: 100.0 });
        assert_eq!(Spread::of(vec![3.0, 1.0, 2.0]), Spread { n: 3, least: 1.0, median: 2.0, p95: 3.0, most: 3.0 });
    }
}
