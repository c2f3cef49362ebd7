use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, answer, id, ids, keys};

async fn template(client: &Client, name: &str) -> String {
    let (status, body) = client.credly(Method::GET, "/badge_templates", None).await;
    assert_eq!(status, 200);
    id(body["data"].as_array().unwrap().iter().find(|template| template["name"] == name).unwrap())
}

fn badge(template: &str, email: &str) -> Value {
    json!({
        "recipient_email": email,
        "badge_template_id": template,
        "issued_to_first_name": "Ada",
        "issued_to_last_name": "Baker",
        "issued_at": "2026-04-01 09:41:00 -0500",
    })
}

#[tokio::test]
async fn the_token_is_the_user_name_and_the_password_is_blank() {
    let client = Client::with_contacts(0).await;
    let ready = client.ready();
    let url = format!("{}/organizations/{}", ready.credly_base_url, ready.credly_organization_id);
    assert_eq!(answer(client.http.get(&url).basic_auth(&ready.credly_token, Some(""))).await.0, 200);
    for wrong in [
        client.http.get(&url),
        client.http.get(&url).bearer_auth(&ready.credly_token),
        client.http.get(&url).basic_auth("other", Some("")),
        client.http.get(&url).basic_auth(&ready.credly_token, Some("secret")),
    ] {
        assert_eq!(answer(wrong).await.0, 401);
    }
    let other = format!("{}/organizations/other", ready.credly_base_url);
    assert_eq!(answer(client.http.get(other).basic_auth(&ready.credly_token, Some(""))).await.0, 403);
}

#[tokio::test]
async fn a_badge_is_issued_once_per_template_and_person() {
    let client = Client::with_contacts(0).await;
    let safety = template(&client, "Safety Basics").await;
    let mut body = badge(&safety, "Ada@example.com");
    body["issuer_earner_id"] = json!("contact-1");
    let (status, issued) = client.credly(Method::POST, "/badges", Some(body.clone())).await;
    assert_eq!(status, 201);
    let issued = &issued["data"];
    assert_eq!((&issued["state"], &issued["issuer_earner_id"]), (&json!("pending"), &json!("contact-1")));
    assert_eq!(issued["recipient_email"], "ada@example.com");
    assert_eq!(issued["issued_at"], "2026-04-01T14:41:00.000Z");
    assert_eq!(issued["badge_template"]["id"], safety);
    let mut same_earner = badge(&safety, "other@example.com");
    same_earner["issuer_earner_id"] = json!("contact-1");
    for repeated in [body, same_earner] {
        let (status, refused) = client.credly(Method::POST, "/badges", Some(repeated)).await;
        assert_eq!(status, 422);
        assert!(refused["data"]["message"].as_str().unwrap().contains("already has"));
        assert_eq!(refused["metadata"]["current_badge_id"], issued["id"]);
    }
    let twice = template(&client, "Event Attendance").await;
    for _ in 0..2 {
        let (status, _) =
            client.credly(Method::POST, "/badges", Some(badge(&twice, "ada@example.com"))).await;
        assert_eq!(status, 201, "this template allows duplicates");
    }
}

#[tokio::test]
async fn a_badge_needs_its_fields_and_an_active_template() {
    let client = Client::with_contacts(0).await;
    let (status, body) =
        client.credly(Method::POST, "/badges", Some(json!({ "recipient_email": "a@b.c" }))).await;
    assert_eq!(status, 422);
    let message = body["data"]["message"].as_str().unwrap();
    for name in ["badge_template_id", "issued_to_first_name", "issued_to_last_name", "issued_at"] {
        assert!(message.contains(&format!("{name} can't be blank")), "{message}");
    }
    let archived = template(&client, "Safety Basics 2019").await;
    assert_eq!(client.credly(Method::POST, "/badges", Some(badge(&archived, "a@b.c"))).await.0, 422);
    assert_eq!(client.credly(Method::POST, "/badges", Some(badge("none", "a@b.c"))).await.0, 422);
    let mut late = badge(&template(&client, "Safety Basics").await, "a@b.c");
    late["issued_at"] = json!("first of April");
    assert_eq!(client.credly(Method::POST, "/badges", Some(late)).await.0, 422);
}

#[tokio::test]
async fn a_revoked_badge_may_be_issued_again_and_one_is_replaced_by_another() {
    let client = Client::with_contacts(0).await;
    let (safety, data) = (template(&client, "Safety Basics").await, template(&client, "Data Literacy").await);
    let issue = || client.credly(Method::POST, "/badges", Some(badge(&safety, "a@b.c")));
    let first = id(&issue().await.1["data"]);
    let revoke = format!("/badges/{first}/revoke");
    assert_eq!(client.credly(Method::PUT, &revoke, Some(json!({}))).await.0, 422);
    let (status, body) = client.credly(Method::PUT, &revoke, Some(json!({ "reason": "by mistake" }))).await;
    assert_eq!((status, &body["data"]["state"]), (200, &json!("revoked")));
    assert_eq!(body["data"]["revocation_reason"], "by mistake");
    let second = id(&issue().await.1["data"]);
    let replace = format!("/badges/{second}/replace");
    let (status, body) = client.credly(Method::POST, &replace, Some(badge(&data, "a@b.c"))).await;
    assert_eq!((status, &body["data"]["badge_template"]["id"]), (201, &json!(data)));
    assert_eq!(
        client.credly(Method::GET, &format!("/badges/{second}"), None).await.1["data"]["state"],
        "revoked"
    );
    assert_eq!(client.credly(Method::GET, "/badges/none", None).await.0, 404);
}

#[tokio::test]
async fn badges_are_listed_50_a_page_and_filtered_both_ways() {
    let client = Client::with_contacts(0).await;
    let safety = template(&client, "Safety Basics").await;
    for n in 0..120 {
        let body = badge(&safety, &format!("person{n:03}@example.com"));
        assert_eq!(client.credly(Method::POST, "/badges", Some(body)).await.0, 201);
    }
    let mut path = "/badges?filter=state::pending&sort=recipient_email".to_owned();
    let mut seen = Vec::new();
    loop {
        let (status, body) = client.credly(Method::GET, &path, None).await;
        assert_eq!(status, 200);
        let metadata = &body["metadata"];
        assert_eq!((&metadata["total_count"], &metadata["total_pages"]), (&json!(120), &json!(3)));
        assert_eq!(metadata["count"], body["data"].as_array().unwrap().len());
        seen.extend(ids(&body["data"]));
        let Some(next) = metadata["next_page_url"].as_str() else { break };
        path = next[next.find("/badges").unwrap()..].to_owned();
    }
    let all = client.control(Method::GET, "/badges", None).await;
    assert_eq!(seen, ids(&all["badges"]), "sorted by e-mail address is the order issued");
    for filter in [
        "filter=recipient_email::person007@example.com|state::pending",
        "filter%5Brecipient_email%5D=person007@example.com",
        "filter[query]=PERSON007",
    ] {
        let (_, body) = client.credly(Method::GET, &format!("/badges?{filter}"), None).await;
        assert_eq!(ids(&body["data"]), seen[7..8], "{filter}");
    }
    assert_eq!(client.credly(Method::GET, "/badges?filter=colour::red", None).await.0, 422);
    let (status, beyond) = client.credly(Method::GET, &format!("/badges?page={}", usize::MAX), None).await;
    assert_eq!((status, &beyond["data"]), (200, &json!([])));
    let (_, newest) = client.credly(Method::GET, "/badges", None).await;
    assert_eq!(id(&newest["data"][0]), seen[119]);
}

#[tokio::test]
async fn templates_are_listed_and_got() {
    let client = Client::with_contacts(0).await;
    let (_, body) =
        client.credly(Method::GET, "/badge_templates?filter=state::active&sort=-name", None).await;
    let names: Vec<&str> =
        body["data"].as_array().unwrap().iter().filter_map(|template| template["name"].as_str()).collect();
    assert_eq!(names, ["Team Leadership", "Safety Basics", "Event Attendance", "Data Literacy"]);
    assert_eq!(keys(&body), ["data", "metadata"]);
    let first = id(&body["data"][0]);
    let (status, body) = client.credly(Method::GET, &format!("/badge_templates/{first}"), None).await;
    assert_eq!((status, &body["data"]["name"]), (200, &json!("Team Leadership")));
}

#[tokio::test]
async fn the_templates_of_seed_1_keep_the_ids_that_examples_name() {
    let client = Client::with_contacts(3).await;
    assert_eq!(template(&client, "Safety Basics").await, "52f44cea-6343-4955-8500-b66348df6acc");
    assert_eq!(template(&client, "Data Literacy").await, "aabb9575-c21e-48d9-a68a-709e870345e2");
    assert_eq!(template(&client, "Team Leadership").await, "e6d620c3-a416-4517-bb5e-76e274ca344b");
    assert_eq!(template(&client, "Event Attendance").await, "0ff29e60-2880-40da-8c75-c8701563df8e");
}
