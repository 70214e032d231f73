//! Refreshes over HTTP, on SQLite and, where `NIGHTLATCH_TEST_POSTGRES` names one, on PostgreSQL: what a rotation costs, whether it
//! costs more among a million sessions, and what it costs that every one is on the disk before it is answered.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use app::wire::session::TokenStorage;
use server::auth::Auth;
use server::auth::session::verify_now;
use server::clock::SystemClock;
use server::config::Config;
use server::model::{Device, id};
use server::site::Site;
use server::store::sessions::{self, NewSession};
use server::store::{Db, accounts};
use sqlx::{AssertSqlSafe, Connection};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::Sheet;
use crate::process::{Server, cpu, exchange};

/// Sessions that are refreshed in a round, whoever else is in the table.
const TOUCHED: usize = 1_000;
/// Rounds of each server, in turns.
const ROUNDS: usize = 5;
/// Who refreshes at once.
const CLIENTS: usize = 64;

pub(crate) fn measure(sheet: &mut Sheet) {
    on(sheet, "SQLite", None);
    match std::env::var("NIGHTLATCH_TEST_POSTGRES") {
        Ok(server) => on(sheet, "PostgreSQL", Some(&server)),
        Err(_) => println!("PostgreSQL is not measured: NIGHTLATCH_TEST_POSTGRES names none"),
    }
}

fn on(sheet: &mut Sheet, name: &str, postgres: Option<&str>) {
    let few = Household::new(postgres, "few", 0);
    let many = Household::new(postgres, "many", 1_000_000 - TOUCHED as u64);
    check(sheet, name, &few);
    let (mut few, mut many) = (few.serve(), many.serve());
    few.round(CLIENTS);
    many.round(CLIENTS);

    let (mut server_cpu, mut database_cpu, mut times) = (0.0, 0.0, (Vec::new(), Vec::new()));
    for _ in 0..ROUNDS {
        let before = (cpu(&few.server.pid()), database());
        times.0.push(few.round(CLIENTS));
        server_cpu += cpu(&few.server.pid()) - before.0;
        database_cpu += database() - before.1;
        times.1.push(many.round(CLIENTS));
    }
    let rotations = (ROUNDS * TOUCHED) as f64;
    sheet.row(&format!("{name}: CPU of a refresh, in the server"), server_cpu * 1e3 / rotations, "ms", 0.28);
    if postgres.is_some() {
        sheet.note(&format!("{name}: … and in the database"), database_cpu * 1e3 / rotations, "ms");
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let (few_took, many_took) = (median(&mut times.0), median(&mut times.1));
    sheet.note(&format!("{name}: refreshes a second, 64 clients, among 1,000 sessions"), TOUCHED as f64 / few_took, "");
    sheet.note(&format!("{name}: … among 1,000,000"), TOUCHED as f64 / many_took, "");
    sheet.row(&format!("{name}: the time of the one as a multiple of the other"), many_took / few_took, "×", 1.2);
    // Each commit waits for the disk, unless it is shared.
    let alone = few.round(1);
    sheet.note(&format!("{name}: refreshes a second, one after the other"), TOUCHED as f64 / alone, "");
}

/// A check that asks the database: session and account as they are now.
fn check(sheet: &mut Sheet, name: &str, household: &Household) {
    const TIMES: u32 = 5_000;
    let auth = &household.site.auth;
    household.runtime.block_on(async {
        let account = accounts::by_login(&auth.db, "mina").await.unwrap().unwrap();
        let tokens = household.tokens.iter().cycle().take(TIMES as usize);
        let sessions: Vec<_> = tokens.map(|token| auth.chain.open(token).unwrap().session_id).collect();
        let minted = auth.access.mint(&viewer(&account, sessions[0]), 1, 0, auth.clock.now()).unwrap();
        let claims = auth.access.verify(minted.expose(), auth.clock.now()).unwrap();
        let before = cpu("self");
        for session_id in sessions {
            let mut claims = claims.clone();
            claims.sid = session_id;
            verify_now(auth, &claims).await.unwrap();
        }
        sheet.row(&format!("{name}: CPU of a check against the database"), (cpu("self") - before) * 1e6 / f64::from(TIMES), "µs", 100.0);
    });
}

fn viewer(account: &accounts::Account, session_id: uuid::Uuid) -> app::wire::account::Viewer {
    app::wire::account::Viewer {
        account_id: account.account_id,
        username: account.username.clone(),
        display_name: account.display_name.clone(),
        role: account.role(),
        session_id,
    }
}

/// CPU seconds of every PostgreSQL process of this machine that is still there.
fn database() -> f64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().into_string().ok()).filter(|pid| pid.bytes().all(|b| b.is_ascii_digit()));
    pids.filter(|pid| fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.starts_with("postgres")))
        .map(|pid| cpu(&pid))
        .sum()
}

/// A database with its sessions, some of which are known here.
struct Household {
    runtime: Runtime,
    folder: TempDir,
    database: Option<String>,
    site: Site,
    tokens: Vec<String>,
}

impl Household {
    fn new(postgres: Option<&str>, name: &str, strangers: u64) -> Self {
        let runtime = Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (database, site, tokens) = runtime.block_on(async {
            let database = match postgres {
                Some(server) => Some(fresh(server, name).await),
                None => None,
            };
            let site = open(folder.path(), database.as_deref()).await;
            let tokens = fill(&site.auth, strangers).await;
            (database, site, tokens)
        });
        Self { runtime, folder, database, site, tokens }
    }

    fn serve(self) -> Served {
        let server = Server::nightlatch(self.folder.path(), self.database.as_deref());
        Served { tokens: self.tokens.clone(), household: self, server }
    }
}

async fn open(data: &Path, database: Option<&str>) -> Site {
    let config = Config { data: data.to_owned(), database: database.map(str::to_owned), seed: Some(true), ..Config::default() };
    Site::open(&config, "http://localhost:3000".into(), std::sync::Arc::new(SystemClock)).await.unwrap()
}

/// An empty database on this PostgreSQL.
async fn fresh(server: &str, name: &str) -> String {
    let name = format!("nightlatch_bench_{name}_{}", std::process::id());
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&mut connection).await.unwrap();
    format!("{}/{name}", server.rsplit_once('/').unwrap().0)
}

/// The sessions that will be refreshed, by their tokens, among strangers.
async fn fill(auth: &Auth, strangers: u64) -> Vec<String> {
    let now = auth.clock.now();
    let later = now + 1_000_000_000;
    let account = accounts::by_login(&auth.db, "mina").await.unwrap().unwrap();
    let values = format!("'native', true, '', '', 1, false, null, {now}, {now}, {later}, {later}, null, null, null, null, 0");
    let account_of = "(select account_id from accounts where username = 'mina')";
    match &auth.db {
        Db::Sqlite { writer, .. } => {
            let sql = format!(
                "insert into sessions with recursive n(i) as (select 1 union all select i + 1 from n where i < {strangers})
                 select randomblob(16), {account_of}, {values} from n where {strangers} > 0; analyze"
            );
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(writer).await.map(|_| ())
        }
        Db::Postgres(pool) => {
            let sql = format!(
                "insert into sessions select gen_random_uuid(), {account_of}, {values} from generate_series(1, {strangers}); analyze sessions"
            );
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.map(|_| ())
        }
    }
    .unwrap();
    let mut tx = auth.db.begin().await.unwrap();
    let mut tokens = Vec::new();
    for _ in 0..TOUCHED {
        let new = NewSession {
            session_id: id(now),
            account_id: account.account_id,
            storage: TokenStorage::Native,
            saved: true,
            device: Device::default(),
            created_at: now,
            idle_expires_at: later,
            expires_at: later,
            family: None,
            browser: None,
            jkt: None,
        };
        sessions::insert(&mut tx, &new).await.unwrap();
        tokens.push(auth.chain.seal(new.session_id, 1, now).expose().to_owned());
    }
    tx.commit().await.unwrap();
    tokens
}

/// With a server of its own.
struct Served {
    household: Household,
    server: Server,
    tokens: Vec<String>,
}

impl Served {
    /// Refreshes every known session once, and says how many seconds that took.
    fn round(&mut self, clients: usize) -> f64 {
        self.forget_the_race_window();
        let address = self.server.address;
        let share = self.tokens.len().div_ceil(clients);
        let begun = Instant::now();
        std::thread::scope(|scope| {
            for tokens in self.tokens.chunks_mut(share) {
                scope.spawn(move || {
                    let mut connection = TcpStream::connect(address).unwrap();
                    connection.set_nodelay(true).unwrap();
                    connection.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
                    for token in tokens {
                        let answer = exchange(&mut connection, &refresh(token));
                        *token = answer
                            .split("\"refresh\":\"")
                            .nth(1)
                            .unwrap_or_else(|| panic!("{answer}"))
                            .split('"')
                            .next()
                            .unwrap()
                            .to_owned();
                    }
                });
            }
        });
        begun.elapsed().as_secs_f64()
    }

    /// Otherwise a second round within half a minute would confirm instead of rotating.
    fn forget_the_race_window(&self) {
        let sql = "update sessions set handed_out_at = null where generation > 1";
        let Household { runtime, site, .. } = &self.household;
        runtime.block_on(async {
            match &site.auth.db {
                Db::Sqlite { writer, .. } => sqlx::raw_sql(sql).execute(writer).await.map(|_| ()),
                Db::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ()),
            }
            .unwrap();
        });
    }
}

fn refresh(token: &str) -> String {
    let body = format!("{{\"refresh\":\"{token}\"}}");
    format!(
        "POST /api/session/refresh HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
