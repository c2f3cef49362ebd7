//! Nobody waits for a database that has fallen silent.

use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::error::Error;

/// Longer than the store's own patience, which gives the better reason.
const LONGEST: Duration = Duration::from_secs(20);

/// Answers 503 where a handler has no answer by then. What was asked for may have been done.
pub async fn in_time(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    match tokio::time::timeout(LONGEST, next.call(request)).await {
        Ok(answer) => answer,
        Err(_) => Err(Error::from(highline_store::Error::Silent { seconds: LONGEST.as_secs() }).into()),
    }
}
