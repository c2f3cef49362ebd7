//! What the kernel says about a process: processor time and memory.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// Linux counts processor time in hundredths of a second, on every architecture that we build for.
const TICK: Duration = Duration::from_millis(10);

/// The fields of `/proc/PID/stat` from the state on: the name before them may hold anything.
struct Stat(Vec<u64>, u32);

impl Stat {
    fn read(pid: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, fields) = text.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let parent = fields.get(1)?.parse().ok()?;
        let times = fields.get(11..15)?.iter().map(|time| time.parse().unwrap_or_default()).collect();
        Some(Self(times, parent))
    }

    /// In user and kernel mode.
    fn own(&self) -> Duration {
        TICK * u32::try_from(self.0[0] + self.0[1]).unwrap_or(u32::MAX)
    }

    /// What children that have ended took.
    fn ended_children(&self) -> Duration {
        TICK * u32::try_from(self.0[2] + self.0[3]).unwrap_or(u32::MAX)
    }
}

/// Processor time of one process so far, all its threads together.
pub fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let stat = Stat::read(pid).with_context(|| format!("process {pid} is gone"))?;
    Ok(stat.own())
}

/// Processor time of a process and of its children, living or ended.
pub fn cpu_of_family(root: u32) -> anyhow::Result<Duration> {
    let stat = Stat::read(root).with_context(|| format!("process {root} is gone"))?;
    let mut sum = stat.own() + stat.ended_children();
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if let Some(child) = Stat::read(pid).filter(|child| child.1 == root) {
            sum += child.own() + child.ended_children();
        }
    }
    Ok(sum)
}

pub fn parent(pid: u32) -> Option<u32> {
    Stat::read(pid).map(|stat| stat.1)
}

/// Resident memory in bytes: now, and at most so far.
pub fn memory(pid: u32) -> anyhow::Result<(u64, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
    };
    Ok((field("VmRSS:").unwrap_or_default(), field("VmHWM:").unwrap_or_default()))
}
