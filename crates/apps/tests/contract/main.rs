//! What every operation of every manifest keeps, inherited by being in the box: nothing here names an operation.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod answers;
mod docs;
mod inputs;
mod pages;
mod refusals;
mod requests;
mod verifies;
mod windows;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use highline_catalog::{Call, Connection, Operation, OperationError, Output};
use highline_connector::manifest::{AppFile, Field, Format, Paging, PlacedOperation};
use highline_connector::{ConnectionSchema, Http, HttpSettings, build, read_app};
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// An operation with the manifest it was made of.
struct Subject {
    app: AppFile,
    schema: ConnectionSchema,
    manifest: PlacedOperation,
    operation: Operation,
    /// The operations of the app in which names are looked up.
    lookups: Vec<Lookup>,
}

/// A list that others look names up in: its path, and its sample reply.
#[derive(Clone)]
struct Lookup {
    path: String,
    reply: Value,
}

impl Lookup {
    fn answers(&self, request: &Request) -> bool {
        let given: Vec<&str> = request.url.path().split('/').collect();
        let own: Vec<&str> = self.path.split('/').collect();
        own.len() == given.len()
            && own.iter().zip(given).all(|(own, given)| own.starts_with('{') || *own == given)
    }
}

/// Every operation of every app folder of this crate.
fn subjects() -> Vec<Subject> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let http = Http::new(HttpSettings::default()).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut subjects = Vec::new();
    for folder in folders(root) {
        let files: Vec<(String, String)> = yaml_files(&folder)
            .into_iter()
            .map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap()))
            .collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let manifest = read_app(&files).unwrap_or_else(|problems| panic!("{problems:#?}"));
        let lookups = lookups(&manifest.operations);
        let app = build(manifest.clone(), &http).unwrap_or_else(|problems| panic!("{problems:#?}"));
        for (placed, operation) in manifest.operations.into_iter().zip(app.operations) {
            subjects.push(Subject {
                app: manifest.app.clone(),
                schema: app.connection.clone(),
                lookups: lookups
                    .iter()
                    .filter(|lookup| lookup.path != placed.operation.path)
                    .cloned()
                    .collect(),
                manifest: placed,
                operation,
            });
        }
    }
    assert!(subjects.len() >= 30, "only {} operations were found", subjects.len());
    subjects
}

/// Every operation that a field of another names.
fn lookups(operations: &[PlacedOperation]) -> Vec<Lookup> {
    let mut fields: Vec<&Field> = Vec::new();
    for placed in operations {
        fields.extend(placed.operation.fields.iter().chain(&placed.operation.response.fields));
    }
    let mut named = BTreeSet::new();
    while let Some(field) = fields.pop() {
        fields.extend(&field.fields);
        named.extend(field.choices.as_ref().map(|choices| choices.operation.as_str()));
        named.extend(field.by_name.as_ref().map(|by_name| by_name.operation.as_str()));
    }
    let is_named = |placed: &&PlacedOperation| named.contains(placed.operation.id.as_str());
    let lookup = |placed: &PlacedOperation| Lookup {
        path: placed.operation.path.clone(),
        reply: placed.operation.sample.clone().unwrap_or_default().reply,
    };
    operations.iter().filter(is_named).map(lookup).collect()
}

/// The folders that hold an app.
fn folders(root: &Path) -> Vec<std::path::PathBuf> {
    let mut folders: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("app.yaml").is_file());
    folders.sort();
    folders
}

fn yaml_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files
}

impl Subject {
    fn id(&self) -> &str {
        &self.operation.definition().id
    }

    fn input(&self) -> Map<String, Value> {
        self.operation.definition().sample.input.as_object().cloned().unwrap_or_default()
    }

    fn reply(&self) -> Value {
        self.operation.definition().sample.reply.clone()
    }

    fn paging(&self) -> Option<&Paging> {
        self.manifest.operation.paging.as_ref()
    }

    /// A connection with everything that one of this app may hold, and with a rate budget of its own.
    fn connection(&self, base_url: &str) -> Connection {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let secrets = self.schema.secrets.iter().map(|secret| secret.name.clone());
        let value = |field: &highline_catalog::Field| {
            field.example.clone().unwrap_or_else(|| format!("the-{}", field.name).into())
        };
        let mut values: Map<String, Value> =
            self.schema.values.iter().map(|field| (field.name.clone(), value(field))).collect();
        for name in self.app.rate_limit.iter().flat_map(|limit| &limit.resource) {
            values.insert(name.clone(), format!("the-{name}-{number}").into());
        }
        Connection {
            name: format!("contract {number}"),
            app: self.schema.app.clone(),
            base_url: Some(base_url.parse().unwrap()),
            secrets: secrets
                .map(|name| (name.clone(), SecretString::from(format!("s3cret-{name}"))))
                .collect(),
            values,
            scopes: None,
        }
    }

    async fn call(&self, base_url: &str, input: &Map<String, Value>) -> Result<Output, OperationError> {
        let connection = self.connection(base_url);
        self.operation.call(Call::new(input, &connection, Duration::from_secs(10))).await
    }

    /// The sample reply with no item in its list, which ends every list.
    fn empty_page(&self) -> Value {
        let mut page = self.reply();
        if let (true, Some(list)) = (self.paging().is_some(), self.data_of(&mut page)) {
            *list = Value::Array(vec![]);
        }
        page
    }

    /// Where a reply holds the record or the list.
    fn data_of<'v>(&self, reply: &'v mut Value) -> Option<&'v mut Value> {
        let paths = self.manifest.operation.response.data.as_ref().map(|paths| paths.0.clone());
        let there = |path: &String| path == "." || reply.pointer(&pointer(path)).is_some();
        match paths.map(|paths| paths.into_iter().find(there)) {
            None => Some(reply),
            Some(path) => path.and_then(|path| reply.pointer_mut(&pointer(&path))),
        }
    }

    /// The sample reply, or one like it, as it comes over the wire.
    fn answer(&self, reply: &Value) -> ResponseTemplate {
        let text = || reply.as_str().expect("the sample reply of a file is text");
        let answer = ResponseTemplate::new(200);
        match self.manifest.operation.response.format {
            Format::Json => answer.set_body_json(reply),
            Format::Text => answer.set_body_raw(text(), "text/plain"),
            Format::Bytes => {
                answer.set_body_raw(STANDARD.decode(text()).unwrap(), "application/octet-stream")
            }
        }
    }

    fn is_json(&self) -> bool {
        self.manifest.operation.response.format == Format::Json
    }

    /// A server that answers the requests, counted from 0, by `answer`; names can be looked up.
    async fn server(
        &self,
        answer: impl Fn(usize, &Request) -> ResponseTemplate + Send + Sync + 'static,
    ) -> MockServer {
        let count = AtomicUsize::new(0);
        let lookups = self.lookups.clone();
        let server = MockServer::start().await;
        let respond = move |request: &Request| match lookups.iter().find(|lookup| lookup.answers(request)) {
            Some(lookup) => ResponseTemplate::new(200).set_body_json(&lookup.reply),
            None => answer(count.fetch_add(1, Ordering::Relaxed), request),
        };
        Mock::given(any()).respond_with(respond).mount(&server).await;
        server
    }

    /// A server that gives the sample reply once, and empty pages after it.
    async fn sample_server(&self) -> MockServer {
        let (first, rest) = (self.answer(&self.reply()), self.answer(&self.empty_page()));
        self.server(move |n, _| if n == 0 { first.clone() } else { rest.clone() }).await
    }

    /// What was sent, without what was looked up.
    async fn sent(&self, server: &MockServer) -> Vec<Request> {
        let mut requests = server.received_requests().await.unwrap();
        requests.retain(|request| !self.lookups.iter().any(|lookup| lookup.answers(request)));
        requests
    }
}

/// `/a/0` for `a.0`, and nothing for the whole.
fn pointer(path: &str) -> String {
    if path == "." { String::new() } else { format!("/{}", path.replace('.', "/")) }
}
