//! Several servers on one PostgreSQL, with any balancer in front: what one of them ends, all of them refuse; and when the database is
//! away, or keys are rotated, nobody is logged out.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::auth::Limits;
use server::auth::keys::seal::Seal;
use server::auth::keys::{Home, Keeper};
use server::clock::{Clock, SystemClock};
use server::config::Config;
use server::jobs;
use server::store::Db;
use sqlx::postgres::PgPool;
use tempfile::TempDir;

use crate::cluster::Cluster;
use crate::crowd::{Addresses, Crowd, client, say, until};
use crate::process::{Process, SECRET, log_in, post};
use crate::world::{World, fresh_postgres};

/// Two servers that share a database and its keys.
struct Pair {
    one: Process,
    other: Process,
    client: reqwest::Client,
    /// The database, as its operator sees it.
    operator: PgPool,
    _folders: [TempDir; 2],
}

impl Pair {
    async fn start(database: &str, more: &[&str]) -> Self {
        let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
        let secret = folders[0].path().join("secret");
        fs::write(&secret, SECRET).unwrap();
        let more: Vec<&str> = [&["--keys-secret-file", secret.to_str().unwrap()], more].concat();
        let start = |folder: &TempDir| Process::start(folder.path(), Some(database), &more);
        let (one, other) = (start(&folders[0]), start(&folders[1]));
        Self { one, other, client: client(), operator: PgPool::connect(database).await.unwrap(), _folders: folders }
    }

    fn addresses(&self) -> Addresses {
        Addresses::new(vec![Some(self.one.url.clone()), Some(self.other.url.clone())])
    }

    async fn sql(&self, statement: &'static str) {
        sqlx::raw_sql(statement).execute(&self.operator).await.unwrap();
    }

    /// What a server says to an access token.
    async fn me(&self, server: &Process, grant: &Value) -> u16 {
        let token = grant["access"].as_str().unwrap();
        self.client.get(format!("{}/api/me", server.url)).bearer_auth(token).send().await.unwrap().status().as_u16()
    }

    async fn refresh(&self, server: &Process, grant: &Value) -> (u16, Value) {
        post(&self.client, &format!("{}/api/session/refresh", server.url), &json!({"refresh": grant["refresh"]})).await.unwrap()
    }

    async fn log_out(&self, server: &Process, grant: &Value) {
        let body = json!({"refresh": grant["refresh"]});
        let reply = self.client.delete(format!("{}/api/session", server.url)).json(&body).send().await.unwrap();
        assert_eq!(reply.status(), 204);
    }

    /// Logs in at one of them, and both let it in.
    async fn log_in(&self) -> Value {
        let grant = log_in(&self.client, &self.one.url).await;
        assert_eq!((self.me(&self.one, &grant).await, self.me(&self.other, &grant).await), (200, 200));
        grant
    }

    async fn refused_by_both(&self, grant: &Value) {
        for server in [&self.one, &self.other] {
            until("both refuse", async || self.me(server, grant).await == 401).await;
        }
    }

    /// What a server answers while the database is away. Answers with how long it made those wait who need the database.
    async fn without_its_database(&self, server: &Process, grant: &Value) -> Duration {
        let access = grant["access"].as_str().unwrap();
        let cookie = format!("__Host-refresh={}", grant["refresh"].as_str().unwrap());
        let get = |path: &str| self.client.get(format!("{}{path}", server.url));
        let login = json!({"login": "mina", "password": "correct-horse-mina"});
        let session = format!("{}/api/session", server.url);
        let asked = Instant::now();
        let (refresh, login, feed, page, ready) = tokio::join!(
            self.refresh(server, grant),
            post(&self.client, &session, &login),
            get("/api/feed").bearer_auth(access).send(),
            get("/").header("cookie", cookie).send(),
            get("/readyz").send(),
        );
        let took = asked.elapsed();
        assert_eq!((refresh.0, &refresh.1["code"]), (503, &json!("busy")));
        assert!(refresh.1["retry_after_ms"].as_u64().unwrap() > 0);
        assert_eq!((login.unwrap().0, ready.unwrap().status().as_u16()), (503, 503));
        let (feed, page) = (feed.unwrap(), page.unwrap());
        for reply in [&feed, &page] {
            assert!(reply.status() == 503 && reply.headers().contains_key("retry-after") && !reply.headers().contains_key("set-cookie"));
        }
        assert!(!page.text().await.unwrap().contains("name=\"password\""), "not knowing is not logged out");
        assert_eq!(self.me(server, grant).await, 200, "an access token needs no database");
        assert_eq!(get("/healthz").send().await.unwrap().status(), 200);
        took
    }

    /// Nothing is called out any more, so that nobody can hear anything.
    async fn silence(&self) {
        self.sql(
            "create or replace function tell_ended_session() returns trigger language plpgsql as 'begin return null; end';
             create or replace function tell_changed_account() returns trigger language plpgsql as
                'begin new.changed_at := cast(extract(epoch from clock_timestamp()) * 1000 as bigint); return new; end'",
        )
        .await;
    }
}

#[tokio::test]
async fn a_new_password_at_one_logs_out_at_the_other_and_the_changer_goes_on() {
    let pair = Pair::start(&fresh_postgres().await, &[]).await;
    let (mine, thief) = (pair.log_in().await, pair.log_in().await);
    let change = json!({"current": "correct-horse-mina", "new": "lantern copper sofa", "refresh": mine["refresh"]});
    let put = pair.client.put(format!("{}/api/password", pair.one.url)).bearer_auth(mine["access"].as_str().unwrap());
    let reply = put.json(&change).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    let changed: Value = reply.json().await.unwrap();
    assert_eq!(changed["ended"], 1);
    pair.refused_by_both(&mine).await;
    pair.refused_by_both(&thief).await;
    let (status, ended) = pair.refresh(&pair.other, &thief).await;
    assert_eq!((status, &ended["reason"]), (401, &json!("password")));
    let fresh = &changed["grant"];
    assert_eq!((pair.me(&pair.one, fresh).await, pair.me(&pair.other, fresh).await), (200, 200));
    assert_eq!(pair.refresh(&pair.other, fresh).await.0, 200);
}

#[tokio::test]
async fn a_log_out_at_one_is_refused_by_the_other() {
    const TIMES: usize = 200;
    let pair = Pair::start(&fresh_postgres().await, &[]).await;
    let mut grants = Vec::new();
    for _ in 0..TIMES {
        grants.push(pair.log_in().await);
    }
    let mut delays = Vec::new();
    for grant in &grants {
        pair.log_out(&pair.one, grant).await;
        let answered = Instant::now();
        until("the other refuses", async || pair.me(&pair.other, grant).await == 401).await;
        delays.push(answered.elapsed().as_secs_f64() * 1e3);
        assert_eq!(pair.me(&pair.one, grant).await, 401, "and the one at once");
        let (status, problem) = pair.refresh(&pair.other, grant).await;
        assert_eq!((status, &problem["reason"]), (401, &json!("logged_out")));
    }
    delays.sort_by(f64::total_cmp);
    let (median, p99, worst) = (delays[TIMES / 2], delays[TIMES * 99 / 100], delays[TIMES - 1]);
    say(&format!("{TIMES} log-outs, refused by the other server after: median {median:.1} ms, p99 {p99:.1} ms, worst {worst:.1} ms"));
}

#[tokio::test]
async fn what_nobody_called_out_is_seen_all_the_same() {
    let pair = Pair::start(&fresh_postgres().await, &[]).await;
    pair.silence().await;
    let (ended, raised) = (pair.log_in().await, pair.log_in().await);
    pair.log_out(&pair.one, &ended).await;
    pair.refused_by_both(&ended).await;
    assert_eq!(pair.me(&pair.other, &raised).await, 200);
    pair.sql("update accounts set epoch = epoch + 1 where username = 'mina'").await;
    pair.refused_by_both(&raised).await;
}

#[tokio::test]
async fn another_epoch_or_a_disabled_account_stops_access_tokens_everywhere() {
    let pair = Pair::start(&fresh_postgres().await, &[]).await;
    let old = pair.log_in().await;
    pair.sql("update accounts set epoch = epoch + 1 where username = 'mina'").await;
    pair.refused_by_both(&old).await;
    let (status, new) = pair.refresh(&pair.other, &old).await;
    assert_eq!(status, 200, "the session itself goes on");
    assert_eq!((pair.me(&pair.one, &new).await, pair.me(&pair.other, &new).await), (200, 200), "with tokens of the new epoch");
    assert_eq!(pair.me(&pair.one, &old).await, 401, "and the old ones stay refused");

    pair.sql("update accounts set disabled_at = 1 where username = 'mina'").await;
    pair.refused_by_both(&new).await;
    assert_eq!(pair.refresh(&pair.one, &new).await.0, 401);
    pair.sql("update accounts set disabled_at = null where username = 'mina'").await;
    for server in [&pair.one, &pair.other] {
        until("it is let in again", async || pair.me(server, &new).await == 200).await;
    }
    pair.sql("update accounts set display_name = 'Mina B.' where username = 'mina'").await;
    assert_eq!(pair.me(&pair.other, &new).await, 200, "any other change stops nothing");
}

/// On both databases: what an operator changes by hand is seen by a server that runs, and by one that starts afterwards.
async fn an_epoch_raised_by_hand_is_seen(database: Option<String>) {
    let folder = TempDir::new().unwrap();
    let server = Process::start(folder.path(), database.as_deref(), &[]);
    let client = client();
    let grant = log_in(&client, &server.url).await;
    let me = async |server: &Process| {
        let reply = client.get(format!("{}/api/me", server.url)).bearer_auth(grant["access"].as_str().unwrap()).send().await;
        reply.unwrap().status().as_u16()
    };
    assert_eq!(me(&server).await, 200);
    let statement = "update accounts set epoch = epoch + 1 where username = 'mina'";
    match &database {
        Some(url) => sqlx::raw_sql(statement).execute(&PgPool::connect(url).await.unwrap()).await.map(|_| ()).unwrap(),
        None => {
            let Db::Sqlite { writer, .. } = Db::open_sqlite(&folder.path().join("nightlatch.db")).await.unwrap() else { unreachable!() };
            sqlx::raw_sql(statement).execute(&writer).await.unwrap();
            writer.close().await;
        }
    }
    until("it is refused", async || me(&server).await == 401).await;
    server.kill();
    let server = Process::start(folder.path(), database.as_deref(), &[]);
    assert_eq!(me(&server).await, 401, "from the first moment on");
}

#[tokio::test]
async fn an_epoch_raised_by_hand_is_seen_on_sqlite() {
    an_epoch_raised_by_hand_is_seen(None).await;
}

#[tokio::test]
async fn an_epoch_raised_by_hand_is_seen_on_postgres() {
    an_epoch_raised_by_hand_is_seen(Some(fresh_postgres().await)).await;
}

/// Two sites on one database in this process, without any job.
async fn two_worlds() -> (String, World, World) {
    let database = fresh_postgres().await;
    let config = Config {
        database: Some(database.clone()),
        keys_secret: Some(app::wire::secret::Secret::new(SECRET.to_owned())),
        throttle: false,
        ..Config::default()
    };
    (database, World::with(config.clone()).await, World::with(config).await)
}

/// The operator of a database, who is connected to another one.
struct Operator {
    admin: PgPool,
    name: String,
}

impl Operator {
    async fn of(database: &str) -> Self {
        let (server, name) = database.rsplit_once('/').unwrap();
        Self { admin: PgPool::connect(&format!("{server}/postgres")).await.unwrap(), name: name.to_owned() }
    }

    /// How many connections listen.
    async fn listening(&self) -> i64 {
        let query = "select count(*) from pg_stat_activity where datname = $1 and query like 'LISTEN%'";
        sqlx::query_scalar(query).bind(&self.name).fetch_one(&self.admin).await.unwrap()
    }

    /// Cuts those that listen off.
    async fn cut(&self) {
        let cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and query like 'LISTEN%'";
        sqlx::query(cut).bind(&self.name).execute(&self.admin).await.unwrap();
    }

    /// Whether new connections are let in.
    async fn let_in(&self, yes: bool) {
        let statement = format!("alter database {} allow_connections {yes}", self.name);
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&self.admin).await.unwrap();
    }
}

#[tokio::test]
async fn a_listener_hears_and_after_a_cut_reads_what_it_has_missed() {
    let (database, one, other) = two_worlds().await;
    let operator = Operator::of(&database).await;
    // It listens, and does nothing else: nobody looks.
    let listener = tokio::spawn(jobs::listen(Arc::clone(&other.site.auth)));
    until("it listens", async || operator.listening().await == 1).await;
    let visit = async || {
        let tab = one.tab_of("mina").await;
        let mut there = other.tab();
        there.jar = tab.jar.clone();
        assert_eq!(there.get("/api/me").await.status, 200);
        (tab, there)
    };
    let (mut tab, there) = visit().await;
    assert_eq!(tab.log_out().await.status, 204);
    let refused = async |there: &crate::world::Tab| there.stolen().get("/api/me").await.status == 401;
    until("it is heard", async || refused(&there).await).await;

    let (mut tab, there) = visit().await;
    operator.let_in(false).await;
    operator.cut().await;
    until("it is cut off", async || operator.listening().await == 0).await;
    assert_eq!(tab.log_out().await.status, 204);
    assert!(!refused(&there).await, "not heard, or this test is worth nothing");
    operator.let_in(true).await;
    until("it is read", async || refused(&there).await).await;
    listener.abort();
}

#[tokio::test]
async fn one_that_only_looks_sees_what_it_does_not_hear() {
    let (database, one, other) = two_worlds().await;
    let operator = Operator::of(&database).await;
    let mut tab = one.tab_of("mina").await;
    let mut there = other.tab();
    there.jar = tab.jar.clone();
    assert_eq!(there.get("/api/me").await.status, 200);
    assert_eq!(tab.log_out().await.status, 204);
    assert_eq!((there.stolen().get("/api/me").await.status.as_u16(), operator.listening().await), (200, 0));
    let looking = tokio::spawn(jobs::look(Arc::clone(&other.site.auth)));
    until("it is seen", async || there.stolen().get("/api/me").await.status == 401).await;
    looking.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_for_a_while_logs_nobody_out() {
    let cluster = tokio::task::spawn_blocking(Cluster::start).await.unwrap();
    let cluster = Arc::new(cluster);
    let pair = Pair::start(&cluster.url(), &["--access-life", "60s"]).await;
    let crowd = Crowd::gather(12, &pair.addresses()).await;
    crowd.go_on(2).await;
    for how in ["fast", "immediate"] {
        let grant = pair.log_in().await;
        let stopping = Arc::clone(&cluster);
        tokio::task::spawn_blocking(move || stopping.stop(how)).await.unwrap();
        crowd.are_told_to_wait(12).await;
        let mut slowest = Duration::ZERO;
        for server in [&pair.one, &pair.other] {
            slowest = slowest.max(pair.without_its_database(server, &grant).await);
        }
        say(&format!("database stopped ({how}): 503 within {:.0} ms", slowest.as_secs_f64() * 1e3));
        let starting = Arc::clone(&cluster);
        tokio::task::spawn_blocking(move || starting.resume()).await.unwrap();
        crowd.go_on(3).await;
        // And what ends from now on is refused everywhere again.
        pair.log_out(&pair.one, &grant).await;
        pair.refused_by_both(&grant).await;
    }
    crowd.disperse(&pair.other.url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_rotated_under_two_servers_and_nobody_is_logged_out() {
    let database = fresh_postgres().await;
    let pair = Pair::start(&database, &["--access-life", "60s"]).await;
    let sleeper = pair.log_in().await;
    let kid = |grant: &Value| grant["access"].as_str().unwrap().split('.').next().unwrap().to_owned();
    let crowd = Crowd::gather(8, &pair.addresses()).await;
    crowd.go_on(1).await;

    let db = Db::open_postgres(&database).await.unwrap();
    let seal = Seal::new(&app::wire::secret::Secret::new(SECRET.to_owned())).unwrap();
    let home = Home::Database(seal, TempDir::new().unwrap().path().join("keys.json"));
    let keeper = Keeper::open(home, &Limits::default(), &db, SystemClock.now()).await.unwrap();
    // As if it had been done fifty-two seconds ago: eight are left until the new keys sign.
    keeper.rotate(&db, SystemClock.now() - 52_000).await.unwrap();
    assert_eq!(kid(&pair.log_in().await), kid(&sleeper), "not yet");
    for server in [&pair.one, &pair.other] {
        until("the new key signs", async || kid(&log_in(&pair.client, &server.url).await) != kid(&sleeper)).await;
    }
    crowd.go_on(5).await;
    assert_eq!((pair.me(&pair.one, &sleeper).await, pair.me(&pair.other, &sleeper).await), (200, 200), "old access tokens hold");
    let (status, woken) = pair.refresh(&pair.other, &sleeper).await;
    assert_eq!(status, 200, "and old refresh tokens open");
    assert_ne!(kid(&woken), kid(&sleeper));
    crowd.disperse(&pair.one.url).await;
}
