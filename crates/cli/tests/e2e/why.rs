//! Why a record did or did not start a run, and files that never became a workflow.

use serde_json::Value;

use crate::process::until;
use crate::world::World;

const WATCH: &str = r#"
name: Watch
enabled: true
trigger: { use: highlevel.contacts.search, connection: acme, every: 1s, emit: new, backfill: true, with: { pageLimit: 100 } }
where: "{{ eq trigger.firstName 'Nobody at all' }}"
steps:
  - set: { contact: "{{ trigger.id }}" }
"#;

fn listed(world: &World) -> Value {
    serde_json::from_str(&world.highline(&["workflows", "list", "--json"]).succeeded().stdout).unwrap()
}

#[test]
fn a_refused_contact_and_an_unknown_one_are_explained() {
    let world = World::with_contacts(3);
    world.workflow("watch", WATCH);
    let node = world.serve(&[]);
    let show = |args: &[&str]| world.highline(args).succeeded().stdout;
    let polls: Value = until("contacts are refused", || {
        let polls: Value = serde_json::from_str(&show(&["polls", "show", "watch", "--json"])).unwrap();
        let refused = polls["polls"].as_array()?.iter().any(|poll| poll["filtered"] == 3);
        refused.then_some(polls)
    });
    let first = polls["polls"].as_array().unwrap().last().unwrap();
    let key = first["sample"][0]["key"].as_str().unwrap();
    let why = show(&["why", "watch", key]);
    assert!(why.starts_with(&format!("`{key}` was found at ")), "{why}");
    assert!(why.contains("refused by `where`: its value was false"), "{why}");
    let item = show(&["polls", "show", "watch", "--item", key]);
    assert!(item.contains("filtered") && item.contains("where: false"), "{item}");
    let unknown = show(&["why", "watch", "nobody"]);
    assert!(unknown.starts_with("nothing with the id `nobody` has been found\n"), "{unknown}");
    assert!(unknown.contains("the next poll is due at"), "{unknown}");
    assert_eq!(world.highline(&["why", "wacht", "nobody"]).code, Some(1));
    node.stop();
}

#[test]
fn a_file_that_is_wrong_at_first_sight_is_listed_until_it_is_mended_or_removed() {
    let world = World::with_contacts(0);
    world.workflow("bad", &WATCH.replace("contacts.search", "contacts.serch").replace("set:", "sett:"));
    world.workflow("worse", "name: Worse\n");
    let node = world.serve(&[]);
    let wrong = listed(&world)["wrong"].clone();
    assert_eq!((&wrong[0]["id"], &wrong[1]["id"]), (&"bad".into(), &"worse".into()), "{wrong}");
    assert!(wrong[0]["problem"].as_str().unwrap().contains("bad.yaml:4:"), "{wrong}");
    assert!(wrong[0]["problems"].as_u64() >= Some(2), "{wrong}");
    let table = world.highline(&["workflows", "list"]).succeeded().stdout;
    assert!(table.lines().any(|line| line.starts_with("bad") && line.contains("wrong")), "{table}");
    world.workflow("bad", WATCH);
    std::fs::remove_file(world.path("workflows/worse.yaml")).unwrap();
    until("nothing is wrong any more", || (listed(&world)["wrong"] == Value::Array(vec![])).then_some(()));
    node.stop();
}
