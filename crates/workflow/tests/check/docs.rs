//! The reference page: its workflows are right, and its tables are those of the code. `UPDATE_DOCS=1` writes the tables.

use highline_workflow::{CODES, HELPERS, example_data, json_schema};
use highline_yaml::{Format, Source, render};

use crate::world::checked;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/WORKFLOWS.md");

fn page() -> String {
    std::fs::read_to_string(PAGE).unwrap()
}

/// The blocks of the page that are marked as whole workflows, with the line of each.
fn workflows(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if line == "```yaml workflow" {
            let body: Vec<&str> =
                lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
            found.push((at + 2, body.join("\n") + "\n"));
        }
    }
    found
}

#[test]
fn every_workflow_of_the_page_is_right() {
    let schema = json_schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let all = workflows(&page());
    assert!(all.len() >= 8, "{} workflows", all.len());
    for (line, text) in all {
        let name = format!("WORKFLOWS.md line {line}");
        let source = Source::new(name.clone(), text);
        let found = checked(&name, &source.text);
        let rendered = render(&[(&source, &found.diagnostics)], Format::Human { colour: false });
        assert_eq!(rendered, "");
        let document = highline_yaml::parse(&source).unwrap().to_json();
        assert!(validator.is_valid(&document), "{name} does not fit the schema");
    }
}

fn helpers() -> String {
    let mut text = String::new();
    for (subject, helpers) in HELPERS {
        text +=
            &format!("\n### {subject}\n| helper | what it gives | example | result |\n|---|---|---|---|\n");
        for helper in *helpers {
            let cells = [
                format!("`{}`", helper.signature),
                helper.about.to_owned(),
                format!("`{}`", helper.example),
                format!("`{}`", helper.result),
            ];
            text += &format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
        }
    }
    text
}

fn codes() -> String {
    let mut text = "\n| code | meaning |\n|---|---|\n".to_owned();
    for code in highline_yaml::CODES.iter().chain(CODES) {
        text += &format!("| {} | {} |\n", code.code, code.meaning);
    }
    text
}

fn data() -> String {
    format!("\n```json\n{}\n```\n", serde_json::to_string_pretty(&example_data()).unwrap())
}

/// `page` with the part between the two comments of `name` replaced.
fn with_section(page: &str, name: &str, body: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = page.split_once(&open).unwrap();
    let (_, after) = rest.split_once(&close).unwrap();
    format!("{before}{open}{body}\n{close}{after}")
}

#[test]
fn the_tables_of_the_page_are_those_of_the_code() {
    let page = page();
    let fresh = [("example data", data()), ("helpers", helpers()), ("codes", codes())]
        .iter()
        .fold(page.clone(), |page, (name, body)| with_section(&page, name, body));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(PAGE, &fresh).unwrap();
    } else {
        assert!(page == fresh, "docs/WORKFLOWS.md is stale: run this test with UPDATE_DOCS=1");
    }
}

#[test]
fn every_code_is_said_once_and_every_snapshot_uses_a_listed_one() {
    let all: Vec<&str> = highline_yaml::CODES.iter().chain(CODES).map(|code| code.code).collect();
    let mut sorted = all.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), all.len());
    let mut used = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wrong/snapshots")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines().filter(|line| line.starts_with("error[") || line.starts_with("warning[")) {
            used.insert(line.split(['[', ']']).nth(1).unwrap().to_owned());
        }
    }
    let unlisted: Vec<&String> = used.iter().filter(|code| !all.contains(&code.as_str())).collect();
    assert!(unlisted.is_empty(), "{unlisted:?}");
    let unseen: Vec<&&str> = all.iter().filter(|code| !used.contains(**code)).collect();
    // These need a file that cannot be read, is too large, or has too many steps or findings, or another workflow; other tests see
    // them.
    assert_eq!(unseen, [&"E0100", &"E0105", &"E0215", &"E0220", &"E0504", &"W0604"]);
}
