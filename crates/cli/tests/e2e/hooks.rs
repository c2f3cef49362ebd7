//! Requests from outside start runs, through the binary.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::{Value, json};

use crate::process::{Node, until};
use crate::world::World;

const LEADS: &str = "
name: Leads
enabled: true
trigger: webhook
dedupe: { key: '{{ trigger.body.id }}' }
steps:
  - id: note
    set: { said: 'lead {{ trigger.body.id }}' }
";

/// The same on each kind of database.
fn worlds() -> impl Iterator<Item = World> {
    [Some(World::with_contacts(0)), World::with_contacts(0).on_postgres()].into_iter().flatten()
}

/// The path of a workflow's address, from the command line.
fn address(world: &World, workflow: &str) -> String {
    known_address(world, workflow).unwrap_or_else(|| panic!("{workflow} has no address"))
}

fn known_address(world: &World, workflow: &str) -> Option<String> {
    let hooks = world.json(&["hooks", "--json"]);
    let all = hooks["hooks"].as_array().unwrap();
    let hook = all.iter().find(|hook| hook["workflow"] == workflow)?;
    Some(hook["path"].as_str().unwrap().to_owned())
}

fn post(world: &World, node: &Node, path: &str, body: Value) -> Value {
    let (status, answer) = world.http(Method::POST, &node.url(path), body);
    assert_eq!(status, 202, "{answer}");
    answer
}

fn run_of(answer: &Value) -> String {
    answer["event"]["run"].as_str().unwrap_or_else(|| panic!("no run: {answer}")).to_owned()
}

#[test]
fn what_was_answered_is_there_after_a_kill_and_is_done_once() {
    for world in worlds() {
        world.workflow("leads", LEADS);
        let node = world.serve(&["--lease", "1s"]);
        let path = address(&world, "leads");
        let mut runs = BTreeSet::new();
        for id in 0..40 {
            runs.insert(run_of(&post(&world, &node, &path, json!({ "id": id }))));
        }
        node.kill();
        assert_eq!(runs.len(), 40);
        let kept: BTreeSet<String> =
            world.runs(&[]).iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(kept, runs, "each one that was answered");
        let node = world.serve(&["--lease", "1s"]);
        assert_eq!(address(&world, "leads"), path, "it stays the same");
        until("each is done", || (world.runs(&["--state", "succeeded"]).len() == 40).then_some(()));
        let again = post(&world, &node, &path, json!({ "id": 7 }));
        assert!(again["duplicate"] == true && runs.contains(&run_of(&again)), "{again}");
        assert_eq!(world.runs(&[]).len(), 40);
        node.stop();
    }
}

#[test]
fn what_was_answered_while_a_node_stops_is_there_and_done_once() {
    for world in worlds() {
        world.workflow("leads", LEADS);
        let node = world.serve(&[]);
        let url = node.url(&address(&world, "leads"));
        let answered = AtomicUsize::new(0);
        let runs: Vec<String> = std::thread::scope(|scope| {
            let (world, url, answered) = (&world, &url, &answered);
            let send = |sender| move || send_until_refused(world, url, (sender, answered));
            let senders: Vec<_> = (0..8).map(|sender| scope.spawn(send(sender))).collect();
            until("there is a flow", || (answered.load(Ordering::Relaxed) >= 80).then_some(()));
            node.stop();
            senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
        });
        let node = world.serve(&[]);
        until("all is done", || world.runs(&["--state", "queued,running,waiting"]).is_empty().then_some(()));
        let done = world.runs(&["--state", "succeeded"]);
        let done: BTreeSet<&str> = done.iter().map(|run| run["id"].as_str().unwrap()).collect();
        let lost: Vec<_> = runs.iter().filter(|run| !done.contains(run.as_str())).collect();
        assert!(lost.is_empty(), "{lost:?} of {}", runs.len());
        assert_eq!(runs.iter().collect::<BTreeSet<_>>().len(), runs.len(), "each has its own");
        assert!(world.runs(&["--state", "failed,interrupted,cancelled"]).is_empty());
        node.stop();
    }
}

/// Sends one event after the other, until the node takes none; the runs of those that were answered.
fn send_until_refused(world: &World, url: &str, (sender, answered): (usize, &AtomicUsize)) -> Vec<String> {
    const MOST: usize = 60;
    let http = reqwest::Client::new();
    let mut runs = Vec::new();
    for number in 0..MOST {
        let request = http.post(url).json(&json!({ "id": sender * MOST + number }));
        let answer: reqwest::Result<(u16, Value)> = world.block_on(async {
            let answer = request.send().await?;
            Ok((answer.status().as_u16(), answer.json().await?))
        });
        let Ok((202, answer)) = answer else { break };
        runs.push(run_of(&answer));
        answered.fetch_add(1, Ordering::Relaxed);
    }
    runs
}

#[test]
fn two_nodes_take_in_at_one_address_and_start_each_event_once() {
    let Some(world) = World::with_contacts(0).on_postgres() else { return };
    world.workflow("leads", LEADS);
    let nodes = [world.serve(&[]), world.serve(&[])];
    let path = address(&world, "leads");
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let (world, path) = (&world, &path);
        let senders: Vec<_> = nodes
            .iter()
            .map(|node| {
                scope.spawn(move || {
                    (0..25).map(|id| post(world, node, path, json!({ "id": id }))).collect::<Vec<_>>()
                })
            })
            .collect();
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
    });
    let runs: BTreeSet<String> = answers.iter().map(run_of).collect();
    let duplicates = answers.iter().filter(|answer| answer["duplicate"] == true).count();
    assert_eq!((runs.len(), duplicates), (25, 25));
    until("each is done", || (world.runs(&["--state", "succeeded"]).len() == 25).then_some(()));
    world.highline(&["workflows", "disable", "leads"]).succeeded();
    for node in &nodes {
        assert_eq!(world.http(Method::POST, &node.url(&path), json!({ "id": 99 })).0, 404);
    }
    nodes.into_iter().for_each(Node::stop);
}

#[test]
fn an_address_is_told_by_check_list_and_show() {
    let world = World::with_contacts(0);
    world.workflow("leads", LEADS);
    let given = "trigger: { webhook: { path: acme/leads, secret: env:LEADS_SECRET, methods: [GET, POST] } }\nsteps: [{ set: { a: 1 } }]\n";
    world.workflow("given", given);
    let checked = world.highline(&["check", "workflows"]).succeeded().stdout;
    assert!(checked.contains("given takes GET, POST at /hooks/acme/leads"), "{checked}");
    assert!(checked.contains("leads takes POST at an address that Highline makes"), "{checked}");
    let node = world.serve(&[]);
    let shown = world.highline(&["workflows", "show", "leads"]).succeeded().stdout;
    assert!(shown.contains(&format!("address   {}", address(&world, "leads"))), "{shown}");
    let listed = world.highline(&["hooks"]).succeeded().stdout;
    assert!(listed.contains("the environment has no LEADS_SECRET"), "{listed}");
    world.workflow("second", given);
    let checked = world.highline(&["check", "workflows"]).with_code(1).stdout;
    assert!(checked.contains("error[E0220]") && checked.contains("second.yaml:1:29"), "{checked}");
    until("the second is told to be wrong", || node.logged("second.yaml is wrong"));
    std::fs::rename(world.path("workflows/given.yaml"), world.path("given.yaml")).unwrap();
    until("the second has the path", || {
        (known_address(&world, "second")? == "/hooks/acme/leads").then_some(())
    });
    node.stop();
}

#[test]
fn a_file_that_comes_back_has_its_address_again_also_when_it_is_switched_off() {
    let world = World::with_contacts(0);
    let path = "/hooks/acme/9f86d081884c7d659a2feaa0c55ad015";
    let text =
        format!("trigger: {{ webhook: {{ path: {} }} }}\nsteps: [{{ set: {{ a: 1 }} }}]\n", &path[7..]);
    world.workflow("leads", &text);
    let node = world.serve(&[]);
    let (file, away) = (world.path("workflows/leads.yaml"), world.path("leads.yaml"));
    let has = |path: &str| (known_address(&world, "leads")? == path).then_some(());
    until("it has its path", || has(path));
    std::fs::rename(&file, &away).unwrap();
    until("it has let its path go", || has(path).is_none().then_some(()));
    std::fs::rename(&away, &file).unwrap();
    until("it has its path again", || has(path));
    world.highline(&["workflows", "enable", "leads"]).succeeded();
    post(&world, &node, path, json!({}));
    node.stop();
}

#[test]
fn a_form_becomes_a_contact_with_tags_and_a_note_however_often_it_is_sent() {
    let world = World::with_contacts(5);
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows/form-to-contact.yaml");
    let text = std::fs::read_to_string(text).unwrap().replace("enabled: false", "enabled: true");
    world.workflow("form-to-contact", &text);
    let node = world.serve(&[]);
    let path = address(&world, "form-to-contact");
    let form = json!({
        "submission": "f-1", "name": "ada king lovelace", "email": " Ada@Example.com", "phone": "(415) 555-2671",
        "message": "Call me",
    });
    let first = run_of(&post(&world, &node, &path, form.clone()));
    assert_eq!(run_of(&post(&world, &node, &path, form)), first);
    let robot = post(&world, &node, &path, json!({ "submission": "f-2", "email": "" }));
    assert_eq!(robot["filtered"], true);
    until("it is done", || (world.runs(&["--state", "succeeded"]).len() == 1).then_some(()));
    let contacts = world.contacts();
    let made: Vec<&Value> = contacts.iter().filter(|contact| contact["email"] == "ada@example.com").collect();
    assert_eq!((made.len(), world.runs(&[]).len()), (1, 1));
    assert_eq!((&made[0]["phone"], &made[0]["tags"]), (&json!("+14155552671"), &json!(["lead", "form"])));
    let note = made[0]["notes"][0]["body"].as_str().unwrap();
    assert!(note.starts_with("From the form, ") && note.ends_with("UTC: Call me"), "{note}");
    node.stop();
}
