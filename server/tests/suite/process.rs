//! The server as a process: killed in the middle of its work, started again, asked to stop.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Semaphore;

use crate::world::fresh_postgres;

/// A running server, killed when it is dropped.
struct Process {
    child: Child,
    url: String,
}

impl Process {
    fn start(data: &Path, database: Option<&str>) -> Self {
        let address_file = data.join("address");
        let _ = fs::remove_file(&address_file);
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightlatch"));
        command.arg("--address-file").arg(&address_file).arg("--data").arg(data).args(["--listen", "127.0.0.1:0", "--throttle", "off"]);
        if let Some(database) = database {
            command.args(["--database", database]);
        }
        let mut process = Self { child: command.stderr(Stdio::null()).spawn().unwrap(), url: String::new() };
        let patience = Instant::now();
        while process.url.is_empty() {
            assert!(patience.elapsed() < Duration::from_secs(60), "the server did not start");
            match fs::read_to_string(&address_file) {
                Ok(address) => process.url = format!("http://{address}"),
                Err(_) => std::thread::yield_now(),
            }
        }
        process
    }

    fn kill(mut self) {
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

async fn post(client: &reqwest::Client, url: &str, body: &Value) -> Result<(u16, Value), reqwest::Error> {
    let reply = client.post(url).json(body).send().await?;
    Ok((reply.status().as_u16(), reply.json().await?))
}

async fn log_in(client: &reqwest::Client, server: &Process) -> Value {
    let body = json!({"login": "mina", "password": "correct-horse-mina", "storage": "native", "save": true});
    let (status, grant) = post(client, &format!("{}/api/session", server.url), &body).await.unwrap();
    assert_eq!(status, 200, "{grant}");
    grant["refresh"].clone()
}

/// 200 clients refresh at once, and the server is killed when half are answered: the other answers are lost, or were never written.
/// After the restart every one of them goes on.
async fn killed_in_the_middle_of_refreshes(database: Option<String>) {
    const CLIENTS: usize = 200;
    let folder = TempDir::new().unwrap();
    let server = Process::start(folder.path(), database.as_deref());
    let client = reqwest::Client::new();
    let mut tokens = Vec::new();
    for _ in 0..CLIENTS {
        tokens.push(log_in(&client, &server).await);
    }
    let url = format!("{}/api/session/refresh", server.url);
    let answered = Arc::new(Semaphore::new(0));
    let refreshes = tokens.into_iter().map(|token| {
        let (client, url, answered) = (client.clone(), url.clone(), Arc::clone(&answered));
        // Each client keeps what it received: the successor, or what it had.
        async move {
            let reply = post(&client, &url, &json!({"refresh": token})).await;
            answered.add_permits(1);
            reply.map_or(token, |(_, grant)| grant["refresh"].clone())
        }
    });
    let running = tokio::spawn(join_all(refreshes));
    let _half = answered.acquire_many(CLIENTS as u32 / 2).await.unwrap();
    server.kill();
    let kept = running.await.unwrap();

    let server = Process::start(folder.path(), database.as_deref());
    let url = format!("{}/api/session/refresh", server.url);
    for token in kept {
        let (status, grant) = post(&client, &url, &json!({"refresh": token})).await.unwrap();
        assert_eq!(status, 200, "logged out by a crash: {grant}");
    }
}

#[tokio::test]
async fn killed_in_the_middle_of_refreshes_nobody_is_logged_out_on_sqlite() {
    killed_in_the_middle_of_refreshes(None).await;
}

#[tokio::test]
async fn killed_in_the_middle_of_refreshes_nobody_is_logged_out_on_postgres() {
    killed_in_the_middle_of_refreshes(Some(fresh_postgres().await)).await;
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
