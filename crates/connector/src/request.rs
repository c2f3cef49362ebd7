//! A request before it is sent.

use highline_catalog::OperationError;
use highline_model::{ErrorKind, Preview};
use serde_json::{Map, Value};
use url::Url;

use crate::extract;
use crate::manifest::Place;
use crate::sign::Signature;

/// A request, taken apart so that pages can change it and secrets can be masked. Its `Debug` may hold secrets once
/// `auth` has been applied, so it has none.
#[derive(Clone)]
pub struct Request {
    /// `GET`
    pub method: &'static str,
    /// Without the parameters of `query`; a constant query of the manifest's path is in it.
    pub url: Url,
    pub query: Vec<(String, String)>,
    /// Later ones win over earlier ones of the same name.
    pub headers: Vec<(String, String)>,
    pub body: RequestBody,
    /// How it is signed when it leaves.
    pub signature: Option<Signature>,
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq)]
pub enum RequestBody {
    None,
    Json(Value),
    Form(Map<String, Value>),
    Text(String),
}

impl RequestBody {
    /// As what it is sent, unless a header says otherwise.
    pub fn content_type(&self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Json(_) => Some("application/json"),
            Self::Form(_) => Some("application/x-www-form-urlencoded"),
            Self::Text(_) => Some("text/plain; charset=utf-8"),
        }
    }
}

impl Request {
    /// With nothing but a method and a URL.
    pub fn new(method: &'static str, url: Url) -> Self {
        Self { method, url, query: vec![], headers: vec![], body: RequestBody::None, signature: None }
    }

    /// Sets a header; the name is compared without its case.
    pub fn set_header(&mut self, name: &str, value: impl Into<String>) {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
    }

    /// Sets a query parameter, in place of all of its name; an array gives one parameter for each item.
    pub fn set_query(&mut self, name: &str, value: &Value) {
        self.query.retain(|(other, _)| other != name);
        self.query.extend(texts(value).into_iter().map(|text| (name.to_owned(), text)));
    }

    /// Sets a field of the body.
    pub fn set_body(&mut self, name: &str, value: Value) {
        match &mut self.body {
            RequestBody::Json(Value::Object(fields)) | RequestBody::Form(fields) => {
                fields.insert(name.to_owned(), value);
            }
            body => *body = RequestBody::Json(Value::Object(Map::from_iter([(name.to_owned(), value)]))),
        }
    }

    /// Sets a parameter where it goes. Path parameters are filled when the URL is made and are not set here.
    pub fn set(&mut self, place: Place, name: &str, value: Value) {
        match place {
            Place::Path => {}
            Place::Query => self.set_query(name, &value),
            Place::Body => self.set_body(name, value),
            Place::Header => self.set_header(name, texts(&value).join(",")),
        }
    }

    /// Leaves out a query parameter or a field of the body.
    pub fn unset(&mut self, name: &str) {
        self.query.retain(|(other, _)| other != name);
        if let RequestBody::Json(Value::Object(fields)) | RequestBody::Form(fields) = &mut self.body {
            fields.shift_remove(name);
        }
    }

    /// The URL with the query in it. Spaces become `%20` and `+` becomes `%2B`, which every server reads alike.
    pub fn full_url(&self) -> Url {
        let mut url = self.url.clone();
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
            let safe = url.query().map(|query| query.replace('+', "%20"));
            url.set_query(safe.as_deref());
        }
        url
    }

    /// For people. Call it on a request to which masked secrets were applied.
    pub fn preview(&self) -> Preview {
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        Preview {
            method: self.method.to_owned(),
            url: self.full_url().to_string(),
            headers: headers.collect(),
            body: match &self.body {
                RequestBody::None => None,
                RequestBody::Json(body) => Some(body.clone()),
                RequestBody::Form(fields) => Some(Value::Object(fields.clone())),
                RequestBody::Text(text) => Some(Value::from(text.as_str())),
            },
            cut_from: None,
        }
    }
}

/// The texts of a parameter: an array gives one for each item, an object its JSON, null nothing.
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => vec![],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(_) => vec![value.to_string()],
        scalar => extract::text(scalar).into_iter().collect(),
    }
}

/// A value as a segment of a path: everything but unreserved characters is percent-encoded. Values that would make it
/// another path (blank, `.`, `..`) are refused.
pub fn segment(field: &str, value: &Value) -> Result<String, OperationError> {
    let refused = |message: String| OperationError::refused(ErrorKind::InvalidInput, message);
    let text = extract::text(value)
        .ok_or_else(|| refused(format!("field `{field}` must be text or a number to stand in the path")))?;
    if matches!(text.trim(), "" | "." | "..") {
        return Err(refused(format!("field `{field}` must not be {text:?}: it stands in the path")));
    }
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(encoded)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request() -> Request {
        Request::new("GET", Url::parse("https://example.com/a?fixed=1").unwrap())
    }

    #[test]
    fn a_query_is_read_alike_by_every_server() {
        let mut request = request();
        request.set_query("phone", &json!("+1 555"));
        request.set_query("ids", &json!(["a&b", 2, null]));
        request.set_query("filter[state]", &json!("accepted"));
        assert_eq!(
            request.full_url().as_str(),
            "https://example.com/a?fixed=1&phone=%2B1%20555&ids=a%26b&ids=2&filter%5Bstate%5D=accepted"
        );
    }

    #[test]
    fn setting_again_replaces() {
        let mut request = request();
        request.set(Place::Query, "skip", json!(0));
        request.set(Place::Query, "skip", json!(20));
        request.set(Place::Header, "Accept", json!("text/plain"));
        request.set(Place::Header, "accept", json!("application/json"));
        request.set(Place::Body, "page", json!(1));
        request.unset("page");
        assert_eq!(request.query, [("skip".to_owned(), "20".to_owned())]);
        assert_eq!(request.headers, [("accept".to_owned(), "application/json".to_owned())]);
        assert_eq!(request.body, RequestBody::Json(json!({})));
    }

    #[test]
    fn a_path_value_cannot_leave_its_place() {
        assert_eq!(segment("id", &json!("a/b?c#ü")).unwrap(), "a%2Fb%3Fc%23%C3%BC");
        assert_eq!(segment("id", &json!(12)).unwrap(), "12");
        for wrong in [json!(""), json!(" "), json!(".."), json!("."), json!({}), json!(null)] {
            assert!(segment("id", &wrong).is_err(), "{wrong} must be refused");
        }
    }
}
