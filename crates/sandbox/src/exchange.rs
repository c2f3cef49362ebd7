//! A request and its answer, free of the web framework, so that every route is a plain function.

use serde_json::Value;

/// One request as it came in.
#[derive(Debug, Clone, Default)]
pub struct Call {
    pub method: String,
    /// Without the query, as sent.
    pub path: String,
    /// The query as sent, without the question mark.
    pub query_text: String,
    /// Decoded, in the order sent.
    pub query: Vec<(String, String)>,
    pub authorization: Option<String>,
    pub version: Option<String>,
    /// `None` for an empty body; `Err` with the text for one that is not JSON.
    pub body: Option<Result<Value, String>>,
    /// What the placeholders of the route stand for; filled when the route is found.
    pub params: Vec<(&'static str, String)>,
}

impl Call {
    /// The value of a placeholder of the route.
    pub fn param(&self, name: &str) -> &str {
        self.params
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.as_str())
            .expect("a handler asks only for placeholders of its own route")
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body if it is JSON.
    pub fn json(&self) -> Option<&Value> {
        self.body.as_ref()?.as_ref().ok()
    }
}

/// One answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
    pub headers: Vec<(String, String)>,
    /// Sent in place of `body`.
    pub file: Option<Vec<u8>>,
}

impl Reply {
    pub fn new(status: u16, body: Value) -> Self {
        Self { status, body, headers: Vec::new(), file: None }
    }

    pub fn ok(body: Value) -> Self {
        Self::new(200, body)
    }

    pub fn created(body: Value) -> Self {
        Self::new(201, body)
    }

    /// A file to be saved: its kind, as `text/plain`, and what `Content-Disposition` says of it.
    pub fn file(kind: &str, disposition: &str, bytes: Vec<u8>) -> Self {
        let headers = [("content-type", kind), ("content-disposition", disposition)];
        Self {
            file: Some(bytes),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            ..Self::ok(Value::Null)
        }
    }
}

/// Either way it is an answer: `Err` leaves a handler early.
pub type Outcome = Result<Reply, Reply>;
