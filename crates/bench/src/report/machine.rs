//! On what it was measured.

use std::fs;
use std::io::Write;
use std::time::Instant;

use crate::stats::Spread;

/// Lines of Markdown: processor, memory, disk, load, versions.
pub fn describe(versions: &[String]) -> String {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    let kibibytes: f64 =
        memory.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
    let mut lines = vec![
        format!("Measured {} with `{}`.", chrono::Utc::now().format("%Y-%m-%d %H:%M UTC"), arguments()),
        String::new(),
        format!(
            "- {processors} x {model}, {:.0} GB of memory; everything on this one machine",
            kibibytes / 1e6
        ),
        format!("- load average of the machine at the end, this program included: {}", load.join(", ")),
    ];
    if let Ok(sync) = sync_time() {
        lines.push(format!("- a page written and synced to the disk: {}", super::time(sync)));
    }
    lines.extend(versions.iter().map(|version| format!("- {version}")));
    lines.join("\n")
}

fn arguments() -> String {
    let words = std::env::args().skip(1).filter(|word| !word.contains('/'));
    ["highline-bench".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}

fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

/// The median of a hundred.
fn sync_time() -> std::io::Result<std::time::Duration> {
    let mut file = tempfile::tempfile()?;
    let mut times = Vec::new();
    for _ in 0..100 {
        let began = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(began.elapsed());
    }
    Ok(Spread::of(times).part(0.5))
}
