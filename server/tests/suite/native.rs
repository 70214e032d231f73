//! The client of the terminal, as a process, against the server as another.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ::native::site::Site;
use ::native::store::Keep;
use ::native::store::sealed::Sealed;
use app::session::ports::TokenStore;
use app::session::record::{Kept, Record};
use app::wire::secret::Secret;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

use crate::process::Process;

const PASSPHRASE: &str = "oil for the lamp";
const PASSWORD: &str = "correct-horse-mina\n";

/// A server that comes back at the same address, and somebody's home folder.
struct World {
    data: TempDir,
    home: TempDir,
    server: Option<Process>,
    url: String,
}

/// What a command said, and its exit code.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl World {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let server = Process::start_at("127.0.0.1:0", data.path());
        Self { data, home: tempfile::tempdir().unwrap(), url: server.url.clone(), server: Some(server) }
    }

    /// A world in which mina has logged in.
    fn of_mina() -> Self {
        let world = Self::new();
        let said = world.log_in();
        assert_eq!(said.code, 0, "{said:?}");
        world
    }

    fn kill_server(&mut self) {
        self.server.take().unwrap().kill();
    }

    fn start_server(&mut self) {
        let listen = self.url.strip_prefix("http://").unwrap();
        self.server = Some(Process::start_at(listen, self.data.path()));
    }

    fn command(&self, deed: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightlatch"));
        command.args([deed, "--server", &self.url, "--store", "file"]);
        command.env("XDG_DATA_HOME", self.home.path()).env("NIGHTLATCH_PASSPHRASE", PASSPHRASE);
        command
    }

    fn run(&self, deed: &str) -> Said {
        said(&mut self.command(deed), "")
    }

    fn log_in(&self) -> Said {
        said(self.command("login").args(["--user", "mina"]), PASSWORD)
    }

    fn file(&self) -> PathBuf {
        self.home.path().join("nightlatch").join(format!("{}.session", self.site().file_name()))
    }

    fn site(&self) -> Site {
        Site::parse(&self.url).unwrap()
    }

    fn keep(&self) -> Keep {
        Keep::open(Box::new(Sealed::new(self.file(), &self.site(), Secret::new(PASSPHRASE.to_owned())))).unwrap()
    }

    fn kept(&self) -> Kept {
        match self.keep().load() {
            Some(Record::Session(kept)) => kept,
            other => panic!("no session: {other:?}"),
        }
    }

    /// As if the access token had come long ago, so that it is due.
    fn age(&self) {
        let kept = Kept { received_at: 0, ..self.kept() };
        self.keep().save(&kept.record());
    }

    /// What the server answers to a refresh token.
    async fn shown(&self, method: reqwest::Method, path: &str, refresh: &Option<Secret>) -> (u16, Value) {
        let client = crate::crowd::client();
        let body = json!({"refresh": refresh.as_ref().unwrap().expose()});
        let reply = client.request(method, format!("{}{path}", self.url)).json(&body).send().await.unwrap();
        let (status, text) = (reply.status().as_u16(), reply.text().await.unwrap());
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    async fn database(&self) -> SqliteConnection {
        SqliteConnection::connect(&format!("sqlite:{}", self.data.path().join("nightlatch.db").display())).await.unwrap()
    }

    async fn is_ended(&self, refresh: &Option<Secret>) -> bool {
        let (status, problem) = self.shown(reqwest::Method::POST, "/api/session/refresh", refresh).await;
        status == 401 && problem["code"] == "session_ended" && problem["reason"] == "logged_out"
    }
}

fn start(command: &mut Command, input: &str) -> Child {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that reads nothing may have ended by now.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child
}

fn said(command: &mut Command, input: &str) -> Said {
    start(command, input).wait_with_output().unwrap().into()
}

#[tokio::test]
async fn a_session_is_opened_used_and_ended_from_a_terminal() {
    let world = World::new();
    let said = world.run("feed");
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("not logged in") && said.out.is_empty(), "{said:?}");

    let said = world.log_in();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("(mina)") && said.out.contains(&world.file().display().to_string()), "{said:?}");

    let said = world.run("feed");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("(@") && said.out.contains(" ago\n") && said.err.is_empty(), "{said:?}");

    let said = world.log_in();
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("already"), "{said:?}");

    let refresh = world.kept().refresh;
    let said = world.run("logout");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!world.file().exists());
    assert!(world.is_ended(&refresh).await);
    assert_eq!(world.run("feed").code, 3);
    assert_eq!(world.run("logout").code, 3);
}

#[tokio::test]
async fn a_wrong_password_opens_nothing_and_leaves_nothing() {
    let world = World::new();
    let said = said(world.command("login").args(["--user", "mina"]), "correct-horse-mila\n");
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("wrong"), "{said:?}");
    assert!(!world.file().exists());
}

#[tokio::test]
async fn a_code_is_asked_for_where_there_is_a_second_factor() {
    let world = World::new();
    let client = crate::crowd::client();
    let post = async |path: &str, token: &str, body: Value| -> Value {
        let request = client.post(format!("{}{path}", world.url)).bearer_auth(token).json(&body);
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    };
    let form = json!({"login": "mina", "password": PASSWORD.trim(), "storage": "native"});
    let grant = client.post(format!("{}/api/session", world.url)).json(&form).send().await.unwrap().text().await.unwrap();
    let token = serde_json::from_str::<Value>(&grant).unwrap()["access"].as_str().unwrap().to_owned();
    let setup = post("/api/factor/totp", &token, json!({"password": PASSWORD.trim()})).await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let code = crate::factor::totp(&setup["secret"]).generate(now).to_string();
    let confirmed = post("/api/factor/totp/confirm", &token, json!({"code": code})).await;
    let recovery = confirmed["recovery_codes"][0].as_str().unwrap();

    let said = |input: &str| said(world.command("login").args(["--user", "mina"]), &format!("{PASSWORD}{input}\n"));
    let wrong = said("000000");
    assert!(wrong.code != 0 && wrong.err.contains("wrong or was used"), "{wrong:?}");
    assert!(!world.file().exists());
    let right = said(recovery);
    assert_eq!(right.code, 0, "{right:?}");
    assert!(!world.kept().viewer.username.is_empty());
}

/// The access key is another after the restart, the refresh key is not: the request is refused, and replayed after a refresh.
#[tokio::test]
async fn an_access_token_that_does_not_hold_is_replaced_and_nobody_hears_of_it() {
    let mut world = World::of_mina();
    let before = world.kept();
    world.kill_server();
    let file = world.data.path().join("keys.json");
    let mut keys: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let refresh_key = keys["refresh"][0]["secret"].clone();
    assert_ne!(keys["access"][0]["secret"], refresh_key);
    keys["access"][0]["secret"] = refresh_key;
    fs::write(&file, keys.to_string()).unwrap();
    world.start_server();

    let said = world.run("feed");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("(@") && said.err.is_empty(), "{said:?}");
    assert_eq!(world.kept().viewer, before.viewer);
    assert!(world.kept().access != before.access, "and the new one is kept");
}

/// Stands between client and server, and counts the refreshes that go by.
fn counted(server: &str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let (server, counter) = (server.strip_prefix("http://").unwrap().to_owned(), count.clone());
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(&server).unwrap();
            let (counter, back) = (counter.clone(), (server.try_clone().unwrap(), client.try_clone().unwrap()));
            thread::spawn(move || {
                pass_on(client, server, |bytes| {
                    if bytes.starts_with(b"POST /api/session/refresh ") {
                        counter.fetch_add(1, Ordering::SeqCst);
                    }
                });
            });
            thread::spawn(move || pass_on(back.0, back.1, |_| {}));
        }
    });
    (url, count)
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, see: impl Fn(&[u8])) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        see(&bytes[..length]);
        if to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

#[tokio::test]
async fn what_is_due_is_refreshed_once_by_several_at_once() {
    let mut world = World::new();
    let (url, refreshes) = counted(&world.url);
    // It is public where the wire is counted: what is signed names that address.
    let listen = world.url.strip_prefix("http://").unwrap().to_owned();
    world.kill_server();
    world.server = Some(Process::start(world.data.path(), None, &["--listen", &listen, "--origin", &url]));
    world.url = url;
    assert_eq!(world.log_in().code, 0);
    let before = world.kept();
    world.age();
    let several: Vec<Child> = (0..3).map(|_| start(&mut world.command("feed"), "")).collect();
    for child in several {
        let said = Said::from(child.wait_with_output().unwrap());
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.out.contains("(@"), "{said:?}");
    }
    assert_eq!(refreshes.load(Ordering::SeqCst), 1, "the others found what the first had fetched");
    assert!(world.kept().access != before.access);
    assert_eq!(world.run("feed").code, 0);
    assert_eq!(refreshes.load(Ordering::SeqCst), 1, "what is not due is not refreshed");
}

#[tokio::test]
async fn a_server_that_is_away_logs_nobody_out() {
    let mut world = World::of_mina();
    world.kill_server();
    world.age();
    let said = world.run("feed");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("cannot be reached") && said.err.contains("still logged in"), "{said:?}");
    world.start_server();
    let said = world.run("feed");
    assert_eq!(said.code, 0, "{said:?}");
}

#[tokio::test]
async fn a_log_out_that_the_server_did_not_hear_is_owed_and_paid_first_thing() {
    let mut world = World::of_mina();
    let kept = world.kept();
    world.kill_server();
    let said = world.run("logout");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("logged out here") && said.err.contains("next time"), "{said:?}");
    assert!(matches!(world.keep().load(), Some(Record::Revoke(_))));
    assert_eq!(world.run("feed").code, 3, "it is over here, whoever may hear of it");
    assert_eq!(world.run("logout").code, 1, "still owed");

    world.start_server();
    let said = world.run("feed");
    assert_eq!(said.code, 3, "{said:?}");
    assert!(!world.file().exists(), "nothing is owed any more");
    assert!(world.is_ended(&kept.refresh).await);

    assert_eq!(world.log_in().code, 0);
    world.kill_server();
    assert_eq!(world.run("logout").code, 1);
    world.start_server();
    assert_eq!(world.run("logout").code, 0, "a script may ask until it is done");
    assert_eq!(world.run("logout").code, 3);
}

#[tokio::test]
async fn a_session_that_ended_says_why_and_is_forgotten() {
    let mut world = World::of_mina();
    let (status, _) = world.shown(reqwest::Method::DELETE, "/api/session", &world.kept().refresh).await;
    assert_eq!(status / 100, 2);
    let said = world.run("feed");
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("you are logged out") && !world.file().exists(), "{said:?}");

    assert_eq!(world.log_in().code, 0);
    world.kill_server();
    world.age();
    let mut database = world.database().await;
    sqlx::raw_sql("update sessions set idle_expires_at = created_at where ended_at is null").execute(&mut database).await.unwrap();
    database.close().await.unwrap();
    world.start_server();
    let said = world.run("feed");
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("had not been here") && !world.file().exists(), "{said:?}");
}

#[tokio::test]
async fn a_file_that_does_not_open_is_told_of_and_left_alone() {
    let world = World::of_mina();
    let whole = fs::read(world.file()).unwrap();
    let said = said(world.command("feed").env("NIGHTLATCH_PASSPHRASE", "oil for the lam"), "");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("passphrase is wrong"), "{said:?}");
    assert_eq!(fs::read(world.file()).unwrap(), whole);

    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(world.file(), &changed).unwrap();
    for said in [world.run("feed"), world.run("logout"), world.log_in()] {
        assert_eq!(said.code, 1, "{said:?}");
        assert!(said.err.contains("does not open"), "{said:?}");
        assert_eq!(fs::read(world.file()).unwrap(), changed);
    }
    fs::write(world.file(), &whole).unwrap();
    assert_eq!(world.run("feed").code, 0);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn without_a_key_store_it_is_the_file_and_without_a_place_nothing_stays_open() {
    let world = World::new();
    let bare = |deed: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightlatch"));
        command.args([deed, "--server", &world.url]).env("NIGHTLATCH_PASSPHRASE", PASSPHRASE).env("XDG_DATA_HOME", world.home.path());
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        command
    };
    assert_eq!(said(bare("login").args(["--user", "mina"]), PASSWORD).code, 0);
    assert!(world.file().exists());
    assert_eq!(said(&mut bare("feed"), "").code, 0);

    let empty = said(bare("feed").env("XDG_DATA_HOME", world.data.path()).env_remove("NIGHTLATCH_PASSPHRASE"), "");
    assert_eq!(empty.code, 3, "{empty:?}");
    assert!(empty.err.contains("not logged in") && empty.err.contains("key store"), "{empty:?}");
    let asked = said(bare("feed").args(["--store", "keyring"]), "");
    assert_eq!(asked.code, 1, "{asked:?}");
    assert!(asked.err.contains("key store"), "{asked:?}");
    let mute = said(bare("feed").env_remove("NIGHTLATCH_PASSPHRASE"), "");
    assert_eq!(mute.code, 2, "{mute:?}");
    assert!(mute.err.contains("NIGHTLATCH_PASSPHRASE"), "{mute:?}");

    // Nothing can be written there, not even by root.
    let nowhere = said(bare("login").args(["--user", "rover"]).env("XDG_DATA_HOME", "/proc"), "correct-horse-rover\n");
    assert_eq!(nowhere.code, 1, "{nowhere:?}");
    assert!(nowhere.err.contains("out again"), "{nowhere:?}");
    let mut database = world.database().await;
    let open: i64 = sqlx::query_scalar("select count(*) from sessions where ended_at is null").fetch_one(&mut database).await.unwrap();
    assert_eq!(open, 1, "mina's alone");
}

#[test]
fn what_cannot_be_asked_says_everything_that_is_wrong() {
    let asked =
        said(Command::new(env!("CARGO_BIN_EXE_nightlatch")).args(["feed", "--server", "http://nightlatch.example", "--user", "mina"]), "");
    assert_eq!(asked.code, 2);
    assert!(asked.err.contains("https") && asked.err.contains("--user"), "{asked:?}");
}
