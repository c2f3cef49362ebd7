//! One use of an operation: from its input to the request, over all pages, to its data.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use highline_catalog::{
    Admission, Call, Caller, Connection, Definition, Done, Effect, Errand, OperationError, Retry,
};
use highline_model::{ErrorKind, Preview};
use serde_json::{Map, Value};
use tokio::time::Instant;
use url::Url;

use crate::auth::{self, Mask, Secrets};
use crate::budget::{Line, Spent};
use crate::chunks::{self, Joined};
use crate::classify::Judge;
use crate::http::{Answer, Http};
use crate::manifest::{AppFile, Body, Chunks, Format, Operation, Place};
use crate::naming::Book;
use crate::paging::{self, Pager};
use crate::request::{self, Request, RequestBody};
use crate::sign;
use crate::{extract, moment, placeholder, written};

mod spending;

/// An operation of a manifest.
pub(crate) struct Part {
    pub operation: Operation,
    pub definition: Definition,
    /// Paths without which an answer is none.
    pub required: Vec<String>,
}

/// An operation of a manifest, ready to be used.
pub(crate) struct Exchange {
    pub app: Arc<AppFile>,
    pub part: Arc<Part>,
    /// Where names are looked up.
    pub book: Arc<Book>,
    pub http: Http,
}

/// Where the reading of a list ends early: at a page whose last item has an earlier moment there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Until<'a> {
    pub path: &'a str,
    pub before: DateTime<Utc>,
}

impl Until<'_> {
    fn reached(&self, items: &[Value]) -> bool {
        let last = items.last().and_then(|item| moment::moment(extract::at(item, self.path)?));
        last.is_some_and(|last| last < self.before)
    }
}

/// What all pages together gave.
pub(crate) struct Reading {
    pub data: Value,
    pub status: u16,
    pub requests: u32,
    /// The time by the app's clock, from its first answer.
    pub date: Option<DateTime<Utc>>,
}

/// One call on its way.
struct Turn<'a> {
    connection: &'a Connection,
    judge: Judge<'a>,
    line: Option<Arc<Line>>,
    /// The share of the budget that was got for the first request.
    admitted: Option<Spent>,
    caller: Caller<'a>,
    timeout: Duration,
    deadline: Instant,
    requests: u32,
}

/// What one request came to.
enum Reply {
    Answer(Answer),
    /// A rule took a refusal for success.
    Settled {
        output: Value,
        status: u16,
    },
}

impl Exchange {
    /// The input with the connection's values in it, checked, and written as the app wants it.
    pub fn input(&self, call: Call<'_>) -> Result<Map<String, Value>, OperationError> {
        let checked = self.part.definition.check_input(call.input, &call.connection.values)?;
        written::as_sent(&self.part.operation.fields, checked, Utc::now())
    }

    /// The first request, with masked secrets.
    pub fn preview(&self, call: Call<'_>) -> Result<Preview, OperationError> {
        let input = self.previewed(self.input(call)?);
        let operation = &self.part.operation;
        let first =
            operation.chunks.as_ref().and_then(|chunks| chunks::parts(chunks, &input).into_iter().next());
        let input = first.unwrap_or(input);
        let mut request = self.request(&input, call.connection)?;
        Pager::first(operation, &mut request, &(operation, &input));
        self.name_write(&mut request, call, 0);
        self.prove(call.connection, Secrets::Masked, &mut request)?;
        Ok(request.preview())
    }

    /// Sends the request, or one for each page, and takes out the data. `input` has been checked and has no names.
    pub async fn read(
        &self,
        input: &Map<String, Value>,
        call: Call<'_>,
        until: Option<Until<'_>>,
    ) -> Result<Reading, OperationError> {
        self.read_part(input, call, (0, until)).await
    }

    async fn read_part(
        &self,
        input: &Map<String, Value>,
        call: Call<'_>,
        (part, until): (usize, Option<Until<'_>>),
    ) -> Result<Reading, OperationError> {
        let operation = &self.part.operation;
        let mut request = self.request(input, call.connection)?;
        self.name_write(&mut request, call, part);
        let mut turn = self.turn(call);
        let secrets = Mask::of_data(call.connection);
        let mut pager = Pager::first(operation, &mut request, &(operation, input));
        let mut all: Vec<Value> = Vec::new();
        let mut date = None;
        loop {
            let answer = match self.send(&request, &mut turn).await? {
                Reply::Answer(answer) => answer,
                Reply::Settled { output, status } => {
                    return Ok(Reading {
                        data: secrets.value(output),
                        status,
                        requests: turn.requests,
                        date,
                    });
                }
            };
            let status = answer.status;
            date = date.or_else(|| answer.date());
            let bad = |why: &str| turn.judge.bad_reply(status, why);
            let (body, mut data) = self.taken(&answer).map_err(|why| bad(&why))?;
            extract::put_input(&operation.response, input, &mut data);
            if let Some(lacking) = extract::lacking(&data, &self.part.required) {
                return Err(bad(&lacking));
            }
            let data = secrets.value(data);
            let (Some(pager), Value::Array(items)) = (&mut pager, &data) else {
                return Ok(Reading { data, status, requests: turn.requests, date });
            };
            let over = until.is_some_and(|until| until.reached(items));
            let more = !over && pager.next(&mut request, &body, items).map_err(|why| bad(&why))?;
            if let Value::Array(items) = data {
                all.extend(items);
            }
            if !more {
                return Ok(Reading { data: Value::Array(all), status, requests: turn.requests, date });
            }
            if turn.requests >= paging::MAX_PAGES {
                return Err(bad(&format!("the list has more than {} pages", paging::MAX_PAGES)));
            }
        }
    }

    /// Sends a call for many records in parts. It fails as a whole where trying again can help, and where the app refuses
    /// every part.
    pub async fn read_parts(
        &self,
        chunks: &Chunks,
        input: &Map<String, Value>,
        call: Call<'_>,
    ) -> Result<Reading, OperationError> {
        let mut joined = Joined::default();
        let (mut status, mut requests) = (None, 0);
        let mut refused = None;
        for (number, part) in chunks::parts(chunks, input).into_iter().enumerate() {
            match self.read_part(&part, call, (number, None)).await {
                Ok(reading) => {
                    status = Some(reading.status);
                    requests += reading.requests;
                    joined.done(chunks, &part, reading.data);
                }
                Err(error) if error.retry == Retry::Never && error.done == Done::No => {
                    requests += 1;
                    joined.refused(chunks, &part, &error);
                    refused = refused.or(Some(error));
                }
                Err(error) => return Err(error),
            }
        }
        match (status, refused) {
            (None, Some(error)) => Err(error),
            (status, _) => Ok(Reading {
                data: joined.output(),
                status: status.unwrap_or_default(),
                requests,
                date: None,
            }),
        }
    }

    /// The body of an answer as JSON, where it is, and what the manifest promises of it.
    fn taken(&self, answer: &Answer) -> Result<(Value, Value), String> {
        let response = &self.part.operation.response;
        match response.format {
            Format::Text => Ok((Value::Null, answer.as_text())),
            Format::Bytes => Ok((Value::Null, answer.as_file())),
            Format::Json => {
                let body = answer.json().map_err(|error| format!("the answer is not JSON: {error}"))?;
                let data = extract::data(response, &self.app.strip, body.as_ref())?;
                Ok((body.unwrap_or_default(), data))
            }
        }
    }

    /// A 2xx that is not what the operation promises.
    pub fn bad_reply(&self, call: Call<'_>, status: u16, why: &str) -> OperationError {
        self.judge(call.connection).bad_reply(status, why)
    }

    /// Spends the budget, proves who asks, sends, and judges a refusal.
    async fn send(&self, request: &Request, turn: &mut Turn<'_>) -> Result<Reply, OperationError> {
        let spent = match turn.admitted.take() {
            None => self.spend(turn).await?,
            admitted => admitted,
        };
        let mut request = request.clone();
        self.prove(turn.connection, Secrets::Shown, &mut request)?;
        turn.requests += 1;
        let errand = Errand { connection: &turn.connection.name, operation: &self.part.definition.id };
        let answer = self.http.send(&request, errand, turn.deadline).await;
        let answer = answer.map_err(|error| turn.judge.unanswered(&error, turn.timeout))?;
        let pause = self.learn(&answer, spent.as_ref());
        if answer.is_success() {
            return Ok(Reply::Answer(answer));
        }
        match turn.judge.settled(&answer) {
            Some(output) => Ok(Reply::Settled { output, status: answer.status }),
            None => Err(turn.judge.refusal(&answer, pause)),
        }
    }

    /// Secrets and signature.
    fn prove(
        &self,
        connection: &Connection,
        secrets: Secrets,
        request: &mut Request,
    ) -> Result<(), OperationError> {
        auth::apply(&self.app.auth, connection, secrets, request)?;
        match &self.app.sign {
            Some(sign) => sign::sign(sign, connection, secrets, request),
            None => Ok(()),
        }
    }

    /// The key by which the app knows a write that is sent again.
    fn name_write(&self, request: &mut Request, call: Call<'_>, part: usize) {
        let header =
            self.app.idempotency_header.as_ref().filter(|_| self.part.definition.effect == Effect::Write);
        if let (Some(header), Some(key)) = (header, sign::idempotency_key(call, part)) {
            request.set_header(header, key);
        }
    }

    fn turn<'a>(&'a self, call: Call<'a>) -> Turn<'a> {
        Turn {
            connection: call.connection,
            judge: self.judge(call.connection),
            line: self.line(call.connection),
            admitted: call.admission.and_then(Admission::take),
            caller: call.caller,
            timeout: call.timeout,
            deadline: Instant::now() + call.timeout,
            requests: 0,
        }
    }

    fn judge<'a>(&'a self, connection: &'a Connection) -> Judge<'a> {
        Judge {
            what: format!("{} {}", self.part.operation.method.as_str(), self.part.operation.path),
            effect: self.part.definition.effect,
            rules: &self.part.operation.rules,
            errors: &self.app.errors,
            mask: Mask::of(connection),
        }
    }

    /// The first request without pages and without secrets.
    fn request(
        &self,
        input: &Map<String, Value>,
        connection: &Connection,
    ) -> Result<Request, OperationError> {
        let operation = &self.part.operation;
        let mut request = Request::new(operation.method.as_str(), self.url(input, connection)?);
        request.body = match operation.body() {
            Body::Json | Body::Empty | Body::JsonArray => RequestBody::Json(Value::Object(Map::new())),
            Body::Form => RequestBody::Form(Map::new()),
            Body::None => RequestBody::None,
        };
        for (name, value) in self.app.headers.iter().chain(&operation.headers) {
            request.set_header(name, value.as_str());
        }
        for field in &operation.fields {
            if let Some(value) = input.get(&field.name) {
                request.set(operation.place_of(field), field.wire_name(), written::on_wire(field, value));
            }
        }
        if let (Body::JsonArray, RequestBody::Json(body)) = (operation.body(), &mut request.body) {
            *body = Value::Array(vec![body.take()]);
        }
        Ok(request)
    }

    fn url(&self, input: &Map<String, Value>, connection: &Connection) -> Result<Url, OperationError> {
        let base = base_url(&self.app.base_url, connection)?;
        let mut refused = None;
        let path = placeholder::fill(&self.part.operation.path, |name| {
            let in_path = |place| place == Place::Path;
            let field =
                self.part.operation.fields.iter().find(|field| {
                    field.wire_name() == name && in_path(self.part.operation.place_of(field))
                })?;
            request::segment(&field.name, input.get(&field.name)?).map_err(|error| refused = Some(error)).ok()
        });
        let path = path.map_err(|name| {
            let lacking =
                || OperationError::refused(ErrorKind::InvalidInput, format!("missing field `{name}`"));
            refused.unwrap_or_else(lacking)
        })?;
        Url::parse(&format!("{base}{path}")).map_err(|error| {
            let message = format!("{base}{path} is not a URL: {error}");
            OperationError::refused(ErrorKind::Configuration, message)
        })
    }
}

/// The connection's base URL, else the app's with the connection's values in it; without a slash at its end.
pub(crate) fn base_url(template: &str, connection: &Connection) -> Result<String, OperationError> {
    let own = connection.base_url.as_ref().map(|url| Ok(url.to_string()));
    let url = own.unwrap_or_else(|| {
        placeholder::fill(template, |name| {
            // Only what can be part of a host name: a value must not lead to another host.
            let text = extract::text(connection.values.get(name)?)?;
            let fits =
                !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
            fits.then_some(text)
        })
    });
    let url = url.map_err(|name| {
        let message = format!(
            "the base URL {template} needs the value `{name}`, which connection `{}` lacks or which has characters \
             that cannot be in it",
            connection.name
        );
        OperationError::refused(ErrorKind::Configuration, message)
    })?;
    Ok(url.trim_end_matches('/').to_owned())
}

impl paging::Input for (&Operation, &Map<String, Value>) {
    fn sent(&self, wire_name: &str) -> Option<&Value> {
        let field = self.0.fields.iter().find(|field| field.wire_name() == wire_name)?;
        self.1.get(&field.name)
    }
}
