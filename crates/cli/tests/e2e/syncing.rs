//! The example of a sync in both directions, between two simulated locations that both change.

use std::path::Path;

use highline_sandbox::{Sandbox, SandboxSettings};
use reqwest::Method;
use serde_json::{Value, json};

use crate::process::{Node, until};
use crate::world::World;

const BOTH: [&str; 2] = ["tasks-to-twin", "tasks-from-twin"];

/// Two locations, a contact in each, and a node that keeps their tasks the same.
struct Twins {
    world: World,
    other: Sandbox,
    here: String,
    there: String,
}

impl Twins {
    /// `rule` stands in the file of this side; the other file says the same of the other.
    fn new(rule: (&str, &str)) -> Self {
        let world = World::with_contacts(3);
        let settings =
            SandboxSettings { seed: 2, contacts: 3, rate_limit: false, ..SandboxSettings::default() };
        let other = world.block_on(Sandbox::start(settings)).unwrap();
        let here = world.add_contact(json!({ "firstName": "Ada" }));
        let url = format!("{}/contacts", other.ready().control_url);
        let (_, added) = world.http(Method::POST, &url, json!({ "firstName": "Ada" }));
        let there = added["contact"]["id"].as_str().unwrap().to_owned();
        world.write("partner.token", &other.ready().token);
        let connections = std::fs::read_to_string(world.path("connections.yaml")).unwrap();
        let partner = format!(
            "{connections}  partner:\n    app: highlevel\n    base_url: {}\n    token: file:partner.token\n    locationId: {}\n",
            other.ready().base_url,
            other.ready().location_id
        );
        world.write("connections.yaml", partner);
        let twins = Self { world, other, here, there };
        for (id, rule) in BOTH.into_iter().zip([rule.0, rule.1]) {
            twins.deploy(id, rule);
        }
        twins
    }

    /// The example with these contacts, polling every second, with the other location's connection where the other contact is meant.
    fn deploy(&self, id: &str, rule: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows").join(format!("{id}.yaml"));
        let text = std::fs::read_to_string(path).unwrap();
        let to_twin = id == BOTH[0];
        let (own, other) = if to_twin { ("acme", "partner") } else { ("partner", "acme") };
        let (here, there) = if to_twin { (&self.here, &self.there) } else { (&self.there, &self.here) };
        let lines = text.lines().map(|line| match line.trim_start() {
            start if start.starts_with("here: ") && line.starts_with("  here") => format!("  here: {here}"),
            start if start.starts_with("there: ") && line.starts_with("  there") => {
                format!("  there: {there}")
            }
            start if start.starts_with("rule: ") && line.starts_with("  rule") => format!("  rule: {rule}"),
            start if start == "connection: acme" && line.starts_with("        ") => {
                line.replace("acme", other)
            }
            _ => line.replace("connection: acme", &format!("connection: {own}")),
        });
        let text: Vec<String> = lines.collect();
        let text =
            text.join("\n").replace("every: 1m", "every: 1s").replace("enabled: false", "enabled: true");
        self.world.workflow(id, &text);
    }

    /// A node whose next polls begin now.
    fn serve(&self) -> Node {
        let node = self.world.serve(&[]);
        for id in BOTH {
            until("a poll of each", || node.line(&format!("poll  {id}  ")));
        }
        node
    }

    /// What HighLevel answers to a person who asks for this at one of the two.
    fn ask(&self, here: bool, method: Method, (path, body): (&str, Value)) -> Value {
        let (ready, contact) =
            if here { (self.world.ready(), &self.here) } else { (self.other.ready(), &self.there) };
        let url = format!("{}/contacts/{contact}/tasks{path}", ready.base_url);
        let (status, answer) = self.world.as_person(method, (&url, &ready.token), body);
        assert!(status < 300, "{status} {answer}");
        answer
    }

    /// The tasks of a side without what differs by nature, in the order of their titles.
    fn tasks(&self, here: bool) -> Vec<Value> {
        let listed = self.ask(here, Method::GET, ("", Value::Null));
        let body = |task: &Value| task["body"].as_str().unwrap_or_default().to_owned();
        let short =
            |found: &Value| task(found["title"].as_str().unwrap(), &body(found), found["completed"] == true);
        let mut tasks: Vec<Value> = listed["tasks"].as_array().unwrap().iter().map(short).collect();
        tasks.sort_by_key(|task| task["title"].to_string());
        tasks
    }

    fn add(&self, here: bool, title: &str) {
        let task = json!({ "title": title, "dueDate": "2030-01-01T09:00:00Z", "completed": false });
        self.ask(here, Method::POST, ("", task));
    }

    fn change(&self, here: bool, title: &str, change: Value) {
        let listed = self.ask(here, Method::GET, ("", Value::Null));
        let task = listed["tasks"].as_array().unwrap().iter().find(|task| task["title"] == title);
        let id = task.unwrap_or_else(|| panic!("no {title} in {listed}"))["id"].as_str().unwrap().to_owned();
        self.ask(here, Method::PUT, (&format!("/{id}"), change));
    }

    /// Waits until both sides have just these tasks.
    fn both_have(&self, wanted: &[Value]) {
        let mut last = String::new();
        until(&format!("both sides have {wanted:?}"), || {
            let (here, there) = (self.tasks(true), self.tasks(false));
            last = format!("{here:?} {there:?}");
            (here == wanted && there == wanted).then_some(())
        });
    }

    /// Waits until each workflow has polled several times more, and all runs are over; how much was written and run so far.
    fn settled(&self) -> (usize, usize) {
        let polls = |id: &str| {
            let record = self.world.json(&["polls", "list", "--workflow", id, "--json", "--limit", "1"]);
            record["polls"][0]["id"].clone()
        };
        for _ in 0..2 {
            for id in BOTH {
                let before = polls(id);
                until("one more poll", || (polls(id) != before).then_some(()));
            }
        }
        let over = ["succeeded", "failed", "cancelled", "interrupted"].map(Value::from);
        let runs = until("all runs are over", || {
            let runs = self.world.runs(&[]);
            runs.iter().all(|run| over.contains(&run["state"])).then_some(runs)
        });
        assert!(runs.iter().all(|run| run["state"] == "succeeded"), "{runs:?}");
        (self.writes(), runs.len())
    }

    /// Requests to the two apps that change something.
    fn writes(&self) -> usize {
        let of = |control: &str| {
            let (_, answer) = self.world.get(&format!("{control}/requests?limit=2000"));
            let requests = answer["requests"].as_array().unwrap();
            requests.iter().filter(|request| request["method"] != "GET").count()
        };
        of(&self.world.ready().control_url) + of(&self.other.ready().control_url)
    }

    /// No poll and no run changes anything any more.
    fn is_quiet(&self) {
        let before = self.settled();
        assert_eq!(self.settled(), before, "(writes, runs): nobody has changed anything");
    }

    fn end(self, node: Node) {
        node.stop();
        self.world.block_on(self.other.stop());
    }
}

fn task(title: &str, body: &str, completed: bool) -> Value {
    json!({ "title": title, "body": body, "completed": completed })
}

#[test]
fn tasks_go_both_ways_without_an_echo_and_without_doubles() {
    let twins = Twins::new(("here", "there"));
    let node = twins.serve();
    twins.add(true, "Call");
    twins.add(false, "Visit");
    let made =
        |side: bool| until("the copy is there", || (twins.tasks(side).len() == 2).then(|| twins.tasks(side)));
    assert_eq!(made(true), made(false));
    twins.settled();
    // Done there, renamed here, at the same time.
    twins.change(false, "Call", json!({ "completed": true }));
    twins.change(true, "Visit", json!({ "title": "Visit them" }));
    twins.both_have(&[task("Call", "", true), task("Visit them", "", false)]);
    twins.is_quiet();
    assert_eq!(
        twins.writes(),
        2 + 2 + 2 + 2,
        "each change was written by a person once, and carried over once"
    );
    twins.end(node);
}

#[test]
fn when_both_sides_have_changed_the_rule_decides_field_by_field() {
    let twins = Twins::new(("here", "there"));
    let node = twins.serve();
    twins.add(true, "Call");
    until("the copy is there", || (twins.tasks(false).len() == 1).then_some(()));
    twins.settled();
    node.stop();
    twins.change(true, "Call", json!({ "title": "Call today", "completed": true }));
    twins.change(false, "Call", json!({ "title": "Call tomorrow", "body": "by noon" }));
    let node = twins.serve();
    twins.both_have(&[task("Call today", "by noon", true)]);
    twins.is_quiet();
    let conflicts = decided(&twins.world);
    assert!(conflicts.iter().any(|conflict| conflict["field"] == "title"), "{conflicts:?}");
    twins.end(node);
}

#[test]
fn a_flagged_conflict_is_told_once_and_left_to_a_person() {
    let twins = Twins::new(("flag", "flag"));
    let node = twins.serve();
    twins.add(true, "Call");
    until("the copy is there", || (twins.tasks(false).len() == 1).then_some(()));
    twins.settled();
    node.stop();
    twins.change(true, "Call", json!({ "title": "Call today" }));
    twins.change(false, "Call", json!({ "title": "Call tomorrow" }));
    let node = twins.serve();
    let notes = || twins.world.contact(&twins.here)["notes"].as_array().unwrap().clone();
    let note = until("it is told", || notes().first().cloned());
    assert_eq!(note["body"], "Task Call today was changed on both sides: title. Make them equal to end it.");
    twins.is_quiet();
    assert_eq!((notes().len(), &twins.tasks(true)[0]["title"]), (1, &json!("Call today")));
    assert_eq!(twins.tasks(false)[0]["title"], "Call tomorrow");
    twins.change(false, "Call tomorrow", json!({ "title": "Call today", "completed": true }));
    until("it goes on", || (twins.tasks(true)[0]["completed"] == true).then_some(()));
    twins.end(node);
}

/// What the runs say about conflicts.
fn decided(world: &World) -> Vec<Value> {
    let shown = |run: &Value| world.run(run["id"].as_str().unwrap());
    let steps: Vec<Value> =
        world.runs(&[]).iter().flat_map(|run| shown(run)["steps"].as_array().unwrap().clone()).collect();
    let conflicts = |step: &Value| step["output"]["conflicts"].as_array().cloned().unwrap_or_default();
    steps.iter().flat_map(conflicts).collect()
}
