//! The app `http`: one request to any URL.

mod definition;

use std::sync::Arc;

use async_trait::async_trait;
use highline_catalog::{
    Action, Call, Connection, Definition, Effect, Errand, Operation, OperationError, Output,
};
use highline_connector::manifest::{Auth, BasicAuth, BearerAuth, Errors, HeaderAuth, Sign};
use highline_connector::{
    Answer, App, Http, Judge, Mask, Request, RequestBody, Secrets, apply_auth, idempotency_key, sign,
};
use highline_model::{ErrorKind, Preview};
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use url::Url;

pub(crate) fn app(http: &Http) -> App {
    let action = |definition: Definition| {
        Operation::Action(Arc::new(HttpRequest { definition, http: http.clone() }) as Arc<dyn Action>)
    };
    App {
        id: "http".into(),
        title: "HTTP".into(),
        summary: "Any URL that speaks HTTP.".into(),
        connection: definition::connection(),
        operations: vec![action(definition::get()), action(definition::request())],
    }
}

/// One request. `http.get` reads; `http.request` may do anything, so it is a write that must not be done twice.
struct HttpRequest {
    definition: Definition,
    http: Http,
}

#[async_trait]
impl Action for HttpRequest {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn run(&self, call: Call<'_>) -> Result<Output, OperationError> {
        let input = self.definition.check_input(call.input, &Map::new())?;
        let request = self.request(&input, call, Secrets::Shown)?;
        let errors = Errors {
            message: ["message", "error.message", "error", "detail", "errors"].map(str::to_owned).to_vec(),
            ..Errors::default()
        };
        let judge = Judge {
            what: format!("{} {}", request.method, origin_and_path(&request.url)),
            effect: if request.method == "GET" { Effect::Read } else { Effect::Write },
            rules: &[],
            errors: &errors,
            mask: Mask::of(call.connection),
        };
        let errand = Errand { connection: &call.connection.name, operation: &self.definition.id };
        let answer = self.http.send(&request, errand, Instant::now() + call.timeout).await;
        let answer = answer.map_err(|error| judge.unanswered(&error, call.timeout))?;
        if !expected(&input, answer.status) {
            return Err(judge.refusal(&answer, None));
        }
        let data = Mask::of_data(call.connection).value(output(&answer));
        Ok(Output { data, status: Some(answer.status), requests: 1 })
    }

    fn preview(&self, call: Call<'_>) -> Result<Preview, OperationError> {
        let input = self.definition.check_input(call.input, &Map::new())?;
        Ok(self.request(&input, call, Secrets::Masked)?.preview())
    }

    fn is_limited(&self) -> bool {
        false
    }

    fn gives_whole_answer(&self) -> bool {
        true
    }
}

impl HttpRequest {
    fn request(
        &self,
        input: &Map<String, Value>,
        call: Call<'_>,
        secrets: Secrets,
    ) -> Result<Request, OperationError> {
        let connection = call.connection;
        let text = |name: &str| input.get(name).and_then(Value::as_str);
        let method = METHODS.into_iter().find(|method| Some(*method) == text("method")).unwrap_or("GET");
        let url = target(text("url").unwrap_or_default(), connection)?;
        let mut request = Request::new(method, url);
        for (name, value) in input.get("query").and_then(Value::as_object).into_iter().flatten() {
            request.set_query(name, value);
        }
        request.body = match input.get("body") {
            None => RequestBody::None,
            Some(Value::String(text)) => RequestBody::Text(text.clone()),
            Some(body) => RequestBody::Json(body.clone()),
        };
        for (name, value) in input.get("headers").and_then(Value::as_object).into_iter().flatten() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            request.set_header(name, text);
        }
        if let (Some(header), Effect::Write, Some(key)) = (
            connection.values.get("idempotency_header").and_then(Value::as_str),
            self.definition.effect,
            idempotency_key(call, 0),
        ) {
            request.set_header(header, key);
        }
        apply_auth(&auth(connection), connection, secrets, &mut request)?;
        sign(&Sign { optional: true, ..Sign::default() }, connection, secrets, &mut request)?;
        Ok(request)
    }
}

/// The methods of `http.request`.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// How a connection of this app proves who asks: by the secrets that it has.
fn auth(connection: &Connection) -> Auth {
    let has = |name: &str| connection.secrets.contains_key(name);
    let header = connection.values.get("header").and_then(Value::as_str);
    let placeholder = |name: &str| format!("{{{name}}}");
    if has("token") {
        Auth::Bearer(BearerAuth { token: placeholder("token") })
    } else if has("username") {
        let password = if has("password") { placeholder("password") } else { String::new() };
        Auth::Basic(BasicAuth { username: placeholder("username"), password })
    } else if has("key") {
        let name = header.unwrap_or("X-API-Key").to_owned();
        Auth::Header(HeaderAuth { name, value: placeholder("key") })
    } else {
        Auth::None
    }
}

/// The URL to ask: `url` itself, or `url` as a path after the connection's base URL. With secrets it must be on the host
/// of the connection: they are sent nowhere else.
fn target(url: &str, connection: &Connection) -> Result<Url, OperationError> {
    let refused = |message: String| OperationError::refused(ErrorKind::InvalidInput, message);
    let absolute = Url::parse(url).ok().filter(Url::has_host);
    let target = match (absolute, &connection.base_url) {
        (Some(url), _) => url,
        (None, None) => {
            return Err(refused(format!(
                "field `url`: `{url}` is no URL, and the connection has no base URL for it"
            )));
        }
        (None, Some(base)) => {
            let joined = format!("{}/{}", base.as_str().trim_end_matches('/'), url.trim_start_matches('/'));
            Url::parse(&joined).map_err(|error| refused(format!("`{joined}` is not a URL: {error}")))?
        }
    };
    if !connection.secrets.is_empty() {
        let base = connection.base_url.as_ref().ok_or_else(|| {
            refused(format!(
                "connection `{}` has secrets, so it needs a base URL to send them to",
                connection.name
            ))
        })?;
        if base.origin() != target.origin() {
            let (host, own) = (target.authority(), base.authority());
            return Err(refused(format!(
                "`{host}` is not the host of connection `{}`, `{own}`: its secrets are sent nowhere else",
                connection.name
            )));
        }
    }
    Ok(target)
}

fn expected(input: &Map<String, Value>, status: u16) -> bool {
    match input.get("expect").and_then(Value::as_array) {
        Some(expected) => expected.iter().any(|wanted| wanted.as_u64() == Some(u64::from(status))),
        None => (200..300).contains(&status),
    }
}

/// The body is JSON where it can be read as such, else text, else null.
fn output(answer: &Answer) -> Value {
    let headers: Map<String, Value> = answer
        .headers
        .iter()
        .map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned().into())
        })
        .collect();
    let body = answer.json().map(Option::unwrap_or_default).unwrap_or_else(|_| answer.text().into());
    json!({ "status": answer.status, "headers": headers, "body": body })
}

/// For messages: a query may hold what nobody should read.
fn origin_and_path(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

#[cfg(test)]
mod tests;
