//! A Redis of the test's own: on a free port, in a folder of its own, ended by its id.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub struct Server {
    pub port: u16,
    pub folder: TempDir,
    program: &'static str,
    arguments: Vec<String>,
    child: Child,
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Server {
    /// Without persistence: what it knew is gone when it ends.
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_on(free_port(), arguments)
    }

    pub fn start_on(port: u16, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut all: Vec<String> = ["--port", &port.to_string(), "--save", "", "--appendonly", "no"]
            .iter()
            .map(|text| (*text).to_owned())
            .collect();
        all.extend(["--bind".into(), "127.0.0.1".into()]);
        all.extend(arguments.iter().map(|text| (*text).to_owned()));
        let child = spawn("redis-server", folder.path(), &all);
        let server = Self { port, folder, program: "redis-server", arguments: all, child };
        server.wait();
        server
    }

    pub fn sentinel(primary: u16) -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        let configuration = folder.path().join("sentinel.conf");
        let text = format!(
            "port {port}\nbind 127.0.0.1\nsentinel monitor house 127.0.0.1 {primary} 1\n\
             sentinel down-after-milliseconds house 500\nsentinel failover-timeout house 2000\n"
        );
        std::fs::write(&configuration, text).unwrap();
        let arguments = vec![configuration.display().to_string()];
        let child = spawn("redis-sentinel", folder.path(), &arguments);
        let server = Self { port, folder, program: "redis-sentinel", arguments, child };
        server.wait();
        server
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The same server again, on the same port.
    pub fn restart(&mut self) {
        self.child = spawn(self.program, self.folder.path(), &self.arguments);
        self.wait();
    }

    /// SIGSTOP, SIGCONT and the like.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    pub fn command(&self, arguments: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string()])
            .args(arguments)
            .output()
            .expect("redis-cli is missing; install the package redis-tools");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Until it listens. TLS and passwords are no matter: it accepts, and has loaded nothing.
    fn wait(&self) {
        eventually("Redis listens", || std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(program: &str, folder: &Path, arguments: &[String]) -> Child {
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {program}: {error}; install the package {program}"))
}

/// Waits at most 20 seconds for a condition.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < until, "it never came to be that {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
