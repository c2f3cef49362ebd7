//! Names in place of ids: looked up, kept, and told where they do not exist.

use highline_catalog::Done;
use highline_model::ErrorKind;
use serde_json::json;

use super::*;

/// An app with pipelines, custom fields and deals.
const DEALS: &str = r#"
app: demo
title: Demo
base_url: https://demo.example.com
auth: { bearer: { token: '{token}' } }
values: [{ name: accountId, label: Account }]
ids: ["[A-Z][0-9]+"]
operations:
  - { id: deals.create, kind: action, title: Create, summary: Creates., method: POST, path: /deals,
      fields: [
        { name: stageId, choices: { operation: pipelines.list, list: stages, within: { id: pipelineId } } },
        { name: pipelineId, required: true, choices: { operation: pipelines.list } },
        { name: owners, type: array, items: string, choices: { operation: users.list } },
        { name: watchers, type: array, items: string, send_as: csv, choices: { operation: users.list, also: [nobody] } },
        { name: fields, type: array, items: object,
          by_name: { operation: fields.list, key: key, value: field_value, input: { model: deal } } }],
      response: { fields: [{ name: id }, { name: fields, type: array,
          by_name: { operation: fields.list, input: { model: deal }, value: value, into: byName } }] } }
  - { id: deals.get, kind: trigger, title: Get, summary: Gets., method: GET, path: "/deals/{id}",
      fields: [{ name: id, required: true }], poll: { emit: changed_record, key: [id] },
      response: { fields: [{ name: id }, { name: fields, type: array,
          by_name: { operation: fields.list, input: { model: deal }, value: [value, other], into: byName } }] } }
  - { id: pipelines.list, kind: action, title: List, summary: Lists., method: GET, path: /pipelines,
      fields: [{ name: accountId, required: true, from: connection }],
      response: { data: pipelines, list: true, fields: [{ name: id }] } }
  - { id: users.list, kind: action, title: List, summary: Lists., method: GET, path: /users,
      response: { list: true, fields: [{ name: id }] } }
  - { id: fields.list, kind: action, title: List, summary: Lists., method: GET, path: /fields,
      fields: [{ name: model }], response: { list: true, fields: [{ name: id }] } }
"#;

struct Deals {
    server: MockServer,
    operations: Vec<Operation>,
}

impl Deals {
    /// The custom fields are answered with this status.
    async fn new(fields_status: u16) -> Self {
        let server = server(move |request| match request.url.path() {
            "/pipelines" => json(json!({"pipelines": [
                {"id": "P1", "name": "Sales", "stages": [{"id": "S1", "name": "New"}, {"id": "S2", "name": "Won"}]},
                {"id": "P2", "name": "Support", "stages": [{"id": "S3", "name": "New"}]},
            ]})),
            "/users" => json(json!([{"id": "U1", "name": "Ada"}, {"id": "U2", "name": "Ben"}])),
            "/fields" if fields_status == 200 => {
                json(json!([{"id": "F1", "name": "Lead score", "key": "deal.lead_score"}]))
            }
            "/fields" => ResponseTemplate::new(fields_status).set_body_json(json!({"message": "no"})),
            _ => json(json!({"id": "D1", "fields": [{"id": "F1", "other": 42}]})),
        })
        .await;
        let manifest = read_app(&[("demo.yaml", DEALS)]).unwrap();
        Self { server, operations: build(manifest, &http()).unwrap().operations }
    }

    async fn call(&self, id: &str, input: Value) -> Result<Output, OperationError> {
        let operation = self.operations.iter().find(|operation| operation.definition().id == id).unwrap();
        let mut connection = connection(&self.server.uri());
        connection.values.insert("accountId".into(), json!("A1"));
        let input = input.as_object().unwrap();
        operation.call(Call::new(input, &connection, Duration::from_secs(5))).await
    }

    /// The paths that were asked, and the body of the last request.
    async fn asked(&self) -> (Vec<String>, Value) {
        let requests = self.server.received_requests().await.unwrap();
        let body = requests.last().map(|request| serde_json::from_slice(&request.body).unwrap_or_default());
        (requests.iter().map(|request| request.url.path().to_owned()).collect(), body.unwrap_or_default())
    }
}

#[tokio::test]
async fn names_are_sent_as_ids_and_each_list_is_read_once() {
    let deals = Deals::new(200).await;
    let input = json!({
        "pipelineId": "support", "stageId": "New", "owners": ["Ben", "U1"], "fields": {"Lead score": 42}
    });
    for _ in 0..2 {
        let output = deals.call("demo.deals.create", input.clone()).await.unwrap();
        let (_, body) = deals.asked().await;
        assert_eq!(
            body,
            json!({"stageId": "S3", "pipelineId": "P2", "owners": ["U2", "U1"], "fields": [{"id": "F1", "field_value": 42}]})
        );
        assert_eq!(
            output.data["byName"],
            json!({"Lead score": null}),
            "this answer's value has another name"
        );
    }
    let (paths, _) = deals.asked().await;
    assert_eq!(paths, ["/pipelines", "/users", "/fields", "/deals", "/deals"]);
}

#[tokio::test]
async fn names_in_a_list_with_commas_are_looked_up_one_by_one() {
    let deals = Deals::new(200).await;
    let input = json!({"pipelineId": "P1", "watchers": ["Ben", "nobody", "U1"]});
    deals.call("demo.deals.create", input).await.unwrap();
    let requests = deals.server.received_requests().await.unwrap();
    let created = requests.iter().find(|request| request.url.path() == "/deals").unwrap();
    let body: Value = serde_json::from_slice(&created.body).unwrap();
    assert_eq!(body["watchers"], "U2,nobody,U1");
}

#[tokio::test]
async fn ids_are_not_looked_up() {
    let deals = Deals::new(200).await;
    let input = json!({"pipelineId": "P2", "stageId": "S3", "fields": [{"id": "F1", "field_value": 1}]});
    deals.call("demo.deals.create", input).await.unwrap();
    let (paths, _) = deals.asked().await;
    assert_eq!(paths[0], "/deals");
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_refused_with_the_nearest_and_nothing_is_written() {
    let deals = Deals::new(200).await;
    for (input, told) in [
        (
            json!({"pipelineId": "Slaes"}),
            "field `pipelineId`: nothing is called `Slaes`; did you mean `Sales`?",
        ),
        (
            json!({"pipelineId": "P1", "stageId": "Lost"}),
            "field `stageId`: nothing is called `Lost`; there are New, Won",
        ),
        (
            json!({"pipelineId": "P1", "fields": {"Lead scroe": 1}}),
            "field `fields`: nothing is called `Lead scroe`; did you mean `Lead score`?",
        ),
    ] {
        let error = deals.call("demo.deals.create", input).await.unwrap_err();
        assert_eq!((error.failure.kind, error.done), (ErrorKind::InvalidInput, Done::No));
        assert!(error.failure.message.contains(told), "{error}");
    }
    let (paths, _) = deals.asked().await;
    assert!(!paths.contains(&"/deals".to_owned()), "{paths:?}");
}

#[tokio::test]
async fn values_are_read_back_by_name() {
    let deals = Deals::new(200).await;
    let output = deals.call("demo.deals.get", json!({"id": "D1"})).await.unwrap();
    assert_eq!(output.data["byName"], json!({"Lead score": 42}));
    assert_eq!(output.data["fields"], json!([{"id": "F1", "other": 42}]), "what the app said stays");
}

#[tokio::test]
async fn a_token_that_may_not_read_the_names_leaves_them_out_and_asks_once() {
    let deals = Deals::new(403).await;
    for _ in 0..3 {
        let output = deals.call("demo.deals.get", json!({"id": "D1"})).await.unwrap();
        assert_eq!(output.data.get("byName"), None);
    }
    let (paths, _) = deals.asked().await;
    assert_eq!(paths.iter().filter(|path| *path == "/fields").count(), 1);
    let error =
        deals.call("demo.deals.create", json!({"pipelineId": "P1", "fields": {"Lead score": 1}})).await;
    assert_eq!(error.unwrap_err().failure.kind, ErrorKind::Forbidden, "who names a field is told");
}

#[tokio::test]
async fn names_that_cannot_be_read_now_fail_a_read_and_not_a_write() {
    let deals = Deals::new(503).await;
    let error = deals.call("demo.deals.get", json!({"id": "D1"})).await.unwrap_err();
    assert_eq!(error.failure.kind, ErrorKind::Unavailable);
    let output = deals.call("demo.deals.create", json!({"pipelineId": "P1"})).await.unwrap();
    assert_eq!(output.data, json!({"id": "D1", "fields": [{"id": "F1", "other": 42}]}));
}

#[tokio::test]
async fn a_preview_says_what_would_be_looked_up() {
    let deals = Deals::new(200).await;
    let Operation::Action(create) = &deals.operations[0] else { panic!("it is an action") };
    let input = json!({"pipelineId": "Sales", "stageId": "S1", "fields": {"Lead score": 42}});
    let connection = connection(&deals.server.uri());
    let input = input.as_object().unwrap();
    let call = Call::new(input, &connection, Duration::from_secs(5));
    assert_eq!(
        create.preview(call).unwrap().body,
        Some(json!({
            "stageId": "S1", "pipelineId": "(the id of Sales)",
            "fields": [{"id": "(the id of Lead score)", "field_value": 42}]
        }))
    );
    assert_eq!(deals.asked().await.0, [""; 0]);
}
