//! The world of a test: a whole site without a network, a clock that is turned by hand, and clients with cookie jars.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use server::clock::ManualClock;
use server::config::Config;
use server::http::router;
use server::site::Site;
use server::store::Db;
use sqlx::Connection;
use tempfile::TempDir;
use tower::ServiceExt;

pub const ORIGIN: &str = "http://localhost:3000";
pub const ACCESS: &str = "__Host-access";
pub const REFRESH: &str = "__Host-refresh";
/// When every test begins, Unix milliseconds.
const BEGINNING: i64 = 1_800_000_000_000;

/// Runs each named test on both databases.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test] async fn $name() { super::$name($crate::world::World::sqlite().await).await; })+
        }
        mod on_postgres {
            $(#[tokio::test] async fn $name() { super::$name($crate::world::World::postgres().await).await; })+
        }
    };
}
pub(crate) use on_both;

/// A site, its clock, and its data.
pub struct World {
    pub site: Arc<Site>,
    pub clock: Arc<ManualClock>,
    config: Config,
    router: Router,
    _folder: TempDir,
}

/// A client: a cookie jar, and perhaps a bearer token.
pub struct Tab {
    router: Router,
    pub jar: BTreeMap<String, String>,
    pub bearer: Option<String>,
    pub headers: Vec<(String, String)>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub bytes: Vec<u8>,
}

impl World {
    pub async fn sqlite() -> Self {
        Self::with(Config::default()).await
    }

    /// A database of its own on the server that `NIGHTLATCH_TEST_POSTGRES` names.
    pub async fn postgres() -> Self {
        Self::with(Config { database: Some(fresh_postgres().await), ..Config::default() }).await
    }

    /// With a configuration of its own; data folder, seed and cost of hashing are set here.
    pub async fn with(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            data: folder.path().to_owned(),
            seed: Some(config.seed.unwrap_or(true)),
            argon2_memory: 64,
            argon2_passes: 1,
            ..config
        };
        let clock = Arc::new(ManualClock::at(BEGINNING));
        let (site, router) = open(&config, &clock).await;
        Self { site, clock, config, router, _folder: folder }
    }

    /// How it was configured.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.config.data
    }

    /// The server ends and starts again, on the same data.
    pub async fn restart(&mut self) {
        self.site.auth.db.close().await;
        (self.site, self.router) = open(&self.config, &self.clock).await;
    }

    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub fn tab(&self) -> Tab {
        Tab { router: self.router.clone(), jar: BTreeMap::new(), bearer: None, headers: Vec::new() }
    }

    /// A tab in which `username` of the demo is logged in.
    pub async fn tab_of(&self, username: &str) -> Tab {
        let mut tab = self.tab();
        let reply = tab.post("/api/session", &json!({"login": username, "password": format!("correct-horse-{username}")})).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        tab
    }

    /// Writes down what has come back, as the job does a moment later.
    pub async fn settle(&self) {
        self.site.auth.confirmations.write(&self.site.auth.db, None).await.unwrap();
    }

    /// Sends what is due, as the job does a moment later; the newest mail is answered with, as recipient, subject and text.
    pub async fn deliver(&self) -> (String, String, String) {
        self.site.mailer.send_due(&self.site.auth).await.unwrap();
        let mail = server::store::mails::newest(&self.site.auth.db, 1).await.unwrap().pop().unwrap();
        (mail.recipient, mail.subject, mail.body)
    }

    /// Changes the database behind the server's back.
    pub async fn sql(&self, statement: &'static str) {
        match &self.site.auth.db {
            Db::Sqlite { writer, .. } => sqlx::raw_sql(statement).execute(writer).await.map(|_| ()),
            Db::Postgres(pool) => sqlx::raw_sql(statement).execute(pool).await.map(|_| ()),
        }
        .unwrap();
    }

    /// One number out of the database.
    pub async fn count(&self, query: &'static str) -> i64 {
        match &self.site.auth.db {
            Db::Sqlite { writer, .. } => sqlx::query_scalar(query).fetch_one(writer).await,
            Db::Postgres(pool) => sqlx::query_scalar(query).fetch_one(pool).await,
        }
        .unwrap()
    }
}

async fn open(config: &Config, clock: &Arc<ManualClock>) -> (Arc<Site>, Router) {
    let site = Arc::new(Site::open(config, ORIGIN.into(), Arc::clone(clock) as _).await.unwrap());
    let router = router(Arc::clone(&site));
    (site, router)
}

/// Makes an empty database and answers with its URL.
pub async fn fresh_postgres() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("NIGHTLATCH_TEST_POSTGRES")
        .expect("NIGHTLATCH_TEST_POSTGRES names no PostgreSQL to test on: run `cargo xtask test`, which starts one");
    let name = format!("nightlatch_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

impl Tab {
    /// A copy of the jar, as a thief takes it.
    pub fn stolen(&self) -> Self {
        Self { router: self.router.clone(), jar: self.jar.clone(), bearer: self.bearer.clone(), headers: self.headers.clone() }
    }

    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.json(Method::POST, path, body).await
    }

    pub async fn json(&mut self, method: Method, path: &str, body: &Value) -> Reply {
        self.send(method, path, Some(("application/json", body.to_string()))).await
    }

    pub async fn form(&mut self, path: &str, body: &str) -> Reply {
        self.send(Method::POST, path, Some(("application/x-www-form-urlencoded", body.to_owned()))).await
    }

    /// With the refresh token of the cookie.
    pub async fn refresh(&mut self) -> Reply {
        self.post("/api/session/refresh", &json!({})).await
    }

    pub async fn log_out(&mut self) -> Reply {
        self.json(Method::DELETE, "/api/session", &json!({})).await
    }

    /// A form with files: names and contents.
    pub async fn multipart(&mut self, path: &str, fields: &[(&str, &[u8])]) -> Reply {
        let mut body = Vec::new();
        for (name, content) in fields {
            let file = if *name == "picture" { "; filename=\"picture\"\r\nContent-Type: image/jpeg" } else { "" };
            body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").into_bytes());
            body.extend(*content);
            body.extend(b"\r\n");
        }
        body.extend(b"--edge--\r\n");
        self.bytes(Method::POST, path, Some(("multipart/form-data; boundary=edge", body))).await
    }

    pub async fn send(&mut self, method: Method, path: &str, body: Option<(&str, String)>) -> Reply {
        self.bytes(method, path, body.map(|(media, text)| (media, text.into_bytes()))).await
    }

    /// As a browser on our own page sends it; keeps the cookies of the answer.
    pub async fn bytes(&mut self, method: Method, path: &str, body: Option<(&str, Vec<u8>)>) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if !self.headers.iter().any(|(name, _)| name == "sec-fetch-site" || name == "origin" || name == "no-fetch-metadata") {
            request = request.header("sec-fetch-site", "same-origin");
        }
        for (name, value) in self.headers.iter().filter(|(name, _)| name != "no-fetch-metadata") {
            request = request.header(name, value);
        }
        if !self.jar.is_empty() {
            let cookies: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if let Some(token) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = match body {
            Some((media, bytes)) => {
                request = request.header(header::CONTENT_TYPE, media).header(header::CONTENT_LENGTH, bytes.len());
                Body::from(bytes)
            }
            None => Body::empty(),
        };
        let reply = answer(&self.router, request.body(body).unwrap()).await;
        for line in reply.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
            }
        }
        reply
    }
}

/// One request without a client around it.
pub async fn answer(router: &Router, request: Request<Body>) -> Reply {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    Reply { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned(), bytes: bytes.to_vec() }
}

impl World {
    /// One request without a client around it.
    pub async fn raw(&self, request: Request<Body>) -> Reply {
        answer(&self.router, request).await
    }
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text))
    }

    /// The code of a problem.
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{} {}", self.status, self.text);
        self.json()["code"].as_str().unwrap().to_owned()
    }

    pub fn reason(&self) -> String {
        self.json()["reason"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The `Set-Cookie` line of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.headers
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|line| line.to_str().unwrap().to_owned())
            .find(|line| line.starts_with(&format!("{name}=")))
    }

    pub fn sets_no_cookie(&self) -> bool {
        !self.headers.contains_key(header::SET_COOKIE)
    }
}
