//! What is told of opportunities by webhook.

use serde_json::{Value, json};

use crate::time::iso;
use crate::world::{Opportunity, World};

pub fn payload(world: &World, opportunity: &Opportunity) -> Value {
    json!({
        "locationId": world.ready.location_id,
        "id": opportunity.id,
        "contactId": opportunity.contact,
        "name": opportunity.name,
        "pipelineId": opportunity.pipeline,
        "pipelineStageId": opportunity.stage,
        "status": opportunity.status,
        "monetaryValue": opportunity.value,
        "assignedTo": opportunity.assigned_to,
        "source": opportunity.source,
        "dateAdded": iso(opportunity.created),
    })
}

pub fn tell_new(world: &mut World, opportunity: &Opportunity) {
    world.tell("OpportunityCreate", payload(world, opportunity));
}

/// The update, and each of the four changes that have an event of their own.
pub fn tell_changed(world: &mut World, old: &Opportunity, new: &Opportunity) {
    let happened = [
        ("OpportunityUpdate", true),
        ("OpportunityStageUpdate", old.stage != new.stage),
        ("OpportunityStatusUpdate", old.status != new.status),
        ("OpportunityMonetaryValueUpdate", old.value.as_f64() != new.value.as_f64()),
        ("OpportunityAssignedToUpdate", old.assigned_to != new.assigned_to),
    ];
    for (kind, _) in happened.into_iter().filter(|(_, happened)| *happened) {
        world.tell(kind, payload(world, new));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{create_opportunity, delete_opportunity, update_opportunity, update_status};
    use crate::exchange::{Call, Outcome};
    use crate::seed;
    use crate::world::World;
    use serde_json::{Value, json};

    /// The kinds told while a handler works on a body, and the last payload.
    fn told(
        world: &mut World,
        handler: fn(&mut World, &Call) -> Outcome,
        id: &str,
        body: Value,
    ) -> (Vec<&'static str>, Value) {
        world.outbox.clear();
        let call = Call { body: Some(Ok(body)), params: vec![("id", id.to_owned())], ..Default::default() };
        handler(world, &call).unwrap();
        let last = world.outbox.last().unwrap().payload.clone();
        (world.outbox.iter().map(|happening| happening.kind).collect(), last)
    }

    #[test]
    fn each_change_of_an_opportunity_tells_its_events() {
        let mut world = seed::world(1, 3, "http://sandbox");
        let pipeline = world.pipelines[0].clone();
        let contact = world.contacts.keys().next().unwrap().clone();
        let new = json!({
            "pipelineId": pipeline.id, "locationId": world.ready.location_id, "contactId": contact,
            "name": "Course", "status": "open", "monetaryValue": 100,
        });
        let (kinds, payload) = told(&mut world, create_opportunity, "", new);
        assert_eq!(kinds, ["OpportunityCreate"]);
        assert_eq!(
            (&payload["locationId"], &payload["contactId"]),
            (&json!(world.ready.location_id), &json!(contact))
        );
        let id = payload["id"].as_str().unwrap().to_owned();
        let same = json!({ "name": "Evening course", "monetaryValue": 100.0 });
        assert_eq!(told(&mut world, update_opportunity, &id, same).0, ["OpportunityUpdate"]);
        let all = json!({
            "pipelineStageId": pipeline.stages[1].id, "monetaryValue": 200, "assignedTo": world.users[0].id,
        });
        let (kinds, payload) = told(&mut world, update_opportunity, &id, all);
        assert_eq!(
            kinds,
            [
                "OpportunityUpdate",
                "OpportunityStageUpdate",
                "OpportunityMonetaryValueUpdate",
                "OpportunityAssignedToUpdate"
            ]
        );
        assert_eq!(payload["monetaryValue"], json!(200));
        let (kinds, _) = told(&mut world, update_status, &id, json!({ "status": "won" }));
        assert_eq!(kinds, ["OpportunityUpdate", "OpportunityStatusUpdate"]);
        assert_eq!(told(&mut world, delete_opportunity, &id, json!({})).0, ["OpportunityDelete"]);
    }
}
