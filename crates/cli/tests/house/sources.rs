//! The shape of the source files.

use crate::none;
use crate::tree::{files, members, read, root};

/// The hard limit for the lines of a source file, its tests not counted.
const LIMIT: usize = 400;

/// Names that say nothing about what is inside, so that everything ends up there.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "common", "helpers", "core", "misc"];

fn is_test(path: &str) -> bool {
    path.split('/').any(|part| ["tests", "benches", "tests.rs", "e2e"].contains(&part))
        || path.ends_with(".test.ts")
        || path.ends_with(".test.tsx")
}

/// The lines up to the module of tests at the end, if there is one.
fn lines_of_code(text: &str) -> usize {
    text.lines().take_while(|line| *line != "#[cfg(test)]").count()
}

fn is_generated(text: &str) -> bool {
    text.lines().take(3).any(|line| line.contains("@generated"))
}

#[test]
fn no_source_file_is_longer_than_the_limit() {
    let mut wrong = Vec::new();
    for path in files() {
        let is_source = [".rs", ".ts", ".tsx", ".sh"].iter().any(|ending| path.ends_with(ending));
        if !is_source || is_test(&path) {
            continue;
        }
        let text = read(&path);
        let lines = lines_of_code(&text);
        if lines > LIMIT && !is_generated(&text) {
            wrong.push(format!("{path} has {lines} lines"));
        }
    }
    none(&format!("files of at most {LIMIT} lines"), &wrong);
}

#[test]
fn modules_are_a_file_beside_a_folder_and_no_mod_rs() {
    let wrong: Vec<String> = files().into_iter().filter(|path| path.ends_with("/mod.rs")).collect();
    none("no mod.rs", &wrong);
}

#[test]
fn no_file_or_folder_has_a_name_that_says_nothing() {
    let mut wrong = Vec::new();
    for path in files() {
        let stems = path.split('/').map(|part| part.split('.').next().unwrap_or_default());
        if stems.into_iter().any(|stem| EMPTY_NAMES.contains(&stem)) {
            wrong.push(path);
        }
    }
    none("names that say something", &wrong);
}

#[test]
fn every_crate_begins_with_a_readme_that_is_also_its_rustdoc() {
    let mut wrong = Vec::new();
    for member in members() {
        let folder = root().join(&member.folder);
        if !folder.join("README.md").is_file() {
            wrong.push(format!("{} has no README.md", member.folder));
        }
        let entry = ["src/lib.rs", "src/main.rs"].into_iter().find(|path| folder.join(path).is_file());
        let text = entry.map(|path| read(&format!("{}/{path}", member.folder))).unwrap_or_default();
        if !text.contains(r#"#![doc = include_str!("../README.md")]"#) {
            wrong.push(format!("{} does not include its README.md as rustdoc", member.folder));
        }
    }
    none("a README for each crate", &wrong);
}

#[test]
fn every_crate_takes_the_lints_and_the_licence_of_the_workspace() {
    let mut wrong = Vec::new();
    for member in members() {
        let manifest: toml::Table = toml::from_str(&read(&format!("{}/Cargo.toml", member.folder)))
            .unwrap_or_else(|error| panic!("{}: {error}", member.folder));
        let from_workspace = |value: Option<&toml::Value>| {
            value.and_then(|value| value.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
        };
        let package = manifest.get("package");
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            if !from_workspace(package.and_then(|package| package.get(key))) {
                wrong.push(format!("{} sets its own {key}", member.folder));
            }
        }
        if !from_workspace(manifest.get("lints")) {
            wrong.push(format!("{} does not take the workspace's lints", member.folder));
        }
    }
    none("manifests", &wrong);
}
