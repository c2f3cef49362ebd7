//! Finding contacts, and keeping them single.

use highline_model::ErrorKind;

use super::*;

#[tokio::test]
async fn two_upserts_with_one_email_leave_one_contact() {
    let world = World::with_contacts(0).await;
    let first = world.call("contacts.upsert", json!({"email": "ada@example.com", "firstName": "Ada"})).await;
    let second = world.call("contacts.upsert", json!({"email": "ada@example.com", "lastName": "Bern"})).await;
    assert_eq!((&first["id"], &first["new"], &second["new"]), (&second["id"], &json!(true), &json!(false)));
    let by_email = json!({"filters": [{"field": "email", "operator": "eq", "value": "ada@example.com"}]});
    let found = world.call("contacts.find", by_email).await;
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!((&found[0]["firstName"], &found[0]["lastName"]), (&json!("Ada"), &json!("Bern")));
}

#[tokio::test]
async fn a_duplicate_is_an_error_of_its_own_with_the_contact_that_is_there() {
    let world = World::with_contacts(0).await;
    let there = world.contact("ada@example.com").await;
    let error = world.refused("contacts.create", json!({"email": "ada@example.com"})).await;
    assert_eq!(error.failure.kind, ErrorKind::Duplicate);
    assert_eq!(error.failure.details.unwrap()["contactId"], there.as_str());
    let other = world.contact("ben@example.com").await;
    let error =
        world.refused("contacts.update", json!({"contactId": other, "email": "ada@example.com"})).await;
    assert_eq!(error.failure.kind, ErrorKind::Duplicate);
    let found = world.call("contacts.duplicate", json!({"email": "ada@example.com"})).await;
    assert_eq!(found["id"], there.as_str());
    let error = world.refused("contacts.duplicate", json!({})).await;
    assert!(error.failure.message.contains("give at least one of `email`, `number`"), "{error}");
}

#[tokio::test]
async fn a_contact_joins_and_leaves_campaigns_and_workflows_by_name() {
    let world = World::with_contacts(0).await;
    let contact = world.contact("ada@example.com").await;
    let campaigns = world.call("campaigns.list", json!({})).await;
    let workflows = world.call("workflows.list", json!({})).await;
    for campaign in [&campaigns[0], &campaigns[1]] {
        let input = json!({"contactId": contact, "campaignId": campaign["name"]});
        world.call("contacts.campaigns.add", input).await;
    }
    world
        .call("contacts.campaigns.remove", json!({"contactId": contact, "campaignId": campaigns[0]["id"]}))
        .await;
    world.call("contacts.campaigns.remove_all", json!({"contactId": contact})).await;
    let workflow = json!({"contactId": contact, "workflowId": workflows[0]["name"]});
    world.call("workflows.contacts.add", workflow.clone()).await;
    world.call("workflows.contacts.remove", workflow).await;
    let asked = world.asked().await;
    let lookups = asked.iter().filter(|path| *path == "/campaigns/").count();
    assert_eq!(lookups, 2, "one for the list, one for all names: {asked:?}");
}

#[tokio::test]
async fn a_token_that_may_not_do_it_is_a_final_error() {
    let world = World::with_contacts(0).await;
    let token = world
        .control(Method::POST, "/tokens", json!({"kind": "location", "scopes": ["contacts.readonly"]}))
        .await;
    let ready = world.sandbox.ready().clone();
    let token = token["token"].as_str().unwrap_or_else(|| panic!("{token}")).to_owned();
    let world = World { location: connection(&ready, "reader", &token), ..world };
    world.call("contacts.search", json!({})).await;
    let error = world.refused("contacts.create", json!({"email": "ada@example.com"})).await;
    assert_eq!(error.failure.kind, ErrorKind::Forbidden);
    assert_eq!(error.retry, highline_catalog::Retry::Never);
    let world = World { location: connection(&ready, "agency", &ready.agency_token), ..world };
    let error = world.refused("contacts.search", json!({})).await;
    assert_eq!((error.failure.kind, error.retry), (ErrorKind::Forbidden, highline_catalog::Retry::Never));
}
