//! Nobody waits for a database that has fallen silent.

use std::future::Future;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::error::Error;

/// Longer than the store's own patience, which gives the better reason.
const LONGEST: Duration = Duration::from_secs(20);

/// Of those who ask whether a node is well: they give up after a few seconds themselves.
pub const SHORT: Duration = Duration::from_secs(2);

/// What is there by then.
///
/// # Errors
/// That the database is silent.
pub async fn within<T>(
    patience: Duration,
    asked: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::time::timeout(patience, asked).await.unwrap_or_else(|_| Err(silent(patience)))
}

/// Answers 503 where a handler has no answer by then. What was asked for may have been done.
pub async fn in_time(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    match tokio::time::timeout(LONGEST, next.call(request)).await {
        Ok(answer) => answer,
        Err(_) => Err(silent(LONGEST).into()),
    }
}

pub fn silent(patience: Duration) -> Error {
    highline_store::Error::Silent { seconds: patience.as_secs() }.into()
}
