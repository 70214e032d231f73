//! What the server may cost, measured: `cargo xtask bench`. Prints each figure beside its budget, and fails when one is over.
//!
//! CPU is read from `/proc`, per process, and compared as a ratio within this one run: the machine may be as noisy as it likes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot run has nothing to say")]

use std::fs;
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::wire::account::{Role, Viewer};
use server::auth::access::{Access, AccessKey};
use server::clock::{Clock, SystemClock};
use uuid::Uuid;

/// Requests in one round, and rounds of each of the two servers, taken in turns.
const REQUESTS: u32 = 20_000;
const ROUNDS: u32 = 5;

fn main() -> ExitCode {
    if let Some(file) = std::env::args().skip_while(|argument| argument != "--bare").nth(1) {
        serve_bare(Path::new(&file));
        return ExitCode::SUCCESS;
    }
    let mut sheet = Sheet::default();
    verification(&mut sheet);
    start_up_and_memory(&mut sheet);
    who_am_i(&mut sheet);
    sheet.conclude()
}

/// The figures, each with its budget.
#[derive(Default)]
struct Sheet {
    over: bool,
}

impl Sheet {
    fn row(&mut self, what: &str, figure: f64, unit: &str, budget: f64) {
        let fine = figure <= budget;
        self.over |= !fine;
        println!("{what:<64} {figure:>8.2} {unit:<3} budget {budget:>6.1} {}", if fine { "kept" } else { "OVER" });
    }

    fn note(&self, what: &str, figure: f64, unit: &str) {
        println!("{what:<64} {figure:>8.2} {unit}");
    }

    fn conclude(self) -> ExitCode {
        if self.over { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

/// Verifying an access token, in this process.
fn verification(sheet: &mut Sheet) {
    const TIMES: u32 = 100_000;
    let ring = vec![AccessKey { kid: "bench".into(), secret: vec![7; 32], signs_from: 0 }];
    let access = Access::new(ring, "http://localhost:3000", Duration::from_secs(300)).unwrap();
    let viewer = Viewer {
        account_id: Uuid::from_u128(1),
        username: "mina".into(),
        display_name: "Mina".into(),
        role: Role::User,
        session_id: Uuid::from_u128(2),
    };
    let now = SystemClock.now();
    let token = access.mint(&viewer, 1, 0, now).unwrap();
    // The best of several rounds is the cost; what is above it is the neighbours'.
    let round = || {
        let begun = Instant::now();
        for _ in 0..TIMES {
            black_box(access.verify(black_box(token.expose()), now)).unwrap();
        }
        begun.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
    };
    let mut rounds: Vec<f64> = (0..7).map(|_| round()).collect();
    rounds.sort_by(f64::total_cmp);
    sheet.row("verification of an access token, median of 7 rounds", rounds[3], "µs", 5.0);
}

/// From the start of the process until it listens, on data that is there already; and what it holds when nobody asks anything.
fn start_up_and_memory(sheet: &mut Sheet) {
    let folder = tempfile::tempdir().unwrap();
    drop(Server::nightlatch(folder.path()));
    let mut starts: Vec<f64> = (0..11).map(|_| Server::nightlatch(folder.path()).started_in.as_secs_f64() * 1e3).collect();
    starts.sort_by(f64::total_cmp);
    sheet.row("start-up on existing data, median of 11", starts[5], "ms", 100.0);
    let server = Server::nightlatch(folder.path());
    std::thread::sleep(Duration::from_secs(1));
    sheet.row("resident memory, idle", server.resident(), "MB", 40.0);
    let token = server.log_in();
    for _ in 0..200 {
        server.ask(1, &request("/api/feed", &token));
    }
    sheet.note("resident memory after a log-in (19 MiB of Argon2) and 200 feeds", server.resident(), "MB");
}

/// `GET /api/me` with a bearer token, against a bare axum route that answers JSON of the same length. CPU of the server process.
fn who_am_i(sheet: &mut Sheet) {
    let folder = tempfile::tempdir().unwrap();
    let ours = Server::nightlatch(folder.path());
    let token = ours.log_in();
    let question = request("/api/me", &token);
    let bare = Server::bare(folder.path());
    let (mut ours_cpu, mut bare_cpu) = (0.0, 0.0);
    for server in [&ours, &bare] {
        server.ask(2_000, &question);
    }
    for _ in 0..ROUNDS {
        ours_cpu += ours.cpu_of(|| ours.ask(REQUESTS, &question));
        bare_cpu += bare.cpu_of(|| bare.ask(REQUESTS, &question));
    }
    let each = |cpu: f64| cpu * 1e6 / f64::from(REQUESTS * ROUNDS);
    sheet.note("CPU of GET /api/me", each(ours_cpu), "µs");
    sheet.note("CPU of a bare axum JSON route", each(bare_cpu), "µs");
    sheet.row("the one as a multiple of the other", ours_cpu / bare_cpu, "×", 2.2);
}

fn request(path: &str, token: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAuthorization: Bearer {token}\r\n\r\n")
}

/// A server in a process of its own.
struct Server {
    child: Child,
    address: SocketAddr,
    started_in: Duration,
}

impl Server {
    fn nightlatch(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightlatch"));
        command.arg("--data").arg(data).args(["--listen", "127.0.0.1:0", "--throttle", "off"]);
        command.arg("--address-file").arg(data.join("address"));
        Self::spawn(command, &data.join("address"))
    }

    fn bare(data: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--bare").arg(data.join("bare"));
        Self::spawn(command, &data.join("bare"))
    }

    fn spawn(mut command: Command, address_file: &Path) -> Self {
        let _ = fs::remove_file(address_file);
        let begun = Instant::now();
        let mut server = Self {
            child: command.stderr(Stdio::null()).spawn().unwrap(),
            address: SocketAddr::from(([0; 4], 0)),
            started_in: begun.elapsed(),
        };
        while server.address.port() == 0 {
            assert!(begun.elapsed() < Duration::from_secs(60), "the server did not start");
            std::thread::sleep(Duration::from_micros(200));
            if let Ok(address) = fs::read_to_string(address_file) {
                server.started_in = begun.elapsed();
                server.address = address.parse().unwrap();
            }
        }
        server
    }

    fn log_in(&self) -> String {
        let body = r#"{"login":"mina","password":"correct-horse-mina","storage":"native"}"#;
        let head = format!(
            "POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let answer = exchange(&mut TcpStream::connect(self.address).unwrap(), &(head + body));
        answer.split("\"access\":\"").nth(1).expect("a grant").split('"').next().unwrap().to_owned()
    }

    /// Asks `times` times, over one connection.
    fn ask(&self, times: u32, question: &str) {
        let mut connection = TcpStream::connect(self.address).unwrap();
        connection.set_nodelay(true).unwrap();
        for _ in 0..times {
            let answer = exchange(&mut connection, question);
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
    }

    /// CPU seconds that this process used while `work` ran (all threads, from schedstat, proc(5)).
    fn cpu_of(&self, work: impl FnOnce()) -> f64 {
        let used = || {
            let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
            tasks
                .filter_map(|task| fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?.split(' ').next()?.parse::<f64>().ok())
                .sum::<f64>()
                / 1e9
        };
        let before = used();
        work();
        used() - before
    }

    /// Resident memory in MB (proc(5), VmRSS).
    fn resident(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0 / 1e6
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request, one answer with a known length.
fn exchange(connection: &mut TcpStream, request: &str) -> String {
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::with_capacity(4096);
    let mut chunk = [0; 16 * 1024];
    loop {
        let read = connection.read(&mut chunk).unwrap();
        assert!(read > 0, "the connection ended");
        answer.extend_from_slice(&chunk[..read]);
        let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&answer[..head]).to_lowercase();
        let length: usize = text.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap().parse().unwrap();
        if answer.len() >= head + 4 + length {
            return String::from_utf8_lossy(&answer).into_owned();
        }
    }
}

/// The thing to compare with: axum, one route, a JSON answer of the length of ours.
fn serve_bare(address_file: &Path) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let viewer = Arc::new(Viewer {
        account_id: Uuid::from_u128(u128::MAX),
        username: "mina".into(),
        display_name: "Mina".into(),
        role: Role::User,
        session_id: Uuid::from_u128(u128::MAX),
    });
    let route = axum::routing::get(move || {
        let viewer = Arc::clone(&viewer);
        async move { axum::Json(Viewer::clone(&viewer)) }
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let draft = address_file.with_extension("new");
        fs::write(&draft, address).unwrap();
        fs::rename(draft, address_file).unwrap();
        axum::serve(listener, axum::Router::new().route("/api/me", route)).await.unwrap();
    });
}
