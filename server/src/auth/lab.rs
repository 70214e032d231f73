//! The lab's sessions: each is an ordinary session of an account that was made for it, and has rules of its own, which stand here, in the
//! memory of this process. With the lab off there is no [`Lab`], and nobody asks it anything.

pub mod cross;
mod memory;
pub mod tabs;
pub mod time;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use app::wire::account::Role;
use app::wire::lab::cost::Witnessed;
use app::wire::lab::{Actor, Begin, Check, Deed, Knobs, Rotation, ThiefSeen, TokenKind, Use};
use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;
use app::wire::session::Why;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use native::proof::Key;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use self::memory::remembered;
use super::chain::{Presented, Verdict};
use super::session::{self, Granted};
use super::{Auth, Error, Result};
use crate::meter;
use crate::model::{Device, Timestamp, fill_random, id};
use crate::store::accounts::{self, NewAccount};
use crate::store::sessions;

/// How the thief calls itself: a program, and no browser.
pub const THIEF: &str = "nightlatch-lab-thief";
/// Shortest life of an access token, in seconds: what the configuration allows, too.
const SHORTEST: u32 = 10;
/// Where the accounts have their address. Nobody can have one there: RFC 2606.
const DOMAIN: &str = "@lab.invalid";
/// The most sessions that are watched at once; the oldest makes room.
const ROOM: usize = 200;
/// The most that are begun within [`MINUTE`].
const BEGUN: usize = 30;
/// How long the id of a server session is, in characters.
const ID: usize = 43;
/// In milliseconds.
const MINUTE: i64 = 60_000;
/// After so many milliseconds the accounts are removed.
const LIFE: i64 = 24 * 60 * MINUTE;
/// The most uses of refresh tokens that are remembered of a session.
const USES: usize = 500;

/// The most requests that are remembered of a session.
const WIRE: usize = 60;

/// Everything that the lab watches.
#[derive(Default)]
pub struct Lab(Mutex<Benches>);

#[derive(Default)]
struct Benches {
    by_id: HashMap<Uuid, Bench>,
    by_session: HashMap<Uuid, Uuid>,
    /// The ids of server sessions, by their SHA-256.
    issued: HashMap<[u8; 32], Issued>,
    /// When sessions took the place of others, oldest first.
    again: VecDeque<Timestamp>,
}

/// The id of a server session that was given out, and what it stands for. That much a database would hold of it.
#[derive(Clone, Copy, Debug)]
pub struct Issued {
    /// The session.
    pub session_id: Uuid,
    /// The generation of the refresh chain it was handed out with.
    pub generation: i64,
    /// When.
    pub at: Timestamp,
    /// When another has to be fetched.
    pub until: Timestamp,
}

/// One session.
struct Bench {
    session_id: Uuid,
    knobs: Knobs,
    begun_at: Timestamp,
    /// The newest generation that was handed out.
    newest: u64,
    uses: Vec<Use>,
    /// The access tokens there are, by their `jti`.
    minted: Vec<String>,
    /// Those that are said to have run out.
    expired: HashSet<String>,
    thief: Option<Thief>,
    /// An access token that its owner tries to change.
    sample: Option<Secret>,
    /// What was on the wire of late.
    wire: VecDeque<Witnessed>,
    /// How much later than it could a refresh is answered.
    delay: Duration,
    /// Its clock.
    time: time::Moved,
}

/// Whoever has stolen a refresh token.
#[derive(Clone, Debug)]
pub struct Thief {
    /// What it has done so far.
    pub seen: ThiefSeen,
    /// The token it holds.
    pub refresh: Secret,
    /// What it was given for it.
    pub access: Option<Secret>,
    /// A key of its own, with which it signs.
    pub key: Arc<Key>,
}

/// What is remembered of a session: the session, its rules, the uses of its refresh tokens, the thief.
pub type Seen = (Uuid, Knobs, Vec<Use>, Option<Thief>);

/// Where the rules of a session differ from [`super::chain::decide`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exception {
    /// The token stays as it is, and a new access token comes with it.
    Keep,
    /// The token is refused, and nothing else happens.
    Refuse,
    /// The session ends, as for a token that is shown again long after it was replaced.
    End,
}

impl Lab {
    fn benches(&self) -> MutexGuard<'_, Benches> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of<T>(&self, session_id: Uuid, look: impl FnOnce(&mut Bench) -> T) -> Option<T> {
        let mut benches = self.benches();
        let bench = *benches.by_session.get(&session_id)?;
        benches.by_id.get_mut(&bench).map(look)
    }

    fn at<T>(&self, bench: Uuid, look: impl FnOnce(&mut Bench) -> T) -> Option<T> {
        self.benches().by_id.get_mut(&bench).map(look)
    }

    /// Whether one more may begin now.
    fn has_room(&self, now: Timestamp) -> bool {
        self.benches().by_id.values().filter(|bench| now - bench.begun_at < MINUTE).count() < BEGUN
    }

    fn watch(&self, form: &Begin, session_id: Uuid, generation: i64, now: Timestamp) -> Result<()> {
        let mut benches = self.benches();
        if benches.by_id.contains_key(&form.bench) {
            return Err(Error::Conflicting);
        }
        if benches.by_id.len() >= ROOM
            && let Some(oldest) = benches.by_id.iter().min_by_key(|(_, bench)| bench.begun_at).map(|(id, _)| *id)
        {
            benches.by_id.remove(&oldest);
            benches.by_session.retain(|_, bench| *bench != oldest);
        }
        let bench = Bench {
            session_id,
            knobs: form.knobs,
            begun_at: now,
            newest: generation.cast_unsigned(),
            uses: Vec::new(),
            minted: Vec::new(),
            expired: HashSet::new(),
            thief: None,
            sample: None,
            wire: VecDeque::new(),
            delay: Duration::ZERO,
            time: time::Moved::default(),
        };
        benches.by_id.insert(form.bench, bench);
        benches.by_session.insert(session_id, form.bench);
        Ok(())
    }

    /// How long the access tokens of a session live; `None` where it is none of the lab's.
    #[must_use]
    pub fn life(&self, session_id: Uuid) -> Option<Duration> {
        self.of(session_id, |bench| Duration::from_secs(bench.knobs.access_life.into()))
    }

    /// Other rules from now on. `None`: nothing of that name is watched.
    pub fn change(&self, bench: Uuid, knobs: Knobs) -> Option<()> {
        self.at(bench, |bench| bench.knobs = knobs)
    }

    /// An access token was made.
    pub fn minted(&self, session_id: Uuid, jti: String) {
        self.of(session_id, |bench| bench.minted.push(jti));
    }

    /// The access tokens that there are hold no longer. `None`: nothing of that name is watched.
    pub fn expire(&self, bench: Uuid) -> Option<()> {
        let session_id = self.at(bench, |bench| {
            let minted = std::mem::take(&mut bench.minted);
            bench.expired.extend(minted);
            bench.session_id
        })?;
        for issued in self.benches().issued.values_mut().filter(|issued| issued.session_id == session_id) {
            issued.until = issued.at;
        }
        Some(())
    }

    /// An id in place of a JWT, where the rules of a session say so: 256 random bits, which say nothing.
    #[must_use]
    pub fn issue(&self, session_id: Uuid, generation: i64, now: Timestamp) -> Option<Secret> {
        let knobs = self.of(session_id, |bench| bench.knobs).filter(|knobs| knobs.token == TokenKind::Opaque)?;
        let mut id = [0; 32];
        fill_random(&mut id);
        let id = URL_SAFE_NO_PAD.encode(id);
        let mut benches = self.benches();
        benches.issued.retain(|_, issued| now - issued.until < MINUTE);
        let until = now + 1_000 * i64::from(knobs.access_life);
        benches.issued.insert(Sha256::digest(&id).into(), Issued { session_id, generation, at: now, until });
        Some(Secret::new(id))
    }

    /// What an id stands for, also a moment after its time.
    #[must_use]
    pub fn issued(&self, id: &str) -> Option<Issued> {
        // A JWT is longer, and nobody takes the lock for it.
        (id.len() == ID).then(|| self.benches().issued.get(&<[u8; 32]>::from(Sha256::digest(id))).copied()).flatten()
    }

    /// Whether an access token is said to have run out.
    #[must_use]
    pub fn is_expired(&self, session_id: Uuid, jti: &str) -> bool {
        self.of(session_id, |bench| bench.expired.contains(jti)).unwrap_or_default()
    }

    /// Whether the signature of its access tokens says it all, even when the session has ended.
    #[must_use]
    pub fn trusts_signatures(&self, session_id: Uuid) -> bool {
        self.of(session_id, |bench| bench.knobs.check == Check::Signature).unwrap_or_default()
    }

    /// Where the rules of a session differ from the verdict of the refresh table.
    #[must_use]
    pub fn exception(&self, session_id: Uuid, verdict: Verdict) -> Option<Exception> {
        let rotation = self.of(session_id, |bench| bench.knobs.rotation)?;
        match (rotation, verdict) {
            (Rotation::Never, Verdict::Rotate) => Some(Exception::Keep),
            (Rotation::Blind, Verdict::Reuse) => Some(Exception::Refuse),
            // Also the retry of one whose answer was lost: the server cannot tell it from a thief.
            (Rotation::Strict, Verdict::Repeat | Verdict::Another | Verdict::Superseded) => Some(Exception::End),
            _ => None,
        }
    }

    /// A refresh token was used, and what came of it.
    pub fn note(&self, presented: Presented, device: &Device, done: &Result<Granted>, now: Timestamp) {
        self.of(presented.session_id, |bench| {
            let shown = presented.generation.cast_unsigned();
            let handed = done.as_ref().ok().map(|granted| granted.session.generation.cast_unsigned());
            let over = bench.uses.iter().any(|used| used.deed == Deed::Caught);
            let deed = match (done, handed) {
                (_, Some(handed)) if handed == shown => Deed::Kept,
                (_, Some(handed)) if handed <= bench.newest => Deed::Repeated,
                (_, Some(_)) if shown < bench.newest => Deed::Another,
                (_, Some(_)) => Deed::Rotated,
                (Err(Error::Superseded), _) => Deed::Superseded,
                (Err(Error::Ended(Why::Reuse)), _) if !over => Deed::Caught,
                (Err(Error::Ended(_)), _) => Deed::Over,
                _ => Deed::Refused,
            };
            bench.newest = bench.newest.max(handed.unwrap_or(0));
            if bench.uses.len() < USES {
                let by = if device.user_agent == THIEF { Actor::Thief } else { Actor::You };
                bench.uses.push(Use { at: now, by, shown, deed, handed });
            }
        });
    }

    /// The access token that is to be changed: another one, if there is one, or else the one before.
    pub fn sample(&self, bench: Uuid, fresh: Option<Secret>) -> Option<Secret> {
        self.at(bench, |bench| {
            if fresh.is_some() {
                bench.sample = fresh;
            }
            bench.sample.clone()
        })
        .flatten()
    }

    /// A request of a session was answered.
    pub fn witness(&self, session_id: Uuid, seen: Witnessed) {
        self.of(session_id, |bench| {
            if bench.wire.len() == WIRE {
                bench.wire.pop_front();
            }
            bench.wire.push_back(seen);
        });
    }

    /// What was on the wire of late, oldest first. `None`: nothing of that name is watched.
    #[must_use]
    pub fn wire(&self, bench: Uuid) -> Option<Vec<Witnessed>> {
        self.at(bench, |bench| bench.wire.iter().cloned().collect())
    }

    /// A thief holds a token of the session from now on. `None`: nothing of that name is watched.
    pub fn rob(&self, bench: Uuid, thief: Thief) -> Option<()> {
        self.at(bench, |bench| bench.thief = Some(thief))
    }

    /// What the thief has done. `None`: there is none.
    pub fn thief_did(&self, bench: Uuid, what: impl FnOnce(&mut Thief)) -> Option<()> {
        self.at(bench, |bench| bench.thief.as_mut().map(what)).flatten()
    }

    /// What is remembered of a session. `None`: nothing of that name is watched.
    #[must_use]
    pub fn seen(&self, bench: Uuid) -> Option<Seen> {
        self.at(bench, |bench| (bench.session_id, bench.knobs, bench.uses.clone(), bench.thief.clone()))
    }
}

/// Whether these rules can be kept.
///
/// # Errors
/// [`Error::Fields`] for a life that is too short or too long.
pub fn check(auth: &Auth, knobs: Knobs) -> Result<()> {
    let longest = u32::try_from(auth.access.life().as_secs()).unwrap_or(u32::MAX);
    if (SHORTEST..=longest).contains(&knobs.access_life) {
        return Ok(());
    }
    let problem = Problem::new(Code::InvalidFields).field("access_life", app::ui::text::lab::life(SHORTEST, longest));
    Err(Error::Fields(problem))
}

/// Makes an account that nobody else has, which is out of sight and is removed after a day, and begins a session of it.
///
/// # Errors
/// As [`check`]; [`Error::Throttled`]; [`Error::Conflicting`] where the name of the bench is taken; [`Error::NotFound`] with the lab off.
pub async fn begin(auth: &Auth, form: &Begin, device: Device) -> Result<Granted> {
    let lab = auth.lab.as_ref().ok_or(Error::NotFound)?;
    check(auth, form.knobs)?;
    time::check(form.lasts)?;
    let now = auth.clock.now();
    if !lab.has_room(now) {
        return Err(Error::Throttled { retry_after_ms: MINUTE.unsigned_abs() });
    }
    let mut bytes = [0; 24];
    fill_random(&mut bytes);
    let random: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let (name, password) = random.split_at(8);
    let email = format!("lab{name}{DOMAIN}");
    let new = NewAccount {
        account_id: id(now),
        username: format!("lab{name}"),
        display_name: format!("Lab {name}"),
        email_key: email.clone(),
        email,
        // Nobody knows it.
        password_hash: auth.hasher.hash(&Secret::new(password.to_owned())).await?,
        role: Role::User,
        created_at: now,
    };
    let mut tx = auth.db.begin().await?;
    let made = accounts::insert(&mut tx, &new).await?;
    let account = accounts::delete_later(&mut tx, made.account_id, now + LIFE).await?.unwrap_or(made);
    let new = time::lasting(form, session::start(auth, &account, form.storage, form.saved, device, now));
    let row = sessions::insert(&mut tx, &new).await?;
    tx.commit().await?;
    lab.watch(form, row.session_id, row.generation, now)?;
    meter::about(row.session_id);
    lab.belongs(form, account.account_id);
    Ok(session::grant(auth, &account, row, now)?.for_browser(&new.device))
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::wire::session::TokenStorage;

    const KNOBS: Knobs = Knobs::usual(10);

    fn form(bench: u128, rotation: Rotation) -> Begin {
        Begin { bench: Uuid::from_u128(bench), storage: TokenStorage::Cookie, knobs: Knobs { rotation, ..KNOBS }, saved: true, lasts: None }
    }

    #[test]
    fn only_the_sessions_of_the_lab_have_rules_of_their_own() {
        let lab = Lab::default();
        let (mine, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        lab.watch(&form(7, Rotation::Never), mine, 1, 0).unwrap();
        lab.minted(mine, "a".into());
        lab.minted(other, "a".into());
        lab.expire(Uuid::from_u128(7)).unwrap();
        assert!(lab.is_expired(mine, "a") && !lab.is_expired(mine, "b") && !lab.is_expired(other, "a"));
        assert_eq!(lab.exception(mine, Verdict::Rotate), Some(Exception::Keep));
        assert_eq!(lab.exception(other, Verdict::Rotate), None);
        assert_eq!((lab.life(mine), lab.life(other)), (Some(Duration::from_secs(10)), None));
    }

    #[test]
    fn strict_rules_end_a_session_for_any_second_use() {
        let (lab, session_id) = (Lab::default(), Uuid::from_u128(1));
        lab.watch(&form(7, Rotation::Strict), session_id, 1, 0).unwrap();
        for verdict in [Verdict::Repeat, Verdict::Another, Verdict::Superseded] {
            assert_eq!(lab.exception(session_id, verdict), Some(Exception::End), "{verdict:?}");
        }
        for verdict in [Verdict::Rotate, Verdict::Confirm, Verdict::Reuse, Verdict::Expire, Verdict::CatchUp] {
            assert_eq!(lab.exception(session_id, verdict), None, "{verdict:?}");
        }
        assert!(lab.forgives_no_race(session_id) && !lab.forgives_no_race(Uuid::from_u128(2)));
        lab.change(Uuid::from_u128(7), KNOBS).unwrap();
        assert!(!lab.forgives_no_race(session_id));
    }

    #[test]
    fn the_rules_differ_from_the_table_in_two_places() {
        let lab = Lab::default();
        let session_id = Uuid::from_u128(1);
        lab.watch(&form(7, Rotation::Detecting), session_id, 1, 0).unwrap();
        let all =
            [Verdict::Rotate, Verdict::Confirm, Verdict::Repeat, Verdict::Another, Verdict::Superseded, Verdict::Reuse, Verdict::Expire];
        for (rotation, verdict, exception) in
            [(Rotation::Blind, Verdict::Reuse, Exception::Refuse), (Rotation::Never, Verdict::Rotate, Exception::Keep)]
        {
            lab.change(Uuid::from_u128(7), Knobs { rotation, ..KNOBS }).unwrap();
            for any in all {
                assert_eq!(lab.exception(session_id, any), (any == verdict).then_some(exception), "{rotation:?} {any:?}");
            }
        }
        lab.change(Uuid::from_u128(7), KNOBS).unwrap();
        assert!(all.into_iter().all(|any| lab.exception(session_id, any).is_none()), "as everywhere");
    }

    #[test]
    fn a_name_is_taken_once_and_the_oldest_makes_room() {
        let lab = Lab::default();
        for at in 0..=ROOM as u128 {
            lab.watch(&form(at, Rotation::Detecting), Uuid::from_u128(1000 + at), 1, at as i64).unwrap();
        }
        assert!(matches!(lab.watch(&form(5, Rotation::Detecting), Uuid::from_u128(1), 1, 0), Err(Error::Conflicting)));
        assert!(lab.seen(Uuid::from_u128(0)).is_none() && lab.life(Uuid::from_u128(1000)).is_none());
        assert!(lab.seen(Uuid::from_u128(1)).is_some());
        assert!(!lab.has_room(200) && lab.has_room(200 + MINUTE));
    }
}
