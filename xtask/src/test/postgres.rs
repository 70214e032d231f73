//! A PostgreSQL that lives as long as the tests: a folder of its own, a free port, nothing of the machine's touched.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::prerequisites;
use crate::child;

/// The running server. Stopped and cleared away when dropped, however the tests end.
pub(crate) struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
}

impl Postgres {
    pub(crate) fn start() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("nightlatch-postgres-{}", std::process::id()));
        // Free now; nobody takes it in the blink before the server does.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let postgres = Self { folder, programs: prerequisites::postgres()?, port };
        let mut initdb = postgres.program("initdb");
        // Trust: it listens on the loopback only, and holds nothing. No sync of the first files; the server itself syncs as always.
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--pgdata"]);
        let output = initdb.arg(&postgres.folder).output().context("cannot start initdb")?;
        anyhow::ensure!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));

        let folder = postgres.folder.display();
        let options = format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=200");
        let mut start = postgres.program("pg_ctl");
        start.args(["start", "--wait", "--silent", "--options", &options, "--log"]).arg(postgres.folder.join("log"));
        child::run("pg_ctl start", start.arg("--pgdata").arg(&postgres.folder))?;
        println!("PostgreSQL listens on 127.0.0.1:{port}");
        Ok(postgres)
    }

    /// Where the tests find it.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// One of its programs, as the user it may run as: it refuses to be started by root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if prerequisites::root_user() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // It wants to look at the folder it is started in, which that user may not.
        command.current_dir(std::env::temp_dir());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "--wait", "--mode=immediate", "--silent", "--pgdata"]).arg(&self.folder);
        if self.folder.join("postmaster.pid").exists() && !child::succeeds(&mut stop) {
            eprintln!("xtask: PostgreSQL in {} was not stopped", self.folder.display());
            return;
        }
        // What is left behind is left in the temp folder.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
