//! `highline check`: right and wrong files, and files that were made to hurt.

use serde_json::{Value, json};

use crate::process::Ended;
use crate::world::World;

const RIGHT: &str = r#"
name: Right
trigger: { use: highlevel.contacts.search, connection: acme, every: 5m }
steps:
  - use: highlevel.contacts.tags.add
    with: { contactId: "{{ trigger.id }}", tags: [seen] }
"#;

/// Three mistakes, on lines 3, 6 and 7.
const WRONG: &str = r#"name: Wrong
trigger:
  use: highlevel.contacts.serch
  connection: acme
steps:
  - use: highlevel.contacts.get
    wiht: { contactId: "1" }
  - use: highlevel.contacts.get
    with: { contactid: "1" }
"#;

fn world() -> World {
    World::with_contacts(0)
}

#[test]
fn a_right_file_is_fine_in_every_format() {
    let world = world();
    world.write("right.yaml", RIGHT);
    let human = world.highline(&["check", "right.yaml"]).succeeded();
    assert!(human.stdout.contains("no problem"), "{}", human.stdout);
    let machine = world.highline(&["check", "right.yaml", "--format", "json"]).succeeded();
    assert_eq!(machine.json(), json!([]));
    assert_eq!(world.highline(&["check", "right.yaml", "--format", "github"]).succeeded().stdout, "");
}

#[test]
fn all_problems_of_a_file_are_told_at_once_with_their_places() {
    let world = world();
    world.write("wrong.yaml", WRONG);
    let human = world.highline(&["check", "wrong.yaml"]).with_code(1);
    for place in ["wrong.yaml:3:8", "wrong.yaml:7:5", "wrong.yaml:9:13"] {
        assert!(human.stdout.contains(place), "{place} is not in {}", human.stdout);
    }
    for near in ["highlevel.contacts.search", "`with`", "`contactId`"] {
        assert!(human.stdout.contains(near), "{near} is not in {}", human.stdout);
    }

    let found = world.highline(&["check", "wrong.yaml", "--format", "json"]).with_code(1).json();
    let found = found.as_array().unwrap();
    let places: Vec<(u64, u64)> =
        found.iter().map(|one| (one["line"].as_u64().unwrap(), one["column"].as_u64().unwrap())).collect();
    for place in [(3, 8), (7, 5), (9, 13)] {
        assert!(places.contains(&place), "{place:?} is not in {places:?}");
    }
    for one in found {
        assert!(one["code"].as_str().is_some_and(|code| code.starts_with(['E', 'W'])), "{one}");
        assert_eq!(one["file"], "wrong.yaml");
    }

    let github = world.highline(&["check", "wrong.yaml", "--format", "github"]).with_code(1);
    assert_eq!(github.stdout.lines().count(), found.len(), "a line for each: {}", github.stdout);
    assert!(
        github.stdout.contains("::error file=wrong.yaml,line=3,col=8,title=E0301::"),
        "{}",
        github.stdout
    );
}

#[test]
fn a_folder_is_checked_file_by_file() {
    let world = world();
    world.workflow("right", RIGHT);
    world.workflow("wrong", WRONG);
    world.write("workflows/notes.txt", "not a workflow");
    let all = world.highline(&["check", "workflows"]).with_code(1);
    assert!(
        all.stdout.contains("checked 2 files") && all.stdout.contains("workflows/wrong.yaml:3:8"),
        "{}",
        all.stdout
    );
    std::fs::remove_file(world.path("workflows/wrong.yaml")).unwrap();
    world.highline(&["check", "workflows"]).succeeded();
}

#[test]
fn a_file_that_is_not_there_and_a_wrong_name_are_told() {
    let world = world();
    let missing = world.highline(&["check", "nowhere.yaml"]).with_code(2);
    assert!(missing.stderr.contains("nowhere.yaml"), "{}", missing.stderr);
    world.write("My Workflow.yaml", RIGHT);
    let name = world.highline(&["check", "My Workflow.yaml"]).with_code(1);
    assert!(name.stdout.contains("E0110") && name.stdout.contains("rename"), "{}", name.stdout);
}

#[test]
fn an_unknown_connection_is_told_only_where_connections_are_known() {
    let world = world();
    world.write("right.yaml", RIGHT.replace("acme", "acne"));
    let known = world.highline(&["check", "right.yaml"]).with_code(1);
    assert!(known.stdout.contains("`acme`"), "{}", known.stdout);
    std::fs::remove_file(world.path("connections.yaml")).unwrap();
    let unknown = world.highline(&["check", "right.yaml"]).succeeded();
    assert!(unknown.stdout.contains("no connections file"), "{}", unknown.stdout);
}

/// Checks a hostile file: an error with this code, and no panic.
#[track_caller]
fn refused(text: impl AsRef<[u8]>, code: &str) -> Ended {
    let world = world();
    world.write("hostile.yaml", text);
    let ended = world.highline(&["check", "hostile.yaml", "--format", "json"]).with_code(1);
    let found = ended.json();
    let codes: Vec<&Value> = found.as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert!(codes.iter().any(|found| *found == code), "{code} is not among {codes:?}");
    let human = world.highline(&["check", "hostile.yaml"]).with_code(1);
    assert!(human.stdout.len() < 100_000, "{} bytes for people", human.stdout.len());
    human
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    refused(b"name: Caf\xe9\n", "E0108");
}

#[test]
fn ten_megabytes_are_refused() {
    let line = "  - set: { a: \"0123456789\" }\n";
    refused(
        format!("name: Large\ntrigger: manual\nsteps:\n{}", line.repeat(10_000_000 / line.len())),
        "E0105",
    );
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text =
        "name: Bomb\ntrigger: manual\nvars:\n  a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
            .to_owned();
    for n in 1..12 {
        let last = n - 1;
        let nine = vec![format!("*a{last}"); 9].join(", ");
        text.push_str(&format!("  a{n}: &a{n} [{nine}]\n"));
    }
    refused(text, "E0107");
}

#[test]
fn deep_nesting_is_refused() {
    for depth in [65, 10_000, 200_000] {
        refused(
            format!(
                "name: Deep\ntrigger: manual\nvars: {{ a: {}{} }}\nsteps: []\n",
                "[".repeat(depth),
                "]".repeat(depth)
            ),
            "E0104",
        );
    }
    refused("- ".repeat(100_000), "E0104");
}

#[test]
fn a_key_that_is_there_twice_is_refused() {
    refused("name: One\nname: Two\ntrigger: manual\nsteps:\n  - set: { a: 1, a: 2 }\n", "E0103");
}

#[test]
fn emptiness_and_binary_are_refused() {
    for text in [
        &b""[..],
        b"\0\0\0\0",
        b"\xff\xfe\0\0",
        b"{{{{{{",
        b"\t\t- :",
        b"&&&&",
        b"? ? ? ?",
        b"%YAML 9.9\n--- !!x",
    ] {
        let world = world();
        world.write("hostile.yaml", text);
        let ended = world.highline(&["check", "hostile.yaml"]).with_code(1);
        assert!(ended.stdout.contains("error[E"), "{text:?}: {}", ended.stdout);
    }
}

#[test]
fn of_a_thousand_mistakes_two_hundred_are_told_and_the_rest_is_counted() {
    let step = "  - use: highlevel.contacts.gett\n    with: { contactId: \"{{ steps.nobody.id }}\" }\n";
    let text = format!("name: Many\ntrigger: manual\nsteps:\n{}", step.repeat(450));
    let world = world();
    world.write("many.yaml", text);
    let ended = world.highline(&["check", "many.yaml", "--format", "json"]).with_code(1);
    let found = ended.json();
    let (last, told) = found.as_array().unwrap().split_last().unwrap();
    assert_eq!(told.len(), 200, "enough for one sitting");
    assert!(last["message"].as_str().unwrap().contains("more"), "the rest is counted: {last}");
}
