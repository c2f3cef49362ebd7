//! What was measured, for people: lines as they come, and the table of the document.

mod document;
mod machine;

use std::time::Duration;

pub use document::write;

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Row {
    /// The letter of the workload.
    group: &'static str,
    what: String,
    value: String,
    target: String,
    met: Option<bool>,
}

#[derive(Debug, Default)]
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// A figure without a target.
    pub fn tell(&mut self, group: &'static str, what: impl Into<String>, value: String) {
        self.add(Row { group, what: what.into(), value, target: String::new(), met: None });
    }

    /// A figure that must be at least so much.
    pub fn at_least(&mut self, group: &'static str, what: impl Into<String>, figure: (f64, f64, &str)) {
        let (value, least, unit) = figure;
        let target = format!("at least {}{unit}", number(least));
        let value_text = format!("{}{unit}", number(value));
        self.add(Row { group, what: what.into(), value: value_text, target, met: Some(value >= least) });
    }

    /// A time that must be below another.
    pub fn below(&mut self, group: &'static str, what: impl Into<String>, value: Duration, limit: Duration) {
        let target = format!("below {}", time(limit));
        self.add(Row { group, what: what.into(), value: time(value), target, met: Some(value < limit) });
    }

    /// A memory in bytes that must be below another, in megabytes.
    pub fn memory(&mut self, group: &'static str, what: impl Into<String>, bytes: u64, limit: u64) {
        let target = format!("below {limit} MB");
        let met = Some(bytes < limit * 1_000_000);
        self.add(Row { group, what: what.into(), value: megabytes(bytes), target, met });
    }

    fn add(&mut self, row: Row) {
        let met = row.met.map_or("", verdict);
        let target = if row.target.is_empty() { String::new() } else { format!("  ({}: {met})", row.target) };
        println!("{}  {}: {}{target}", row.group, row.what, row.value);
        self.rows.push(row);
    }

    /// The table in Markdown.
    fn table(&self) -> String {
        let mut table = "| | measured | value | target | |\n|---|---|---|---|---|\n".to_owned();
        for Row { group, what, value, target, met } in &self.rows {
            let met = met.map_or("", verdict);
            table.push_str(&format!("| {group} | {what} | {value} | {target} | {met} |\n"));
        }
        table
    }
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

/// With a comma at the thousands; small numbers with what they need behind the point.
pub fn number(value: f64) -> String {
    if value < 10.0 && value.fract() != 0.0 {
        return format!("{value:.3}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub fn time(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.1} s"),
        seconds if seconds >= 0.01 => format!("{:.0} ms", seconds * 1e3),
        seconds => format!("{:.1} ms", seconds * 1e3),
    }
}

pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_short() {
        let numbers = [0.0, 0.3128, 9.0, 28.4, 1234.4, 1_234_567.0].map(number);
        assert_eq!(numbers, ["0", "0.313", "9", "28", "1,234", "1,234,567"]);
        let times = [12, 3_400, 45_600, 1_234_567].map(|micros| time(Duration::from_micros(micros)));
        assert_eq!(times, ["0.0 ms", "3.4 ms", "46 ms", "1.2 s"]);
    }

    #[test]
    fn a_row_says_whether_its_target_is_met() {
        let mut report = Report::default();
        report.at_least("A", "runs a second", (5200.0, 5000.0, ""));
        report.below("E", "start", Duration::from_millis(350), Duration::from_millis(300));
        let table = report.table();
        assert!(table.contains("| A | runs a second | 5,200 | at least 5,000 | met |"), "{table}");
        assert!(table.contains("| E | start | 350 ms | below 300 ms | missed |"), "{table}");
    }
}
