//! Many records in one step.

use super::*;

#[tokio::test]
async fn the_tags_of_twelve_hundred_contacts_are_set_with_a_result_for_each() {
    let world = World::with_contacts(1_200).await;
    let contacts = world.call("contacts.search", json!({})).await;
    let mut ids: Vec<Value> =
        contacts.as_array().unwrap().iter().map(|contact| contact["id"].clone()).collect();
    ids.insert(600, json!("nobodyatallnobodyata"));
    let output = world
        .call("contacts.tags.bulk_update", json!({"type": "add", "contacts": ids, "tags": ["vip"]}))
        .await;
    assert_eq!((&output["failed"], output["results"].as_array().unwrap().len()), (&json!(1), 1_201));
    assert_eq!(output["results"][600]["done"], false, "{}", output["results"][600]);
    assert_eq!(output["results"][601]["done"], true);
    let tagged = json!({"filters": [{"field": "tags", "operator": "eq", "value": ["vip"]}]});
    assert_eq!(world.call("contacts.find", tagged).await.as_array().unwrap().len(), 1_200);
}

#[tokio::test]
async fn five_hundred_contacts_are_put_into_a_business_and_out_again() {
    let world = World::with_contacts(500).await;
    let business = world.call("businesses.create", json!({"name": "Analytical Engines"})).await;
    let contacts = world.call("contacts.search", json!({})).await;
    let ids: Vec<Value> = contacts.as_array().unwrap().iter().map(|contact| contact["id"].clone()).collect();
    let input = json!({"ids": ids, "businessId": "Analytical Engines"});
    let output = world.call("contacts.business.bulk_update", input).await;
    assert_eq!((&output["failed"], output["results"].as_array().unwrap().len()), (&json!(0), 500));
    let of_business = json!({"businessId": business["id"]});
    assert_eq!(world.call("contacts.by_business", of_business.clone()).await.as_array().unwrap().len(), 500);
    world.call("contacts.business.bulk_update", json!({"ids": ids, "businessId": null})).await;
    assert_eq!(world.call("contacts.by_business", of_business).await, json!([]));
}
