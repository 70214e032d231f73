//! A server in memory that follows the protocol's table, and does wrong what it is told to.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};

use uuid::Uuid;

use crate::session::ports::Request;
use crate::wire::account::{Role, Viewer};
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::{Change, Grant, LogIn, Refresh, TokenStorage, Why};

pub(super) const LIFE: u32 = 300;
const WINDOW: f64 = 30_000.0;

/// What shall go wrong with the next request to a path.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// It never arrives.
    Down,
    /// It is done, and its answer is lost.
    Lost,
    /// Somebody else answers.
    Says(u16, &'static str),
    /// It is refused with a typed problem.
    Refused(Problem),
    /// It takes this long, in milliseconds, and is done at the end.
    Slow(f64),
    /// It is done at once, and its answer takes this long, in milliseconds, cookies and all.
    Late(f64),
}

#[derive(Clone)]
struct Row {
    viewer: Viewer,
    storage: TokenStorage,
    saved: bool,
    bound: bool,
    generation: u64,
    confirmed: bool,
    rotated_at: f64,
    ended: Option<Why>,
}

/// The server, and the browser's cookies.
#[derive(Default)]
pub(super) struct Server {
    rows: RefCell<HashMap<Uuid, Row>>,
    /// Access tokens and when they end.
    access: RefCell<HashMap<String, (Uuid, u64, f64)>>,
    serial: Cell<u64>,
    pub(super) cookies: RefCell<(Option<String>, Option<String>)>,
    pub(super) faults: RefCell<VecDeque<(&'static str, Fault)>>,
    pub(super) seen: RefCell<Vec<Request>>,
    /// Which sessions the next taps open.
    pub(super) taps: RefCell<Vec<Uuid>>,
}

impl Server {
    pub(super) fn fault(&self, path: &'static str, fault: Fault) {
        self.faults.borrow_mut().push_back((path, fault));
    }

    pub(super) fn count(&self, method: &str, path: &str) -> usize {
        self.seen.borrow().iter().filter(|request| request.method == method && request.path == path).count()
    }

    /// Every access token that is out stops.
    pub(super) fn forget_access(&self) {
        self.access.borrow_mut().clear();
    }

    pub(super) fn end(&self, why: Why) {
        self.rows.borrow_mut().values_mut().for_each(|row| row.ended = Some(why));
    }

    pub(super) fn ended(&self, session_id: Uuid) -> Option<Why> {
        self.rows.borrow()[&session_id].ended
    }

    pub(super) fn answer(&self, now: f64, request: &Request) -> Result<Option<Grant>, Problem> {
        match (request.method, request.path.as_str()) {
            ("POST", "/api/session") => {
                let form: LogIn = serde_json::from_str(request.body.as_ref().unwrap().expose()).unwrap();
                if form.password.expose() != "right" {
                    return Err(Problem::new(Code::InvalidCredentials));
                }
                Ok(Some({
                    let storage = form.storage.unwrap_or_default();
                    let bound = request.bound && !storage.refresh_in_cookie();
                    self.begin(now, form.login, (storage, form.save == Some(true), bound))
                }))
            }
            ("POST", "/api/session/passkey") => {
                let form: serde_json::Value = serde_json::from_str(request.body.as_ref().unwrap().expose()).unwrap();
                assert_eq!(form["credential"]["signed"], "a challenge");
                Ok(Some(self.begin(
                    now,
                    "mina".to_owned(),
                    (TokenStorage::parse(form["storage"].as_str().unwrap()).unwrap(), false, false),
                )))
            }
            ("POST", "/api/session/refresh") => {
                let form: Refresh = serde_json::from_str(request.body.as_ref().unwrap().expose()).unwrap();
                let row = self.present(now, request, form.refresh)?;
                Ok(Some(self.grant(now, row)))
            }
            ("POST", "/api/session/fork") => {
                let form: Refresh = serde_json::from_str(request.body.as_ref().unwrap().expose()).unwrap();
                let (session_id, g) = parse(form.refresh.unwrap().expose()).unwrap();
                let row = self.rows.borrow()[&session_id].clone();
                if row.ended.is_some() || g + 1 < row.generation || row.bound != request.bound {
                    return Err(Problem::new(Code::InvalidToken));
                }
                let viewer = Viewer { session_id: Uuid::from_u128(1000 + self.rows.borrow().len() as u128), ..row.viewer };
                Ok(Some(self.grant(now, Row { viewer, generation: 0, rotated_at: f64::MIN, ..row })))
            }
            ("PATCH", "/api/session") => {
                // It is about the refresh token. What comes along must hold all the same.
                if request.bearer.is_some() || !request.bound {
                    self.authorise(now, request)?;
                }
                let form: Change = serde_json::from_str(request.body.as_ref().unwrap().expose()).unwrap();
                let row = self.present(now, request, form.refresh)?;
                let (saved, storage) = (form.save.unwrap_or(row.saved), form.storage.unwrap_or(row.storage));
                if !storage.refresh_in_cookie() {
                    self.cookies.take();
                }
                Ok(Some(
                    self.grant(now, Row { saved, storage, bound: (row.bound || request.bound) && !storage.refresh_in_cookie(), ..row }),
                ))
            }
            ("POST", path) if path.starts_with("/api/saved/") => {
                let session_id = self.taps.borrow_mut().pop().unwrap();
                let row = self.rows.borrow()[&session_id].clone();
                Ok(Some(self.grant(now, row)))
            }
            ("DELETE", "/api/session" | "/api/session?saved=all") => {
                let form: Refresh = serde_json::from_str(request.body.as_ref().unwrap().expose()).unwrap();
                let token =
                    form.refresh.map(|token| token.expose().to_owned()).or_else(|| self.cookies.take().1.filter(|_| request.cookies));
                if let Some((session_id, _)) = token.as_deref().and_then(parse) {
                    self.rows.borrow_mut().get_mut(&session_id).unwrap().ended = Some(Why::LoggedOut);
                    self.access.borrow_mut().retain(|_, access| access.0 != session_id);
                }
                Ok(None)
            }
            _ => self.authorise(now, request).map(|()| None),
        }
    }

    fn begin(&self, now: f64, login: String, (storage, saved, bound): (TokenStorage, bool, bool)) -> Grant {
        let viewer = Viewer {
            account_id: Uuid::from_u128(login.bytes().map(u128::from).sum()),
            username: login.clone(),
            display_name: login,
            role: Role::User,
            session_id: Uuid::from_u128(1000 + self.rows.borrow().len() as u128),
        };
        self.grant(now, Row { viewer, storage, saved, bound, generation: 0, confirmed: true, rotated_at: f64::MIN, ended: None })
    }

    fn authorise(&self, now: f64, request: &Request) -> Result<(), Problem> {
        let token = request.bearer.as_ref().map(|token| token.expose().to_owned());
        let token = token.or_else(|| self.cookies.borrow().0.clone().filter(|_| request.cookies));
        let Some(token) = token else { return Err(Problem::new(Code::Unauthenticated)) };
        let access = self.access.borrow().get(&token).copied();
        let Some((session_id, generation, _)) = access.filter(|access| now < access.2) else {
            return Err(Problem::new(Code::InvalidToken));
        };
        let mut rows = self.rows.borrow_mut();
        let row = rows.get_mut(&session_id).unwrap();
        if row.bound != request.bound {
            return Err(Problem::new(Code::InvalidToken));
        }
        if let Some(why) = row.ended {
            return Err(Problem::ended(why));
        }
        row.confirmed |= row.generation == generation;
        Ok(())
    }

    /// The table of refresh tokens; answers with the row as the grant shall have it.
    fn present(&self, now: f64, request: &Request, body: Option<Secret>) -> Result<Row, Problem> {
        let token = body.map(|token| token.expose().to_owned());
        let token = token.or_else(|| self.cookies.borrow().1.clone().filter(|_| request.cookies));
        let Some(token) = token else { return Err(Problem::new(Code::Unauthenticated)) };
        let Some((session_id, g)) = parse(&token) else { return Err(Problem::new(Code::InvalidToken)) };
        let mut rows = self.rows.borrow_mut();
        let Some(row) = rows.get_mut(&session_id) else { return Err(Problem::new(Code::InvalidToken)) };
        if row.bound && !request.bound {
            return Err(Problem::new(Code::InvalidToken));
        }
        let recent = now - row.rotated_at <= WINDOW;
        if let Some(why) = row.ended {
            Err(Problem::ended(why))
        } else if g == row.generation && recent {
            row.confirmed = true;
            Ok(row.clone())
        } else if g == row.generation {
            (row.generation, row.confirmed, row.rotated_at) = (g + 1, false, now);
            Ok(row.clone())
        } else if g + 1 == row.generation && !row.confirmed {
            Ok(row.clone())
        } else if g + 1 == row.generation && recent {
            Err(Problem::new(Code::Superseded).retry_after(100))
        } else {
            row.ended = Some(Why::Reuse);
            Err(Problem::ended(Why::Reuse))
        }
    }

    fn grant(&self, now: f64, row: Row) -> Grant {
        self.serial.set(self.serial.get() + 1);
        let Row { viewer, storage, saved, bound, generation, .. } = row.clone();
        let access = format!("access {}", self.serial.get());
        let refresh = format!("{} {generation}", viewer.session_id);
        self.access.borrow_mut().insert(access.clone(), (viewer.session_id, generation, now + f64::from(LIFE) * 1000.0));
        self.rows.borrow_mut().insert(viewer.session_id, row);
        let mut cookies = self.cookies.borrow_mut();
        let mut place = |cookie: bool, jar: usize, token: String| {
            if cookie {
                *(if jar == 0 { &mut cookies.0 } else { &mut cookies.1 }) = Some(token);
                return None;
            }
            Some(Secret::new(token))
        };
        let access = place(storage.access_in_cookie(), 0, access);
        let refresh = place(storage.refresh_in_cookie(), 1, refresh);
        Grant {
            viewer,
            generation,
            storage,
            saved,
            expires_in: LIFE,
            session_expires_at: 0,
            ends_in: None,
            age: None,
            bound,
            offer: None,
            access,
            refresh,
        }
    }
}

fn parse(token: &str) -> Option<(Uuid, u64)> {
    let (session_id, generation) = token.split_once(' ')?;
    Some((session_id.parse().ok()?, generation.parse().ok()?))
}
