//! docs/decisions: each dependency has a line that says why it is there.

use std::collections::BTreeSet;

use crate::none;
use crate::tree::{files, members, quoted, read, table};

const DOCUMENT: &str = "docs/decisions/dependencies.md";

/// The keys of `[workspace.dependencies]` that are not ours, each with the name of its package.
fn declared() -> Vec<(String, String)> {
    let manifest: toml::Table = toml::from_str(&read("Cargo.toml")).expect("the root manifest is TOML");
    let dependencies =
        manifest["workspace"]["dependencies"].as_table().expect("dependencies is a table").clone();
    let foreign = dependencies.into_iter().filter(|(key, _)| !key.starts_with("highline-"));
    foreign
        .map(|(key, value)| {
            let package = value.get("package").and_then(toml::Value::as_str).unwrap_or(&key).to_owned();
            (key, package)
        })
        .collect()
}

#[test]
fn every_dependency_has_a_line_that_says_why() {
    let named: BTreeSet<String> = table(DOCUMENT, "# Dependencies")
        .iter()
        .filter_map(|cells| cells.first())
        .flat_map(|cell| quoted(cell))
        .collect();
    let declared: BTreeSet<String> = declared().into_iter().map(|(key, _)| key).collect();
    let missing = declared.difference(&named).map(|key| format!("{key} has no line in {DOCUMENT}"));
    let gone = named.difference(&declared).map(|key| format!("{key} has a line and is no dependency"));
    none("reasons for dependencies", &missing.chain(gone).collect::<Vec<_>>());
}

#[test]
fn every_dependency_of_the_workspace_is_used_by_a_crate() {
    let used: BTreeSet<String> = members().into_iter().flat_map(|member| member.all).collect();
    let unused = declared().into_iter().filter(|(_, package)| !used.contains(package));
    none("dependencies in use", &unused.map(|(key, _)| key).collect::<Vec<_>>());
}

#[test]
fn a_link_from_one_document_to_another_leads_somewhere() {
    let files = files();
    let mut wrong = Vec::new();
    for document in files.iter().filter(|path| path.ends_with(".md")) {
        let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in read(document).split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()) {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains(':') {
                continue;
            }
            if !crate::tree::root().join(folder).join(target).exists() {
                wrong.push(format!("{document} links to {target}"));
            }
        }
    }
    none("links between documents", &wrong);
}
