//! Everything one test needs: a simulated HighLevel and Credly, folders of its own, and the binary.

use std::path::{Path, PathBuf};
use std::process::Command;

use highline_sandbox::{Ready, Sandbox, SandboxSettings};
use highline_testing::TestDatabase;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::process::{self, Ended, Node, until};

/// What each node takes as an admin's token, and each request gives.
pub const TOKEN: &str = "the test's token";

/// A sandbox in this process, and a folder in which the binary is started.
pub struct World {
    runtime: Runtime,
    sandbox: Sandbox,
    _database: Option<TestDatabase>,
    /// What `DATABASE_URL` is, where it is set.
    url: Option<String>,
    folder: TempDir,
    client: reqwest::Client,
}

impl World {
    /// No rate limit, so many contacts, SQLite.
    pub fn with_contacts(contacts: usize) -> Self {
        Self::with(SandboxSettings { contacts, rate_limit: false, ..Default::default() })
    }

    pub fn with(settings: SandboxSettings) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let runtime = Runtime::new().unwrap();
        let sandbox = runtime.block_on(Sandbox::start(settings)).unwrap();
        let folder = TempDir::new().unwrap();
        let bearer = HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {TOKEN}").parse().unwrap())]);
        let client = reqwest::Client::builder().default_headers(bearer).build().unwrap();
        let world = Self { runtime, sandbox, _database: None, url: None, folder, client };
        std::fs::create_dir(world.path("workflows")).unwrap();
        world.write("acme.token", &world.ready().token);
        world.write("credly.token", &world.ready().credly_token);
        world.write("connections.yaml", world.connections());
        world
    }

    /// The same on PostgreSQL; none where the environment says to skip it.
    pub fn on_postgres(self) -> Option<Self> {
        let database = self.runtime.block_on(TestDatabase::postgres())?;
        Some(self.on(database))
    }

    pub fn on_empty_postgres(self) -> Option<Self> {
        let database = self.runtime.block_on(TestDatabase::empty_postgres())?;
        Some(self.on(database))
    }

    fn on(self, database: TestDatabase) -> Self {
        let url = database.url().to_owned();
        Self { _database: Some(database), ..self.at(url) }
    }

    /// The same on whatever this URL leads to.
    pub fn at(self, url: String) -> Self {
        Self { url: Some(url), ..self }
    }

    /// Another folder, and another sandbox, with the same database.
    pub fn beside(&self) -> Self {
        Self::with_contacts(0).at(self.url.clone().expect("a database that two can use"))
    }

    pub fn is_on_postgres(&self) -> bool {
        self.url.is_some()
    }

    fn connections(&self) -> String {
        let ready = self.ready();
        format!(
            "connections:
  acme:
    app: highlevel
    base_url: {}
    token: file:acme.token
    locationId: {}
    companyId: {}
  credly:
    app: credly
    base_url: {}
    token: file:credly.token
    organization_id: {}
",
            ready.base_url,
            ready.location_id,
            ready.company_id,
            ready.credly_base_url,
            ready.credly_organization_id
        )
    }

    pub fn ready(&self) -> &Ready {
        self.sandbox.ready()
    }

    /// Where `name` is in the folder of this test, which is also where commands are started.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A workflow file in the folder that a node watches.
    pub fn workflow(&self, id: &str, text: &str) {
        self.write(&format!("workflows/{id}.yaml"), text);
    }

    /// A command in this test's folder, with nothing of the environment that could change what it does.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = process::highline();
        command.current_dir(self.folder.path()).args(arguments).env("HIGHLINE_API_TOKEN", TOKEN);
        if let Some(url) = &self.url {
            command.env("DATABASE_URL", url);
        }
        command
    }

    /// Runs `highline` with these arguments to its end.
    pub fn highline(&self, arguments: &[&str]) -> Ended {
        process::run(self.command(arguments), "")
    }

    /// The same with a text on standard input.
    pub fn highline_reading(&self, arguments: &[&str], input: &str) -> Ended {
        process::run(self.command(arguments), input)
    }

    /// What a command that must succeed printed, as JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        self.highline(arguments).succeeded().json()
    }

    /// One page of `runs list --json` with these further arguments, 500 runs long.
    pub fn runs(&self, arguments: &[&str]) -> Vec<Value> {
        let all = [&["runs", "list", "--json", "--limit", "500"], arguments].concat();
        self.json(&all)["runs"].as_array().unwrap().clone()
    }

    /// `runs show` of one run.
    pub fn run(&self, id: &str) -> Value {
        self.json(&["runs", "show", id, "--json"])["run"].take()
    }

    /// Starts a run by hand; its id.
    pub fn start(&self, workflow: &str, event: &Value) -> String {
        let said =
            self.highline(&["workflows", "start", workflow, "--event", &event.to_string()]).succeeded();
        said.stdout.split_whitespace().nth(1).unwrap().to_owned()
    }

    /// The run, once it is in this state.
    pub fn until_state(&self, run: &str, state: &str) -> Value {
        until(&format!("the run is {state}"), || Some(self.run(run)).filter(|run| run["state"] == state))
    }

    /// The entry of one workflow in `workflows list --json`.
    pub fn workflow_record(&self, id: &str) -> Option<Value> {
        let list = self.json(&["workflows", "list", "--json"]);
        list["workflows"].as_array().unwrap().iter().find(|workflow| workflow["id"] == id).cloned()
    }

    /// A node that is ready.
    pub fn serve(&self, arguments: &[&str]) -> Node {
        let all = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        Node::start(self.command(&all))
    }

    /// A request to a control endpoint of the sandbox.
    pub fn control(&self, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.ready().control_url);
        let (status, answer) = self.http(method.clone(), &url, body);
        assert!(status < 300, "{method} {url}: {status} {answer}");
        answer
    }

    /// Any request; status and body, `null` for a body that is no JSON.
    pub fn http(&self, method: Method, url: &str, body: Value) -> (u16, Value) {
        let mut request = self.client.request(method, url);
        if !body.is_null() {
            request = request.json(&body);
        }
        self.send(request)
    }

    /// A request as the vendor's own page would send it for a person.
    pub fn as_person(&self, method: Method, (url, token): (&str, &str), body: Value) -> (u16, Value) {
        let request = self.client.request(method, url).bearer_auth(token).header("Version", "2021-07-28");
        self.send(if body.is_null() { request } else { request.json(&body) })
    }

    /// Something else that this test needs and that waits.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub fn get_with_token(&self, url: &str, token: &str) -> (u16, Value) {
        self.send(self.client.get(url).bearer_auth(token))
    }

    fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.json().await.unwrap_or_default())
        })
    }

    /// A page that is not JSON.
    pub fn text(&self, url: &str) -> String {
        self.runtime.block_on(async { self.client.get(url).send().await.unwrap().text().await.unwrap() })
    }

    pub fn get(&self, url: &str) -> (u16, Value) {
        self.http(Method::GET, url, Value::Null)
    }

    pub fn fault(&self, fault: Value) {
        self.control(Method::POST, "/faults", fault);
    }

    pub fn clear_faults(&self) {
        self.control(Method::DELETE, "/faults", Value::Null);
    }

    /// From now on HighLevel tells of a limit that no test reaches.
    pub fn raise_rate_limit(&self) {
        self.fault(json!({ "headers": { "X-RateLimit-Max": "100000" } }));
    }

    /// The same, and each new note takes so many milliseconds.
    pub fn slow_notes(&self, delay_ms: u64) {
        let headers = json!({ "X-RateLimit-Max": "100000" });
        let route = "/contacts/{contactId}/notes";
        self.fault(json!({ "method": "POST", "route": route, "delay_ms": delay_ms, "headers": headers }));
        self.raise_rate_limit();
    }

    /// All contacts with their tasks and notes.
    pub fn contacts(&self) -> Vec<Value> {
        self.listed("contacts")
    }

    pub fn contact(&self, id: &str) -> Value {
        self.contacts().into_iter().find(|contact| contact["id"] == id).expect("the contact exists")
    }

    pub fn badges(&self) -> Vec<Value> {
        self.listed("badges")
    }

    fn listed(&self, what: &str) -> Vec<Value> {
        self.control(Method::GET, &format!("/{what}"), Value::Null)[what].as_array().unwrap().clone()
    }

    /// Adds a contact; its id.
    pub fn add_contact(&self, fields: Value) -> String {
        let answer = self.control(Method::POST, "/contacts", fields);
        answer["contact"]["id"].as_str().unwrap().to_owned()
    }

    pub fn change_contact(&self, id: &str, fields: Value) {
        self.control(Method::PUT, &format!("/contacts/{id}"), fields);
    }

    /// The kept requests that `query` (such as `method=POST`) chooses.
    pub fn requests(&self, query: &str) -> Vec<Value> {
        let answer = self.control(Method::GET, &format!("/requests?limit=2000&{query}"), Value::Null);
        answer["requests"].as_array().unwrap().clone()
    }
}
