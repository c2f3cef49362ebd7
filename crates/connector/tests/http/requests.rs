//! What is sent.

use serde_json::{Map, Value, json};
use wiremock::{Request, ResponseTemplate};

use super::*;

/// The request as it came, one line for each part.
fn told(request: &Request) -> String {
    let header = |name: &str| {
        request
            .headers
            .get(name)
            .map_or_else(String::new, |value| format!("{name}: {}\n", value.to_str().unwrap()))
    };
    let url = match request.url.query() {
        Some(query) => format!("{}?{query}", request.url.path()),
        None => request.url.path().to_owned(),
    };
    let headers: String =
        ["authorization", "accept", "version", "content-type", "x-extra"].map(header).concat();
    format!("{} {url}\n{headers}{}", request.method, String::from_utf8_lossy(&request.body))
}

async fn sent(manifest: &str, input: Value) -> String {
    let server = server(|_| json(json!({}))).await;
    call(&operation(manifest), &connection(&server.uri()), input).await.unwrap();
    told(&server.received_requests().await.unwrap()[0])
}

#[tokio::test]
async fn each_field_goes_to_its_place() {
    let manifest = "kind: action, method: PUT, path: '/things/{thingId}/parts/?full=1', headers: { Version: '7' }, fields: [
        { name: thingId, required: true },
        { name: phone, in: query, type: phone }, { name: ids, in: query, type: array }, { name: state, in: query, param: 'filter[state]' },
        { name: extra, in: header, param: X-Extra }, { name: title }, { name: size, type: integer } ]";
    let input = json!({
        "thingId": "a/b ü", "phone": "+1 555", "ids": ["x", "y&z"], "state": "on", "extra": "e", "title": "T", "size": "3",
    });
    insta::assert_snapshot!(sent(manifest, input).await, @r#"
    PUT /things/a%2Fb%20%C3%BC/parts/?full=1&phone=%2B1%20555&ids=x&ids=y%26z&filter%5Bstate%5D=on
    authorization: Bearer s3cret-token
    accept: application/json
    version: 7
    content-type: application/json
    x-extra: e
    {"title":"T","size":3}
    "#);
}

#[tokio::test]
async fn null_is_sent_where_it_is_a_value() {
    let manifest = "kind: action, method: POST, path: /bulk, fields: [
        { name: businessId, required: true, nullable: true }, { name: note } ]";
    let request = sent(manifest, json!({"businessId": null, "note": null})).await;
    assert!(request.ends_with(r#"{"businessId":null}"#), "{request}");
}

#[tokio::test]
async fn a_delete_may_have_a_body_and_a_post_none() {
    let delete = "kind: action, method: DELETE, path: /tags, fields: [{ name: tags, in: body, type: array, items: string }]";
    insta::assert_snapshot!(sent(delete, json!({"tags": ["a"]})).await, @r#"
    DELETE /tags
    authorization: Bearer s3cret-token
    accept: application/json
    content-type: application/json
    {"tags":["a"]}
    "#);
    insta::assert_snapshot!(sent("kind: action, method: POST, path: /go", json!({})).await, @r"
    POST /go
    authorization: Bearer s3cret-token
    accept: application/json
    ");
    insta::assert_snapshot!(sent("kind: action, method: POST, path: /go, body: empty", json!({})).await, @r"
    POST /go
    authorization: Bearer s3cret-token
    accept: application/json
    content-type: application/json
    {}
    ");
    let form =
        "kind: action, method: POST, path: /go, body: form, fields: [{ name: a }, { name: b, type: array }]";
    insta::assert_snapshot!(sent(form, json!({"a": "1+1 &", "b": [true, 2]})).await, @r"
    POST /go
    authorization: Bearer s3cret-token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    a=1%2B1+%26&b=true&b=2
    ");
}

#[tokio::test]
async fn a_wrong_input_sends_nothing() {
    let server = server(|_| json(json!({}))).await;
    let operation = operation(
        "kind: action, method: GET, path: '/things/{thingId}', fields: [{ name: thingId, required: true }]",
    );
    for (input, wanted) in [
        (json!({}), "missing field `thingId`"),
        (json!({"thingId": "x", "nme": 1}), "unknown field `nme`"),
        (json!({"thingId": ".."}), "field `thingId` must not be \"..\""),
        (json!({"thingId": ""}), "field `thingId` must not be \"\""),
    ] {
        let error = call(&operation, &connection(&server.uri()), input).await.unwrap_err();
        assert!(error.failure.message.contains(wanted), "{error}");
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn credentials_travel_by_tls_or_not_at_all() {
    let operation = operation("kind: action, method: GET, path: /things");
    let error = call(&operation, &connection("http://demo.example.com"), json!({})).await.unwrap_err();
    assert!(error.failure.message.contains("asked without TLS"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = server(|_| json(json!({}))).await;
    let target = other.uri();
    let server = server(move |_| ResponseTemplate::new(307).insert_header("location", target.as_str())).await;
    let operation = operation("kind: action, method: GET, path: /things");
    let error = call(&operation, &connection(&server.uri()), json!({})).await.unwrap_err();
    assert!(error.failure.message.contains("redirects to http://127.0.0.1"), "{error}");
    assert!(other.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_host_comes_from_the_connection_and_cannot_be_turned_elsewhere() {
    let app = APP.replace("https://demo", "https://{accountId}.demo");
    let operation = operation_of(&app, "kind: action, method: GET, path: /things");
    let Operation::Action(action) = &operation else { panic!("an action") };
    let preview = |account: Value| {
        let mut connection = connection("https://unused.example.com");
        connection.base_url = None;
        connection.values.insert("accountId".into(), account);
        let input = Map::new();
        let call = Call::new(&input, &connection, Duration::from_secs(1));
        action.preview(call)
    };
    assert_eq!(preview(json!("acme")).unwrap().url, "https://acme.demo.example.com/things");
    for evil in [json!("evil.com/"), json!("evil.com?"), json!("a@evil.com#"), json!(""), json!(null)] {
        assert!(preview(evil.clone()).is_err(), "{evil} must be refused");
    }
}

#[tokio::test]
async fn a_preview_shows_the_first_request_without_secrets() {
    let app = APP.replace("bearer: { token: '{token}' }", "query: { name: key, value: '{token}' }");
    let operation =
        operation_of(&app, "kind: action, method: POST, path: /things, fields: [{ name: title }]");
    let Operation::Action(action) = &operation else { panic!("an action") };
    let input = Map::from_iter([("title".to_owned(), json!("T"))]);
    let connection = connection("https://demo.example.com/api/");
    let call = Call::new(&input, &connection, Duration::from_secs(1));
    insta::assert_json_snapshot!(action.preview(call).unwrap(), @r#"
    {
      "method": "POST",
      "url": "https://demo.example.com/api/things?key=***",
      "headers": {
        "Accept": "application/json"
      },
      "body": {
        "title": "T"
      }
    }
    "#);
}
