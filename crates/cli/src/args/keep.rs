//! How long things are kept.

use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Subcommand};
use highline_model::KeepExchanges;
use highline_store::KeepSettings;
use serde::Deserialize;

/// What a node deletes by; a workflow's own `keep` goes before.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "What is kept")]
pub struct KeepArgs {
    /// How long runs are kept after their end, such as 30d, or forever [default: 30d]
    #[arg(long = "keep-runs-for", value_name = "TIME", env = "HIGHLINE_KEEP_RUNS_FOR")]
    pub runs_for: Option<Lasting>,
    /// How long failed runs are kept [default: 90d]
    #[arg(long = "keep-failed-for", value_name = "TIME", env = "HIGHLINE_KEEP_FAILED_FOR")]
    pub failed_for: Option<Lasting>,
    /// How many runs of a workflow are kept of each outcome [default: all]
    #[arg(long = "keep-runs", value_name = "N", env = "HIGHLINE_KEEP_RUNS", value_parser = clap::value_parser!(u64).range(1..))]
    pub runs: Option<u64>,
    /// How long the poll log is kept [default: 14d]
    #[arg(long = "keep-polls-for", value_name = "TIME", env = "HIGHLINE_KEEP_POLLS_FOR")]
    pub polls_for: Option<Lasting>,
    /// How long the audit log is kept [default: 365d]
    #[arg(long = "keep-audit-for", value_name = "TIME", env = "HIGHLINE_KEEP_AUDIT_FOR")]
    pub audit_for: Option<Lasting>,
    /// The most of a step's input that is recorded, such as 64KiB; what is cut says so [default: 64KiB]
    #[arg(long = "keep-input", value_name = "SIZE", env = "HIGHLINE_KEEP_INPUT")]
    pub input: Option<Size>,
    /// Of which attempts it is kept what went over the wire, secrets masked: all, failed or none [default: all]
    #[arg(long = "keep-exchanges", value_name = "WHICH", env = "HIGHLINE_KEEP_EXCHANGES")]
    pub exchanges: Option<KeepExchanges>,
}

impl KeepArgs {
    /// What is given here, else what the settings file says, else the defaults.
    pub fn settings(&self, file: &Self) -> KeepSettings {
        let defaults = KeepSettings::default();
        let lasting = |given: Option<Lasting>, file: Option<Lasting>, default| {
            given.or(file).map_or(default, |lasting| lasting.0)
        };
        KeepSettings {
            age: lasting(self.runs_for, file.runs_for, defaults.age),
            failed_age: lasting(self.failed_for, file.failed_for, defaults.failed_age),
            runs: self.runs.or(file.runs),
            polls_age: lasting(self.polls_for, file.polls_for, defaults.polls_age),
            audit_age: lasting(self.audit_for, file.audit_for, defaults.audit_age),
        }
    }
}

/// A duration, or `forever`, which is `Duration::MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Lasting(pub Duration);

impl FromStr for Lasting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "forever" => Ok(Self(Duration::MAX)),
            _ => highline_workflow::parse_duration(text)
                .map(Self)
                .map_err(|error| format!("{error}, or `forever`")),
        }
    }
}

impl TryFrom<String> for Lasting {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// Bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Size(pub usize);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        highline_workflow::parse_size(text).map(Self).map_err(|error| error.to_string())
    }
}

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[derive(Debug, Subcommand)]
pub enum DatabaseCommand {
    /// How large the database is, by table, and what was deleted last; reads a whole SQLite file
    Stats {
        #[arg(long)]
        json: bool,
    },
    /// Rewrite the database without what is free; an embedded one cannot be used meanwhile
    Compact,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_read_as_people_write_them() {
        assert_eq!("30d".parse::<Lasting>().unwrap().0, Duration::from_secs(30 * 86_400));
        assert_eq!("forever".parse::<Lasting>().unwrap().0, Duration::MAX);
        assert!("ever".parse::<Lasting>().unwrap_err().contains("`forever`"));
        assert_eq!("64KiB".parse::<Size>().unwrap().0, 65_536);
        assert!("1GiB".parse::<Size>().unwrap_err().contains("`64KiB`"));
    }
}
