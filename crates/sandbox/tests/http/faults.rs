use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{Client, id};

async fn inject(client: &Client, fault: Value) {
    client.control(Method::POST, "/faults", Some(fault)).await;
}

#[tokio::test]
async fn a_status_fault_answers_with_body_and_headers_as_often_as_told() {
    let client = Client::with_contacts(1).await;
    let fault = json!({
        "method": "GET",
        "path": "/campaigns/",
        "status": 429,
        "body": { "message": "slow down" },
        "headers": { "Retry-After": "3" },
        "times": 1,
    });
    inject(&client, fault).await;
    let request = || client.request(Method::GET, "/campaigns/").query(&[("locationId", client.location())]);
    let refused = request().send().await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.headers()["Retry-After"].to_str().unwrap()), (429, "3"));
    assert_eq!(refused.json::<Value>().await.unwrap(), json!({ "message": "slow down" }));
    assert_eq!(request().send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn headers_without_a_status_are_added_to_the_true_answer() {
    let client = Client::with_contacts(1).await;
    inject(&client, json!({ "headers": { "X-RateLimit-Max": "100000" } })).await;
    let request = client.request(Method::GET, "/campaigns/").query(&[("locationId", client.location())]);
    let answer = request.send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["X-RateLimit-Max"].to_str().unwrap()),
        (200, "100000")
    );
    assert!(answer.json::<Value>().await.unwrap()["campaigns"].is_array());
}

#[tokio::test]
async fn a_body_that_is_text_is_sent_as_text() {
    let client = Client::with_contacts(1).await;
    inject(&client, json!({ "status": 502, "body": "<html>Bad Gateway</html>" })).await;
    let response = client.request(Method::GET, "/campaigns/").send().await.unwrap();
    assert_eq!(response.status(), 502);
    assert_eq!(response.text().await.unwrap(), "<html>Bad Gateway</html>");
    client.control(Method::DELETE, "/faults", None).await;
    assert_eq!(client.get("/campaigns/").await.0, 422, "without faults the request is looked at again");
}

#[tokio::test]
async fn a_delay_comes_before_the_answer() {
    let client = Client::with_contacts(1).await;
    inject(&client, json!({ "delay_ms": 200, "times": 1 })).await;
    let began = Instant::now();
    let (status, _) = client.get(&format!("/campaigns/?locationId={}", client.location())).await;
    assert_eq!(status, 200);
    assert!(began.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_cut_connection_gives_no_answer_and_does_no_work() {
    let client = Client::with_contacts(0).await;
    inject(&client, json!({ "method": "POST", "path": "/contacts/", "cut": true, "times": 1 })).await;
    let body = json!({ "locationId": client.location(), "email": "ada@example.com" });
    let send = || client.request(Method::POST, "/contacts/").json(&body).send();
    let error = send().await.unwrap_err();
    assert!(error.is_request() && error.status().is_none(), "{error:?}");
    assert_eq!(client.control(Method::GET, "/state", None).await["contacts"], 0);
    assert_eq!(send().await.unwrap().status(), 201);
    let requests = client.control(Method::GET, "/requests?path=/contacts/", None).await["requests"].clone();
    assert_eq!((&requests[0]["status"], &requests[1]["status"]), (&Value::Null, &json!(201)));
}

#[tokio::test]
async fn a_cut_after_the_work_leaves_it_done() {
    let client = Client::with_contacts(0).await;
    inject(&client, json!({ "path": "/contacts/", "cut": true, "after": true, "times": 1 })).await;
    let body = json!({ "locationId": client.location(), "email": "ada@example.com" });
    let send = || client.request(Method::POST, "/contacts/").json(&body).send();
    assert!(send().await.is_err());
    assert_eq!(client.control(Method::GET, "/state", None).await["contacts"], 1);
    assert_eq!(send().await.unwrap().status(), 400, "the second try finds the first one's contact");
}

#[tokio::test]
async fn a_cut_connection_carries_not_one_byte() {
    let client = Client::with_contacts(1).await;
    inject(&client, json!({ "cut": true, "delay_ms": 20 })).await;
    let address = client.ready().base_url.trim_start_matches("http://").to_owned();
    let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
    let request = format!("GET /campaigns/ HTTP/1.1\r\nHost: {address}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    socket.read_to_end(&mut received).await.ok();
    assert_eq!(String::from_utf8_lossy(&received), "");
}

#[tokio::test]
async fn a_fault_can_hide_a_success_and_hits_a_glob() {
    let client = Client::with_contacts(1).await;
    let contact = id(&client.some_contact(|_| true).await);
    inject(&client, json!({ "path": "/contacts/*/tags", "status": 500, "after": true, "times": 1 })).await;
    let tags = format!("/contacts/{contact}/tags");
    assert_eq!(client.post(&tags, json!({ "tags": ["certified"] })).await.0, 500);
    let (status, body) = client.post(&tags, json!({ "tags": ["certified"] })).await;
    assert_eq!((status, &body["tagsAdded"]), (201, &json!([])));
}

#[tokio::test]
async fn faults_hit_the_partner_too_and_never_the_control_endpoints() {
    let client = Client::with_contacts(1).await;
    inject(&client, json!({ "status": 503 })).await;
    assert_eq!(client.credly(Method::GET, "/badges", None).await.0, 503);
    let state = client.control(Method::GET, "/state", None).await;
    assert_eq!(state["requests"]["by_route"]["GET /credly/v1/organizations/{org}/badges"]["503"], 1);
    let wrong =
        client.http.post(format!("{}/faults", client.ready().control_url)).json(&json!({ "stauts": 1 }));
    assert_eq!(crate::client::answer(wrong).await.0, 400);
}

#[tokio::test]
async fn a_client_that_gives_up_waiting_does_not_stop_the_work() {
    let client = Client::with_contacts(0).await;
    inject(&client, json!({ "route": "/contacts/", "delay_ms": 300, "after": true, "times": 1 })).await;
    inject(&client, json!({ "route": "/contacts/", "delay_ms": 300, "times": 1 })).await;
    for contacts in [1, 2] {
        let request = client
            .request(Method::POST, "/contacts/")
            .timeout(Duration::from_millis(100))
            .json(&json!({ "locationId": client.location() }));
        assert!(request.send().await.unwrap_err().is_timeout());
        let done = async {
            while client.control(Method::GET, "/state", None).await["contacts"] != contacts {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), done)
            .await
            .expect("the work is done within ten seconds");
    }
}
