//! Custom fields, pipelines and stages go by their names.

use super::*;

#[tokio::test]
async fn a_custom_field_is_sent_by_id_and_read_back_by_name() {
    let world = World::with_contacts(0).await;
    let contact = world
        .call("contacts.create", json!({"email": "ada@example.com", "customFields": {"Lead score": 42}}))
        .await;
    let definitions = world.call("custom_fields.list", json!({})).await;
    let score = definitions.as_array().unwrap().iter().find(|field| field["name"] == "Lead score").unwrap();
    assert_eq!(contact["customFields"][0]["id"], score["id"]);
    let read = world.call("contacts.get", json!({"contactId": contact["id"]})).await;
    assert_eq!(read["customFieldsByName"], json!({"Lead score": 42}));
    let input = json!({"contactId": contact["id"], "customFields": {"lead_score": 43}});
    let updated = world.call("contacts.update", input).await;
    assert_eq!(updated["customFieldsByName"], json!({"Lead score": 43}), "a key will do");
    let lookups = world.asked().await.iter().filter(|path| path.ends_with("/customFields")).count();
    assert_eq!(lookups, 2, "one was asked for, one was looked up for all");
    let error = world
        .refused("contacts.update", json!({"contactId": contact["id"], "customFields": {"Lead scor": 1}}))
        .await;
    assert!(
        error.failure.message.contains("nothing is called `Lead scor`; did you mean `Lead score`?"),
        "{error}"
    );
}

#[tokio::test]
async fn an_opportunity_moves_through_its_pipeline_by_name() {
    let world = World::with_contacts(0).await;
    let contact = world.contact("ada@example.com").await;
    let pipelines = world.call("opportunities.pipelines.list", json!({})).await;
    let (pipeline, stages) = (&pipelines[0], pipelines[0]["stages"].as_array().unwrap());
    let deal = world
        .call(
            "opportunities.create",
            json!({
                "pipelineId": pipeline["name"], "pipelineStageId": stages[1]["name"], "contactId": contact,
                "name": "Engine", "status": "open", "monetaryValue": 1200.5,
            }),
        )
        .await;
    assert_eq!((&deal["pipelineId"], &deal["pipelineStageId"]), (&pipeline["id"], &stages[1]["id"]));
    let moved =
        json!({"id": deal["id"], "pipelineId": pipeline["name"], "pipelineStageId": stages[2]["name"]});
    assert_eq!(world.call("opportunities.update", moved).await["pipelineStageId"], stages[2]["id"]);
    world.call("opportunities.update_status", json!({"id": deal["id"], "status": "won"})).await;
    let users = world.call("users.list", json!({})).await;
    let user = &users[0];
    world.call("opportunities.update", json!({"id": deal["id"], "assignedTo": user["name"]})).await;
    world.call("opportunities.followers.add", json!({"id": deal["id"], "followers": [user["name"]]})).await;
    let read = world.call("opportunities.get", json!({"id": deal["id"]})).await;
    assert_eq!(
        (&read["status"], &read["assignedTo"], &read["monetaryValue"], &read["followers"]),
        (&json!("won"), &user["id"], &json!(1200.5), &json!([user["id"]]))
    );
    let error = world
        .refused(
            "opportunities.update",
            json!({"id": deal["id"], "pipelineId": pipeline["name"], "pipelineStageId": "Nowhere"}),
        )
        .await;
    assert!(error.failure.message.contains("nothing is called `Nowhere`"), "{error}");
}
