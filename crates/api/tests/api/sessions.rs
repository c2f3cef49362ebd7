//! Browsers: logging in by a link or with a token, cookies, and pages of other sites.

use highline_model::{Clock, Role};
use highline_store::Guest;
use highline_testing::{TestDatabase, on_both_databases};
use reqwest::{Client, Method, Response};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::door::token;
use crate::world::{TOKEN, World};

on_both_databases! {
    a_link_logs_one_browser_in_once_and_not_for_long,
    a_session_can_do_what_its_token_can_until_it_logs_out,
    a_session_ends_with_its_token_and_when_nobody_uses_it,
    an_admin_sees_who_is_logged_in_and_logs_them_out,
    a_page_of_another_site_can_do_nothing_with_the_cookie,
    who_guesses_is_slowed_down,
}

/// A browser, which remembers one cookie.
struct Browser<'a> {
    world: &'a World,
    http: Client,
    cookie: String,
}

impl<'a> Browser<'a> {
    fn new(world: &'a World) -> Self {
        Self { world, http: Client::new(), cookie: String::new() }
    }

    async fn log_in(&mut self, body: Value) -> (u16, Value) {
        let answer = self.http.post(self.world.url("/api/v1/session")).json(&body).send().await.unwrap();
        self.take(answer).await
    }

    async fn ask(&mut self, method: Method, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        let request = self.http.request(method, self.world.url(path)).header("cookie", &self.cookie);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = request.send().await.unwrap();
        self.take(answer).await
    }

    async fn get(&mut self, path: &str) -> (u16, Value) {
        self.ask(Method::GET, path, &[]).await
    }

    async fn change(&mut self, method: Method, path: &str) -> (u16, Value) {
        self.ask(method, path, &[("x-highline-csrf", "1"), ("sec-fetch-site", "same-origin")]).await
    }

    async fn take(&mut self, answer: Response) -> (u16, Value) {
        if let Some(set) = answer.headers().get("set-cookie") {
            let set = set.to_str().unwrap();
            for word in ["HttpOnly", "SameSite=Strict", "Path=/"] {
                assert!(set.contains(word), "{word} is not in {set}");
            }
            self.cookie = set.split(';').next().unwrap().to_owned();
        }
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }
}

async fn a_link_logs_one_browser_in_once_and_not_for_long(database: TestDatabase) {
    let clock = Clock::manual("2026-11-21T08:00:00Z".parse().unwrap());
    let world = World::at(database, clock.clone()).await;
    let code = async || {
        let guest = Guest { role: Role::Admin, name: None };
        let (code, _) = world.store.make_login_code(&guest, world.clock.now()).await.unwrap();
        json!({ "code": code.expose_secret() })
    };
    let first = code().await;
    let mut browser = Browser::new(&world);
    let (status, answer) = browser.log_in(first.clone()).await;
    assert_eq!((status, &answer["session"]["role"]), (200, &json!("admin")), "{answer}");
    assert_eq!(
        (&answer["session"]["kind"], &answer["session"]["name"]),
        (&json!("cookie"), &json!("login link"))
    );
    assert_eq!(browser.get("/api/v1/session").await.1["session"]["kind"], "cookie");
    let (status, again) = Browser::new(&world).log_in(first).await;
    assert_eq!((status, &again["error"]["code"]), (401, &json!("unauthorized")));
    let late = code().await;
    clock.advance(chrono::Duration::minutes(15));
    assert_eq!(Browser::new(&world).log_in(late).await.0, 401);
    let both = json!({ "code": "x", "token": "y" });
    for wrong in [json!({}), both, json!({ "password": "x" })] {
        assert_eq!(Browser::new(&world).log_in(wrong.clone()).await.0, 400, "{wrong}");
    }
}

async fn a_session_can_do_what_its_token_can_until_it_logs_out(database: TestDatabase) {
    let world = World::new(database).await;
    let secret = token(&world, "duty", Role::Operator).await;
    let mut browser = Browser::new(&world);
    assert_eq!(browser.get("/api/v1/session").await.0, 401);
    let (_, session) = browser.log_in(json!({ "token": secret })).await;
    assert_eq!(session["session"]["name"], "duty");
    assert_eq!(browser.change(Method::POST, "/api/v1/workflows/one/enable").await.0, 200);
    let (status, refused) = browser.change(Method::DELETE, "/api/v1/state/x").await;
    assert_eq!((status, &refused["error"]["code"]), (403, &json!("forbidden")));
    let kept = browser.cookie.clone();
    assert_eq!(browser.change(Method::DELETE, "/api/v1/session").await.0, 204);
    assert_eq!(browser.cookie, "highline_session=");
    browser.cookie = kept;
    assert_eq!(browser.get("/api/v1/runs").await.0, 401, "the old cookie is worth nothing");
    let (_, session) = browser.log_in(json!({ "token": TOKEN })).await;
    assert_eq!(
        (&session["session"]["name"], &session["session"]["role"]),
        (&json!("environment"), &json!("admin"))
    );
}

async fn a_session_ends_with_its_token_and_when_nobody_uses_it(database: TestDatabase) {
    let clock = Clock::manual("2026-11-21T08:00:00Z".parse().unwrap());
    let world = World::at(database, clock.clone()).await;
    let secret = token(&world, "duty", Role::Viewer).await;
    let mut browser = Browser::new(&world);
    browser.log_in(json!({ "token": secret })).await;
    for _ in 0..4 {
        clock.advance(chrono::Duration::days(6));
        assert_eq!(browser.get("/api/v1/runs").await.0, 200, "it is used");
    }
    clock.advance(chrono::Duration::days(7));
    assert_eq!(browser.get("/api/v1/runs").await.0, 401, "nobody used it for a week");

    browser.log_in(json!({ "token": secret })).await;
    for _ in 0..4 {
        clock.advance(chrono::Duration::days(6));
        browser.get("/api/v1/runs").await;
    }
    clock.advance(chrono::Duration::days(6));
    assert_eq!(browser.get("/api/v1/runs").await.0, 401, "it is thirty days old");

    browser.log_in(json!({ "token": secret })).await;
    let (_, list) = world.get("/api/v1/tokens").await;
    let id = list["tokens"][0]["id"].as_str().unwrap().parse().unwrap();
    world.store.revoke_token(id, world.clock.now()).await.unwrap();
    assert_eq!(browser.get("/api/v1/runs").await.0, 401, "its token is revoked");
}

async fn an_admin_sees_who_is_logged_in_and_logs_them_out(database: TestDatabase) {
    let world = World::new(database).await;
    let secret = token(&world, "duty", Role::Operator).await;
    let (mut duty, mut admin) = (Browser::new(&world), Browser::new(&world));
    duty.log_in(json!({ "token": secret })).await;
    let wanted = json!({ "role": "admin", "name": " Head office " });
    let (status, made) = world.post("/api/v1/login-links", wanted).await;
    assert_eq!((status, &made["link"]["name"]), (201, &json!("Head office")), "{made}");
    let code = made["link"]["path"].as_str().unwrap().strip_prefix("/login?code=").unwrap();
    admin.log_in(json!({ "code": code })).await;
    assert_eq!(duty.get("/api/v1/sessions").await.0, 403);
    let (_, list) = admin.get("/api/v1/sessions").await;
    let seen = |one: &Value| json!([one["name"], one["role"], one["by"], one["current"]]);
    let sessions = list["sessions"].as_array().unwrap();
    assert_eq!(
        sessions.iter().map(seen).collect::<Vec<_>>(),
        [json!(["Head office", "admin", "link", true]), json!(["duty", "operator", "token", false])]
    );
    assert!(!list.to_string().contains(&duty.cookie["highline_session=".len()..]), "{list}");
    let path = format!("/api/v1/sessions/{}", sessions[1]["id"].as_str().unwrap());
    assert_eq!(admin.change(Method::DELETE, &path).await.0, 204);
    assert_eq!(duty.get("/api/v1/session").await.0, 401);
    assert_eq!(admin.change(Method::DELETE, &path).await.0, 404);
    let (_, log) = admin.get("/api/v1/audit?action=log_in&by=Head%20office").await;
    let entries = log["entries"].as_array().unwrap();
    assert_eq!((entries.len(), &entries[0]["details"]["address"]), (1, &json!("127.0.0.1")), "{log}");
    for name in ["nobody", "", "a\nb"] {
        let wrong = json!({ "role": "viewer", "name": name });
        assert_eq!(world.post("/api/v1/login-links", wrong.clone()).await.0, 400, "{wrong}");
        assert_eq!(world.post("/api/v1/tokens", wrong).await.0, 400, "{name:?}");
    }
    let (_, page) = admin.get("/api/v1/sessions?limit=1").await;
    assert_eq!((page["sessions"].as_array().map(Vec::len), &page["next"]), (Some(1), &Value::Null));
}

async fn a_page_of_another_site_can_do_nothing_with_the_cookie(database: TestDatabase) {
    let world = World::new(database).await;
    let mut browser = Browser::new(&world);
    browser.log_in(json!({ "token": TOKEN })).await;
    let csrf = ("x-highline-csrf", "1");
    let own = format!("http://{}", world.server.address());
    for (headers, status) in [
        (vec![csrf, ("sec-fetch-site", "same-origin")], 200),
        (vec![csrf, ("origin", own.as_str())], 200),
        (vec![("sec-fetch-site", "same-origin")], 403),
        (vec![csrf], 403),
        (vec![csrf, ("sec-fetch-site", "cross-site"), ("origin", own.as_str())], 403),
        (vec![csrf, ("sec-fetch-site", "same-site")], 403),
        (vec![csrf, ("origin", "http://evil.example")], 403),
        (vec![csrf, ("origin", "null")], 403),
    ] {
        let (answered, _) = browser.ask(Method::POST, "/api/v1/workflows/one/disable", &headers).await;
        assert_eq!(answered, status, "{headers:?}");
    }
    let from_elsewhere = Client::new()
        .post(world.url("/api/v1/session"))
        .header("origin", "http://evil.example")
        .json(&json!({ "token": TOKEN }));
    assert_eq!(from_elsewhere.send().await.unwrap().status().as_u16(), 403);
}

async fn who_guesses_is_slowed_down(database: TestDatabase) {
    let clock = Clock::manual("2026-11-21T08:00:00Z".parse().unwrap());
    let world = World::at(database, clock.clone()).await;
    let mut browser = Browser::new(&world);
    for _ in 0..10 {
        assert_eq!(browser.log_in(json!({ "token": "a guess" })).await.0, 401);
    }
    let guess = Client::new().post(world.url("/api/v1/session")).json(&json!({ "token": TOKEN }));
    let from_elsewhere = guess.try_clone().unwrap().header("x-forwarded-for", "203.0.113.9").send();
    assert_eq!(from_elsewhere.await.unwrap().status().as_u16(), 200, "a trusted proxy says for whom it is");
    let slowed = guess.send().await.unwrap();
    assert_eq!(slowed.status().as_u16(), 429);
    assert_eq!(slowed.headers()["retry-after"], "60");
    assert_eq!(slowed.json::<Value>().await.unwrap()["error"]["code"], "too_many_requests");
    clock.advance(chrono::Duration::minutes(1));
    assert_eq!(browser.log_in(json!({ "token": TOKEN })).await.0, 200);
}
