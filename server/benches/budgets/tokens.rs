//! Access tokens, in this process: what it costs to verify one, and to look whether its session has ended.

use std::hint::black_box;
use std::time::{Duration, Instant};

use app::wire::account::{Role, Viewer};
use server::auth::access::{Access, AccessKey};
use server::auth::ended::Ended;
use server::clock::{Clock, SystemClock};
use uuid::Uuid;

use crate::Sheet;
use crate::process::resident;

/// Verifications in a round.
const TIMES: u32 = 100_000;
/// Sessions that ended within the life of an access token.
const ENDED: u128 = 100_000;

pub(crate) fn measure(sheet: &mut Sheet) {
    let ring = vec![AccessKey { kid: "bench".into(), secret: vec![7; 32], signs_from: 0 }];
    let access = Access::new(ring, "http://localhost:3000", Duration::from_secs(300)).unwrap();
    let viewer = Viewer {
        account_id: Uuid::from_u128(1),
        username: "mina".into(),
        display_name: "Mina".into(),
        role: Role::User,
        session_id: Uuid::from_u128(2),
    };
    let now = SystemClock.now();
    let token = access.mint(&viewer, 1, 0, now).unwrap();

    let before = resident("self");
    let ended = Ended::default();
    for i in 0..ENDED {
        // As random as the ids of sessions are.
        ended.add(Uuid::from_u128((i + 3).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)), now);
    }
    let memory = resident("self") - before;

    let verify = || access.verify(black_box(token.expose()), now).unwrap();
    let verify_and_look = || {
        let claims = verify();
        assert!(!ended.refuses(claims.sub, claims.epoch, claims.sid));
        claims
    };
    // In turns, so that the neighbours disturb both alike; the median round of each.
    let (mut alone, mut looked): (Vec<f64>, Vec<f64>) = (0..15).map(|_| (micros(verify), micros(verify_and_look))).unzip();
    alone.sort_by(f64::total_cmp);
    looked.sort_by(f64::total_cmp);
    sheet.row("verification of an access token, median of 15 rounds", alone[7], "µs", 5.0);
    sheet.row("… and a look among 100,000 ended sessions, as a multiple", looked[7] / alone[7], "×", 1.05);
    sheet.note("memory for 100,000 ended sessions", memory, "MB");
}

fn micros<T>(work: impl Fn() -> T) -> f64 {
    let begun = Instant::now();
    for _ in 0..TIMES {
        black_box(work());
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
}
