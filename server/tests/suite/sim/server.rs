//! The servers of a world and their database: `decide` and `Chain` are the real ones; what stands around them does in memory what
//! `auth::session` does with SQL. The same servers can be told to follow one of the two protocols in common use instead.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use ::server::auth::chain::{Chain, Presented, RefreshKey, Verdict, decide, peek};
use ::server::model::Race;
use ::server::store::sessions::Session;
use app::routes::api;
use app::session::ports::Request;
use app::wire::account::{Role, Viewer};
use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;
use app::wire::session::{Grant, LogIn, Refresh, TokenStorage, Why, patience, race_window};
use futures::channel::oneshot;
use uuid::Uuid;

use super::clock::{Chance, HOUR, Time};
use super::witness::{Kind, Witness};

/// Life of an access token, in seconds.
pub const LIFE: u32 = 300;
const LIFE_MS: i64 = LIFE as i64 * 1000;
/// The race window.
pub const WINDOW: i64 = race_window(LIFE) as i64;
/// By the rule of `Auth::race`.
const RACE: Race = Race { window: WINDOW, answer: patience(LIFE) as i64 + 1_000 };
/// Whether the answer of row 3 sets the refresh cookie once more, as `http::session::refresh` does.
const ROW_3_SETS_THE_COOKIE: bool = false;
/// How long confirmations are gathered before they are written.
const GATHER: i64 = 200;
/// The time of the servers when a world begins.
pub const EPOCH: i64 = 1_800_000_000_000;
const DAY: i64 = 24 * HOUR;

/// What the servers do with refresh tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// The table of `server::auth::chain`.
    Nightlatch,
    /// Each token is good for once. An old one that is shown ends the session.
    Rotation,
    /// The same, but for 30 s after its rotation an old token gets what its successor would get.
    Leeway,
}

impl Protocol {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Nightlatch, Self::Rotation, Self::Leeway];

    /// For the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nightlatch => "nightlatch",
            Self::Rotation => "rotation",
            Self::Leeway => "leeway-30s",
        }
    }

    fn decide(self, row: &Session, generation: i64, now: i64) -> Verdict {
        let verdict = decide(row, generation, now, RACE);
        let recent = row.handed_out_at.is_some_and(|at| now - at < 30_000);
        match (self, verdict) {
            (Self::Nightlatch, verdict) | (_, verdict @ (Verdict::Ended(_) | Verdict::Expire)) => verdict,
            (_, _) if generation == row.generation => Verdict::Rotate,
            (Self::Leeway, _) if generation + 1 == row.generation && recent => Verdict::Confirm,
            (_, _) => Verdict::Reuse,
        }
    }
}

/// What goes back over the wire.
pub struct Answer {
    /// The grant, nothing, or what is wrong.
    pub body: Result<Option<Grant>, Problem>,
    /// Cookies that are set: access token, refresh token.
    pub set: (Option<String>, Option<String>),
    /// The session whose cookies are cleared.
    pub cleared: Option<Uuid>,
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        Self { body: Err(problem), set: (None, None), cleared: None }
    }
}

/// Cookies as a request carries them: access token, refresh token.
pub type Cookies = (Option<String>, Option<String>);

/// One process. What it knows beside the database is lost when it restarts.
#[derive(Default)]
struct Node {
    /// How far its clock is ahead.
    skew: i64,
    /// How late it hears what the others have ended.
    lag: i64,
    /// Generations it has seen come back: `auth::confirm`.
    seen: Vec<(Uuid, i64)>,
    /// … and those still to be written: when it was seen by its own clock, and when that will be.
    to_write: Vec<(Uuid, i64, i64, i64)>,
}

#[derive(Clone, Copy)]
struct Access {
    session_id: Uuid,
    generation: i64,
    expires: i64,
}

/// An end: which session, when, told by which process.
type End = (Uuid, i64, usize);

/// All servers of a world, and what they share.
pub struct Servers {
    protocol: Protocol,
    time: Rc<Time>,
    witness: Rc<Witness>,
    chain: RefCell<(Chain, u8)>,
    rows: RefCell<Vec<Session>>,
    backup: RefCell<Option<Vec<Session>>>,
    access: RefCell<Vec<Access>>,
    nodes: RefCell<Vec<Node>>,
    ended: RefCell<Vec<End>>,
    last_node: Cell<usize>,
    down_until: Cell<i64>,
    watching: RefCell<Vec<oneshot::Sender<()>>>,
}

impl Servers {
    /// `count` processes over one empty database.
    pub fn new(protocol: Protocol, count: usize, time: Rc<Time>, witness: Rc<Witness>, chance: &Chance) -> Self {
        let node = |_| Node { skew: chance.between(-150, 150), lag: chance.between(5, 2000), ..Node::default() };
        Self {
            protocol,
            time,
            witness,
            chain: RefCell::new((ring(1), 1)),
            rows: RefCell::default(),
            backup: RefCell::default(),
            access: RefCell::default(),
            nodes: RefCell::new((0..count).map(node).collect()),
            ended: RefCell::default(),
            last_node: Cell::new(0),
            down_until: Cell::new(0),
            watching: RefCell::default(),
        }
    }

    /// How many processes there are.
    pub fn count(&self) -> usize {
        self.nodes.borrow().len()
    }

    /// Whether nobody is at the door.
    pub fn down(&self) -> bool {
        self.time.now() < self.down_until.get()
    }

    fn now(&self, node: usize) -> i64 {
        EPOCH + self.time.now() + self.nodes.borrow()[node].skew
    }

    /// A request of the API.
    pub fn answer(&self, node: usize, request: &Request, cookies: &Cookies) -> Answer {
        let shown = |body: &Option<Secret>| {
            let body: Refresh = serde_json::from_str(body.as_ref().unwrap().expose()).unwrap();
            body.refresh.map(|token| token.expose().to_owned()).or_else(|| cookies.1.clone())
        };
        match (request.method, request.path.as_str()) {
            ("POST", api::SESSION) => {
                let form: LogIn = serde_json::from_str(request.body.as_ref().unwrap().expose()).unwrap();
                self.granted(node, self.begin(node, form.storage.unwrap_or_default(), form.save == Some(true), None))
            }
            ("POST", api::REFRESH) => match shown(&request.body) {
                None => Problem::new(Code::Unauthenticated).into(),
                Some(token) => match self.refresh(node, &token) {
                    Ok((row, again)) => {
                        self.witness.refreshes.set(self.witness.refreshes.get() + 1);
                        let mut answer = self.granted(node, row);
                        if again && !ROW_3_SETS_THE_COOKIE {
                            answer.set.1 = None;
                        }
                        answer
                    }
                    Err(problem) => problem.into(),
                },
            },
            ("POST", api::FORK) => {
                match shown(&request.body).ok_or(Problem::new(Code::Unauthenticated)).and_then(|token| self.fork(node, &token)) {
                    Ok(row) => self.granted(node, row),
                    Err(problem) => problem.into(),
                }
            }
            ("DELETE", api::SESSION) => {
                let by_access = || self.caller(node, request, cookies).ok();
                let session_id = shown(&request.body).and_then(|token| self.open(&token)).map(|named| named.session_id).or_else(by_access);
                if let Some(session_id) = session_id {
                    self.end(node, session_id, Why::LoggedOut);
                }
                Answer { body: Ok(None), set: (None, None), cleared: session_id }
            }
            _ => Answer { body: self.caller(node, request, cookies).map(|_| None), set: (None, None), cleared: None },
        }
    }

    /// What a document shows of the session whose refresh cookie came along: who, where, since which generation, and for how many more
    /// seconds the access cookie holds. Nothing is written.
    pub fn document(&self, node: usize, cookies: &Cookies) -> Option<(Viewer, TokenStorage, bool, u64, Option<u32>)> {
        let named = self.open(cookies.1.as_ref()?)?;
        self.write_confirmations();
        let now = self.now(node);
        let row = self.row(named.session_id)?;
        let known = self.knows(&row, named.generation, now);
        let left = cookies.0.as_ref().and_then(|token| self.verify(node, token).ok()).map(|(_, expires)| (expires - now) / 1000);
        let left = left.and_then(|seconds| u32::try_from(seconds).ok()).filter(|seconds| *seconds > 0);
        known.then(|| (viewer(&row), row.storage(), row.saved, named.generation.cast_unsigned(), left))
    }

    /// `auth::session::refresh`. Answers with the row as it stands then, and whether the token it goes with is the one that was shown.
    pub fn refresh(&self, node: usize, token: &str) -> Result<(Session, bool), Problem> {
        let presented = self.open(token).ok_or(Problem::new(Code::InvalidToken))?;
        let now = self.now(node);
        if self.last_node.replace(node) != node {
            self.witness.saw(Kind::OtherServer);
        }
        self.write_confirmations();
        self.write_of(node, presented.session_id);
        if self.nodes.borrow().iter().any(|other| other.to_write.iter().any(|(id, ..)| *id == presented.session_id)) {
            self.witness.saw(Kind::ConfirmedElsewhere);
        }
        let mut rows = self.rows.borrow_mut();
        let Some(at) = rows.iter().position(|row| row.session_id == presented.session_id) else { return Err(Problem::ended(Why::Unknown)) };
        let row = &mut rows[at];
        let verdict = self.protocol.decide(row, presented.generation, now);
        self.witness
            .tell(|| format!("server {node}: {} shown, row {} {} → {verdict:?}", presented.generation, row.generation, row.confirmed));
        let (kind, to) = match verdict {
            Verdict::Ended(why) => {
                self.witness.saw(Kind::Row1);
                return Err(Problem::ended(why));
            }
            Verdict::Superseded => {
                self.witness.saw(Kind::Row5);
                return Err(Problem::new(Code::Superseded).retry_after(250));
            }
            Verdict::Expire => {
                row.ended_at = Some(now);
                row.ended_why = Some("idle".to_owned());
                return Err(Problem::ended(Why::Idle));
            }
            Verdict::Reuse => {
                let (shown, newest, family) = (presented.generation, row.generation, row.family());
                for row in rows.iter_mut().filter(|row| row.family() == family && row.ended_at.is_none()) {
                    row.ended_at = Some(now);
                    row.ended_why = Some("reuse".to_owned());
                    self.ended.borrow_mut().push((row.session_id, self.time.now(), node));
                }
                self.witness.saw(Kind::Row6);
                self.witness.ended_unasked(|| format!("generation {shown} was shown when {newest} was the newest: reuse"));
                return Err(Problem::ended(Why::Reuse));
            }
            Verdict::Rotate => {
                row.parent = presented.generation;
                (Kind::Row2, Some(row.generation + 1))
            }
            Verdict::Another => (Kind::Row4Later, Some(row.generation + 1)),
            Verdict::CatchUp => {
                row.parent = presented.generation;
                (Kind::Row7, Some(presented.generation + 1))
            }
            Verdict::Confirm => {
                if self.protocol == Protocol::Nightlatch {
                    came_back(row, now);
                }
                (Kind::Row3, None)
            }
            Verdict::Repeat => {
                row.handed_out_at = Some(now);
                (Kind::Row4, None)
            }
        };
        self.witness.saw(kind);
        if let Some(generation) = to {
            (row.generation, row.confirmed, row.handed_out_at, row.last_seen_at) = (generation, false, Some(now), now);
            row.idle_expires_at = (now + idle(row.saved)).min(row.expires_at);
        }
        if self.witness.logged_out.get().is_some() && self.ended.borrow().iter().any(|(id, ..)| *id == row.session_id) {
            self.witness.undone(|| "a token was granted after the log-out".to_owned());
        }
        let row = row.clone();
        drop(rows);
        self.watching.take().into_iter().for_each(|tell| _ = tell.send(()));
        Ok((row, kind == Kind::Row3))
    }

    /// `auth::session::fork`.
    fn fork(&self, node: usize, token: &str) -> Result<Session, Problem> {
        let presented = self.open(token).ok_or(Problem::new(Code::InvalidToken))?;
        self.write_confirmations();
        let row = self.row(presented.session_id).ok_or(Problem::ended(Why::Unknown))?;
        if !self.knows(&row, presented.generation, self.now(node)) {
            // A copy that comes too late is no theft.
            let over = row.ended_at.is_some();
            return if over { self.refresh(node, token).map(|(row, _)| row) } else { Err(Problem::new(Code::InvalidToken)) };
        }
        self.witness.saw(Kind::ForkGranted);
        Ok(self.begin(node, row.storage(), row.saved, Some(row.family())))
    }

    /// Whether a document would be rendered for the holder of this generation.
    fn knows(&self, row: &Session, generation: i64, now: i64) -> bool {
        match self.protocol {
            Protocol::Nightlatch => peek(row, generation, now, RACE),
            other => !matches!(other.decide(row, generation, now), Verdict::Ended(_) | Verdict::Expire | Verdict::Reuse),
        }
    }

    fn begin(&self, node: usize, storage: TokenStorage, saved: bool, family: Option<Uuid>) -> Session {
        let now = self.now(node);
        let row = Session {
            session_id: Uuid::from_u128(1000 + self.rows.borrow().len() as u128),
            account_id: Uuid::from_u128(1),
            storage: storage.as_str().to_owned(),
            saved,
            user_agent: String::new(),
            ip: String::new(),
            generation: 1,
            confirmed: false,
            handed_out_at: None,
            created_at: now,
            last_seen_at: now,
            idle_expires_at: now + idle(saved),
            expires_at: now + if saved { 365 * DAY } else { 7 * DAY },
            ended_at: None,
            ended_why: None,
            family,
            browser: None,
            jkt: None,
            parent: 0,
            label: None,
        };
        self.rows.borrow_mut().push(row.clone());
        row
    }

    fn granted(&self, node: usize, row: Session) -> Answer {
        let storage = row.storage();
        let access = self.access(node, &row);
        let refresh = self.chain.borrow().0.seal(row.session_id, row.generation, 0);
        let cookie = |there: bool, token: &str| there.then(|| token.to_owned());
        let set = (cookie(storage.access_in_cookie(), &access), cookie(storage.refresh_in_cookie(), refresh.expose()));
        let grant = Grant {
            viewer: viewer(&row),
            generation: row.generation.cast_unsigned(),
            storage,
            saved: row.saved,
            expires_in: LIFE,
            offer: None,
            session_expires_at: row.expires_at,
            ends_in: None,
            age: None,
            bound: false,
            access: (!storage.access_in_cookie()).then(|| Secret::new(access)),
            refresh: (!storage.refresh_in_cookie()).then_some(refresh),
        };
        Answer { body: Ok(Some(grant)), set, cleared: None }
    }

    /// An access token. That nobody can forge one is shown elsewhere; here it is a number in a list.
    pub fn access(&self, node: usize, row: &Session) -> String {
        let mut list = self.access.borrow_mut();
        list.push(Access { session_id: row.session_id, generation: row.generation, expires: self.now(node) + LIFE_MS });
        (list.len() - 1).to_string()
    }

    /// The refresh token of a row, for a thief who is granted one.
    pub fn seal(&self, row: &Session) -> String {
        self.chain.borrow().0.seal(row.session_id, row.generation, 0).expose().to_owned()
    }

    /// `auth::session::verify`: no database, and the confirmation is noted. Answers with session and expiry.
    pub fn verify(&self, node: usize, token: &str) -> Result<(Uuid, i64), Problem> {
        let access = token.parse().ok().and_then(|at: usize| self.access.borrow().get(at).copied());
        let Some(access) = access.filter(|access| self.now(node) < access.expires) else { return Err(Problem::new(Code::InvalidToken)) };
        let (now, seen_at) = (self.time.now(), self.now(node));
        let nodes = &mut *self.nodes.borrow_mut();
        for (session_id, at, by) in &*self.ended.borrow() {
            if *session_id != access.session_id {
                continue;
            }
            if *by == node || now >= at + nodes[node].lag {
                return Err(Problem::new(Code::InvalidToken));
            }
            self.witness.saw(Kind::EndHeardLate);
        }
        let Node { seen, to_write, .. } = &mut nodes[node];
        let known = seen.iter_mut().find(|(id, _)| *id == access.session_id);
        if known.as_ref().is_none_or(|(_, newest)| *newest < access.generation) {
            match known {
                Some((_, newest)) => *newest = access.generation,
                None => seen.push((access.session_id, access.generation)),
            }
            to_write.retain(|(id, ..)| *id != access.session_id);
            to_write.push((access.session_id, access.generation, seen_at, now + GATHER));
        }
        Ok((access.session_id, access.expires))
    }

    fn caller(&self, node: usize, request: &Request, cookies: &Cookies) -> Result<Uuid, Problem> {
        let verified = match (&request.bearer, &cookies.0) {
            (None, None) => return Err(Problem::new(Code::Unauthenticated)),
            (Some(token), _) => self.verify(node, token.expose())?,
            (None, Some(token)) => self.verify(node, token)?,
        };
        Ok(verified.0)
    }

    fn open(&self, token: &str) -> Option<Presented> {
        let (chain, newest) = &*self.chain.borrow();
        let named = chain.open(token)?;
        if *newest > 1 && chain.seal(named.session_id, named.generation, 0).expose() != token {
            self.witness.saw(Kind::OldKeyOpened);
        }
        Some(named)
    }

    fn end(&self, node: usize, session_id: Uuid, why: Why) {
        let now = self.now(node);
        if let Some(row) = self.rows.borrow_mut().iter_mut().find(|row| row.session_id == session_id && row.ended_at.is_none()) {
            row.ended_at = Some(now);
            row.ended_why = Some(why.as_str().to_owned());
            self.ended.borrow_mut().push((session_id, self.time.now(), node));
        }
    }

    /// The row of a session, as the database has it.
    pub fn row(&self, session_id: Uuid) -> Option<Session> {
        self.rows.borrow().iter().find(|row| row.session_id == session_id).cloned()
    }

    /// Writes what has been gathered for long enough, in any process.
    fn write_confirmations(&self) {
        let (now, mut rows) = (self.time.now(), self.rows.borrow_mut());
        for node in &mut *self.nodes.borrow_mut() {
            node.to_write.retain(|(id, generation, seen_at, at)| {
                if *at <= now {
                    confirm(&mut rows, *id, *generation, *seen_at);
                }
                *at > now
            });
        }
    }

    /// What this process has seen come back counts before anything is decided.
    fn write_of(&self, node: usize, session_id: Uuid) {
        let (mut nodes, mut rows) = (self.nodes.borrow_mut(), self.rows.borrow_mut());
        nodes[node].to_write.retain(|(id, generation, seen_at, _)| {
            if *id == session_id {
                confirm(&mut rows, *id, *generation, *seen_at);
            }
            *id != session_id
        });
    }

    /// Resolves when somebody is handed a refresh token.
    pub fn next_hand_out(&self) -> oneshot::Receiver<()> {
        let (tell, hear) = oneshot::channel();
        self.watching.borrow_mut().push(tell);
        hear
    }

    /// Whether a process holds a confirmation that it has not written.
    pub fn unwritten(&self) -> Option<usize> {
        let now = self.time.now();
        self.nodes.borrow().iter().position(|node| node.to_write.iter().any(|(.., at)| *at > now))
    }

    /// A process dies, and another takes its place after a moment.
    pub fn restart(&self, node: usize, moment: i64) {
        self.write_confirmations();
        let mut nodes = self.nodes.borrow_mut();
        let one = &mut nodes[node];
        if !one.to_write.is_empty() {
            self.witness.saw(Kind::ConfirmationLost);
        }
        one.to_write.clear();
        one.seen.clear();
        if nodes.len() == 1 {
            self.down_until.set(self.time.now() + moment);
        }
        self.witness.saw(Kind::ServerRestart);
    }

    /// A new refresh key seals from now on; the older ones still open.
    pub fn rotate_key(&self) {
        let mut chain = self.chain.borrow_mut();
        let newest = chain.1 + 1;
        *chain = (ring(newest), newest);
        self.witness.saw(Kind::KeyRotated);
    }

    /// Keeps a copy of the database.
    pub fn back_up(&self) {
        self.write_confirmations();
        *self.backup.borrow_mut() = Some(self.rows.borrow().clone());
    }

    /// Puts the copy in the database's place. A session that has begun since then would be lost with any protocol, so it is not done then.
    pub fn restore(&self) {
        self.write_confirmations();
        let (backup, mut rows) = (self.backup.take(), self.rows.borrow_mut());
        if let Some(backup) = backup.filter(|backup| backup.len() == rows.len()) {
            *rows = backup;
            self.witness.saw(Kind::Restored);
        }
    }
}

fn confirm(rows: &mut [Session], session_id: Uuid, generation: i64, now: i64) {
    if let Some(row) = rows.iter_mut().find(|row| row.session_id == session_id && row.ended_at.is_none() && row.generation == generation) {
        came_back(row, now);
    }
}

/// The newest generation is seen: for the first time, the window begins anew.
fn came_back(row: &mut Session, now: i64) {
    if !std::mem::replace(&mut row.confirmed, true) {
        row.handed_out_at = row.handed_out_at.map(|at| at.max(now));
    }
}

/// Keys 1 to `newest`, the newest first.
fn ring(newest: u8) -> Chain {
    Chain::new((1..=newest).rev().map(|kid| RefreshKey { kid, secret: vec![kid; 32], signs_from: 0 }).collect())
}

const fn idle(saved: bool) -> i64 {
    if saved { 90 * DAY } else { DAY / 2 }
}

fn viewer(row: &Session) -> Viewer {
    Viewer {
        account_id: row.account_id,
        username: "mina".to_owned(),
        display_name: "Mina".to_owned(),
        role: Role::User,
        session_id: row.session_id,
    }
}
