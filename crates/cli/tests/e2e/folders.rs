//! Nodes on one database whose folders have the same path and other files in them.

use crate::process::until;
use crate::world::World;

const TEXT: &str =
    "enabled: true\ntrigger: { schedule: { cron: '0 0 1 1 *' } }\nsteps: [{ set: { a: 1 } }]\n";

fn is_on(world: &World, id: &str) -> Option<bool> {
    world.workflow_record(id)?["enabled"].as_bool()
}

#[test]
fn a_file_that_only_another_node_has_leaves_its_workflow_on() {
    let Some(one) = World::with_contacts(0).on_postgres() else { return };
    let other = one.beside();
    one.workflow("both", TEXT);
    other.workflow("both", TEXT);
    one.workflow("first", TEXT);
    let node = one.serve(&[]);
    other.workflow("second", TEXT);
    let beside = other.serve(&[]);
    until("the second node says what it lacks", || {
        beside.logged("its file workflows/first.yaml is not in this node's folder")
    });
    one.workflow("later", TEXT);
    until("the first node has looked again", || is_on(&one, "later"));
    for id in ["both", "first", "second", "later"] {
        assert_eq!(is_on(&one, id), Some(true), "{id}");
    }
    std::fs::remove_file(one.path("workflows/both.yaml")).unwrap();
    until("the first node says that the other has it", || {
        node.logged("its file workflows/both.yaml is not in this node's folder")
    });
    assert_eq!(is_on(&one, "both"), Some(true));
    std::fs::remove_file(other.path("workflows/both.yaml")).unwrap();
    std::fs::remove_file(one.path("workflows/first.yaml")).unwrap();
    for id in ["both", "first"] {
        until("nobody has it any more", || (is_on(&one, id) == Some(false)).then_some(()));
    }
    assert_eq!(is_on(&one, "second"), Some(true));
    node.stop();
    beside.stop();
}
