use std::fmt::Write;
use std::path::Path;

use highline_engine::meter::{Kind, MEASURES, Measure};

use super::gauges::{OF_DATABASE, OF_PROCESS};

const BOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/MONITORING.md");

/// A table of the book, as the code has it.
fn table<'a>(measures: impl IntoIterator<Item = &'a Measure>) -> String {
    let mut table = "| measure | labels | meaning |\n|---|---|---|\n".to_owned();
    for measure in measures {
        let name = match measure.kind {
            Kind::Histogram => format!("`{}` (histogram)", measure.name),
            Kind::Counter | Kind::Gauge => format!("`{}`", measure.name),
        };
        let labels: Vec<String> = measure.labels.iter().map(|label| format!("`{label}`")).collect();
        writeln!(table, "| {name} | {} | {} |", labels.join(", "), measure.help).unwrap();
    }
    table
}

/// Puts tables between the marks that begin and end them.
fn with_tables(book: &str) -> String {
    let own = MEASURES.iter().chain(OF_PROCESS.iter().copied());
    let tables = [("node", table(own)), ("database", table(OF_DATABASE.iter().copied()))];
    tables.into_iter().fold(book.to_owned(), |book, (name, table)| {
        let (begin, end) = (format!("<!-- measures: {name} -->\n"), "<!-- end -->");
        let (before, rest) = book.split_once(&begin).unwrap_or_else(|| panic!("no {begin}in the book"));
        let (_, after) = rest.split_once(end).unwrap();
        format!("{before}{begin}{table}{end}{after}")
    })
}

#[test]
fn the_book_has_each_measure_with_its_labels_and_its_meaning() {
    let kept = std::fs::read_to_string(Path::new(BOOK)).unwrap();
    let fresh = with_tables(&kept);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(BOOK, &fresh).unwrap();
        return;
    }
    assert!(
        kept == fresh,
        "docs/MONITORING.md is stale: UPDATE_DOCS=1 cargo nextest run -p highline-api book"
    );
}

#[test]
fn every_name_is_there_once_and_says_its_unit() {
    let mut names: Vec<&str> = Vec::new();
    for measure in MEASURES.iter().chain(OF_PROCESS.iter().chain(OF_DATABASE).copied()) {
        assert!(!names.contains(&measure.name), "{} is there twice", measure.name);
        names.push(measure.name);
        assert!(measure.name.starts_with("highline_") && measure.help.ends_with('.'), "{measure:?}");
        assert_eq!(measure.kind == Kind::Counter, measure.name.ends_with("_total"), "{measure:?}");
        assert!(measure.kind != Kind::Histogram || measure.name.ends_with("_seconds"), "{measure:?}");
    }
}
