//! Which crate may use which, inside the workspace and outside.

use std::collections::{BTreeMap, BTreeSet};

use crate::none;
use crate::tree::{Member, members, quoted, table};

/// A crate's line in the table of arrows.
struct Line {
    row: u32,
    uses: BTreeSet<String>,
}

/// The table of arrows: crate to line. A crate of tests has `T` for a row, which is above all the others.
fn arrows() -> BTreeMap<String, Line> {
    let mut lines = BTreeMap::new();
    for cells in table("ARCHITECTURE.md", "## Arrows") {
        let [row, name, uses] = cells.as_slice() else {
            panic!("a line of the arrows has three cells: {cells:?}")
        };
        let name = quoted(name).pop_first().unwrap_or_else(|| panic!("no crate in the cell `{name}`"));
        let row = if row == "T" { u32::MAX } else { row.parse().expect("a row is a number or T") };
        lines.insert(name, Line { row, uses: quoted(uses) });
    }
    lines
}

/// `highline-store` to `store`; a foreign crate gives none.
fn bare(package: &str) -> Option<&str> {
    package.strip_prefix("highline-")
}

fn folder_name(member: &Member) -> &str {
    member.folder.rsplit('/').next().expect("a split gives at least one part")
}

#[test]
fn every_arrow_in_the_table_points_to_a_lower_row() {
    let lines = arrows();
    let mut wrong = Vec::new();
    for (name, line) in &lines {
        for used in &line.uses {
            match lines.get(used) {
                None => wrong.push(format!("{name} may use {used}, which is not in the table")),
                Some(below) if below.row >= line.row => {
                    wrong.push(format!("{name} may use {used} of its own row or above"))
                }
                Some(_) => {}
            }
        }
    }
    none("the table of arrows", &wrong);
}

#[test]
fn every_crate_uses_only_what_its_line_in_the_table_allows() {
    let lines = arrows();
    let mut wrong = Vec::new();
    for member in members() {
        let name = folder_name(&member);
        let Some(line) = lines.get(name) else {
            wrong.push(format!("{name} is not in the table"));
            continue;
        };
        for used in member.linked.iter().filter_map(|package| bare(package)) {
            if !line.uses.contains(used) {
                wrong.push(format!("{name} uses {used}"));
            }
        }
    }
    none("arrows between crates", &wrong);
}

#[test]
fn every_line_in_the_table_is_a_crate_and_every_folder_has_its_name() {
    let members = members();
    let mut wrong = Vec::new();
    for member in &members {
        let expected = format!("highline-{}", folder_name(member));
        if member.package != expected {
            wrong.push(format!("{} holds the package {}, not {expected}", member.folder, member.package));
        }
    }
    for name in arrows().into_keys() {
        if !members.iter().any(|member| folder_name(member) == name) {
            wrong.push(format!("{name} is in the table and not in the workspace"));
        }
    }
    if !members.iter().any(|member| member.folder == "migrations") {
        wrong.push("the folder migrations is not a member of the workspace".to_owned());
    }
    none("names of crates", &wrong);
}

#[test]
fn what_speaks_to_the_outside_is_known_only_to_the_crates_that_the_table_names() {
    let mut wrong = Vec::new();
    let members = members();
    for cells in table("ARCHITECTURE.md", "## Borders") {
        let [foreign, known_to, _why] = cells.as_slice() else {
            panic!("a line of the borders has three cells: {cells:?}")
        };
        let known_to = quoted(known_to);
        for foreign in quoted(foreign) {
            let users = members.iter().filter(|member| member.linked.contains(&foreign));
            let strangers = users.map(folder_name).filter(|name| !known_to.contains(*name));
            wrong.extend(strangers.map(|name| format!("{name} uses {foreign}")));
            if !members.iter().any(|member| member.all.contains(&foreign)) {
                wrong.push(format!("{foreign} is in the table and used by no crate"));
            }
        }
    }
    none("borders", &wrong);
}
