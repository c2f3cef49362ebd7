//! Users who follow an opportunity. `updatedAt` moves only when somebody came or went.

use serde_json::json;

use crate::exchange::{Call, Outcome, Reply};
use crate::world::World;

use super::super::fields::{self, Kind, optional};
use super::super::followers::{FOLLOWERS, join, leave, texts, users};
use super::{known, replace};

pub fn add_followers(world: &mut World, call: &Call) -> Outcome {
    let wanted = users(world, fields::body(call, &FOLLOWERS)?)?;
    let mut opportunity = known(world, call)?.clone();
    let added = join(&mut opportunity.followers, wanted);
    let followers = opportunity.followers.clone();
    if !added.is_empty() {
        replace(world, opportunity);
    }
    Ok(Reply::created(json!({ "followers": followers, "followersAdded": added })))
}

/// With `isRemoveAllFollowers=true` in the query all go, and the list in the body may be empty.
pub fn remove_followers(world: &mut World, call: &Call) -> Outcome {
    fields::known_query(call, &["isRemoveAllFollowers"])?;
    let all = fields::choice(call, "isRemoveAllFollowers", &["true", "false"])? == Some("true");
    let allowed = if all { [optional("followers", Kind::Texts)] } else { FOLLOWERS };
    let body = fields::body(call, &allowed)?;
    let mut opportunity = known(world, call)?.clone();
    let unwanted = if all { opportunity.followers.clone() } else { texts(body, "followers") };
    let removed = leave(&mut opportunity.followers, &unwanted);
    let followers = opportunity.followers.clone();
    if !removed.is_empty() {
        replace(world, opportunity);
    }
    Ok(Reply::ok(json!({ "followers": followers, "followersRemoved": removed })))
}
