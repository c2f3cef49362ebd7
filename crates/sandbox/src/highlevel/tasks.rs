//! Tasks of a contact. They have no times of their own but `dueDate`, and do not move the contact's `dateUpdated`.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::time;
use crate::world::{Task, World};

use super::fields::{self, Field, Kind, needed, optional};
use super::{contacts, events, refusal};

const CREATE: [Field; 5] = [
    needed("title", Kind::Text),
    optional("body", Kind::Text),
    needed("dueDate", Kind::Time),
    needed("completed", Kind::Boolean),
    optional("assignedTo", Kind::Text),
];

const UPDATE: [Field; 5] = [
    optional("title", Kind::Text),
    optional("body", Kind::Text),
    optional("dueDate", Kind::Time),
    optional("completed", Kind::Boolean),
    optional("assignedTo", Kind::Text),
];

pub fn list_tasks(world: &mut World, call: &Call) -> Outcome {
    Ok(Reply::ok(json!({ "tasks": contacts::known(world, call)?.tasks })))
}

pub fn get_task(world: &mut World, call: &Call) -> Outcome {
    Ok(Reply::ok(json!({ "task": known(world, call)? })))
}

pub fn create_task(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &CREATE)?;
    let id = world.dice.id();
    let contact = contacts::known_mut(world, call)?;
    let mut task = Task {
        id,
        title: String::new(),
        body: None,
        assigned_to: None,
        due_date: String::new(),
        completed: false,
        contact_id: contact.id.clone(),
    };
    apply(&mut task, body);
    contact.tasks.push(task.clone());
    events::task(world, "TaskCreate", &task);
    Ok(Reply::created(json!({ "task": task })))
}

pub fn update_task(world: &mut World, call: &Call) -> Outcome {
    change(world, call, &UPDATE)
}

pub fn complete_task(world: &mut World, call: &Call) -> Outcome {
    change(world, call, &[needed("completed", Kind::Boolean)])
}

pub fn delete_task(world: &mut World, call: &Call) -> Outcome {
    let gone = known(world, call)?.clone();
    contacts::known_mut(world, call)?.tasks.retain(|task| task.id != gone.id);
    events::task(world, "TaskDelete", &gone);
    Ok(Reply::ok(contacts::acknowledged()))
}

fn change(world: &mut World, call: &Call, allowed: &[Field]) -> Outcome {
    let body = fields::body(call, allowed)?;
    let task = known(world, call)?;
    let was_completed = task.completed;
    apply(task, body);
    let task = task.clone();
    if task.completed && !was_completed {
        events::task(world, "TaskComplete", &task);
    }
    Ok(Reply::ok(json!({ "task": task })))
}

fn known<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Task, Reply> {
    let id = call.param("taskId");
    let contact = contacts::known_mut(world, call)?;
    contact.tasks.iter_mut().find(|task| task.id == id).ok_or_else(|| refusal::not_found("Task", id))
}

fn apply(task: &mut Task, body: &Map<String, Value>) {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(title) = text("title") {
        task.title = title;
    }
    if let Some(due) = text("dueDate").as_deref().and_then(time::parse_iso) {
        task.due_date = time::iso(due);
    }
    if let Some(completed) = body.get("completed").and_then(Value::as_bool) {
        task.completed = completed;
    }
    task.body = text("body").or(task.body.take());
    task.assigned_to = text("assignedTo").or(task.assigned_to.take());
}
