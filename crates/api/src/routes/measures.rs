//! Measures for Prometheus.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use highline_connector::Spenders;
use highline_model::Clock;
use highline_store::{Store, hash_of_secret};
use secrecy::SecretString;

use crate::door::header;
use crate::headers::complete;
use crate::metering;

/// For so long the one who reads is not kept waiting by a database that cannot tell who it is.
const LONGEST: Duration = Duration::from_secs(7);

/// So long after its last success a login is known without the database.
const KNOWN_FOR: Duration = Duration::from_secs(10 * 60);

/// Logins that are known at a time.
const MOST: usize = 100;

/// Counts and times of this node, and how the database stands, as Prometheus reads them.
///
/// A database that does not answer within seconds is told of by `highline_database_up 0`; what this node counts is
/// there all the same, for a token that was let in during the last ten minutes.
#[utoipa::path(
    get,
    path = "/metrics",
    responses((status = 200, description = "in the text format", body = String, content_type = "text/plain"))
)]
pub async fn get_metrics(store: Data<Store>, spenders: Data<Spenders>, clock: Data<Clock>) -> HttpResponse {
    answer(metering::page(&store, &spenders, clock.now()).await)
}

fn answer(page: String) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(page)
}

/// Who has read the measures lately: while the database is silent, nobody else can say who may.
#[derive(Default)]
pub struct Readers(Mutex<HashMap<String, Instant>>);

impl Readers {
    fn saw(&self, reader: String) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, at| at.elapsed() < KNOWN_FOR);
        if seen.len() < MOST || seen.contains_key(&reader) {
            seen.insert(reader, Instant::now());
        }
    }

    fn knows(&self, reader: &str) -> bool {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(reader).is_some_and(|at| at.elapsed() < KNOWN_FOR)
    }
}

/// Gives what this process counts where the database keeps even the login waiting.
pub async fn in_any_case(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let reader =
        header(request.headers(), AUTHORIZATION).map(|given| hash_of_secret(&SecretString::from(given)));
    let readers = request.app_data::<Data<Readers>>().expect("the server gives it to the app").clone();
    let answered = tokio::time::timeout(LONGEST, next.call(request)).await;
    let silent = match &answered {
        Ok(Ok(answer)) => answer.status() == StatusCode::SERVICE_UNAVAILABLE,
        Ok(Err(_)) => false,
        Err(_) => true,
    };
    match (reader, answered) {
        (Some(reader), _) if silent && readers.knows(&reader) => {
            let mut page = answer(metering::without_database());
            complete(page.headers_mut());
            Err(InternalError::from_response("the database is silent", page).into())
        }
        (_, Err(_)) => Err(crate::patience::silent(LONGEST).into()),
        (reader, Ok(answered)) => {
            let answered = answered?;
            if let (Some(reader), StatusCode::OK) = (reader, answered.status()) {
                readers.saw(reader);
            }
            Ok(answered)
        }
    }
}
