//! The server as a process: killed in the middle of its work, started again, asked to stop.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::crowd::{Addresses, Crowd, say};
use crate::world::fresh_postgres;

/// What the servers of a test share.
pub const SECRET: &str = "c2VydmVycyBvZiBvbmUgdGVzdCBzaGFyZSB0aGlzIG9uZQ==";

/// A running server, killed when it is dropped.
pub struct Process {
    child: Child,
    pub url: String,
}

impl Process {
    /// On the embedded database, or on the one named; with more arguments.
    pub fn start(data: &Path, database: Option<&str>, more: &[&str]) -> Self {
        Self::start_with(data, database, more, &[])
    }

    /// With variables, too.
    pub fn start_with(data: &Path, database: Option<&str>, more: &[&str], environment: &[(&str, &str)]) -> Self {
        let address_file = data.join("address");
        let _ = fs::remove_file(&address_file);
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightlatch"));
        command.arg("--address-file").arg(&address_file).arg("--data").arg(data).args(["--listen", "127.0.0.1:0", "--throttle", "off"]);
        command.envs(environment.iter().copied());
        // One origin for all, whatever port each listens at, as behind a balancer. One that has a port of its own is public there.
        if !more.contains(&"--listen") {
            command.args(["--origin", "http://localhost:3000"]);
        }
        command.args(["--argon2-memory", "7168", "--argon2-passes", "1"]).args(more);
        if let Some(database) = database {
            command.args(["--database", database]);
        }
        let mut process = Self { child: command.stderr(Stdio::null()).spawn().unwrap(), url: String::new() };
        let patience = Instant::now();
        while process.url.is_empty() {
            assert!(patience.elapsed() < Duration::from_secs(60), "the server did not start");
            match fs::read_to_string(&address_file) {
                Ok(address) => process.url = format!("http://{address}"),
                Err(_) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
        process
    }

    /// On the embedded database, at an address of one's own choice.
    pub fn start_at(listen: &str, data: &Path) -> Self {
        Self::start(data, None, &["--listen", listen])
    }

    /// As the end of power: nothing is finished, nobody is told.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub async fn post(client: &reqwest::Client, url: &str, body: &Value) -> Result<(u16, Value), reqwest::Error> {
    let reply = client.post(url).json(body).send().await?;
    Ok((reply.status().as_u16(), reply.json().await?))
}

/// Logs in as mina of the demo, saved, with both tokens in the answer.
pub async fn log_in(client: &reqwest::Client, url: &str) -> Value {
    let body = json!({"login": "mina", "password": "correct-horse-mina", "storage": "native", "save": true});
    let (status, grant) = post(client, &format!("{url}/api/session"), &body).await.unwrap();
    assert_eq!(status, 200, "{grant}");
    grant
}

/// How often each test kills.
const KILLS: usize = 200;

/// Clients refresh all the time, and servers are killed at random moments, so that answers are lost, or were never written. `servers`
/// of them share the database; each lives for `longest` milliseconds at most, and is started again as soon as it is dead.
async fn killed_at_random_moments(database: Option<String>, servers: usize, longest: u64) {
    let folders: Vec<TempDir> = (0..servers).map(|_| TempDir::new().unwrap()).collect();
    let secret = folders[0].path().join("secret");
    fs::write(&secret, SECRET).unwrap();
    let start = |number: usize| {
        let (data, database, secret) = (folders[number].path().to_owned(), database.clone(), secret.display().to_string());
        let start = move || Process::start(&data, database.as_deref(), &["--access-life", "10s", "--keys-secret-file", &secret]);
        async { tokio::task::spawn_blocking(start).await.unwrap() }
    };
    let running = join_all((0..servers).map(start)).await;
    let addresses = Addresses::new(running.iter().map(|server| Some(server.url.clone())).collect());
    let crowd = Crowd::gather(40, &addresses).await;
    crowd.go_on(1).await;
    let killers = running.into_iter().enumerate().map(async |(number, mut running)| {
        for _ in 0..KILLS / servers {
            let mut moment = [0];
            server::model::fill_random(&mut moment);
            tokio::time::sleep(Duration::from_millis(u64::from(moment[0]) * longest / 256)).await;
            running.kill();
            addresses.send_modify(|all| all[number] = None);
            running = start(number).await;
            addresses.send_modify(|all| all[number] = Some(running.url.clone()));
        }
        running
    });
    let begun = Instant::now();
    let running = join_all(killers).await;
    let took = begun.elapsed();
    crowd.go_on(3).await;
    let answered = crowd.disperse(&running[0].url).await;
    say(&format!("killed {KILLS} times in {:.1} s, {answered} refreshes were answered", took.as_secs_f64()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_200_times_nobody_is_logged_out_on_sqlite() {
    killed_at_random_moments(None, 1, 60).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_200_times_nobody_is_logged_out_on_postgres() {
    // Longer, as each of them opens its connections first.
    killed_at_random_moments(Some(fresh_postgres().await), 2, 250).await;
}

#[tokio::test]
async fn a_stop_is_graceful_and_what_it_leaves_is_private() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let mut server = {
        // The folder is made by the server, so the address file cannot be inside it at first.
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightlatch"));
        command.arg("--address-file").arg(folder.path().join("address")).arg("--data").arg(&data).args(["--listen", "127.0.0.1:0"]);
        command.stderr(Stdio::null()).spawn().unwrap()
    };
    while !folder.path().join("address").exists() {
        assert!(server.try_wait().unwrap().is_none(), "the server did not start");
        std::thread::yield_now();
    }
    // Asked to stop in its first milliseconds it may be opening connections to the database, which then close when they like and leave the
    // -wal file behind. Nothing is lost by that; a server that has answered for a while is what is meant here.
    let address = fs::read_to_string(folder.path().join("address")).unwrap();
    for _ in 0..20 {
        let mut wire = std::net::TcpStream::connect(&address).unwrap();
        std::io::Write::write_all(&mut wire, b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
        std::io::Read::read_to_end(&mut wire, &mut Vec::new()).unwrap();
    }
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("keys.json")), 0o600);
    Command::new("kill").arg(server.id().to_string()).status().unwrap();
    assert!(server.wait().unwrap().success(), "SIGTERM is a request, not a failure");
    assert!(!data.join("nightlatch.db-wal").exists(), "the database was closed");
}

#[test]
fn a_configuration_that_is_wrong_says_everything_that_is() {
    let output = Command::new(env!("CARGO_BIN_EXE_nightlatch")).args(["--listen", "nowhere", "--acces-life", "5m"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("listen") && said.contains("acces_life"), "{said}");
}
