//! Pipelines and their stages, which are only read here; and where an opportunity stands in them.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::time::iso;
use crate::world::{Opportunity, Pipeline, World};

use super::super::{fields, refusal};

pub fn list_pipelines(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId"])?;
    let all = world.pipelines.iter().enumerate();
    let shown: Vec<Value> = all.map(|(n, pipeline)| view(world, n, pipeline)).collect();
    Ok(Reply::ok(json!({ "pipelines": shown })))
}

fn view(world: &World, position: usize, pipeline: &Pipeline) -> Value {
    let stages = pipeline.stages.iter().enumerate().map(|(n, stage)| {
        json!({
            "id": stage.id,
            "name": stage.name,
            "position": n,
            "showInFunnel": true,
            "showInPieChart": true,
            "stageWinProbability": stage.win_probability,
        })
    });
    json!({
        "id": pipeline.id,
        "name": pipeline.name,
        "position": position,
        "stages": stages.collect::<Vec<_>>(),
        "showInFunnel": true,
        "showInPieChart": true,
        "locationId": world.ready.location_id,
        "dateAdded": iso(pipeline.created),
        "dateUpdated": iso(pipeline.created),
    })
}

/// Moves an opportunity. Without a stage, another pipeline means the first of its stages.
///
/// # Errors
/// 404 for a pipeline that does not exist or a stage that it does not have.
pub fn place(
    world: &World,
    opportunity: &mut Opportunity,
    pipeline: Option<&str>,
    stage: Option<&str>,
) -> Result<(), Reply> {
    let id = pipeline.unwrap_or(&opportunity.pipeline);
    let found = world.pipelines.iter().find(|one| one.id == id);
    let found = found.ok_or_else(|| refusal::not_found("Pipeline", id))?;
    let moved = found.id != opportunity.pipeline;
    if let Some(id) = stage {
        let known = found.stages.iter().find(|one| one.id == id);
        opportunity.stage = known.ok_or_else(|| refusal::not_found("Pipeline stage", id))?.id.clone();
    } else if moved {
        opportunity.stage = found.stages.first().map(|first| first.id.clone()).unwrap_or_default();
    }
    opportunity.pipeline = found.id.clone();
    Ok(())
}
