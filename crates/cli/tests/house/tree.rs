//! What is in the checkout: its files, its documents' tables, and what cargo says about its crates.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The folder of the workspace.
pub fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the crate is two folders below the workspace")
}

/// A text file, by its path from the root.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("cannot read {path}: {error}"))
}

/// Every file that is ours, by its path from the root: what git tracks, or would track.
pub fn files() -> BTreeSet<String> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    match output {
        Ok(output) if output.status.success() => {
            let listed = String::from_utf8(output.stdout).expect("our file names are UTF-8");
            listed.lines().filter(|path| root().join(path).is_file()).map(str::to_owned).collect()
        }
        _ => walk(&root()),
    }
}

/// The same for a tree without git, as in an unpacked archive.
fn walk(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder of the checkout can be read") {
        let entry = entry.expect("an entry of the checkout can be read");
        let name = entry.file_name().into_string().expect("our file names are UTF-8");
        let path = entry.path();
        if ["target", "data", "node_modules", "dist", ".git"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            let inside = path.strip_prefix(root()).expect("the walk starts at the root");
            found.insert(inside.to_str().expect("our file names are UTF-8").to_owned());
        }
    }
    found
}

/// A crate of the workspace, as cargo sees it.
pub struct Member {
    /// `crates/store`
    pub folder: String,
    /// `highline-store`
    pub package: String,
    /// What is linked into what we ship: normal and build dependencies, by package name.
    pub linked: BTreeSet<String>,
    /// Those and the ones of tests.
    pub all: BTreeSet<String>,
}

pub fn members() -> Vec<Member> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    metadata["packages"].as_array().expect("packages is a list").iter().map(member).collect()
}

fn member(package: &Value) -> Member {
    let text = |value: &Value| value.as_str().expect("cargo gives a text here").to_owned();
    let manifest = PathBuf::from(text(&package["manifest_path"]));
    let folder = manifest.parent().expect("a manifest is in a folder").to_owned();
    let dependencies = package["dependencies"].as_array().expect("dependencies is a list");
    let named = |linked_only: bool| {
        let wanted = dependencies.iter().filter(|each| !linked_only || each["kind"] != "dev");
        wanted.map(|each| text(&each["name"])).collect()
    };
    Member {
        folder: folder.strip_prefix(root()).unwrap_or(&folder).display().to_string(),
        package: text(&package["name"]),
        linked: named(true),
        all: named(false),
    }
}

/// The rows of the first Markdown table below `heading`, cells trimmed, its head and rule left out.
pub fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let text = read(document);
    let rows: Vec<Vec<String>> = text
        .lines()
        .skip_while(|line| line.trim_end() != heading)
        .skip(1)
        .take_while(|line| !line.starts_with('#'))
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect();
    assert!(!rows.is_empty(), "{document} has no table below `{heading}`");
    rows
}

/// The words in backquotes of a table's cell.
pub fn quoted(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
