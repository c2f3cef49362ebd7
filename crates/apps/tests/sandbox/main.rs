//! What users do with HighLevel, through the operations, against the simulated one.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bulk;
mod changes;
mod contacts;
mod names;
mod records;

use std::time::Duration;

use highline_catalog::{Batch, Call, Catalog, Connection, Emit, Operation, OperationError, Output, Since};
use highline_connector::{Http, HttpSettings};
use highline_sandbox::{Ready, Sandbox, SandboxSettings};
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

/// A simulated HighLevel, the operations, and the connections to its location and to its agency.
struct World {
    sandbox: Sandbox,
    catalog: Catalog,
    location: Connection,
    agency: Connection,
}

impl World {
    /// No rate limit and this many contacts.
    async fn with_contacts(contacts: usize) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let settings = SandboxSettings { contacts, rate_limit: false, ..Default::default() };
        let sandbox = Sandbox::start(settings).await.unwrap();
        let http = Http::new(HttpSettings::default()).unwrap();
        let ready = sandbox.ready();
        Self {
            catalog: highline_apps::catalog(&http, None).unwrap(),
            location: connection(ready, "location", &ready.token),
            agency: connection(ready, "agency", &ready.agency_token),
            sandbox,
        }
    }

    fn operation(&self, id: &str) -> &Operation {
        self.catalog.get(&format!("highlevel.{id}")).unwrap_or_else(|| panic!("there is no operation {id}"))
    }

    /// Uses an operation, given without the app's id, with the token that it needs.
    async fn try_call(&self, id: &str, input: Value) -> Result<Output, OperationError> {
        let operation = self.operation(id);
        let agency = operation.definition().token == highline_catalog::Token::Agency;
        let connection = if agency { &self.agency } else { &self.location };
        let input = input.as_object().unwrap();
        operation.call(Call::new(input, connection, Duration::from_secs(60))).await
    }

    /// The data that it gives.
    async fn call(&self, id: &str, input: Value) -> Value {
        self.try_call(id, input).await.unwrap_or_else(|error| panic!("{id}: {error}")).data
    }

    async fn refused(&self, id: &str, input: Value) -> OperationError {
        self.try_call(id, input).await.expect_err(id)
    }

    async fn poll(&self, id: &str, input: Value, cursor: Option<&Value>) -> Batch {
        let Operation::Trigger(trigger) = self.operation(id) else { panic!("{id} is no trigger") };
        let emit = trigger.definition().poll.as_ref().unwrap().emit;
        self.poll_as(id, input, (cursor, emit)).await
    }

    async fn poll_as(&self, id: &str, input: Value, (cursor, emit): (Option<&Value>, Emit)) -> Batch {
        let Operation::Trigger(trigger) = self.operation(id) else { panic!("{id} is no trigger") };
        let since = Since { cursor, backfill: false, emit, now: chrono::Utc::now() };
        let input: &Map<String, Value> = input.as_object().unwrap();
        let call = Call::new(input, &self.location, Duration::from_secs(60));
        trigger.poll(call, since).await.unwrap_or_else(|error| panic!("{id}: {error}"))
    }

    /// A control request of the sandbox.
    async fn control(&self, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.sandbox.ready().control_url);
        let answer = reqwest::Client::new().request(method, url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// The paths that were asked of the simulated HighLevel, oldest first.
    async fn asked(&self) -> Vec<String> {
        let told = self.control(Method::GET, "/requests?limit=2000", Value::Null).await;
        let path = |request: &Value| request["path"].as_str().unwrap().to_owned();
        told["requests"].as_array().unwrap().iter().map(path).collect()
    }

    /// A new contact's id.
    async fn contact(&self, email: &str) -> String {
        id(&self.call("contacts.create", json!({"email": email, "firstName": "Ada"})).await)
    }
}

fn connection(ready: &Ready, name: &str, token: &str) -> Connection {
    let values = json!({"locationId": ready.location_id, "companyId": ready.company_id});
    Connection {
        name: name.to_owned(),
        app: "highlevel".to_owned(),
        base_url: Some(ready.base_url.parse().unwrap()),
        secrets: [("token".to_owned(), SecretString::from(token.to_owned()))].into(),
        values: values.as_object().unwrap().clone(),
        scopes: None,
    }
}

fn id(record: &Value) -> String {
    record["id"].as_str().unwrap_or_else(|| panic!("{record} has no id")).to_owned()
}
