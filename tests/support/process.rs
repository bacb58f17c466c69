//! The real binary in a process of its own, to be ended by any means.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tandem::configuration::{Organisation, Settings};

use super::{PATIENCE, Reached, root, settings};

pub struct Process {
    child: Child,
    address: SocketAddr,
    pub data: Arc<tempfile::TempDir>,
}

/// Names and values added to a process's environment.
pub type Environment<'a> = &'a [(&'a str, std::path::PathBuf)];

impl Reached for Process {
    fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Process {
    /// Changes settings and organisation before the first start.
    pub fn start(change: impl FnOnce(&mut Settings, &mut Organisation)) -> Self {
        Self::start_within(&[], change)
    }

    /// The same with something more in its environment.
    pub fn start_within(
        environment: Environment,
        change: impl FnOnce(&mut Settings, &mut Organisation),
    ) -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        let mut settings = settings(data.path());
        let mut organisation = Organisation::load(&root().join("config/organisation")).unwrap();
        change(&mut settings, &mut organisation);
        organisation.export(&data.path().join("organisation")).unwrap();
        settings.import.organisation = data.path().join("organisation");
        std::fs::write(data.path().join("tandem.toml"), toml::to_string(&settings).unwrap()).unwrap();
        Self::begin(data, environment)
    }

    /// On the data of one that has ended.
    pub fn again(data: Arc<tempfile::TempDir>) -> Self {
        Self::begin(data, &[])
    }

    fn begin(data: Arc<tempfile::TempDir>, environment: Environment) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tandem"))
            .arg("--config")
            .arg(data.path().join("tandem.toml"))
            .current_dir(root())
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line = line.expect("it says where it serves");
            line.strip_prefix("Tandem serves http://").map(|address| address.parse().unwrap())
        });
        // Whatever else it prints must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.expect("it serves"), data }
    }

    /// `kill -9`: no line of code runs any more.
    pub fn kill(mut self) -> Arc<tempfile::TempDir> {
        self.kill_now();
        self.child.wait().unwrap();
        self.data.clone()
    }

    /// The same, while others still speak with it.
    pub fn kill_now(&self) {
        self.send("-KILL");
    }

    /// It stands still, as a whole, until [`Self::go_on`].
    pub fn stop(&self) {
        self.send("-STOP");
    }

    pub fn go_on(&self) {
        self.send("-CONT");
    }

    fn send(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }

    /// SIGTERM, and how it ended.
    pub async fn terminate(mut self) -> (Arc<tempfile::TempDir>, ExitStatus, Duration) {
        let began = Instant::now();
        self.send("-TERM");
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (self.data.clone(), status, began.elapsed());
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended, or its test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
