//! HighLevel's error bodies: `message` is a text, but an array of texts in a 422.

use serde_json::{Value, json};

use crate::exchange::Reply;

pub fn bad_request(message: impl Into<String>) -> Reply {
    plain(400, message)
}

/// `what` is the kind of record, as in `Contact with id … not found`.
pub fn not_found(what: &str, id: &str) -> Reply {
    plain(404, format!("{what} with id {id} not found"))
}

pub fn no_route(method: &str, path: &str) -> Reply {
    plain(404, format!("Cannot {method} {path}"))
}

pub fn unauthorized(message: &str) -> Reply {
    named(401, message, "Unauthorized")
}

/// A code or refresh token that is unknown or used.
pub fn invalid_grant(what: &str) -> Reply {
    let message = format!("Invalid grant: {what}");
    let mut reply = named(400, message.as_str(), "invalid_grant");
    reply.body["error_description"] = json!(message);
    reply
}

pub fn forbidden(message: &str) -> Reply {
    named(403, message, "Forbidden")
}

pub fn invalid(messages: Vec<String>) -> Reply {
    named(422, messages, "Unprocessable Entity")
}

pub fn too_many_requests() -> Reply {
    plain(429, "Too Many Requests")
}

fn plain(status: u16, message: impl Into<String>) -> Reply {
    Reply::new(status, json!({ "statusCode": status, "message": message.into() }))
}

fn named(status: u16, message: impl Into<Value>, error: &str) -> Reply {
    Reply::new(status, json!({ "statusCode": status, "message": message.into(), "error": error }))
}
