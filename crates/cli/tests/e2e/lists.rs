//! Lists: filters, pages, and the shapes of their JSON.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::process::until;
use crate::world::World;

const FINE: &str = r#"
name: Fine
enabled: true
trigger: manual
steps:
  - set: { done: true }
"#;

const FAILING: &str = r#"
name: Failing
enabled: true
trigger: manual
steps:
  - stop: { result: failed, reason: as it was told }
"#;

/// Seven runs of `fine` and three of `failing`, all over.
fn ten_runs() -> World {
    let world = World::with_contacts(0);
    world.workflow("fine", FINE);
    world.workflow("failing", FAILING);
    let node = world.serve(&[]);
    for workflow in [["fine"; 7].as_slice(), &["failing"; 3]].concat() {
        world.highline(&["workflows", "start", workflow]).succeeded();
    }
    until("all runs are over", || (world.runs(&["--state", "succeeded,failed"]).len() == 10).then_some(()));
    node.stop();
    world
}

#[test]
fn runs_are_filtered_by_workflow_state_and_time() {
    let world = ten_runs();
    assert_eq!(world.runs(&["--workflow", "fine"]).len(), 7);
    assert_eq!(world.runs(&["--workflow", "nobody"]).len(), 0);
    let mistyped = world.highline(&["runs", "list", "--workflow", "fime"]);
    assert_eq!(mistyped.code, Some(1));
    assert!(mistyped.stderr.contains("did you mean `fine`?"), "{}", mistyped.stderr);
    assert_eq!(world.runs(&["--state", "failed"]).len(), 3);
    assert_eq!(world.runs(&["--state", "failed", "--state", "succeeded"]).len(), 10);
    assert_eq!(world.runs(&["--state", "queued"]).len(), 0);
    assert_eq!(world.runs(&["--since", "1h"]).len(), 10);
    assert_eq!(world.runs(&["--since", "2020-01-01", "--until", "2021-01-01T00:00:00Z"]).len(), 0);
    let fourth = world.runs(&[])[6].clone();
    let since = fourth["created_at"].as_str().unwrap();
    let later = world.runs(&["--since", since]);
    assert!(
        later.len() >= 7 && later.iter().all(|run| run["created_at"].as_str() >= Some(since)),
        "{later:?}"
    );
    assert_eq!(later.len() + world.runs(&["--until", since]).len(), 10);
    assert_eq!(world.runs(&["--workflow", "failing", "--state", "succeeded"]).len(), 0);

    let wrong = world.highline(&["runs", "list", "--state", "done"]).with_code(2);
    assert!(wrong.stderr.contains("succeeded"), "the right words are told: {}", wrong.stderr);
    let wrong = world.highline(&["runs", "list", "--since", "yesterday"]).with_code(2);
    assert!(wrong.stderr.contains("`yesterday` is no time"), "{}", wrong.stderr);
}

#[test]
fn pages_give_every_run_once_newest_first() {
    let world = ten_runs();
    let mut ids: Vec<String> = Vec::new();
    let mut after: Option<String> = None;
    let mut pages = 0;
    loop {
        let mut arguments = vec!["runs", "list", "--limit", "3", "--json"];
        arguments.extend(after.iter().flat_map(|id| ["--after", id]));
        let page = world.json(&arguments);
        pages += 1;
        let runs = page["runs"].as_array().unwrap();
        assert!(runs.len() <= 3);
        ids.extend(runs.iter().map(|run| run["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        after = Some(next.to_owned());
    }
    assert_eq!(pages, 4);
    let once: BTreeSet<&String> = ids.iter().collect();
    assert_eq!((ids.len(), once.len()), (10, 10));
    assert!(ids.is_sorted_by(|a, b| a > b), "ids tell the time: {ids:?}");

    let people = world.highline(&["runs", "list", "--limit", "3"]).succeeded().stdout;
    assert!(people.contains(&format!("--after {}", ids[2])), "{people}");
}

#[test]
fn json_has_the_shapes_that_programs_rely_on() {
    let world = ten_runs();
    let page = world.json(&["runs", "list", "--json", "--state", "failed", "--limit", "1"]);
    let run = &page["runs"][0];
    for key in [
        "id",
        "workflow",
        "revision",
        "state",
        "failure",
        "created_at",
        "started_at",
        "finished_at",
        "wake_at",
        "owner",
    ] {
        assert!(run.get(key).is_some(), "{key} is not in {run}");
    }
    assert_eq!(run["failure"]["kind"], "stopped");
    let shown = world.run(run["id"].as_str().unwrap());
    for key in ["id", "workflow", "state", "event", "event_key", "log", "steps"] {
        assert!(shown.get(key).is_some(), "{key} is not in {shown}");
    }
    let seqs: Vec<u64> =
        shown["log"].as_array().unwrap().iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());

    let workflows = world.json(&["workflows", "list", "--json"]);
    assert_eq!(workflows["next"], Value::Null);
    let fine = world.workflow_record("fine").unwrap();
    assert_eq!(
        (&fine["name"], &fine["trigger"], fine["runs"]["succeeded"].as_u64()),
        (&"Fine".into(), &"manual".into(), Some(7))
    );
    let shown = world.json(&["workflows", "show", "fine", "--json"]);
    assert_eq!(shown["workflow"]["source"], FINE);
    assert_eq!(world.json(&["polls", "list", "--json"]), serde_json::json!({ "polls": [], "next": null }));
}

#[test]
fn people_get_tables_and_the_nearest_name() {
    let world = ten_runs();
    let runs = world.highline(&["runs", "list"]).succeeded().stdout;
    assert!(runs.starts_with("RUN") && runs.contains("as it was told"), "{runs}");
    assert_eq!(runs.lines().filter(|line| line.contains(" failing ")).count(), 3, "{runs}");
    let workflows = world.highline(&["workflows", "list"]).succeeded().stdout;
    assert!(workflows.contains("Fine") && workflows.contains("enabled"), "{workflows}");
    let near = world.highline(&["workflows", "show", "fin"]).with_code(1);
    assert!(near.stderr.contains("did you mean `fine`?"), "{}", near.stderr);
    assert_eq!(world.highline(&["polls", "list"]).succeeded().stdout, "no poll has been made yet\n");
}
