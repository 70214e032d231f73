//! Chains: how a refresh token or the key of a saved login is sealed and opened, and [`decide`], the refresh table as a pure function.
//!
//! A chain is a function of key, row and generation. The database holds nothing a token could be made from, and the same
//! successor can be handed out again without having been stored. Nothing here does I/O.

use std::sync::{Arc, PoisonError, RwLock};

use std::cmp::Ordering;

use app::wire::secret::Secret;
use app::wire::session::Why;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::ring::{RingKey, signing};
use crate::model::{Race, Timestamp};
use crate::store::sessions::Session;

/// `session_id ‖ generation ‖ kid`
const BODY: usize = 16 + 8 + 1;
/// Where the kid stands.
const KID: usize = BODY - 1;
/// … and the HMAC-SHA256 over it.
const TOKEN: usize = BODY + 32;
/// Separate the tokens of each kind from whatever else is made with the same key.
const REFRESH: &[u8] = b"nightlatch/refresh/1";
const SAVED: &[u8] = b"nightlatch/saved/1";

/// A refresh key, whose `kid` stands inside the token. Never the key of the access tokens.
pub type RefreshKey = RingKey<u8>;

/// What a token says, once it is proven to be one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presented {
    /// The session it belongs to; in the chain of saved logins, the saved login.
    pub session_id: Uuid,
    /// How far along the chain.
    pub generation: i64,
}

/// Seals and opens the tokens of one kind with a ring of keys: one seals at a time, every one opens.
pub struct Chain {
    label: &'static [u8],
    keys: RwLock<Arc<Vec<RefreshKey>>>,
}

impl Chain {
    /// Of refresh tokens, with at least one key.
    #[must_use]
    pub fn new(keys: Vec<RefreshKey>) -> Self {
        Self { label: REFRESH, keys: RwLock::new(Arc::new(keys)) }
    }

    /// Of the keys of saved logins, with at least one key. None of them is a refresh token, nor the reverse.
    #[must_use]
    pub fn of_saved_logins(keys: Vec<RefreshKey>) -> Self {
        Self { label: SAVED, ..Self::new(keys) }
    }

    /// Takes another ring from now on.
    pub fn swap(&self, keys: Vec<RefreshKey>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    fn ring(&self) -> Arc<Vec<RefreshKey>> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The token of a row at a generation, under the key that signs at `now`. The same key gives the same token.
    #[must_use]
    pub fn seal(&self, session_id: Uuid, generation: i64, now: Timestamp) -> Secret {
        let ring = self.ring();
        let Some(key) = signing(ring.iter().map(|key| key.signs_from), now).and_then(|place| ring.get(place)) else {
            return Secret::default();
        };
        let mut token = [0; TOKEN];
        token[..16].copy_from_slice(session_id.as_bytes());
        token[16..24].copy_from_slice(&generation.cast_unsigned().to_be_bytes());
        token[KID] = key.kid;
        let mac = self.tag(key, &token[..BODY]).finalize().into_bytes();
        token[BODY..].copy_from_slice(&mac);
        Secret::new(URL_SAFE_NO_PAD.encode(token))
    }

    /// What a token says, or `None` when it was not sealed here: before any query, so that a forgery can end nobody's session.
    #[must_use]
    pub fn open(&self, token: &str) -> Option<Presented> {
        let bytes = bytes(token)?;
        let (body, mac) = bytes.split_at(BODY);
        let ring = self.ring();
        let key = ring.iter().find(|key| key.kid == body[KID])?;
        self.tag(key, body).verify_slice(mac).ok()?;
        let generation = i64::try_from(u64::from_be_bytes(body[16..24].try_into().ok()?)).ok()?;
        Some(Presented { session_id: Uuid::from_slice(&body[..16]).ok()?, generation })
    }

    /// Whether a token has the shape of ours and names a key that is not in the ring: it may have been made elsewhere a moment ago.
    #[must_use]
    pub fn is_strange(&self, token: &str) -> bool {
        bytes(token).is_some_and(|bytes| self.ring().iter().all(|key| key.kid != bytes[KID]))
    }

    #[allow(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn tag(&self, key: &RefreshKey, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key.secret).expect("a key of any length");
        mac.update(self.label);
        mac.update(body);
        mac
    }
}

fn bytes(token: &str) -> Option<[u8; TOKEN]> {
    let mut bytes = [0; TOKEN];
    (URL_SAFE_NO_PAD.decode_slice(token, &mut bytes).ok()? == TOKEN).then_some(bytes)
}

/// How far a chain has come: what the table looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The newest generation handed out.
    pub generation: i64,
    /// The generation for which it was handed out.
    pub parent: i64,
    /// Whether it has come back.
    pub confirmed: bool,
    /// When it was last handed out, or else first seen to have come back; `None`: when the chain began.
    pub handed_out_at: Option<Timestamp>,
    /// Its end, if it is not used.
    pub idle_expires_at: Timestamp,
    /// Its end at the latest.
    pub expires_at: Timestamp,
    /// Why it is over, if that has been written down.
    pub ended: Option<Why>,
}

impl From<&Session> for Progress {
    fn from(row: &Session) -> Self {
        Self {
            generation: row.generation,
            parent: row.parent,
            confirmed: row.confirmed,
            handed_out_at: row.handed_out_at,
            idle_expires_at: row.idle_expires_at,
            expires_at: row.expires_at,
            ended: row.ended(),
        }
    }
}

/// What the server does with a generation that is presented: the rows of the refresh table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Row 1: the session ended before.
    Ended(Why),
    /// Row 1: a limit has passed, and that is still to be written.
    Expire,
    /// Row 2: hand out the next generation.
    Rotate,
    /// Row 3: the newest generation is back right after it was handed out: a fresh access token, the same refresh token.
    Confirm,
    /// Row 4: the successor has not come back, and its answer may still be on its way: hand the same one out again. The race window
    /// begins anew: two tabs that wake up after a lost answer present the same old token.
    Repeat,
    /// Row 4, later: its answer is lost, at whatever age, or somebody else has it: hand another one out. Were it the same, a thief who
    /// refreshed in between would go along the same chain as its owner, and be seen by nobody.
    Another,
    /// Row 5: the loser of a race. Nothing is handed out, nothing is touched.
    Superseded,
    /// Row 6: a token that had been replaced, and whose successor was received, is shown again: end the session.
    Reuse,
    /// Row 7: the row has forgotten what we issued (a restored backup): take the token's word, and rotate.
    CatchUp,
}

/// Why a chain is over, whether or not that has been written down.
#[must_use]
pub fn over(row: impl Into<Progress>, now: Timestamp) -> Option<Why> {
    let row = row.into();
    let limit = if row.expires_at <= now { Some(Why::Age) } else { (row.idle_expires_at <= now).then_some(Why::Idle) };
    row.ended.or(limit)
}

/// The refresh table.
///
/// A clock that was set back makes ages negative; they count as inside the race, which is the kinder reading.
#[must_use]
pub fn decide(row: impl Into<Progress>, generation: i64, now: Timestamp, race: Race) -> Verdict {
    let row = row.into();
    if let Some(why) = row.ended {
        return Verdict::Ended(why);
    }
    if row.expires_at <= now || row.idle_expires_at <= now {
        return Verdict::Expire;
    }
    let handed_out_within = |ms| row.handed_out_at.is_some_and(|at| now - at < ms);
    // What was handed out for the parent and never came back. The parent itself is the one whose answer was lost.
    let lost = !row.confirmed && (row.parent..row.generation).contains(&generation);
    match generation.cmp(&row.generation) {
        Ordering::Equal if handed_out_within(race.window) => Verdict::Confirm,
        Ordering::Equal => Verdict::Rotate,
        Ordering::Less if lost && handed_out_within(race.answer) => Verdict::Repeat,
        Ordering::Less if lost => Verdict::Another,
        Ordering::Less if handed_out_within(race.window) => Verdict::Superseded,
        Ordering::Less => Verdict::Reuse,
        Ordering::Greater => Verdict::CatchUp,
    }
}

/// Whether the holder of this generation is who the page may be rendered for: rows 2 to 5, and 7, without touching anything.
#[must_use]
pub fn peek(row: impl Into<Progress>, generation: i64, now: Timestamp, race: Race) -> bool {
    !matches!(decide(row, generation, now, race), Verdict::Ended(_) | Verdict::Expire | Verdict::Reuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(kid: u8, byte: u8) -> Chain {
        Chain::new(vec![RefreshKey { kid, secret: vec![byte; 32], signs_from: 0 }])
    }

    #[test]
    fn a_token_is_76_characters_and_opens_to_what_was_sealed() {
        let chain = chain(1, 7);
        let session_id = Uuid::from_u128(42);
        let token = chain.seal(session_id, 9, 0);
        assert_eq!(token.expose().len(), 76);
        assert_eq!(chain.open(token.expose()), Some(Presented { session_id, generation: 9 }));
        assert_eq!(chain.seal(session_id, 9, 0), token, "the same successor, again");
        assert_ne!(chain.seal(session_id, 10, 0), token);
    }

    #[test]
    fn a_forged_or_mangled_token_opens_to_nothing() {
        let ours = chain(1, 7);
        let token = ours.seal(Uuid::from_u128(42), 9, 0);
        let text = token.expose();
        for at in 0..text.len() {
            let mut mangled: Vec<u8> = text.bytes().collect();
            mangled[at] = if mangled[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(ours.open(std::str::from_utf8(&mangled).unwrap()), None, "character {at}");
        }
        for wrong in ["", "A", &text[..75], &format!("{text}A"), &format!("{text}="), &format!(" {text}"), &"A".repeat(76), &"é".repeat(38)]
        {
            assert_eq!(ours.open(wrong), None, "{wrong:?}");
        }
        assert_eq!(chain(1, 8).open(text), None, "another key under the same kid");
        assert_eq!(chain(2, 7).open(text), None, "another kid");
    }

    #[test]
    fn a_refresh_token_is_no_key_of_a_saved_login_nor_the_reverse() {
        let saved = Chain::of_saved_logins(vec![RefreshKey { kid: 1, secret: vec![7; 32], signs_from: 0 }]);
        let (id, refresh) = (Uuid::from_u128(42), chain(1, 7));
        assert_eq!(saved.open(saved.seal(id, 9, 0).expose()), Some(Presented { session_id: id, generation: 9 }));
        assert_eq!(saved.open(refresh.seal(id, 9, 0).expose()), None);
        assert_eq!(refresh.open(saved.seal(id, 9, 0).expose()), None);
    }

    #[test]
    fn an_older_key_of_the_ring_still_opens() {
        let old = chain(1, 7).seal(Uuid::from_u128(42), 9, 0);
        let key = |kid, signs_from| RefreshKey { kid, secret: vec![kid + 6; 32], signs_from };
        let ring = Chain::new(vec![key(2, 100), key(1, 0)]);
        assert!(ring.open(old.expose()).is_some());
        assert_eq!(ring.seal(Uuid::from_u128(42), 9, 99), old, "the new one does not seal yet");
        let new = ring.seal(Uuid::from_u128(42), 9, 100);
        assert_ne!(new, old);
        ring.swap(vec![key(1, 0)]);
        assert!(ring.open(new.expose()).is_none() && ring.is_strange(new.expose()), "made under a key that is not known");
        assert!(!ring.is_strange(old.expose()) && !ring.is_strange("A") && !ring.is_strange(""));
    }

    const WINDOW: i64 = 30_000;
    const ANSWER: i64 = 16_000;
    const RACE: Race = Race { window: WINDOW, answer: ANSWER };

    fn row(generation: i64, confirmed: bool, handed_out_at: Option<Timestamp>) -> Session {
        Session {
            session_id: Uuid::nil(),
            account_id: Uuid::nil(),
            storage: "cookie".into(),
            saved: true,
            user_agent: String::new(),
            ip: String::new(),
            generation,
            confirmed,
            handed_out_at,
            created_at: 0,
            last_seen_at: 0,
            idle_expires_at: 1_000_000,
            expires_at: 2_000_000,
            ended_at: None,
            ended_why: None,
            family: None,
            browser: None,
            jkt: None,
            parent: generation - 1,
            label: None,
        }
    }

    #[test]
    fn row_1_an_ended_or_expired_session_is_over_and_never_called_reuse() {
        let ended = Session { ended_at: Some(5), ended_why: Some("logged_out".into()), ..row(9, true, Some(0)) };
        assert_eq!(decide(&ended, 1, 500_000, RACE), Verdict::Ended(Why::LoggedOut));
        assert_eq!(decide(&row(9, true, Some(0)), 1, 1_000_000, RACE), Verdict::Expire);
        assert_eq!(decide(&row(9, true, Some(0)), 9, 2_000_000, RACE), Verdict::Expire);
    }

    #[test]
    fn row_2_the_newest_generation_rotates() {
        assert_eq!(decide(&row(1, false, None), 1, 0, RACE), Verdict::Rotate, "never rotated");
        assert_eq!(decide(&row(9, true, Some(0)), 9, WINDOW, RACE), Verdict::Rotate, "the window has just passed");
    }

    #[test]
    fn row_3_the_newest_generation_within_the_window_is_confirmed() {
        assert_eq!(decide(&row(9, false, Some(0)), 9, WINDOW - 1, RACE), Verdict::Confirm);
        assert_eq!(decide(&row(9, false, Some(90_000)), 9, 0, RACE), Verdict::Confirm, "the clock was set back");
    }

    #[test]
    fn row_4_a_successor_that_may_be_on_its_way_is_handed_out_again_and_after_that_another_one_is_at_any_age() {
        assert_eq!(decide(&row(9, false, Some(0)), 8, ANSWER - 1, RACE), Verdict::Repeat);
        assert_eq!(decide(&row(9, false, Some(0)), 8, ANSWER, RACE), Verdict::Another);
        assert_eq!(decide(&row(9, false, Some(0)), 8, 999_999, RACE), Verdict::Another);
        let thrice_lost = Session { parent: 5, ..row(9, false, Some(0)) };
        for generation in 5..9 {
            assert_eq!(decide(&thrice_lost, generation, 1, RACE), Verdict::Repeat, "{generation}");
            assert_eq!(decide(&thrice_lost, generation, 999_999, RACE), Verdict::Another, "{generation}");
        }
        assert_eq!(decide(&thrice_lost, 4, 999_999, RACE), Verdict::Reuse, "that one had come back");
    }

    #[test]
    fn row_5_the_loser_of_a_race_gets_nothing_and_breaks_nothing() {
        assert_eq!(decide(&row(9, true, Some(0)), 8, WINDOW - 1, RACE), Verdict::Superseded);
        assert_eq!(decide(&row(9, true, Some(0)), 7, WINDOW - 1, RACE), Verdict::Superseded, "two behind: its owner slept");
        assert_eq!(decide(&row(9, false, Some(0)), 7, WINDOW - 1, RACE), Verdict::Superseded);
    }

    #[test]
    fn row_6_a_replaced_token_ends_the_session() {
        assert_eq!(decide(&row(9, true, Some(0)), 8, WINDOW, RACE), Verdict::Reuse);
        assert_eq!(decide(&row(9, true, Some(0)), 7, WINDOW, RACE), Verdict::Reuse, "two behind");
        assert_eq!(decide(&row(9, false, Some(0)), 7, WINDOW, RACE), Verdict::Reuse, "two behind, even unconfirmed");
        let skipped = Session { parent: 5, ..row(9, true, Some(0)) };
        assert_eq!(decide(&skipped, 7, WINDOW, RACE), Verdict::Reuse, "handed out, never used, and another one came back");
    }

    #[test]
    fn row_7_a_token_newer_than_the_row_is_believed() {
        assert_eq!(decide(&row(3, true, Some(0)), 9, 0, RACE), Verdict::CatchUp);
    }

    #[test]
    fn peeking_takes_rows_2_to_5_and_7() {
        assert!(peek(&row(9, true, Some(0)), 9, 60_000, RACE));
        assert!(peek(&row(9, false, Some(0)), 8, 60_000, RACE));
        assert!(peek(&row(9, true, Some(0)), 8, 1, RACE));
        assert!(peek(&row(3, true, Some(0)), 9, 1, RACE));
        assert!(!peek(&row(9, true, Some(0)), 8, 60_000, RACE));
        assert!(!peek(&row(9, true, Some(0)), 9, 1_000_000, RACE));
    }
}
