//! When to refresh, and when to try again: pure functions of ticks and chance. The wall clock is never compared with an expiry.

/// A share of the token's life, at the middle.
const SHARE: f64 = 0.78;
/// How far from the middle chance may lead, either way. Without it tabs would meet, and a thief could foresee the refresh: whoever comes
/// right before it hides behind what looks like a lost answer. So chance has much more room than an answer takes.
const JITTER: f64 = 0.12;
/// For how long a token must still hold when a file is sent with it, in milliseconds: as long as the server lets an upload take.
pub const UPLOAD: f64 = 120_000.0;
/// The longest pause between two tries, in milliseconds.
const LONGEST: f64 = 60_000.0;

/// The tick at which a token received at tick `received` is due for a refresh. `random` is at least 0 and less than 1.
#[must_use]
pub fn due(received: f64, expires_in: u32, random: f64) -> f64 {
    received + f64::from(expires_in) * 1000.0 * (SHARE + JITTER * (2.0 * random - 1.0))
}

/// The tick at which it no longer holds.
#[must_use]
pub fn expires(received: f64, expires_in: u32) -> f64 {
    received + f64::from(expires_in) * 1000.0
}

/// The tick at which a stored token was received, as far as the wall clock can tell. A clock that was set back says nothing:
/// then the token counts as old, which costs a refresh and no more.
#[must_use]
pub fn received(now: f64, wall: i64, received_at: i64, expires_in: u32) -> f64 {
    let age = wall.saturating_sub(received_at);
    let age = if age < 0 { f64::from(expires_in) * 1000.0 } else { age as f64 };
    now - age
}

/// Milliseconds to wait after the failure number `times`, counted from 1: from half a second up to a minute, never in step with others.
#[must_use]
pub fn back_off(times: u32, random: f64) -> f64 {
    let most = (1000.0 * f64::from(1_u32 << times.saturating_sub(1).min(6))).min(LONGEST);
    most * (0.5 + 0.5 * random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_due_after_most_of_its_life_and_well_before_its_end() {
        assert_eq!(due(1000.0, 300, 0.5), 235_000.0);
        for random in [0.0, 0.2, 0.999] {
            let share = due(0.0, 100, random) / 100_000.0;
            assert!((0.66..0.90).contains(&share), "{share}");
        }
    }

    #[test]
    fn chance_moves_the_moment() {
        assert!(due(0.0, 300, 0.1) < due(0.0, 300, 0.9));
    }

    #[test]
    fn a_stored_token_is_as_old_as_the_wall_clock_says() {
        assert_eq!(received(5_000.0, 1_000_000, 990_000, 300), -5_000.0);
    }

    #[test]
    fn a_clock_set_back_makes_a_stored_token_old_and_nothing_worse() {
        let came = received(5_000.0, 1_000, 990_000, 300);
        assert!(due(came, 300, 0.999) < 5_000.0);
        assert!(received(0.0, i64::MIN, i64::MAX, 300).is_finite());
    }

    #[test]
    fn pauses_grow_and_stay_below_a_minute() {
        assert_eq!(back_off(1, 0.0), 500.0);
        assert!(back_off(3, 0.5) > back_off(2, 0.5));
        assert!(back_off(u32::MAX, 0.999) <= 60_000.0);
        assert!(back_off(0, 0.0) > 0.0);
    }
}
