//! Snapshots of the company.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::routes::Route;
use crate::routes::Token::Agency;
use crate::world::World;

use super::fields;
use super::records::need;

pub const ROUTES: &[Route] = &[Agency.route("GET", "/snapshots/", "snapshots.readonly", list_snapshots)];

fn list_snapshots(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["companyId"])?;
    need(call, &["companyId"])?;
    let all: Vec<Value> = world.snapshots.iter().map(|snapshot| json!(snapshot)).collect();
    Ok(Reply::ok(json!({ "snapshots": all })))
}
