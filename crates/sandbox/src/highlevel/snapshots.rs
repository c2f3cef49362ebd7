//! Snapshots of the company.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::routes::Route;
use crate::world::World;

use super::records::need;
use super::{agency, fields};

pub const ROUTES: &[Route] = &[agency("GET", "/snapshots/", "snapshots.readonly", list_snapshots)];

fn list_snapshots(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["companyId"])?;
    need(call, &["companyId"])?;
    let all: Vec<Value> = world.snapshots.iter().map(|snapshot| json!(snapshot)).collect();
    Ok(Reply::ok(json!({ "snapshots": all })))
}
