//! What people see: tables, JSON, times, errors.

use std::io::{IsTerminal, Write};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use comfy_table::{ContentArrangement, Table, presets};
use highline_model::Timestamp;
use serde::Serialize;

/// Writes to standard output. A reader that has seen enough (`highline runs list | head`) ends the command quietly.
pub fn write(text: std::fmt::Arguments<'_>) {
    if std::io::stdout().lock().write_fmt(text).is_err() {
        std::process::exit(0);
    }
}

/// `println!` for a reader that may go away.
#[macro_export]
macro_rules! say {
    () => { $crate::print::write(format_args!("\n")) };
    ($($arg:tt)*) => { $crate::print::write(format_args!("{}\n", format_args!($($arg)*))) };
}

/// A table without lines, as wide as the terminal; plain when piped.
pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    if std::io::stdout().is_terminal() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    table
}

/// Prints a table; nothing but its header means there is nothing, which `empty` says instead.
pub fn show(table: &Table, empty: &str) {
    if table.is_empty() {
        say!("{empty}");
        return;
    }
    for line in table.lines() {
        say!("{}", line.trim_end());
    }
}

pub fn json(value: &impl Serialize) -> anyhow::Result<()> {
    say!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// `error: what: why: why of that`
pub fn error(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

/// `2026-11-21 08:00:00Z`
pub fn time(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// `12 ms`, `1.4 s`, `3 min 2 s`, `5 h 10 min`, `2 d 3 h`
pub fn span(length: Duration) -> String {
    let ms = length.num_milliseconds().max(0);
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
        3_600_000..86_400_000 => format!("{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
        _ => format!("{} d {} h", ms / 86_400_000, ms % 86_400_000 / 3_600_000),
    }
}

/// A moment as people give it: RFC 3339, a day, or a time ago such as `2h`.
pub fn moment(text: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.with_timezone(&Utc));
    }
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_hms_opt(0, 0, 0).expect("midnight exists in UTC").and_utc());
    }
    let ago = highline_workflow::parse_duration(text).ok().and_then(|ago| Duration::from_std(ago).ok());
    ago.and_then(|ago| now.checked_sub_signed(ago)).ok_or_else(|| {
        anyhow::anyhow!("`{text}` is no time: 2026-11-21T08:00:00Z, 2026-11-21, or a time ago such as 2h")
    })
}

/// A text cut to `most` characters, on one line.
pub fn short(text: &str, most: usize) -> String {
    let line = text.replace('\n', " ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_may_be_given_in_three_ways() {
        let now = "2026-11-21T08:00:00Z".parse().unwrap();
        assert_eq!(moment("2h", now).unwrap().to_rfc3339(), "2026-11-21T06:00:00+00:00");
        assert_eq!(moment("2026-11-01", now).unwrap().to_rfc3339(), "2026-11-01T00:00:00+00:00");
        assert_eq!(
            moment("2026-11-01T01:00:00+01:00", now).unwrap().to_rfc3339(),
            "2026-11-01T00:00:00+00:00"
        );
        assert!(moment("yesterday", now).unwrap_err().to_string().contains("`yesterday` is no time"));
    }

    #[test]
    fn spans_read_well_at_each_size() {
        for (ms, text) in
            [(12, "12 ms"), (1_430, "1.4 s"), (182_000, "3 min 2 s"), (18_600_000, "5 h 10 min")]
        {
            assert_eq!(span(Duration::milliseconds(ms)), text);
        }
    }
}
