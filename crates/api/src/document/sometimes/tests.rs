use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;
use crate::document::DOCUMENT;

/// The fields with `skip_serializing_if` of each type in a file.
fn left_out_in(text: &str, found: &mut BTreeMap<String, BTreeSet<String>>) {
    let (mut kind, mut renamed, mut left_out) = (String::new(), None, false);
    for line in text.lines().map(str::trim) {
        let plain = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        if let Some(rest) = plain.strip_prefix("struct ").or_else(|| plain.strip_prefix("enum ")) {
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            rest[..end].clone_into(&mut kind);
        }
        if line.starts_with("#[serde(") {
            left_out |= line.contains("skip_serializing_if");
            renamed = line.split("rename = \"").nth(1).and_then(|rest| rest.split('"').next()).or(renamed);
        } else if let Some((name, _)) = plain.split_once(": ").filter(|_| !line.starts_with("//")) {
            let name = renamed.take().unwrap_or(name.trim_start_matches("r#"));
            if std::mem::take(&mut left_out) {
                found.entry(kind.clone()).or_default().insert(name.to_owned());
            }
        }
    }
}

fn walk(folder: &Path, found: &mut BTreeMap<String, BTreeSet<String>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            left_out_in(&std::fs::read_to_string(&path).unwrap(), found);
        }
    }
}

#[test]
fn the_table_has_what_the_types_leave_out() {
    let mut found = BTreeMap::new();
    for name in ["model", "catalog", "connector", "workflow", "store", "engine", "api"] {
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src"), &mut found);
    }
    found.retain(|kind, _| !DOCUMENT["components"]["schemas"][kind].is_null());
    let table: BTreeMap<String, BTreeSet<String>> = SOMETIMES
        .iter()
        .map(|(kind, fields)| ((*kind).to_owned(), fields.iter().map(|field| (*field).to_owned()).collect()))
        .collect();
    assert_eq!(table, found);
}
