//! What the server's process costs, as the kernel counts it, and what machine this is.

use std::fs;
use std::time::Duration;

/// The kernel counts processor time in these, on every Linux that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

/// A process on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process(pub u32);

impl Process {
    /// Resident memory in bytes; none if the kernel does not say.
    pub fn memory(self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).ok()?;
        kibibytes(&status, "VmRSS:").map(|kibibytes| kibibytes * 1_024)
    }

    /// Processor time used so far, of all threads.
    pub fn processor(self) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).ok()?;
        // After the name, which may hold anything, in brackets.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let user: u32 = fields.next()?.parse().ok()?;
        let system: u32 = fields.next()?.parse().ok()?;
        Some(TICK * (user + system))
    }
}

fn kibibytes(status: &str, key: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Cores, their model and the kernel, in a line.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = kibibytes(&memory, "MemTotal:").unwrap_or_default() / 1_048_576;
    format!("{cores} cores ({model}), {memory} GiB, Linux {}", kernel.trim())
}

/// Files and sockets this process may have open; none if the kernel does not say.
pub fn open_files() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_says_what_this_process_costs() {
        let this = Process(std::process::id());
        assert!(this.memory().unwrap() > 100_000);
        assert!(this.processor().is_some());
        assert!(open_files().unwrap() > 10);
    }
}
