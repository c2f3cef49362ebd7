//! Lists in pages, in each style: all of it, with every parameter on every page.

use std::sync::atomic::{AtomicU32, Ordering};

use highline_catalog::Retry;
use highline_model::ErrorKind;
use serde_json::json;

use super::*;

const LIST: &str = "kind: trigger, poll: { emit: new, key: [id] }, response: { data: things, list: true }";

fn list(method: &str, paging: &str, fields: &str) -> Operation {
    operation(&format!("{LIST}, method: {method}, path: /things, fields: [{fields}], paging: {{ {paging} }}"))
}

fn thing(n: u64) -> Value {
    json!({"id": n, "cursor": [n, format!("id{n}")]})
}

/// The items `from..` of `total`, at most `size`.
fn page(from: u64, size: u64, total: u64) -> Vec<Value> {
    (from..total.min(from + size)).map(thing).collect()
}

fn number(request: &Request, name: &str) -> Option<u64> {
    query(request, name)?.parse().ok()
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

async fn ids(operation: &Operation, server: &MockServer, input: Value) -> Vec<u64> {
    let output = call(operation, &connection(&server.uri()), input).await.unwrap();
    assert_eq!(output.requests as usize, server.received_requests().await.unwrap().len());
    output.data.as_array().unwrap().iter().map(|item| item["id"].as_u64().unwrap()).collect()
}

fn all(total: u64) -> Vec<u64> {
    (0..total).collect()
}

#[tokio::test]
async fn offsets_read_1050_records_through_pages_of_100() {
    let server = server(|request| {
        assert_eq!(query(request, "state").as_deref(), Some("a b"), "every page has the filter");
        let from = number(request, "skip").expect("every page says where it starts");
        json(json!({"things": page(from, number(request, "limit").unwrap(), 1_050)}))
    })
    .await;
    let things = list("GET", "offset: { limit: { name: limit, max: 100 }, offset: skip }", "{ name: state }");
    assert_eq!(ids(&things, &server, json!({"state": "a b"})).await, all(1_050));
    assert_eq!(server.received_requests().await.unwrap().len(), 11, "the short page is the last");
}

#[tokio::test]
async fn the_total_or_a_flag_ends_a_list_without_one_more_page() {
    for ending in ["total: count", "more: meta.more"] {
        let server = server(|request| {
            let from = number(request, "skip").unwrap();
            json(json!({"things": page(from, 100, 200), "count": 200, "meta": {"more": from < 100}}))
        })
        .await;
        let things = list(
            "GET",
            &format!("offset: {{ limit: {{ name: limit, max: 100 }}, offset: skip, {ending} }}"),
            "",
        );
        assert_eq!(ids(&things, &server, json!({})).await, all(200), "{ending}");
        assert_eq!(server.received_requests().await.unwrap().len(), 2, "{ending}");
    }
}

#[tokio::test]
async fn search_after_goes_on_from_the_last_item_and_drops_the_page_number() {
    let server = server(|request| {
        let body = body(request);
        assert_eq!(body["filters"], json!([{"field": "tag"}]), "every page has the filter");
        assert_eq!(body["size"], 500);
        assert_eq!(
            body.get("page").is_some(),
            body.get("after").is_none(),
            "page and cursor never go together"
        );
        let from = body.get("after").map_or(0, |after| after[0].as_u64().unwrap() + 1);
        json(json!({"things": page(from, 500, 1_050)}))
    })
    .await;
    let paging = "search_after: { limit: { name: size, in: body, max: 500 }, cursor: after, from: cursor, replaces: page }";
    let fields = "{ name: filters, type: array }, { name: page, type: integer }";
    let things = list("POST", paging, fields);
    assert_eq!(ids(&things, &server, json!({"filters": [{"field": "tag"}], "page": 1})).await, all(1_050));
}

#[tokio::test]
async fn cursors_are_taken_from_the_answer_until_there_is_none() {
    let server = server(|request| {
        assert_eq!(query(request, "q").as_deref(), Some("x"), "every page has the filter");
        let from = number(request, "after").map_or(0, |after| after + 1);
        assert_eq!(query(request, "afterId"), (from > 0).then(|| format!("id{}", from - 1)));
        let things = page(from, 100, 1_050);
        let last = things.last().map(|last| last["cursor"].clone()).filter(|_| from + 100 < 1_050);
        json(json!({"things": things, "meta": {"after": last.as_ref().map(|l| &l[0]), "id": last.as_ref().map(|l| &l[1])}}))
    })
    .await;
    let paging =
        "cursor: { limit: { name: limit, max: 100 }, cursor: { after: meta.after, afterId: meta.id } }";
    assert_eq!(ids(&list("GET", paging, "{ name: q }"), &server, json!({"q": "x"})).await, all(1_050));
}

#[tokio::test]
async fn numbered_pages_end_at_the_last_one() {
    let server = server(|request| {
        let number = number(request, "page").unwrap();
        json(json!({"things": page((number - 1) * 50, 50, 120), "metadata": {"total_pages": 3}}))
    })
    .await;
    assert_eq!(
        ids(&list("GET", "page: { page: page, last: metadata.total_pages }", ""), &server, json!({})).await,
        all(120)
    );
    assert_eq!(server.received_requests().await.unwrap().len(), 3);
}

#[tokio::test]
async fn the_next_url_keeps_the_parameters_that_it_leaves_out() {
    let server = server(|request| {
        assert_eq!(query(request, "filter").as_deref(), Some("a"), "every page has the filter, once");
        let page_number = number(request, "page").unwrap_or(1);
        let next = (page_number < 3).then(|| format!("/things?page={}", page_number + 1));
        json(json!({"things": page((page_number - 1) * 50, 50, 120), "next": next}))
    })
    .await;
    assert_eq!(
        ids(&list("GET", "next_url: { path: next }", "{ name: filter }"), &server, json!({"filter": "a"}))
            .await,
        all(120)
    );
}

#[tokio::test]
async fn the_next_url_is_not_followed_to_another_host() {
    let server =
        server(|_| json(json!({"things": page(0, 5, 5), "next": "https://evil.example.com/things"}))).await;
    let error = call(&list("GET", "next_url: { path: next }", ""), &connection(&server.uri()), json!({}))
        .await
        .unwrap_err();
    assert_eq!(error.failure.kind, ErrorKind::BadReply);
    assert!(error.failure.message.contains("another host, `evil.example.com`"), "{error}");
}

#[tokio::test]
async fn a_workflow_sets_the_page_size_and_the_start() {
    let server = server(|request| {
        json(json!({"things": page(number(request, "skip").unwrap(), number(request, "limit").unwrap(), 30)}))
    })
    .await;
    let fields = "{ name: limit, type: integer }, { name: skip, type: integer }";
    let things = list("GET", "offset: { limit: { name: limit, max: 100 }, offset: skip }", fields);
    assert_eq!(ids(&things, &server, json!({"limit": 10, "skip": 5})).await, (5..30).collect::<Vec<_>>());
    assert_eq!(server.received_requests().await.unwrap().len(), 3);
}

#[tokio::test]
async fn positions_are_text_where_the_app_wants_text() {
    let fields =
        "{ name: limit, type: integer, send_as: text }, { name: skip, type: integer, send_as: text }";
    let things = list("POST", "offset: { limit: { name: limit, max: 10 }, offset: skip }", fields);
    for input in [json!({}), json!({"limit": 20, "skip": 0})] {
        let server = server(|request| {
            let body = body(request);
            let at = |name: &str| body[name].as_str().expect("it is text").parse::<u64>().unwrap();
            json(json!({"things": page(at("skip"), at("limit"), 25)}))
        })
        .await;
        assert_eq!(ids(&things, &server, input).await, all(25));
    }
}

#[tokio::test]
async fn a_record_added_in_the_middle_is_read_once_and_nothing_is_lost() {
    let asked = AtomicU32::new(0);
    let server = server(move |request| {
        let from = number(request, "skip").unwrap();
        // A new record comes in at the front after the first page, so all others move on by one.
        let moved = u64::from(asked.fetch_add(1, Ordering::Relaxed) > 0);
        let things: Vec<Value> =
            (from..(from + 10).min(35 + moved)).map(|n| thing((n + 100 - moved) % 100)).collect();
        json(json!({"things": things}))
    })
    .await;
    let things = list("GET", "offset: { limit: { name: limit, max: 10 }, offset: skip }", "");
    assert_eq!(ids(&things, &server, json!({})).await, all(35));
}

#[tokio::test]
async fn an_answer_without_the_promised_end_is_read_to_the_empty_page() {
    let server = server(|request| {
        let from = number(request, "skip").or_else(|| Some((number(request, "page")? - 1) * 10)).unwrap();
        json(json!({"things": page(from, 10, 20)}))
    })
    .await;
    for paging in ["offset: { offset: skip, total: count, more: more }", "page: { page: page, last: last }"] {
        let output = call(&list("GET", paging, ""), &connection(&server.uri()), json!({})).await.unwrap();
        assert_eq!((output.data.as_array().unwrap().len(), output.requests), (20, 3), "{paging}");
    }
}

#[tokio::test]
async fn a_full_page_without_its_cursor_is_an_error_and_a_short_one_the_end() {
    for (count, right) in [(10, false), (9, true)] {
        let server = server(move |_| {
            let things: Vec<Value> = (0..count).map(|n| json!({"id": n})).collect();
            json(json!({"things": things}))
        })
        .await;
        let paging = "search_after: { limit: { name: limit, max: 10 }, cursor: after, from: cursor }";
        let outcome = call(&list("GET", paging, ""), &connection(&server.uri()), json!({})).await;
        assert_eq!(outcome.is_ok(), right, "{outcome:?}");
    }
}

#[tokio::test]
async fn an_app_that_goes_in_circles_is_an_error() {
    let server = server(|_| json(json!({"things": page(0, 10, 10), "next": "same"}))).await;
    for paging in [
        "cursor: { cursor: { after: next } }",
        "search_after: { cursor: after, from: cursor }",
        "next_url: { path: next }",
    ] {
        let error = call(&list("GET", paging, ""), &connection(&server.uri()), json!({})).await.unwrap_err();
        assert_eq!((error.failure.kind, error.retry), (ErrorKind::BadReply, Retry::Never));
        assert!(error.failure.message.contains("the page that was just read"), "{paging}: {error}");
    }
}

#[tokio::test]
async fn a_refusal_on_page_three_is_an_error_and_nothing_half_is_given() {
    let server = server(|request| match number(request, "skip").unwrap() {
        20 => ResponseTemplate::new(429).insert_header("retry-after", "3"),
        from => json(json!({"things": page(from, 10, 100)})),
    })
    .await;
    let things = list("GET", "offset: { limit: { name: limit, max: 10 }, offset: skip }", "");
    let error = call(&things, &connection(&server.uri()), json!({})).await.unwrap_err();
    assert_eq!(error.retry, Retry::After(Duration::from_secs(3)));
    assert_eq!(server.received_requests().await.unwrap().len(), 3);
}

#[tokio::test]
async fn an_action_reads_all_pages_too() {
    let server =
        server(|request| json(json!({"things": page(number(request, "skip").unwrap(), 10, 25)}))).await;
    let things = operation(
        "kind: action, effect: read, method: GET, path: /things, response: { data: things, list: true }, \
         paging: { offset: { limit: { name: limit, max: 10 }, offset: skip } }",
    );
    assert_eq!(ids(&things, &server, json!({})).await, all(25));
}
