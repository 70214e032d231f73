//! A PostgreSQL of one test's own, which may stop it. `NIGHTLATCH_TEST_POSTGRES_BIN` names the folder of its programs; `cargo xtask test`
//! sets it.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

/// A server with its files, gone when it is dropped.
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Cluster {
    pub fn start() -> Self {
        let programs = std::env::var("NIGHTLATCH_TEST_POSTGRES_BIN")
            .expect("NIGHTLATCH_TEST_POSTGRES_BIN names no folder with initdb and pg_ctl: run `cargo xtask test`, which sets it");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = std::env::temp_dir().join(format!("nightlatch-cluster-{}-{port}", std::process::id()));
        let cluster = Self { programs: programs.into(), folder, port };
        let mut initdb = cluster.program("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--pgdata"]);
        let output = initdb.arg(&cluster.folder).output().unwrap();
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
        cluster.resume();
        cluster
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops it; `fast` says goodbye to everybody, `immediate` is as good as a power cut.
    pub fn stop(&self, how: &str) {
        self.control(&["stop", "--mode", how]);
    }

    /// Starts it again.
    pub fn resume(&self) {
        let folder = self.folder.display();
        let options = format!("-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=100", self.port);
        self.control(&["start", "--options", &options, "--log", &format!("{folder}/log")]);
    }

    fn control(&self, arguments: &[&str]) {
        let mut control = self.program("pg_ctl");
        // Its output goes nowhere: the server would inherit a pipe, and keep it open.
        let status = control.args(arguments).args(["--wait", "--silent", "--pgdata"]).arg(&self.folder).status().unwrap();
        assert!(status.success(), "pg_ctl {arguments:?}");
    }

    /// One of its programs, as the user it may run as: it refuses to be started by root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        let mut command = if root { Command::new("runuser") } else { Command::new(&program) };
        if root {
            command.args(["-u", "postgres", "--"]).arg(program);
        }
        command.current_dir(std::env::temp_dir());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        let _ = stop.args(["stop", "--mode=immediate", "--wait", "--silent", "--pgdata"]).arg(&self.folder).status();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
