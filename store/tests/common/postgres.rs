//! A PostgreSQL server of the tests' own, on a free loopback port: started when the first test of a
//! process wants it, ended by the last. Nothing of it outlives the process.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// PostgreSQL refuses to run as root; this is nobody.
const NOBODY: u32 = 65_534;

pub struct Server {
    folder: TempDir,
    port: u16,
    process: Mutex<Child>,
    databases: AtomicU32,
    /// The thread that started the process has to live as long as it.
    _parent: mpsc::Sender<()>,
}

/// The process's one server.
pub fn shared() -> Arc<Server> {
    static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(server) = shared.upgrade() {
        return server;
    }
    let server = Arc::new(Server::start());
    *shared = Arc::downgrade(&server);
    server
}

/// Whether what is committed survives the machine, too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durable {
    Yes,
    /// The server is killed in tests, not the machine: what the kernel has is safe.
    No,
}

impl Server {
    pub fn start() -> Self {
        Self::start_with(Durable::No)
    }

    pub fn start_with(durable: Durable) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        copy(&template(), &folder.path().join("data"));
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (process, parent) = run(&folder.path().join("data"), port, durable);
        let server = Self {
            folder,
            port,
            process: Mutex::new(process),
            databases: AtomicU32::new(0),
            _parent: parent,
        };
        server.wait();
        server
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://tandem@127.0.0.1:{}/{database}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// An empty database; returns its name.
    pub fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("tandem_{number}");
        self.psql("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    /// What `psql` prints, a line a row.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        let output = Command::new(program("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--dbname", &self.url(database)])
            .args(["--set", "ON_ERROR_STOP=1", "--command", sql])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// `kill -9` of the server, all its processes.
    pub fn kill(&self) {
        let mut process = self.process.lock().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Starts it anew on what is there.
    pub fn restart(&self) {
        // Processes of the killed server end by themselves; until then its memory is in use.
        let data = self.folder.path().join("data");
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let (process, parent) = run(&data, self.port, Durable::No);
            // Leaked: this parent lives as long as the test's process.
            std::mem::forget(parent);
            *self.process.lock().unwrap() = process;
            if self.is_up_within(Duration::from_secs(10)) {
                return;
            }
            assert!(Instant::now() < until, "the server does not start again");
        }
    }

    fn wait(&self) {
        assert!(self.is_up_within(Duration::from_secs(30)), "the server does not start");
    }

    fn is_up_within(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        let url = self.url("postgres");
        while Instant::now() < until {
            if self.process.lock().unwrap().try_wait().unwrap().is_some() {
                return false;
            }
            let asked = Command::new(program("psql"))
                .args(["--no-psqlrc", "--dbname", &url, "--command", "SELECT 1"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .unwrap();
            if asked.success() {
                return true;
            }
        }
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let process = self.process.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = process.kill();
        let _ = process.wait();
    }
}

/// Ends with the thread that started it, which ends with the sender or the process.
fn run(data: &Path, port: u16, durable: Durable) -> (Child, mpsc::Sender<()>) {
    let mut command = as_nobody(&program("postgres"));
    command.arg("-D").arg(data).args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k", ""]);
    command.args(["-c", "max_connections=60", "-c", "log_min_messages=fatal"]);
    if durable == Durable::No {
        command.args(["-c", "fsync=off"]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let (started, child) = mpsc::channel();
    let (parent, ended) = mpsc::channel::<()>();
    std::thread::spawn(move || {
        started.send(command.spawn().expect("setpriv (util-linux) starts")).unwrap();
        let _ = ended.recv();
    });
    (child.recv().unwrap(), parent)
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn as_nobody(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    }
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// The newest installed one.
pub fn program(name: &str) -> PathBuf {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|folders| folders.flatten().map(|folder| folder.path().join("bin").join(name)).collect())
        .unwrap_or_default();
    versions.retain(|path| path.exists());
    versions.sort();
    versions.pop().unwrap_or_else(|| panic!("{name} is missing: apt-get install postgresql"))
}

/// A fresh data folder, made once and copied for each server.
fn template() -> PathBuf {
    let kept =
        Path::new(option_env!("CARGO_TARGET_TMPDIR").unwrap_or("/tmp")).join("tandem-postgres-template");
    if kept.exists() {
        return kept;
    }
    let folder = tempfile::tempdir().unwrap();
    if is_root() {
        chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let data = folder.path().join("data");
    let made = as_nobody(&program("initdb"))
        .arg("-D")
        .arg(&data)
        .args(["--username=tandem", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success(), "initdb");
    let draft = kept.with_extension(std::process::id().to_string());
    copy(&data, &draft);
    // Who is second keeps the first one's.
    if std::fs::rename(&draft, &kept).is_err() {
        std::fs::remove_dir_all(&draft).unwrap();
    }
    kept
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success(), "cp");
}
