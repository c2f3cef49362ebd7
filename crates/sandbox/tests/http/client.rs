use highline_sandbox::{Ready, Sandbox, SandboxSettings};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// A running sandbox and a client that is allowed in.
pub struct Client {
    pub sandbox: Sandbox,
    pub http: reqwest::Client,
}

/// Status and body.
pub type Answer = (u16, Value);

impl Client {
    pub async fn with(settings: SandboxSettings) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let sandbox = Sandbox::start(settings).await.unwrap();
        Self { sandbox, http: reqwest::Client::new() }
    }

    /// No rate limit and this many contacts.
    pub async fn with_contacts(contacts: usize) -> Self {
        Self::with(SandboxSettings { contacts, rate_limit: false, ..Default::default() }).await
    }

    pub fn ready(&self) -> &Ready {
        self.sandbox.ready()
    }

    pub fn location(&self) -> &str {
        &self.ready().location_id
    }

    /// A HighLevel request with token and version.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.ready().base_url))
            .bearer_auth(&self.ready().token)
            .header("Version", "2021-07-28")
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        answer(self.request(Method::DELETE, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::PUT, path).json(&body)).await
    }

    /// A HighLevel request with the agency's token.
    pub async fn agency(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let ready = self.ready();
        let request = self
            .http
            .request(method, format!("{}{path}", ready.base_url))
            .bearer_auth(&ready.agency_token)
            .header("Version", "2021-07-28");
        answer(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// A search with the location filled in.
    pub async fn search(&self, mut body: Value) -> Answer {
        body["locationId"] = json!(self.location());
        self.post("/contacts/search", body).await
    }

    /// The ids that a search finds, at most 500.
    pub async fn found(&self, filters: Value) -> Vec<String> {
        let (status, body) = self.search(json!({ "pageLimit": 500, "filters": filters })).await;
        assert_eq!(status, 200, "{body}");
        ids(&body["contacts"])
    }

    /// Makes a contact; gives its record.
    pub async fn create(&self, mut body: Value) -> Value {
        body["locationId"] = json!(self.location());
        let (status, answer) = self.post("/contacts/", body).await;
        assert_eq!(status, 201, "{answer}");
        answer["contact"].clone()
    }

    pub async fn credly(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let ready = self.ready();
        let url = format!("{}/organizations/{}{path}", ready.credly_base_url, ready.credly_organization_id);
        let request = self.http.request(method, url).basic_auth(&ready.credly_token, Some(""));
        answer(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// A control request.
    pub async fn control(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let request = self.http.request(method, format!("{}{path}", self.ready().control_url));
        let (status, body) = answer(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await;
        assert!(status < 300, "{status} {body}");
        body
    }

    /// Ids of campaigns, workflows, users and so on, as the control endpoint tells them.
    pub async fn directory(&self, kind: &str, n: usize) -> String {
        let state = self.control(Method::GET, "/state", None).await;
        state["directory"][kind][n]["id"].as_str().unwrap().to_owned()
    }

    /// Lets a message come in from a contact; gives it as HighLevel shows it.
    pub async fn receive(&self, contact: &str, message: Value) -> Value {
        let path = format!("/conversations/{contact}/messages");
        self.control(Method::POST, &path, Some(message)).await["message"].clone()
    }

    /// A contact that the seed made, as the control endpoint shows it.
    pub async fn some_contact(&self, fits: impl Fn(&Value) -> bool) -> Value {
        let all = self.control(Method::GET, "/contacts", None).await;
        all["contacts"].as_array().unwrap().iter().find(|contact| fits(contact)).unwrap().clone()
    }
}

pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

pub fn ids(items: &Value) -> Vec<String> {
    items.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

pub fn id(record: &Value) -> String {
    record["id"].as_str().unwrap().to_owned()
}

/// The keys of an object, sorted.
pub fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}
