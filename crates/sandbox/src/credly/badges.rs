//! Issued badges: list, get, revoke.

use serde_json::Value;

use crate::exchange::{Call, Outcome, Reply};
use crate::world::{Badge, World};

use super::{filter, page, refused, view};

const FILTERS: [&str; 8] = [
    "recipient_email",
    "recipient_email_all",
    "issuer_earner_id",
    "state",
    "badge_template_id",
    "user_id",
    "query",
    "public",
];

/// Without a `sort`, the badge issued last comes first.
pub fn list_badges(world: &mut World, call: &Call) -> Outcome {
    let filters = filter::read(call, &FILTERS)?;
    let fits = |badge: &&Badge| filters.iter().all(|(key, wanted)| fits(badge, key, wanted));
    let mut items: Vec<Value> =
        world.badges.iter().rev().filter(fits).map(|badge| view::badge(world, badge)).collect();
    filter::sort(call, &mut items);
    page::many(world, call, items)
}

pub fn get_badge(world: &mut World, call: &Call) -> Outcome {
    let badge = &world.badges[known(world, call)?];
    Ok(Reply::ok(page::one(view::badge(world, badge))))
}

pub fn revoke_badge(world: &mut World, call: &Call) -> Outcome {
    let n = known(world, call)?;
    let reason = call.json().and_then(|body| body["reason"].as_str()).filter(|reason| !reason.is_empty());
    let Some(reason) = reason else {
        return Err(refused(422, "Validation failed: reason can't be blank"));
    };
    if world.badges[n].state == "revoked" {
        return Err(refused(422, "Validation failed: badge is already revoked"));
    }
    revoke(world, n, reason);
    Ok(Reply::ok(page::one(view::badge(world, &world.badges[n]))))
}

/// The place of the badge that the path names.
pub fn known(world: &World, call: &Call) -> Result<usize, Reply> {
    let id = call.param("badge");
    let place = world.badges.iter().position(|badge| badge.id == id);
    place.ok_or_else(|| refused(404, format!("badge {id} not found")))
}

pub fn revoke(world: &mut World, n: usize, reason: &str) {
    let now = world.clock.tick();
    let badge = &mut world.badges[n];
    badge.state = "revoked";
    badge.state_changed = now;
    badge.updated = now;
    badge.revocation_reason = Some(reason.to_owned());
}

/// Several states may be given with commas. Nobody claims a badge here, so none has a user.
fn fits(badge: &Badge, key: &str, wanted: &str) -> bool {
    match key {
        "recipient_email" | "recipient_email_all" => badge.email.eq_ignore_ascii_case(wanted),
        "issuer_earner_id" => badge.earner.as_deref() == Some(wanted),
        "badge_template_id" => badge.template == wanted,
        "state" => wanted.split(',').any(|state| state.trim() == badge.state),
        "public" => wanted == "false",
        "query" => {
            let text = format!("{} {} {}", badge.first_name, badge.last_name, badge.email).to_lowercase();
            text.contains(&wanted.to_lowercase())
        }
        _ => false,
    }
}
