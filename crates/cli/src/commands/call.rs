//! `highline call`

use std::io::{BufRead, Write};
use std::time::Instant;

use anyhow::{Context, bail};
use highline_catalog::{Call, Catalog, Connection, OperationError, Output, Retry};
use highline_model::ErrorKind;
use highline_yaml::nearest;
use indicatif::ProgressBar;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::args::CallArgs;
use crate::commands::input;
use crate::settings::Settings;
use crate::setup::World;

/// One line of `--batch`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    operation: String,
    #[serde(default)]
    with: Map<String, Value>,
}

struct Caller<'a> {
    world: &'a World,
    connections: highline_catalog::Connections,
    args: &'a CallArgs,
}

/// A spinner on a terminal once a call takes long; plain lines where standard error is piped.
struct Progress(ProgressBar);

impl Progress {
    fn start(operation: &str) -> Self {
        let bar = ProgressBar::new_spinner().with_message(operation.to_owned());
        bar.enable_steady_tick(std::time::Duration::from_millis(250));
        Self(bar)
    }

    fn tell(&self, what: &str) {
        if self.0.is_hidden() {
            eprintln!("{what}");
        } else {
            self.0.set_message(what.to_owned());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

pub async fn run(settings: &Settings, args: CallArgs) -> anyhow::Result<Outcome> {
    let world = World::load(settings)?;
    // Who gives a connection by flags does not need the file, which may hold references that are not set here.
    let file = if args.gives_connection() { None } else { world.connections(settings)? };
    let connections = file.unwrap_or_default();
    let caller = Caller { world: &world, connections, args: &args };
    if args.batch {
        return caller.batch().await;
    }
    let operation = args.operation.as_deref().expect("clap asks for an operation unless --batch is there");
    let input = input::object(args.with.as_deref())?;
    match caller.call(operation, &input).await? {
        Ok(output) => {
            crate::print::json(&output.data)?;
            Ok(Outcome::Fine)
        }
        Err(error) => {
            eprintln!("{}", serde_json::to_string_pretty(&json!({ "error": error.failure }))?);
            Ok(Outcome::No)
        }
    }
}

impl Caller<'_> {
    /// One JSON line in, one out, in order; a failed call does not end the batch, but its exit status.
    async fn batch(&self) -> anyhow::Result<Outcome> {
        let mut outcome = Outcome::Fine;
        for (number, line) in std::io::stdin().lock().lines().enumerate() {
            let line = line.context("cannot read standard input")?;
            if line.trim().is_empty() {
                continue;
            }
            let answer = self.answer(&line, number + 1).await;
            if answer["ok"] != true {
                outcome = Outcome::No;
            }
            let mut out = std::io::stdout().lock();
            writeln!(out, "{answer}")?;
            out.flush()?;
        }
        Ok(outcome)
    }

    async fn answer(&self, line: &str, number: usize) -> Value {
        let refused = |operation: Option<&str>, message: String| {
            let failure = highline_model::Failure::new(ErrorKind::InvalidInput, message);
            json!({ "operation": operation, "ok": false, "status": null, "error": failure })
        };
        let line: Line = match serde_json::from_str(line) {
            Ok(line) => line,
            Err(error) => return refused(None, format!("line {number}: {error}")),
        };
        match self.call(&line.operation, &line.with).await {
            Err(error) => refused(Some(&line.operation), format!("{error:#}")),
            Ok(Ok(output)) => {
                json!({ "operation": line.operation, "ok": true, "status": output.status, "output": output.data })
            }
            Ok(Err(error)) => json!({
                "operation": line.operation, "ok": false, "status": error.failure.status, "error": error.failure
            }),
        }
    }

    async fn call(
        &self,
        operation: &str,
        input: &Map<String, Value>,
    ) -> anyhow::Result<Result<Output, OperationError>> {
        let found = find(&self.world.catalog, operation)?;
        let connection = self.connection(&found.definition().app)?;
        let call =
            Call::new(input, &connection, self.args.timeout).for_caller(highline_catalog::Caller::PERSON);
        let deadline = Instant::now() + self.args.timeout;
        let progress = Progress::start(operation);
        loop {
            let result = found.call(call).await;
            match &result {
                // Nothing was done, and the time to wait is known: the rate limit is honoured here as in a run.
                Err(OperationError { retry: Retry::After(pause), .. })
                    if Instant::now() + *pause < deadline =>
                {
                    progress
                        .tell(&format!("{operation}: waiting {} s for the rate limit", pause.as_secs() + 1));
                    tokio::time::sleep(*pause).await;
                }
                _ => return Ok(result),
            }
        }
    }

    /// The named connection, or one made of flags, or the only one of the app, or one that holds nothing.
    fn connection(&self, app: &str) -> anyhow::Result<Connection> {
        if let Some(name) = &self.args.connection {
            let Some(found) = self.connections.get(name) else {
                let names: Vec<&str> = self.connections.iter().map(|c| c.name.as_str()).collect();
                bail!("there is no connection `{name}`; the connections file has: {}", names.join(", "));
            };
            anyhow::ensure!(found.app == app, "connection `{name}` is for {}, not for {app}", found.app);
            return Ok(found.as_ref().clone());
        }
        let mut of_app = self.connections.of_app(app);
        match (self.args.gives_connection(), of_app.next(), of_app.next()) {
            (false, Some(only), None) => Ok(only.as_ref().clone()),
            (false, Some(one), Some(other)) => {
                bail!(
                    "{app} has several connections ({}, {}, …): say which with --connection",
                    one.name,
                    other.name
                )
            }
            _ => self.connection_of_flags(app),
        }
    }

    fn connection_of_flags(&self, app: &str) -> anyhow::Result<Connection> {
        let mut connection = Connection {
            name: "command line".to_owned(),
            app: app.to_owned(),
            base_url: self.args.base_url.clone(),
            ..Connection::default()
        };
        if let Some(token) = &self.args.token {
            connection.secrets.insert("token".to_owned(), SecretString::from(token.clone()));
        }
        if let Some(location) = &self.args.location {
            connection.values.insert("locationId".to_owned(), location.clone().into());
        }
        for pair in &self.args.set {
            let (name, value) =
                pair.split_once('=').with_context(|| format!("--set {pair}: must be NAME=VALUE"))?;
            connection.values.insert(name.to_owned(), value.into());
        }
        Ok(connection)
    }
}

/// The operation, or an error that names the nearest.
pub fn find<'a>(catalog: &'a Catalog, id: &str) -> anyhow::Result<&'a highline_catalog::Operation> {
    if let Some(operation) = catalog.get(id) {
        return Ok(operation);
    }
    match nearest(id, catalog.iter().map(|operation| operation.definition().id.as_str())) {
        Some(near) => bail!("there is no operation `{id}`; did you mean `{near}`?"),
        None => bail!("there is no operation `{id}`; `highline catalog list` shows all"),
    }
}
