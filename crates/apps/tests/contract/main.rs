//! What every operation of every manifest keeps, inherited by being in the box: nothing here names an operation.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod answers;
mod inputs;
mod pages;
mod refusals;
mod requests;

use std::fs;
use std::path::Path;
use std::time::Duration;

use highline_catalog::{Call, Connection, Operation, OperationError, Output};
use highline_connector::manifest::{AppFile, Paging, PlacedOperation};
use highline_connector::{ConnectionSchema, Http, HttpSettings, build, read_app};
use secrecy::SecretString;
use serde_json::{Map, Value};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// An operation with the manifest it was made of.
struct Subject {
    app: AppFile,
    schema: ConnectionSchema,
    manifest: PlacedOperation,
    operation: Operation,
}

/// Every operation of every app folder of this crate. Each call has budgets of its own.
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
        let app = build(manifest.clone(), &http).unwrap_or_else(|problems| panic!("{problems:#?}"));
        for (placed, operation) in manifest.operations.into_iter().zip(app.operations) {
            subjects.push(Subject {
                app: manifest.app.clone(),
                schema: app.connection.clone(),
                manifest: placed,
                operation,
            });
        }
    }
    assert!(subjects.len() >= 30, "only {} operations were found", subjects.len());
    subjects
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

    /// A connection with everything that one of this app may hold.
    fn connection(&self, base_url: &str) -> Connection {
        let secrets = self.schema.secrets.iter().map(|secret| secret.name.clone());
        let value = |field: &highline_catalog::Field| {
            field.example.clone().unwrap_or_else(|| format!("the-{}", field.name).into())
        };
        Connection {
            name: "contract".into(),
            app: self.schema.app.clone(),
            base_url: Some(base_url.parse().unwrap()),
            secrets: secrets
                .map(|name| (name.clone(), SecretString::from(format!("s3cret-{name}"))))
                .collect(),
            values: self.schema.values.iter().map(|field| (field.name.clone(), value(field))).collect(),
            scopes: None,
        }
    }

    async fn call(&self, base_url: &str, input: &Map<String, Value>) -> Result<Output, OperationError> {
        let connection = self.connection(base_url);
        self.operation.call(Call { input, connection: &connection, timeout: Duration::from_secs(10) }).await
    }

    /// The sample reply with no item in its list, which ends every list.
    fn empty_page(&self) -> Value {
        let mut page = self.reply();
        if let Some(list) = self.data_of(&mut page) {
            *list = Value::Array(vec![]);
        }
        page
    }

    /// Where a reply holds the record or the list.
    fn data_of<'v>(&self, reply: &'v mut Value) -> Option<&'v mut Value> {
        match &self.manifest.operation.response.data {
            None => Some(reply),
            Some(path) => path.split('.').try_fold(reply, |value, name| value.get_mut(name)),
        }
    }
}

/// A server that answers the requests, counted from 0, by `answer`.
async fn server(answer: impl Fn(usize, &Request) -> ResponseTemplate + Send + Sync + 'static) -> MockServer {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let server = MockServer::start().await;
    let respond =
        move |request: &Request| answer(count.fetch_add(1, std::sync::atomic::Ordering::Relaxed), request);
    Mock::given(any()).respond_with(respond).mount(&server).await;
    server
}

/// A server that gives the sample reply once, and empty pages after it.
async fn sample_server(subject: &Subject) -> MockServer {
    let (first, rest) = (subject.reply(), subject.empty_page());
    server(move |n, _| ResponseTemplate::new(200).set_body_json(if n == 0 { &first } else { &rest })).await
}
