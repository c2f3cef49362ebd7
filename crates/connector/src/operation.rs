//! The two traits of the catalog for operations of a manifest.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use highline_catalog::{
    Action, Admission, Batch, Call, Definition, OperationError, Output, PollingTrigger, Since,
};
use highline_model::{ErrorKind, Preview};
use serde_json::Value;

use crate::exchange::{Exchange, Reading, Until};
use crate::manifest::Poll;
use crate::poll::{self, Contents};

/// An action of a manifest.
pub(crate) struct HttpAction {
    pub exchange: Exchange,
}

/// A polling trigger of a manifest.
pub(crate) struct HttpTrigger {
    pub exchange: Exchange,
    pub poll: Poll,
}

#[async_trait]
impl Action for HttpAction {
    fn definition(&self) -> &Definition {
        &self.exchange.part.definition
    }

    async fn run(&self, call: Call<'_>) -> Result<Output, OperationError> {
        let exchange = &self.exchange;
        let input = exchange.resolved(exchange.input(call)?, call).await?;
        let mut reading = match &exchange.part.operation.chunks {
            Some(chunks) => exchange.read_parts(chunks, &input, call).await?,
            None => exchange.read(&input, call, None).await?,
        };
        exchange.name_values(&mut reading.data, call).await?;
        Ok(output(reading))
    }

    async fn admit(&self, call: Call<'_>) -> Result<Admission, OperationError> {
        self.exchange.admit(call).await
    }

    fn preview(&self, call: Call<'_>) -> Result<Preview, OperationError> {
        self.exchange.preview(call)
    }

    fn is_limited(&self) -> bool {
        self.exchange.app.rate_limit.is_some()
    }
}

#[async_trait]
impl PollingTrigger for HttpTrigger {
    fn definition(&self) -> &Definition {
        &self.exchange.part.definition
    }

    async fn poll(&self, call: Call<'_>, since: Since<'_>) -> Result<Batch, OperationError> {
        let exchange = &self.exchange;
        let input = exchange.resolved(exchange.input(call)?, call).await?;
        let window = self.poll.window.as_ref().zip(poll::mark_path(&self.poll, since.emit));
        let from = self.from(since)?;
        let input = match window {
            Some((window, mark)) => poll::windowed(&input, window, mark, from),
            None => input,
        };
        let until = window.zip(from).and_then(|((window, _), from)| {
            Some(Until { path: window.newest_first.as_deref()?, before: poll::reached_back(window, from) })
        });
        let reading = exchange.read(&input, call, until).await?;
        let (status, requests, date) = (reading.status, reading.requests, reading.date);
        let mut items = poll::items(&self.poll, since.emit, records(reading.data))
            .map_err(|why| exchange.bad_reply(call, status, &why))?;
        if let (Some(until), Some((_, mark)), true) = (until, window, since.cursor.is_some()) {
            poll::keep_since(&mut items, mark, until.before);
        }
        let cursor = match window {
            Some((_, mark)) => {
                // Nothing later than now is believed, by either clock: the next poll must not skip what comes until then.
                let now = date.map_or(since.now, |date| date.min(since.now));
                let seen = poll::latest(&items, mark).map(|latest| latest.min(now));
                let start = if since.cursor.is_some() { from } else { from.map(|from| from.min(now)) };
                Some(poll::cursor(seen.max(start).unwrap_or(now)))
            }
            None if Contents::tell(&self.poll, since.emit) => {
                Some(Contents::of(since.cursor).keyed(&mut items).cursor())
            }
            None => None,
        };
        let mut found = items.iter_mut().map(|item| item.data.take()).collect();
        exchange.name_values(&mut found, call).await?;
        if let Value::Array(found) = found {
            items.iter_mut().zip(found).for_each(|(item, data)| item.data = data);
        }
        Ok(Batch { items, cursor, requests })
    }

    async fn read(&self, call: Call<'_>) -> Result<Output, OperationError> {
        let exchange = &self.exchange;
        let input = exchange.resolved(exchange.input(call)?, call).await?;
        let mut reading = exchange.read(&input, call, None).await?;
        if let Value::Array(records) = &mut reading.data {
            poll::keep_each_once(&self.poll, records);
        }
        exchange.name_values(&mut reading.data, call).await?;
        Ok(output(reading))
    }

    fn preview(&self, call: Call<'_>) -> Result<Option<Preview>, OperationError> {
        self.exchange.preview(call).map(Some)
    }
}

impl HttpTrigger {
    /// The moment to ask from; none to read everything.
    fn from(&self, since: Since<'_>) -> Result<Option<DateTime<Utc>>, OperationError> {
        match since.cursor {
            Some(cursor) if self.poll.window.is_some() => poll::since_of(cursor).map(Some).map_err(|why| {
                OperationError::refused(
                    ErrorKind::Configuration,
                    format!("{}: {why}", self.exchange.part.definition.id),
                )
            }),
            _ if since.backfill => Ok(None),
            _ => Ok(Some(since.now)),
        }
    }
}

fn output(reading: Reading) -> Output {
    Output { data: reading.data, status: Some(reading.status), requests: reading.requests }
}

/// A list's items, one record, or nothing where the record is null.
fn records(data: Value) -> Vec<Value> {
    match data {
        Value::Array(items) => items,
        Value::Null => vec![],
        record => vec![record],
    }
}
