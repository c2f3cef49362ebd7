//! Trying workflows: poll at once, and a run that sends nothing.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ReqData};
use highline_engine::{Intake, Library, Mode, Rehearsal, Sender, Sight, StepView, sample_event, steps};
use highline_model::{Clock, ErrorKind, Failure, Preview, Role, RunState};
use highline_store::{PollNow, Store};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::body::{JsonText, optional};
use crate::door::Caller;
use crate::error::{Error, ErrorAnswer};
use crate::routes::workflows::parse;
use crate::trial::Trial;

/// Shorter than what the server allows a handler.
const LONGEST: Duration = Duration::from_secs(15);

/// What will be polled.
#[derive(Debug, Serialize, ToSchema)]
pub struct PollAccepted {
    /// The workflow that is due.
    workflow: String,
}

/// Polls for a workflow as soon as there is room, whatever its interval says.
#[utoipa::path(
    post,
    path = "/workflows/{id}/poll",
    responses(
        (status = 202, description = "it is due", body = PollAccepted),
        (status = 409, description = "it is off, or does not start by a poll", body = ErrorAnswer),
    )
)]
pub async fn poll_workflow(intake: Data<Intake>, id: Path<String>) -> Result<HttpResponse, Error> {
    let id = parse(&id)?;
    match intake.poll_now(&id).await? {
        PollNow::Due => Ok(HttpResponse::Accepted().json(PollAccepted { workflow: id.to_string() })),
        PollNow::Off => {
            Err(Error::Conflict(format!("`{id}` is switched off: enable it, and it polls at once")))
        }
        PollNow::NoPoll => Err(Error::Conflict(format!("`{id}` does not start by a poll: start it by hand"))),
        PollNow::Unknown => Err(Error::not_found("workflow", id)),
    }
}

/// The body of a dry run; it may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DryRunBody {
    /// A sample of the trigger's when left out.
    event: Option<Value>,
    /// A text to try in place of the newest revision.
    source: Option<String>,
}

/// A run that sent no write.
#[derive(Debug, Serialize, ToSchema)]
pub struct RehearsalAnswer {
    rehearsal: RehearsalView,
}

/// How a run would have gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct RehearsalView {
    /// How it would have ended; null when the workflow's `where` is false for the event.
    state: Option<RunState>,
    failure: Option<Failure>,
    /// What the run would have been for.
    event: Value,
    /// The event is a sample: none was given.
    sample: bool,
    steps: Vec<RehearsedStep>,
}

/// A step of a run that sent no write.
#[derive(Debug, Serialize, ToSchema)]
pub struct RehearsedStep {
    #[serde(flatten)]
    step: StepView,
    /// What a write would have sent, with its secrets masked; null for a read, which was done.
    request: Option<Preview>,
    /// What is to be known of the output.
    note: Option<&'static str>,
}

/// Runs a workflow without sending a write: reads are done, waits are skipped, and writes are shown.
#[utoipa::path(
    post,
    path = "/workflows/{id}/dry-run",
    request_body = Option<DryRunBody>,
    responses(
        (status = 200, description = "how it would have gone", body = RehearsalAnswer),
        (status = 409, description = "its text does not fit this node", body = ErrorAnswer),
        (status = 422, description = "the given text is wrong", body = ErrorAnswer),
        (status = 502, description = "its reads took too long", body = ErrorAnswer),
    )
)]
pub async fn rehearse_workflow(
    (store, library): (Data<Store>, Data<Library>),
    (trial, clock, caller): (Data<Trial>, Data<Clock>, ReqData<Caller>),
    id: Path<String>,
    body: JsonText,
) -> Result<HttpResponse, Error> {
    let (id, body) = (parse(&id)?, optional::<DryRunBody>(&body)?);
    // Its reads are done: who may not save a text may not have it read what it likes.
    if body.source.is_some() && caller.role < Role::Admin {
        return Err(Error::Forbidden("a text that is not saved is tried by an admin".to_owned()));
    }
    let workflow = match &body.source {
        Some(text) => {
            let (workflow, diagnostics) = library.check_text(&id, text).await?;
            workflow.ok_or(Error::WrongWorkflow(diagnostics))?
        }
        None => {
            let newest = store.newest_revision(&id).await?;
            let newest = newest.ok_or_else(|| Error::not_found("workflow", &id))?;
            library.workflow(&id, newest).await?.map_err(|failure| Error::Conflict(failure.message))?
        }
    };
    let sample = body.event.is_none();
    let event = body.event.unwrap_or_else(|| sample_event(&workflow, &trial.catalog));
    let sender = Sender { catalog: trial.catalog.clone(), connections: trial.connections.clone() };
    let clock = clock.get_ref().clone();
    let rehearsal = Rehearsal { workflow, event: Arc::new(event.clone()), sender, clock, mode: Mode::Dry };
    let nothing = RehearsalView { state: None, failure: None, event, sample, steps: Vec::new() };
    let view = match rehearsal.is_filtered() {
        true => nothing,
        false => carry_out(&rehearsal, nothing).await?,
    };
    Ok(HttpResponse::Ok().json(RehearsalAnswer { rehearsal: view }))
}

async fn carry_out(rehearsal: &Rehearsal, view: RehearsalView) -> Result<RehearsalView, Error> {
    let mut withheld = Vec::new();
    let mut see = |sight: Sight<'_>| {
        if let Sight::Withheld { attempt, preview } = sight {
            withheld.push((attempt.step.clone(), preview.clone()));
        }
    };
    let ended = tokio::time::timeout(LONGEST, rehearsal.run(&mut see)).await.map_err(|_| {
        let message = format!("not over after {} s", LONGEST.as_secs());
        Error::Elsewhere(Failure::new(ErrorKind::Timeout, message))
    })?;
    let step = |step: StepView| {
        let request =
            withheld.iter().find(|(path, _)| *path == step.step).map(|(_, preview)| preview.clone());
        let note =
            request.is_some().then_some("not sent; the output is a stand-in made of the operation's sample");
        RehearsedStep { step, request, note }
    };
    let steps = steps(&ended.log).into_iter().map(step).collect();
    Ok(RehearsalView { state: Some(ended.state), failure: ended.failure, steps, ..view })
}
