//! The server under load: one of our own in a temporary folder, or one somebody else started.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};

use super::options::Common;
use super::organisation;
use super::process::Process;

pub struct House {
    pub address: SocketAddr,
    /// None: it is not known where its process is.
    pub process: Option<Process>,
    child: Option<Child>,
}

/// A folder that is gone with it.
pub struct Folder(PathBuf);

impl Folder {
    /// Blocking.
    pub fn new(common: &Common) -> anyhow::Result<Self> {
        let parent = common.folder.clone().unwrap_or_else(std::env::temp_dir);
        let folder = parent.join(format!("tandem-load-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self(folder))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn data(&self) -> PathBuf {
        self.0.join(organisation::DATA)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is in the temporary folder, where the system sees to it.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl House {
    /// The server that was named, or a new one in `folder`. Blocking, until it serves.
    pub fn open(common: &Common, folder: &Folder, agents: u16, capacity: u16) -> anyhow::Result<Self> {
        match common.address {
            Some(address) => Ok(Self { address, process: common.pid.map(Process), child: None }),
            None => Self::start(folder, agents, capacity),
        }
    }

    /// Starts a server in `folder`, on the data that is there. Blocking, until it serves.
    pub fn start(folder: &Folder, agents: u16, capacity: u16) -> anyhow::Result<Self> {
        organisation::write(folder.path(), agents, capacity)?;
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--config", organisation::SETTINGS, "serve"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start a server")?;
        let process = Some(Process(child.id()));
        let greeting = child.stdout.take().context("the server has no output")?;
        let mut house = Self { address: ([127, 0, 0, 1], 0).into(), process, child: Some(child) };
        house.address = address(BufReader::new(greeting))?;
        Ok(house)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Reads the address from the greeting, and the rest of it on a thread, so that nobody waits for it.
fn address(mut greeting: impl BufRead + Send + 'static) -> anyhow::Result<SocketAddr> {
    let mut line = String::new();
    greeting.read_line(&mut line)?;
    let Some(address) = line.trim().rsplit("http://").next().and_then(|address| address.parse().ok()) else {
        bail!("the server did not start");
    };
    std::thread::spawn(move || std::io::copy(&mut greeting, &mut std::io::sink()));
    Ok(address)
}
