//! What workflows remember, seen and changed from the command line.

use crate::process::until;
use crate::world::World;

const REMEMBERS: &str = r#"
name: Remembers
trigger: manual
steps:
  - { id: first, use: state.put_if_absent, with: { key: "order:{{ trigger.id }}", value: "{{ run.id }}" } }
  - { use: state.put, with: { key: last, value: "{{ trigger.id }}", scope: shared, expires_in: 1d } }
"#;

#[test]
fn what_a_run_has_put_is_shown_changed_and_forgotten() {
    let world = World::with_contacts(0);
    world.workflow("remembers", REMEMBERS);
    let node = world.serve(&[]);
    for id in [7, 7, 8] {
        world
            .highline(&["workflows", "start", "remembers", "--event", &format!("{{\"id\": {id}}}")])
            .succeeded();
    }
    until("all runs are over", || (world.runs(&["--state", "succeeded"]).len() == 3).then_some(()));
    node.stop();
    let own = world.json(&["state", "list", "--workflow", "remembers", "--prefix", "order:", "--json"]);
    let entries = own["entries"].as_array().unwrap();
    assert_eq!(entries.iter().map(|entry| &entry["key"]).collect::<Vec<_>>(), ["order:7", "order:8"]);
    assert!(entries.iter().all(|entry| entry["value"] == entry["written_by_run"]), "{own}");
    assert_eq!(world.highline(&["state", "get", "order:7"]).code, Some(1), "it is not shared");
    assert!(["7\n", "8\n"].contains(&world.highline(&["state", "get", "last"]).succeeded().stdout.as_str()));
    world.highline(&["state", "set", "last", "{\"id\": 9}", "--expires-in", "2h"]).succeeded();
    assert_eq!(world.json(&["state", "get", "last", "--json"])["entry"]["value"]["id"], 9);
    assert!(world.highline(&["state", "list"]).succeeded().stdout.contains("last"));
    world.highline(&["state", "delete", "last"]).succeeded();
    assert_eq!(world.highline(&["state", "delete", "last"]).code, Some(1));
}

#[test]
fn a_workflow_that_remembers_is_tried_without_a_database() {
    let world = World::with_contacts(0);
    world.workflow("remembers", REMEMBERS);
    let run = ["run", "workflows/remembers.yaml", "--event", "{\"id\": 7}"];
    let live = world.highline(&run).succeeded().stdout;
    assert!(live.contains("\"stored\":true"), "{live}");
    let dry = world.highline(&[&run[..], &["--dry-run"]].concat()).succeeded().stdout;
    assert!(dry.contains("would send PUT state:workflow/remembers/order:7"), "{dry}");
    assert!(!world.path("data").exists());
    let shown = world.highline(&["catalog", "show", "state.put_if_absent"]).succeeded().stdout;
    assert!(shown.contains("repeat    safe") && shown.contains("expires_in"), "{shown}");
}
