use serde_json::{Value, json};

use crate::client::{Client, keys};

/// The path with the location, from the first, at most 100.
fn page(client: &Client, path: &str) -> String {
    let skip = if path.starts_with("/blogs/site") { "skip" } else { "offset" };
    format!("{path}?locationId={}&{skip}=0&limit=100", client.location())
}

async fn first(client: &Client, path: &str, list: &str) -> String {
    let (status, body) = client.get(&page(client, path)).await;
    assert_eq!(status, 200, "{body}");
    body[list][0]["_id"].as_str().unwrap().to_owned()
}

async fn new_post(client: &Client) -> Value {
    json!({
        "title": "How to learn",
        "locationId": client.location(),
        "blogId": first(client, "/blogs/site/all", "data").await,
        "imageUrl": "https://example.com/a.jpeg",
        "description": "In short",
        "rawHTML": "<p>Every day a little.</p>",
        "status": "DRAFT",
        "imageAltText": "A desk",
        "categories": [first(client, "/blogs/categories", "categories").await],
        "author": first(client, "/blogs/authors", "authors").await,
        "urlSlug": "how-to-learn",
        "publishedAt": "2030-10-25T11:00:00Z",
    })
}

async fn posts(client: &Client, blog: &Value, more: &str) -> Value {
    let path = format!("{}&blogId={}{more}", page(client, "/blogs/posts/all"), blog.as_str().unwrap());
    let (status, body) = client.get(&path).await;
    assert_eq!(status, 200, "{body}");
    body["blogs"].clone()
}

async fn exists(client: &Client, slug: &str, more: &str) -> Value {
    let path = format!("/blogs/posts/url-slug-exists?locationId={}&urlSlug={slug}{more}", client.location());
    client.get(&path).await.1["exists"].clone()
}

#[tokio::test]
async fn a_post_is_made_listed_and_replaced() {
    let client = Client::with_contacts(0).await;
    let new = new_post(&client).await;
    assert_eq!(exists(&client, "how-to-learn", "").await, false);
    let (status, body) = client.post("/blogs/posts", new.clone()).await;
    assert_eq!(status, 200);
    let made = &body["data"];
    assert_eq!(
        keys(made),
        [
            "_id",
            "archived",
            "author",
            "categories",
            "description",
            "imageAltText",
            "imageUrl",
            "publishedAt",
            "status",
            "tags",
            "title",
            "updatedAt",
            "urlSlug",
        ]
    );
    assert_eq!(made["publishedAt"], "2030-10-25T11:00:00.000Z");
    let id = made["_id"].as_str().unwrap();
    assert_eq!(exists(&client, "how-to-learn", "").await, true);
    assert_eq!(exists(&client, "how-to-learn", &format!("&postId={id}")).await, false);
    assert_eq!(posts(&client, &new["blogId"], "").await[0], *made, "the newest first");
    let mut changed = new.clone();
    changed["status"] = json!("ARCHIVED");
    changed["tags"] = json!(["learning"]);
    let (status, body) = client.put(&format!("/blogs/posts/{id}"), changed.clone()).await;
    let post = &body["updatedBlogPost"];
    assert_eq!((status, &post["archived"], &post["tags"]), (200, &json!(true), &json!(["learning"])));
    assert_ne!(post["updatedAt"], made["updatedAt"]);
    assert_eq!(posts(&client, &new["blogId"], "&status=ARCHIVED&searchTerm=LEARN").await, json!([post]));
    assert_eq!(client.put("/blogs/posts/nobody", changed).await.0, 404);
}

#[tokio::test]
async fn posts_are_cut_into_pages() {
    let client = Client::with_contacts(0).await;
    let blog = json!(first(&client, "/blogs/site/all", "data").await);
    let all = posts(&client, &blog, "").await;
    assert_eq!(all.as_array().unwrap().len(), 4);
    let path = format!(
        "/blogs/posts/all?locationId={}&blogId={}&offset=1&limit=2",
        client.location(),
        blog.as_str().unwrap()
    );
    assert_eq!(client.get(&path).await.1["blogs"], json!([all[1], all[2]]));
    assert_eq!(posts(&client, &json!("nobody"), "").await, json!([]));
}

#[tokio::test]
async fn lists_of_blogs_ask_for_their_page() {
    let client = Client::with_contacts(0).await;
    for (path, wanted) in [
        ("/blogs/site/all", "skip"),
        ("/blogs/authors", "offset"),
        ("/blogs/categories", "offset"),
        ("/blogs/posts/all", "offset"),
    ] {
        let (status, body) = client.get(&format!("{path}?locationId={}", client.location())).await;
        let messages = body["message"].to_string();
        assert_eq!(status, 422, "{body}");
        assert!(
            messages.contains(&format!("{wanted} should")) && messages.contains("limit should"),
            "{body}"
        );
    }
    let (status, _) = client.get(&format!("{}&blogId=a&status=OLD", page(&client, "/blogs/posts/all"))).await;
    assert_eq!(status, 422);
    let found = client.get(&format!("{}&searchTerm=team", page(&client, "/blogs/site/all"))).await.1;
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_post_that_cannot_be_is_refused() {
    let client = Client::with_contacts(0).await;
    let new = new_post(&client).await;
    for field in ["title", "publishedAt", "categories", "author", "rawHTML"] {
        let mut incomplete = new.clone();
        incomplete.as_object_mut().unwrap().remove(field);
        let (status, body) = client.post("/blogs/posts", incomplete).await;
        assert_eq!((status, &body["message"]), (422, &json!([format!("{field} should not be empty")])));
    }
    for (field, value, refused) in [
        ("status", json!("NEW"), 422),
        ("blogId", json!("nobody"), 404),
        ("author", json!("nobody"), 404),
        ("categories", json!(["nobody"]), 404),
        ("urlSlug", json!("spring-event"), 400),
    ] {
        let mut wrong = new.clone();
        wrong[field] = value;
        assert_eq!(client.post("/blogs/posts", wrong).await.0, refused, "{field}");
    }
}
