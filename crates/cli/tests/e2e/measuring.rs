//! What Prometheus reads of the real binary.

use crate::process::{Node, until};
use crate::world::World;

const WATCH: &str = "
enabled: true
trigger: { use: highlevel.contacts.search, connection: acme, every: 1h, emit: new, with: { pageLimit: 100 } }
steps: [{ set: { contact: '{{ trigger.id }}' } }]
";

fn page_with(world: &World, node: &Node, line: &str) -> String {
    until(line, || Some(world.text(&node.url("/metrics"))).filter(|page| page.contains(line)))
}

#[test]
fn which_connection_fails_with_which_operation_and_status_is_counted() {
    let world = World::with_contacts(3);
    world.write("acme.token", "a token that is over");
    world.workflow("watch", &format!("name: Watch{WATCH}"));
    let node = world.serve(&[]);
    let failed = "highline_requests_total{connection=\"acme\",operation=\"highlevel.contacts.search\",status=\"4xx\"} 1";
    let page = page_with(&world, &node, failed);
    assert!(page.contains("highline_request_seconds_count{connection=\"acme\"} 1"), "{page}");
    page_with(&world, &node, "highline_workflows{state=\"failing_polls\"} 1");
    node.stop();
}

#[test]
fn names_with_numbers_of_their_own_are_the_first_by_name_and_as_many_as_the_settings_say() {
    let world = World::with_contacts(3);
    for id in ["c", "a", "b"] {
        world.workflow(id, &format!("name: {id}{WATCH}"));
    }
    world.write("highline.toml", "metrics_names = 2\n");
    let node = world.serve(&[]);
    let page = page_with(&world, &node, "highline_polls_total{workflow=\"other\",outcome=\"succeeded\"} 1");
    assert!(!page.contains("workflow=\"c\""), "{page}");
    for line in
        ["highline_names_exceeded{label=\"workflow\"} 1", "highline_names_exceeded{label=\"connection\"} 0"]
    {
        assert!(page.contains(line), "{line}\n{page}");
    }
    assert!(node.stderr().contains("--metrics-names"), "{}", node.stderr());
    for id in ["a", "b"] {
        page_with(
            &world,
            &node,
            &format!("highline_polls_total{{workflow=\"{id}\",outcome=\"succeeded\"}} 1"),
        );
    }
    node.stop();
}
