//! The catalog and the connections over HTTP.

use highline_catalog::OperationError;
use highline_model::{ErrorKind, Role};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::door::token;
use crate::world::{World, answer};

async fn the_catalog_is_listed_searched_and_shown(database: TestDatabase) {
    let world = World::new(database).await;
    let (status, apps) = world.get("/api/v1/catalog/apps").await;
    let app = json!({
        "id": "fake", "name": "Fake", "operations": 4, "categories": [{ "name": "Things", "operations": 4 }]
    });
    assert_eq!((status, &apps["apps"]), (200, &json!([app])));
    let (_, triggers) = world.get("/api/v1/catalog/operations?kind=trigger&app=fake").await;
    assert_eq!(triggers["operations"][0]["id"], "fake.things.list");
    assert_eq!(triggers["operations"].as_array().unwrap().len(), 1);
    let (_, found) = world.get("/api/v1/catalog/operations?text=CREATE").await;
    assert_eq!(found["operations"][0]["id"], "fake.things.create");
    let (status, one) = world.get("/api/v1/catalog/operations/fake.things.create").await;
    let operation = &one["operation"];
    assert_eq!(
        (status, &operation["effect"], &operation["repeat"]),
        (200, &json!("write"), &json!("unsafe"))
    );
    assert_eq!((&operation["input"][0]["name"], &operation["verify"]["after"]), (&json!("id"), &json!(10)));
    assert_eq!(world.get("/api/v1/catalog/operations/fake.none").await.0, 404);
    let (status, none) = world.get("/api/v1/catalog/operations/fake.things.get/choices?field=id").await;
    assert_eq!((status, &none["choices"]), (200, &json!([])));
    assert_eq!(world.get("/api/v1/catalog/operations/fake.things.get/choices?field=colour").await.0, 400);
}

async fn an_operation_is_tried_through_a_connection(database: TestDatabase) {
    let world = World::new(database).await;
    let call = |body: Value| world.post("/api/v1/catalog/operations/fake.things.update/call", body);
    let (status, called) = call(json!({ "connection": "fake", "input": { "id": "t1" } })).await;
    assert_eq!((status, &called["call"]["output"]), (200, &json!({ "id": "t1" })));
    assert!(called["call"]["took_ms"].is_u64());
    assert_eq!(world.fake.calls("fake.things.update"), [json!({ "id": "t1" })]);
    let refused = OperationError::refused(ErrorKind::Rejected, "no such colour");
    world.fake.answer("fake.things.update", Err(refused));
    let (status, failed) = call(json!({ "input": {} })).await;
    assert_eq!((status, &failed["call"]["failure"]["kind"]), (200, &json!("rejected")), "{failed}");
    assert_eq!(call(json!({ "connection": "none" })).await.0, 404);
    assert_eq!(call(json!({ "conection": "fake" })).await.0, 400);
}

async fn only_an_admin_tries_what_writes(database: TestDatabase) {
    let world = World::new(database).await;
    let call = async |role: Role, operation: &str| {
        let token = token(&world, &format!("{role} {operation}"), role).await;
        let url = world.url(&format!("/api/v1/catalog/operations/{operation}/call"));
        let body = json!({ "input": { "id": "t1" } });
        answer(reqwest::Client::new().post(url).bearer_auth(token).json(&body)).await.0
    };
    for (role, read, write) in [(Role::Viewer, 403, 403), (Role::Operator, 200, 403), (Role::Admin, 200, 200)]
    {
        let got = (call(role, "fake.things.get").await, call(role, "fake.things.update").await);
        assert_eq!(got, (read, write), "{role}");
    }
    assert_eq!(world.fake.calls("fake.things.update").len(), 1, "what was refused was not sent");
}

async fn a_connection_says_who_uses_it_and_is_tried_out(database: TestDatabase) {
    let world = World::new(database).await;
    let (status, list) = world.get("/api/v1/connections").await;
    let fake = &list["connections"][0];
    assert_eq!((status, &fake["name"], &fake["app_name"]), (200, &json!("fake"), &json!("Fake")));
    assert_eq!((&fake["state"], &fake["used_by"]), (&json!("unknown"), &json!(["one"])));
    let (status, test) = world.post("/api/v1/connections/fake/test", Value::Null).await;
    assert_eq!(
        (status, &test["test"]["ok"], &test["test"]["message"]),
        (200, &json!(true), &json!("it works"))
    );
    let state = async || world.get("/api/v1/connections").await.1["connections"][0].clone();
    assert_eq!(state().await["state"], "ok");
    let refused = OperationError::refused(ErrorKind::Unauthorized, "the token is bad");
    world.fake.answer("fake.things.get", Err(refused));
    let (_, test) = world.post("/api/v1/connections/fake/test", Value::Null).await;
    assert_eq!(
        (&test["test"]["ok"], &test["test"]["failure"]["kind"]),
        (&json!(false), &json!("unauthorized"))
    );
    let shown = state().await;
    assert_eq!(
        (&shown["state"], &shown["message"]),
        (&json!("failed"), &json!("unauthorized: the token is bad"))
    );
    assert_eq!(world.post("/api/v1/connections/none/test", Value::Null).await.0, 404);
}

on_both_databases!(
    the_catalog_is_listed_searched_and_shown,
    an_operation_is_tried_through_a_connection,
    only_an_admin_tries_what_writes,
    a_connection_says_who_uses_it_and_is_tried_out,
);
