//! Starting, resting, and answering: the release build in a process of its own.

use std::time::Duration;

use crate::Sheet;
use crate::process::{Server, resident};

/// Requests in one round, and rounds of each of the two servers, taken in turns.
const REQUESTS: u32 = 20_000;
const ROUNDS: u32 = 5;

pub(crate) fn measure(sheet: &mut Sheet) {
    start_up_and_memory(sheet);
    who_am_i(sheet);
}

/// From the start of the process until it listens, on data that is there already; and what it holds when nobody asks anything.
fn start_up_and_memory(sheet: &mut Sheet) {
    let folder = tempfile::tempdir().unwrap();
    drop(Server::nightlatch(folder.path(), None));
    let mut starts: Vec<f64> = (0..11).map(|_| Server::nightlatch(folder.path(), None).started_in.as_secs_f64() * 1e3).collect();
    starts.sort_by(f64::total_cmp);
    sheet.row("start-up on existing data, median of 11", starts[5], "ms", 100.0);
    let server = Server::nightlatch(folder.path(), None);
    std::thread::sleep(Duration::from_secs(1));
    sheet.row("resident memory, idle", resident(&server.pid()), "MB", 40.0);
    let token = server.log_in();
    for _ in 0..200 {
        server.ask(1, &request("/api/feed", &token));
    }
    sheet.note("resident memory after a log-in (19 MiB of Argon2) and 200 feeds", resident(&server.pid()), "MB");
}

/// `GET /api/me` with a bearer token, against a bare axum route that answers JSON of the same length. CPU of the server process.
fn who_am_i(sheet: &mut Sheet) {
    let folder = tempfile::tempdir().unwrap();
    let ours = Server::nightlatch(folder.path(), None);
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
