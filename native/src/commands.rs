//! What is done: the engine over this crate's ports, three verbs, and what they come to.

use std::fmt;
use std::io::Write;
use std::rc::Rc;

use app::routes::api;
use app::session::Phase;
use app::session::engine::{Engine, Ports, Watch};
use app::session::ports::Clock;
use app::wire::account::Viewer;
use app::wire::feed::{Page, Post};
use app::wire::problem::{Code, Problem};
use app::wire::session::{Boot, LogIn, TokenStorage};

use crate::args::{Ask, Deed};
use crate::clock::Moment;
use crate::environment;
use crate::http::Wire;
use crate::lock::{Alone, LockFile};
use crate::site::Site;
use crate::store::key_store::KeyStore;
use crate::store::sealed::Sealed;
use crate::store::{Drawer, Keep, Kind, Stuck};
use crate::words;

/// What went wrong, in words, sorted by what a script can do about it.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something does not work: the server cannot be reached, the store cannot be used.
    Trouble(String),
    /// It was asked in a way that cannot be answered.
    Usage(String),
    /// Nobody is logged in, or not any more.
    NotIn(String),
}

impl Failure {
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::Trouble(_) => 1,
            Self::Usage(_) => 2,
            Self::NotIn(_) => 3,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Trouble(words) | Self::Usage(words) | Self::NotIn(words)) = self;
        f.write_str(words)
    }
}

impl From<Stuck> for Failure {
    fn from(stuck: Stuck) -> Self {
        Self::Trouble(stuck.0)
    }
}

pub(crate) async fn obey(ask: &Ask) -> Result<(), Failure> {
    let client = Client::of(ask)?;
    match &ask.deed {
        Deed::LogIn(user) => client.log_in(user.clone()).await,
        Deed::Feed => client.feed().await,
        Deed::LogOut => client.log_out().await,
    }
}

/// One engine, and what of its ports can be asked afterwards.
struct Client {
    site: Site,
    engine: Rc<Engine>,
    keep: Rc<Keep>,
    wire: Rc<Wire>,
    clock: Rc<Moment>,
    /// Where the session is kept, in words.
    place: String,
}

impl Client {
    fn of(ask: &Ask) -> Result<Self, Failure> {
        let site = ask.site.clone();
        let (drawer, place) = drawer(ask)?;
        let keep = Rc::new(Keep::open(drawer)?);
        let clock = Rc::new(Moment::new());
        let wire = Rc::new(
            Wire::to(&site, keep.clone(), clock.clone()).map_err(|fault| Failure::Trouble(words::unreachable(&site, Some(fault))))?,
        );
        let lock = environment::data_folder().map(|folder| folder.join(format!("{}.lock", site.file_name())));
        let ports = Ports {
            transport: wire.clone(),
            store: keep.clone(),
            lock: Rc::new(LockFile::new(lock)),
            channel: Rc::new(Alone),
            clock: clock.clone(),
        };
        let watch = Watch { exchange: Box::new(|_| {}), phase: Box::new(|_, _| {}), aside: Box::new(|_| {}) };
        // Whether there is a session, only this client can see: it has to look.
        let boot = Boot { storage: Some(TokenStorage::Native), ..Boot::default() };
        let engine = Engine::new(ports, watch, &boot);
        Ok(Self { site, engine, keep, wire, clock, place })
    }

    async fn log_in(&self, user: Option<String>) -> Result<(), Failure> {
        self.engine.restore().await;
        if let Some(viewer) = self.engine.phase().viewer() {
            let name = words::name(viewer);
            return Err(Failure::Trouble(format!("{name} is logged in at {} already: log out first", self.site)));
        }
        let login = user.map_or_else(environment::user, Ok)?;
        let password = environment::password()?;
        let mut form = LogIn { login, password, code: None, storage: Some(TokenStorage::Native), save: Some(true), bound: false };
        let mut answer = self.engine.log_in(form.clone()).await;
        if answer.as_ref().is_err_and(|problem| problem.code == Code::SecondFactorRequired) {
            form.code = Some(environment::code()?);
            answer = self.engine.log_in(form).await;
        }
        let viewer = answer.map_err(|problem| self.failure(&problem))?;
        if let Some(stuck) = self.keep.stuck() {
            // A session that the next command does not find is of no use to anybody.
            self.engine.log_out().await;
            return Err(Failure::Trouble(format!("you were logged in, and out again, as there was no place for the tokens: {stuck}")));
        }
        say(&format!("Logged in at {} as {}. The tokens are kept in {}.\n", self.site, words::name(&viewer), self.place));
        Ok(())
    }

    async fn feed(&self) -> Result<(), Failure> {
        self.engine.restore().await;
        self.viewer()?;
        let page: Page<Post> = self.engine.ask("GET", api::FEED, None).await.map_err(|problem| self.failure(&problem))?;
        say(&words::feed(&page.items, self.clock.wall()));
        self.kept()
    }

    async fn log_out(&self) -> Result<(), Failure> {
        let owed = self.engine.owes();
        // Gone from here at once, before anything is sent.
        self.engine.log_out().await;
        if self.engine.phase() == Phase::Restoring {
            // There was no session to log out of. What is owed since an earlier time is paid now.
            self.engine.restore().await;
            if !owed {
                self.viewer()?;
            }
        }
        self.kept()?;
        if self.engine.owes() {
            return Err(Failure::Trouble(format!(
                "you are logged out here, but {}: it will be told first thing next time",
                words::unreachable(&self.site, self.wire.fault())
            )));
        }
        say(&format!("Logged out at {}.\n", self.site));
        Ok(())
    }

    /// Who is logged in, or why nobody is.
    fn viewer(&self) -> Result<Viewer, Failure> {
        match self.engine.phase() {
            Phase::Active(viewer) | Phase::Offline(viewer) => Ok(viewer),
            Phase::Ended(why) => self.kept().and(Err(Failure::NotIn(words::why(why).to_owned()))),
            Phase::Switched { now, .. } => Err(Failure::NotIn(words::switched(&now.username))),
            Phase::Restoring | Phase::Anonymous => Err(Failure::NotIn(words::nobody(&self.site))),
        }
    }

    /// Whether what had to be written down was.
    fn kept(&self) -> Result<(), Failure> {
        match self.keep.stuck() {
            Some(stuck) => {
                Err(Failure::Trouble(format!("what has changed could not be written down, so the next command may not know: {stuck}")))
            }
            None => Ok(()),
        }
    }

    fn failure(&self, problem: &Problem) -> Failure {
        if let Phase::Ended(why) = self.engine.phase() {
            return Failure::NotIn(words::why(why).to_owned());
        }
        match problem.code {
            Code::InvalidDpopProof => Failure::Trouble(words::elsewhere(&self.site)),
            Code::InvalidCredentials => Failure::NotIn(words::WRONG.to_owned()),
            Code::Unreachable => {
                let still = if self.engine.phase().viewer().is_some() { ". You are still logged in" } else { "" };
                Failure::Trouble(words::unreachable(&self.site, self.wire.fault()) + still)
            }
            _ => Failure::Trouble(words::refused(problem)),
        }
    }
}

/// A reader that went away, like `head`, has seen what it wanted.
fn say(text: &str) {
    drop(std::io::stdout().write_all(text.as_bytes()));
}

/// The drawer for the session of a server, and where that is, in words.
fn drawer(ask: &Ask) -> Result<(Box<dyn Drawer>, String), Failure> {
    let Ask { deed, site, kind: wished } = ask;
    let path = environment::data_folder().map(|folder| folder.join(format!("{}.session", site.file_name())));
    let there = path.as_ref().is_some_and(|path| path.exists());
    let key_store = match wished {
        // It may ask its owner to unlock it: not when it is not wanted.
        Some(Kind::File) => Err(Stuck("the system's key store was not asked".to_owned())),
        _ => KeyStore::of(site).and_then(|store| store.read().map(|text| (text.is_some(), store))),
    };
    match Kind::choose(*wished, key_store.as_ref().ok().map(|(holds, _)| *holds), there) {
        Kind::KeyStore => Ok((Box::new(key_store?.1), "this system's key store".to_owned())),
        Kind::File if !there && !matches!(deed, Deed::LogIn(_)) => {
            let otherwise = key_store.err().map(|stuck| format!(" ({stuck})")).unwrap_or_default();
            Err(Failure::NotIn(words::nobody(site) + &otherwise))
        }
        Kind::File => {
            let path =
                path.ok_or_else(|| Failure::Usage("there is no folder for the session's file: set HOME or XDG_DATA_HOME".to_owned()))?;
            let passphrase = environment::passphrase(!there)?;
            let place = format!("the file {}, encrypted under your passphrase", path.display());
            Ok((Box::new(Sealed::new(path, site, passphrase)), place))
        }
    }
}
