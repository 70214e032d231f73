//! The composition root: a configuration becomes a database, keys, a router and jobs.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::auth::access::Access;
use crate::auth::chain::Chain;
use crate::auth::dpop::Proofs;
use crate::auth::keys::seal::Seal;
use crate::auth::keys::{Home, Keeper, KeysError};
use crate::auth::lab::Lab;
use crate::auth::lab::cross::Cross;
use crate::auth::passkey::RelyingParty;
use crate::auth::password::Hasher;
use crate::auth::refusals::Refusals;
use crate::auth::{Auth, confirm::Confirmations, ended};
use crate::clock::Clock;
use crate::config::Config;
use crate::feed::pictures::Pictures;
use crate::mail::Mailer;
use crate::model::Timestamp;
use crate::store::Db;
use crate::{feed, http, jobs};

/// How long a stop waits for requests under way.
const GRACE: Duration = Duration::from_secs(10);

/// A site that does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder.
    #[error("the data folder {0} cannot be made: {1}")]
    Data(String, io::Error),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The database.
    #[error("the database cannot be opened: {0}")]
    Store(#[from] crate::store::Error),
    /// The mail server.
    #[error("mails cannot be sent: {0}")]
    Mail(&'static str),
    /// What the rooms of `auth` need.
    #[error(transparent)]
    Auth(#[from] crate::auth::Error),
    /// The store of the pictures.
    #[error("the pictures cannot be kept: {0}")]
    Pictures(io::Error),
    /// The listener.
    #[error("{0} cannot be listened at: {1}")]
    Listen(SocketAddr, io::Error),
    /// The address file, or the listener later on.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Everything a request may need.
pub struct Site {
    /// Sessions and accounts.
    pub auth: Arc<Auth>,
    /// Where uploaded pictures lie.
    pub pictures: Arc<Pictures>,
    /// Sends mails.
    pub mailer: Arc<Mailer>,
    /// The public origin.
    pub origin: String,
    /// Whether the lab is there, and what else developers look at.
    pub lab: bool,
    /// The attackers of the lab; `None` where it is off.
    pub cross: Option<Cross>,
    /// Whether the demo accounts are there, and are named on the log-in page.
    pub demo: bool,
    /// Whether `X-Forwarded-For` names the client.
    pub trust_proxy: bool,
}

impl Site {
    /// Opens database and keys. Nothing listens yet.
    ///
    /// # Errors
    /// Whatever keeps it from starting.
    pub async fn open(config: &Config, origin: String, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let (db, keys) = open(config, clock.now()).await?;
        let local = config.is_local();
        let lab = config.lab.unwrap_or(local);
        let rings = keys.held().await;
        let auth = Auth {
            access: Access::new(rings.access, &origin, config.access_life)?,
            saved_chain: Chain::of_saved_logins(rings.refresh.clone()),
            chain: Chain::new(rings.refresh),
            hasher: Hasher::new(config.argon2_memory, config.argon2_passes, Hasher::permits_here())?,
            ended: ended::Ended::default(),
            confirmations: Confirmations::default(),
            proofs: Proofs::default(),
            refusals: Refusals::default(),
            keys,
            limits: config.limits,
            throttle: config.throttle,
            password_min: config.password_min,
            admins_need_two: config.admins_need_two,
            relying_party: RelyingParty::of(&origin),
            lab: lab.then(Lab::default),
            db,
            clock,
        };
        ended::read_all(&auth).await?;
        let demo = config.seed.unwrap_or(local);
        if demo {
            feed::seed::demo(&auth).await?;
        }
        let pictures = match &config.pictures {
            None => Pictures::in_folder(&config.data.join("pictures")),
            Some(url) => Pictures::in_s3(url),
        };
        let pictures = Arc::new(pictures.map_err(StartError::Pictures)?);
        if config.pictures.is_some() {
            pictures.check().await.map_err(StartError::Pictures)?;
        }
        let mailer = Mailer::new(config.smtp.as_ref(), config.mail_from.as_deref(), &origin, local).map_err(StartError::Mail)?;
        if !mailer.sends() && !local {
            tracing::warn!("no mail server is configured: mails wait in the outbox, and nobody can set a forgotten password anew");
        }
        let cross = lab.then(|| Cross::beside(&origin));
        Ok(Self { auth: Arc::new(auth), pictures, mailer: Arc::new(mailer), origin, lab, cross, demo, trust_proxy: config.trust_proxy })
    }
}

/// Database and keys, in the data folder or where the configuration says.
async fn open(config: &Config, now: Timestamp) -> Result<(Db, Keeper), StartError> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.data)
        .map_err(|error| StartError::Data(config.data.display().to_string(), error))?;
    let db = match &config.database {
        None => Db::open_sqlite(&config.data.join("nightlatch.db")).await?,
        Some(url) => match url.strip_prefix("sqlite:") {
            Some(path) => Db::open_sqlite(path.trim_start_matches("//").as_ref()).await?,
            None => Db::open_postgres(url).await?,
        },
    };
    let file = config.data.join("keys.json");
    let home = match &config.keys_secret {
        None => Home::File(file),
        Some(secret) => Home::Database(Seal::new(secret).ok_or(KeysError::NoSecret)?, file),
    };
    let keys = Keeper::open(home, &config.limits, &db, now).await?;
    Ok((db, keys))
}

/// Adds new keys if `rotate` says so, and answers with a line for each key there is. Servers that run take them over by themselves.
///
/// # Errors
/// When database or keys cannot be opened.
pub async fn keys(config: &Config, clock: &dyn Clock, rotate: bool) -> Result<Vec<String>, StartError> {
    let (db, keys) = open(config, clock.now()).await?;
    if rotate {
        keys.rotate(&db, clock.now()).await?;
        keys.look(&db, clock.now()).await?;
    }
    let lines = keys.list(clock.now()).await;
    db.close().await;
    Ok(lines)
}

/// Serves until `stop` is done, then lets requests under way finish.
///
/// # Errors
/// Whatever keeps it from starting or from listening on.
pub async fn serve(config: &Config, clock: Arc<dyn Clock>, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), StartError> {
    let listener = TcpListener::bind(config.listen).await.map_err(|error| StartError::Listen(config.listen, error))?;
    let address = listener.local_addr()?;
    let origin = config.origin.clone().unwrap_or_else(|| format!("http://localhost:{}", address.port()));
    let site = Arc::new(Site::open(config, origin, clock).await?);
    let auth = Arc::clone(&site.auth);
    let mut running = vec![
        tokio::spawn(jobs::write_confirmations(Arc::clone(&auth))),
        tokio::spawn(jobs::write_refusals(Arc::clone(&auth))),
        tokio::spawn(jobs::send_mails(Arc::clone(&auth), Arc::clone(&site.mailer))),
        tokio::spawn(jobs::purge(Arc::clone(&auth))),
        tokio::spawn(jobs::listen(Arc::clone(&auth))),
        tokio::spawn(jobs::look(Arc::clone(&auth))),
        tokio::spawn(jobs::sweep(Arc::clone(&auth), Arc::clone(&site.pictures))),
    ];
    running.extend(http::lab::cross::listen(&site, config).await?);
    if let Some(file) = &config.address_file {
        // In one step, so that whoever waits for the file never reads half an address.
        let draft = file.with_extension("new");
        std::fs::write(&draft, address.to_string())?;
        std::fs::rename(draft, file)?;
    }
    tracing::info!(%address, origin = site.origin, "listening");
    if site.demo {
        tracing::info!("open {}/ and log in as mina with correct-horse-mina", site.origin);
    }

    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let stop = async move {
        stop.await;
        tracing::info!("stopping: requests under way are finished");
        drop(stopping);
    };
    let router = http::router(Arc::clone(&site)).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, router).with_graceful_shutdown(stop);
    tokio::select! {
        served = std::future::IntoFuture::into_future(server) => served?,
        () = async { let _ = stopped.await; tokio::time::sleep(GRACE).await } => tracing::warn!("some requests were not done in time"),
    }
    for job in &running {
        job.abort();
    }
    for job in running {
        // Gone when this comes back, with its connection.
        let _ = job.await;
    }
    auth.confirmations.write(&auth.db, None).await?;
    auth.refusals.write(&auth.db).await?;
    auth.db.close().await;
    tracing::info!("stopped");
    Ok(())
}
