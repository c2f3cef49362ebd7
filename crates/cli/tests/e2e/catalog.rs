//! Every operation of HighLevel from the front door: with what it needs it succeeds, without it leaves nothing.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use highline_catalog::{Definition, Requirement, Token};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::world::World;

/// Where the values in a sample come from that must exist: the beginning of an operation's id, the field (dots lead into
/// objects and the items of lists), and a pointer into what another operation gave. The first line that fits counts.
/// `sandbox` is what the sandbox tells of itself.
const SOURCES: &[(&str, &str, &str, &str)] = &[
    // Records that this test makes.
    ("conversations.messages.send", "contactId", "sandbox", "/messages/TYPE_EMAIL/contactId"),
    ("", "contactId", "contacts.create", "/id"),
    ("contacts.tags.bulk_update", "contacts", "contacts.create", "/id"),
    ("contacts.business.bulk_update", "ids", "contacts.create", "/id"),
    ("contacts.notes.", "id", "contacts.notes.create", "/id"),
    ("", "taskId", "contacts.tasks.create", "/id"),
    ("", "businessId", "businesses.create", "/id"),
    ("", "associationId", "associations.create", "/id"),
    ("associations.relations.list", "associationIds", "associations.create", "/id"),
    ("", "key_name", "associations.create", "/key"),
    ("", "secondRecordId", "contacts.create", "/id"),
    ("", "recordId", "contacts.create", "/id"),
    ("", "relationId", "associations.relations.create", "/id"),
    ("", "postId", "blogs.posts.create", "/_id"),
    ("", "groupId", "calendars.groups.create", "/id"),
    ("", "calendarId", "calendars.create", "/id"),
    ("", "calendarIds", "calendars.create", "/id"),
    ("calendars.resources.", "id", "calendars.resources.create", "/_id"),
    ("calendars.block_slots.", "eventId", "calendars.block_slots.create", "/id"),
    ("", "eventId", "calendars.appointments.create", "/id"),
    ("", "appointmentId", "calendars.appointments.create", "/id"),
    ("", "noteId", "calendars.appointments.notes.create", "/id"),
    ("", "notificationId", "calendars.notifications.create", "/_id"),
    ("opportunities.", "id", "opportunities.create", "/id"),
    ("users.get", "userId", "users.create", "/id"),
    ("users.update", "userId", "users.create", "/id"),
    ("users.delete", "userId", "users.create", "/id"),
    ("users.filter_by_email", "emails", "users.create", "/email"),
    // Records that the location has.
    ("", "userId", "users.list", "/0/id"),
    ("", "userIds", "users.list", "/0/id"),
    ("", "assignedTo", "users.list", "/0/id"),
    ("", "assignedUserId", "users.list", "/0/id"),
    ("", "followers", "users.list", "/0/id"),
    ("", "teamMembers.userId", "users.list", "/0/id"),
    ("", "campaignId", "campaigns.list", "/0/id"),
    ("", "workflowId", "workflows.list", "/0/id"),
    ("", "pipelineId", "opportunities.pipelines.list", "/0/id"),
    ("", "pipelineStageId", "opportunities.pipelines.list", "/0/stages/0/id"),
    ("", "snapshotId", "snapshots.list", "/0/id"),
    ("", "blogId", "sandbox", "/blogs/0/_id"),
    ("", "author", "sandbox", "/blogAuthors/0/_id"),
    ("", "categories", "sandbox", "/blogCategories/0/_id"),
    ("", "locationIds", "sandbox", "/ready/location_id"),
    ("", "conversationId", "sandbox", "/messages/TYPE_SMS/conversationId"),
    ("", "lastMessageId", "sandbox", "/messages/TYPE_SMS/id"),
    ("conversations.messages.get", "id", "sandbox", "/messages/TYPE_SMS/id"),
    ("conversations.emails.get", "id", "sandbox", "/messages/TYPE_EMAIL/emailMessageIds/0"),
    ("conversations.messages.update_status", "messageId", "sandbox", "/messages/TYPE_EMAIL/id"),
    ("", "emailMessageId", "sandbox", "/messages/TYPE_EMAIL/emailMessageIds/0"),
    ("", "replyMessageId", "sandbox", "/messages/TYPE_EMAIL/id"),
    ("", "threadId", "sandbox", "/messages/TYPE_EMAIL/id"),
    ("", "forward.messageId", "sandbox", "/messages/TYPE_EMAIL/id"),
    ("", "messageId", "sandbox", "/messages/TYPE_CALL/id"),
];

/// The catalog's operations of HighLevel, as the binary tells them.
fn definitions(world: &World) -> BTreeMap<String, Definition> {
    let list = world.json(&["catalog", "list", "--app", "highlevel", "--json"]);
    let all: Vec<Definition> = serde_json::from_value(list["operations"].clone()).unwrap();
    all.into_iter().map(|each| (each.id.trim_start_matches("highlevel.").to_owned(), each)).collect()
}

/// What the sandbox tells of itself: who may enter, the directory, and one message of each kind.
fn told(world: &World) -> Value {
    let mut told = world.control(Method::GET, "/state", Value::Null)["directory"].take();
    told["ready"] = json!(world.ready());
    for conversation in told["conversations"].as_array().expect("a list").clone() {
        for message in conversation["messages"].as_array().expect("a list") {
            let kind = message["messageType"].as_str().expect("a text");
            told["messages"][kind] = message.clone();
            told["messages"][kind]["conversationId"] = conversation["id"].clone();
            told["messages"][kind]["contactId"] = conversation["contactId"].clone();
        }
    }
    told
}

/// `highline call --batch` that is asked one thing after the other.
struct Batch {
    child: Child,
    questions: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Batch {
    fn start(world: &World, token: &str, values: &[&str]) -> Self {
        let connection = ["call", "--batch", "--base-url", &world.ready().base_url, "--token", token];
        let mut command = world.command(&[&connection, values].concat());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary can be started");
        let questions = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Self { child, questions, answers }
    }

    fn ask(&mut self, operation: &str, input: &Map<String, Value>) -> Value {
        let line = json!({ "operation": operation, "with": input });
        writeln!(self.questions.as_mut().expect("it is open until the end"), "{line}").unwrap();
        let answer = self.answers.next().unwrap_or_else(|| panic!("{operation} ended the batch")).unwrap();
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        drop(self.questions.take());
        self.child.wait().ok();
    }
}

/// Calls operations, each after those whose records it needs.
struct Round {
    definitions: BTreeMap<String, Definition>,
    /// What each operation gave, in the order of the calls.
    outputs: Vec<(String, Value)>,
    problems: Vec<String>,
    location: Batch,
    agency: Batch,
}

impl Round {
    fn new(world: &World) -> Self {
        let ready = world.ready();
        let values = ["--location", &ready.location_id, "--set", &format!("companyId={}", ready.company_id)];
        Self {
            definitions: definitions(world),
            outputs: vec![("sandbox".to_owned(), told(world))],
            problems: Vec::new(),
            location: Batch::start(world, &ready.token, &values),
            agency: Batch::start(world, &ready.agency_token, &values),
        }
    }

    /// When an operation was called, counted from the first call.
    fn position(&self, operation: &str) -> Option<usize> {
        self.outputs.iter().position(|(id, _)| id == operation)
    }

    /// What the operation gives; it is called when it has not been yet.
    fn output(&mut self, operation: &str) -> Value {
        if let Some(position) = self.position(operation) {
            return self.outputs[position].1.clone();
        }
        let Some(definition) = self.definitions.get(operation).cloned() else {
            self.problems.push(format!("there is no operation {operation} to take values from"));
            return Value::Null;
        };
        let input = self.input(operation, &definition);
        let batch = if definition.token == Token::Agency { &mut self.agency } else { &mut self.location };
        let mut answer = batch.ask(&definition.id, &input);
        if answer["ok"] != true {
            self.problems.push(format!("{operation} with {}: {}", json!(input), answer["error"]["message"]));
        }
        let output = answer["output"].take();
        self.outputs.push((operation.to_owned(), output.clone()));
        output
    }

    /// The sample, without what the connection gives, with values that exist.
    fn input(&mut self, operation: &str, definition: &Definition) -> Map<String, Value> {
        let mut input = definition.sample.input.as_object().expect("a sample is an object").clone();
        for (name, value) in &mut input {
            self.fill(operation, name, value);
        }
        input.retain(|name, _| definition.field(name).is_none_or(|field| !field.from_connection));
        input
    }

    fn fill(&mut self, operation: &str, path: &str, value: &mut Value) {
        if let Some((from, pointer)) = source(operation, path) {
            let found = self.output(from).pointer(pointer).cloned();
            let found = found.unwrap_or_else(|| {
                self.problems.push(format!("{from} gave nothing at {pointer} for {path} of {operation}"));
                Value::Null
            });
            *value = if value.is_array() { json!([found]) } else { found };
            return;
        }
        match value {
            Value::Object(members) => {
                members
                    .iter_mut()
                    .for_each(|(name, value)| self.fill(operation, &format!("{path}.{name}"), value));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(operation, path, item)),
            _ => {}
        }
    }

    /// The operations that take something away, those of the youngest records first, and of one record the record last.
    fn removals(&self) -> Vec<String> {
        let mut all: Vec<(usize, usize, &String)> = Vec::new();
        for (id, definition) in &self.definitions {
            if definition.method.as_deref() == Some("DELETE") {
                let sources = definition.input.iter().filter_map(|field| source(id, &field.name));
                let youngest = sources.filter_map(|(from, _)| self.position(from)).max();
                all.push((youngest.unwrap_or_default(), definition.path.as_ref().map_or(0, String::len), id));
            }
        }
        all.sort_unstable();
        all.into_iter().rev().map(|(_, _, id)| id.clone()).collect()
    }
}

fn source(operation: &str, path: &str) -> Option<(&'static str, &'static str)> {
    let fits = |line: &&(&str, &str, &'static str, &'static str)| {
        operation.starts_with(line.0) && line.1 == path && line.2 != operation
    };
    SOURCES.iter().find(fits).map(|(_, _, from, pointer)| (*from, *pointer))
}

#[test]
fn every_operation_of_highlevel_succeeds_with_a_valid_input() {
    let world = World::with_contacts(12);
    world.raise_rate_limit();
    let mut round = Round::new(&world);
    let is_removal = |definition: &Definition| definition.method.as_deref() == Some("DELETE");
    let others: Vec<String> =
        round.definitions.iter().filter(|(_, each)| !is_removal(each)).map(|(id, _)| id.clone()).collect();
    for id in others {
        round.output(&id);
    }
    for id in round.removals() {
        round.output(&id);
    }
    assert!(round.problems.is_empty(), "{}", round.problems.join("\n"));
    assert_eq!(round.outputs.len(), 1 + round.definitions.len());
}

/// Inputs of an operation that each lack something it needs, with the names of what is missing.
fn incomplete(definition: &Definition) -> Vec<(Map<String, Value>, Vec<String>)> {
    let required =
        definition.input.iter().filter(|field| field.required).map(|field| vec![field.name.clone()]);
    let together = definition.require.iter().map(|requirement| match requirement {
        Requirement::OneOf(names) | Requirement::AnyOf(names) => names.clone(),
    });
    let sample = definition.sample.input.as_object().expect("a sample is an object");
    let without = |names: Vec<String>| {
        let mut input = sample.clone();
        input.retain(|name, _| !names.contains(name));
        (input, names)
    };
    required.chain(together).map(without).collect()
}

#[test]
fn what_an_operation_needs_is_named_before_anything_is_sent() {
    let world = World::with_contacts(0);
    let mut batch = Batch::start(&world, &world.ready().token, &[]);
    for definition in definitions(&world).values() {
        for (input, missing) in incomplete(definition) {
            let answer = batch.ask(&definition.id, &input);
            let told = format!("{} without {missing:?}: {answer}", definition.id);
            assert_eq!(answer["error"]["kind"], "invalid_input", "{told}");
            let message = answer["error"]["message"].as_str().expect("a refusal has a message");
            assert!(missing.iter().all(|name| message.contains(&format!("`{name}`"))), "{told}");
        }
    }
    assert_eq!(world.requests(""), Vec::<Value>::new());
}
