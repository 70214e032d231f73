//! Servers in processes of their own, what they use, and a client that is as plain as can be.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server in a process of its own.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) started_in: Duration,
}

impl Server {
    pub(crate) fn nightlatch(data: &Path, database: Option<&str>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightlatch"));
        command.arg("--data").arg(data).args(["--listen", "127.0.0.1:0", "--throttle", "off"]);
        command.arg("--address-file").arg(data.join("address"));
        if let Some(database) = database {
            command.args(["--database", database]);
        }
        Self::spawn(command, &data.join("address"))
    }

    pub(crate) fn bare(data: &Path) -> Self {
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

    pub(crate) fn log_in(&self) -> String {
        let body = r#"{"login":"mina","password":"correct-horse-mina","storage":"native"}"#;
        let head = format!(
            "POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let answer = exchange(&mut TcpStream::connect(self.address).unwrap(), &(head + body));
        answer.split("\"access\":\"").nth(1).expect("a grant").split('"').next().unwrap().to_owned()
    }

    /// Asks `times` times, over one connection.
    pub(crate) fn ask(&self, times: u32, question: &str) {
        let mut connection = TcpStream::connect(self.address).unwrap();
        connection.set_nodelay(true).unwrap();
        for _ in 0..times {
            let answer = exchange(&mut connection, question);
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
    }

    /// CPU seconds that this process used while `work` ran.
    pub(crate) fn cpu_of(&self, work: impl FnOnce()) -> f64 {
        let before = cpu(&self.pid());
        work();
        cpu(&self.pid()) - before
    }

    pub(crate) fn pid(&self) -> String {
        self.child.id().to_string()
    }
}

/// CPU seconds that a process has used (all threads, from schedstat, proc(5)).
pub(crate) fn cpu(pid: &str) -> f64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten();
    let used = |task: std::io::Result<fs::DirEntry>| {
        fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?.split(' ').next()?.parse::<f64>().ok()
    };
    tasks.filter_map(used).sum::<f64>() / 1e9
}

/// Resident memory of a process in MB (proc(5), VmRSS).
pub(crate) fn resident(pid: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0 / 1e6
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request, one answer with a known length.
pub(crate) fn exchange(connection: &mut TcpStream, request: &str) -> String {
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
