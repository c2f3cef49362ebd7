//! Workflows: look, switch, start by hand.

use std::collections::{BTreeSet, HashMap};
use std::slice::from_ref;

use actix_web::web::{Data, Path, Query, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use highline_engine::{Intake, Library, Started, Switched, Wish};
use highline_model::{Clock, Role, WorkflowId};
use highline_store::{Activity, KnownKey, Page, Store, WorkflowRecord, WrongFile};
use highline_workflow::{HookMethod, StepOutline, Trigger, TriggerOutline, Workflow};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::body::JsonText;
use crate::door::Caller;
use crate::error::{Error, ErrorAnswer};
use crate::gate::tell_target;
use crate::routes::limit;
use crate::routes::runs::RunRef;
use crate::veil::Veil;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct WorkflowsQuery {
    /// So many at most, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A page of workflows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Workflows {
    workflows: Vec<WorkflowItem>,
    /// Files that were wrong from the start, so that there is no workflow of them. All of them are on the first page.
    wrong: Vec<WrongFile>,
    /// Give this as `after` to see those behind; null at the end.
    next: Option<WorkflowId>,
}

/// A workflow in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowItem {
    #[serde(flatten)]
    workflow: WorkflowRecord,
    /// How it starts, in short.
    starts: TriggerOutline,
    /// Its file, where it is in this node's workflows folder.
    file: Option<String>,
    /// Whether a text that is saved over HTTP can be put into the file.
    file_writable: bool,
    /// The connections that it uses.
    connections: BTreeSet<String>,
    #[serde(flatten)]
    activity: Activity,
}

/// A workflow as it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowView {
    #[serde(flatten)]
    item: WorkflowItem,
    /// Its text as written.
    source: Option<String>,
    /// Its steps, for drawing them; null when the text does not fit this node.
    outline: Option<Vec<StepOutline>>,
    /// The text of its file, where that is another: it is wrong, or will be taken over in a moment.
    file_text: Option<String>,
    /// Where requests start it, when it is started so.
    hook: Option<HookView>,
}

/// The address at which a workflow takes requests in.
#[derive(Debug, Serialize, ToSchema)]
pub struct HookView {
    /// `/hooks/acme/new-lead`. Null for a viewer where no secret is needed: who knows the path can start runs.
    path: Option<String>,
    /// Those that it takes.
    methods: Vec<HookMethod>,
    /// The header in which a request must bring the secret, where the workflow asks for one.
    secret_header: Option<String>,
    /// The largest body, in bytes.
    max_body: usize,
    /// Why this node takes nothing in there.
    problem: Option<String>,
}

/// One workflow.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowAnswer {
    workflow: WorkflowView,
}

/// Workflows, and the files that are none.
#[utoipa::path(
    get,
    path = "/workflows",
    params(WorkflowsQuery),
    responses((status = 200, description = "by id", body = Workflows))
)]
pub async fn list_workflows(
    (store, library): (Data<Store>, Data<Library>),
    clock: Data<Clock>,
    query: Query<WorkflowsQuery>,
) -> Result<HttpResponse, Error> {
    let page = Page { after: query.after.as_deref(), limit: limit(query.limit)? };
    let found = store.workflows_page(page).await?;
    let ids: Vec<WorkflowId> = found.workflows.iter().map(|workflow| workflow.id.clone()).collect();
    let mut activity = match ids.as_slice() {
        [] => HashMap::new(),
        ids => store.activity(Some(ids), clock.now()).await?,
    };
    let mut workflows = Vec::with_capacity(ids.len());
    for workflow in found.workflows {
        let activity = activity.remove(workflow.id.as_str()).unwrap_or_default();
        workflows.push(item(&library, workflow, activity).await?);
    }
    let wrong = if query.after.is_none() { store.wrong_files().await? } else { Vec::new() };
    Ok(HttpResponse::Ok().json(Workflows { workflows, wrong, next: found.next }))
}

async fn item(
    library: &Library,
    workflow: WorkflowRecord,
    activity: Activity,
) -> Result<WorkflowItem, Error> {
    let look = library.look(&workflow).await?;
    let file = library.file_of(&workflow);
    Ok(WorkflowItem {
        workflow,
        starts: look.trigger.clone(),
        file_writable: file.as_ref().is_some_and(|file| library.may_write(file)),
        file: file.map(|file| file.display().to_string()),
        connections: look.connections.clone(),
        activity,
    })
}

/// A workflow with its text.
#[utoipa::path(get, path = "/workflows/{id}", responses((status = 200, description = "the workflow", body = WorkflowAnswer)))]
pub async fn get_workflow(
    (store, library): (Data<Store>, Data<Library>),
    clock: Data<Clock>,
    caller: ReqData<Caller>,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let id = parse(&id)?;
    let workflow = store.workflow(&id).await?.ok_or_else(|| Error::not_found("workflow", &id))?;
    let source = store.revision(&id, workflow.revision).await?.map(|revision| revision.source);
    let compiled = library.workflow(&id, workflow.revision).await?.ok();
    let outline = compiled.as_ref().map(|compiled| compiled.outline());
    let hook = match &compiled {
        Some(compiled) => hook(&store, compiled, caller.role).await?,
        None => None,
    };
    let veil = Veil::over(&library, (&id, &[workflow.revision]), caller.role).await?;
    let file_text = library.file_of(&workflow).and_then(|file| std::fs::read_to_string(file).ok());
    let activity =
        store.activity(Some(from_ref(&id)), clock.now()).await?.remove(id.as_str()).unwrap_or_default();
    let item = item(&library, workflow, activity).await?;
    let file_text = file_text.filter(|text| Some(text) != source.as_ref()).map(|text| veil.text(text));
    let source = source.map(|text| veil.text(text));
    let workflow = WorkflowView { item, source, outline, file_text, hook };
    Ok(HttpResponse::Ok().json(WorkflowAnswer { workflow }))
}

async fn hook(store: &Store, workflow: &Workflow, role: Role) -> Result<Option<HookView>, Error> {
    let Trigger::Webhook(webhook) = &workflow.trigger else { return Ok(None) };
    let record = store.hook_of(&workflow.id).await?;
    let path = record.map(|record| format!("/hooks/{}", record.path));
    Ok(Some(HookView {
        path: path.filter(|_| webhook.secret.is_some() || role > Role::Viewer),
        methods: webhook.methods.clone(),
        secret_header: webhook.secret.as_ref().map(|secret| secret.header.clone()),
        max_body: webhook.max_body,
        problem: Library::missing_secret(workflow).map(|missing| missing.to_string()),
    }))
}

/// A workflow whose switch was set.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowSwitched {
    workflow: WorkflowRecord,
}

/// Switches a workflow on.
#[utoipa::path(
    post,
    path = "/workflows/{id}/enable",
    responses(
        (status = 200, description = "it is on", body = WorkflowSwitched),
        (status = 409, description = "its text cannot be used", body = ErrorAnswer),
    )
)]
pub async fn enable_workflow(library: Data<Library>, id: Path<String>) -> Result<HttpResponse, Error> {
    switch(&library, &id, true).await
}

/// Switches a workflow off.
#[utoipa::path(
    post,
    path = "/workflows/{id}/disable",
    responses(
        (status = 200, description = "it is off", body = WorkflowSwitched),
        (status = 409, description = "its text cannot be used", body = ErrorAnswer),
    )
)]
pub async fn disable_workflow(library: Data<Library>, id: Path<String>) -> Result<HttpResponse, Error> {
    switch(&library, &id, false).await
}

async fn switch(library: &Library, id: &str, on: bool) -> Result<HttpResponse, Error> {
    let id = parse(id)?;
    match library.set_enabled(&id, on).await? {
        Switched::Done(workflow) => Ok(HttpResponse::Ok().json(WorkflowSwitched { workflow: *workflow })),
        Switched::Unusable(failure) => Err(Error::Conflict(failure.message)),
        Switched::Unknown => Err(Error::not_found("workflow", &id)),
    }
}

/// What came of starting a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct Start {
    /// The run of the first event with that key; null when it has been deleted.
    run: Option<RunRef>,
    /// Nothing was started: the event, or the request, is known.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    duplicate: bool,
}

/// Starts a run by hand, with the body as its event.
///
/// With an `Idempotency-Key` the same request sent again starts nothing. So does an event that the workflow's `dedupe`
/// knows.
#[utoipa::path(
    post,
    path = "/workflows/{id}/start",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters", max_length = 255, pattern = "^[!-~]+$")),
    request_body = Option<Value>,
    responses(
        (status = 201, description = "a new run", body = Start),
        (status = 200, description = "the run that was started before", body = Start),
        (status = 409, description = "the key came with another body, or the workflow starts none now", body = ErrorAnswer),
    )
)]
pub async fn start_workflow(
    intake: Data<Intake>,
    (caller, request): (ReqData<Caller>, HttpRequest),
    id: Path<String>,
    body: JsonText,
) -> Result<HttpResponse, Error> {
    let id = parse(&id)?;
    // Apart from the keys of polls.
    let key = idempotency_key(&request)?.map(|key| format!("idempotency:{key}"));
    let event: Value = if body.is_empty() {
        json!({})
    } else {
        serde_json::from_slice(&body)
            .map_err(|error| Error::BadRequest(format!("the body is not JSON: {error}")))?
    };
    let wish = Wish { key, by: Some(caller.name.clone()) };
    match intake.into_inner().start_as(&id, event, wish).await? {
        Started::Run(run) => {
            Ok(HttpResponse::Created().json(Start { run: Some(RunRef { id: run }), duplicate: false }))
        }
        Started::Known(run) => {
            let run = run.map(|id| RunRef { id });
            Ok(HttpResponse::Ok().json(Start { run, duplicate: true }))
        }
        Started::OtherData => Err(Error::Conflict(OTHER_BODY.to_owned())),
        Started::Dropped => Err(Error::Conflict(
            "the workflow's concurrency key has no place free, and `on_limit: drop` starts no run then"
                .to_owned(),
        )),
        Started::Unusable(failure) => Err(Error::Conflict(failure.message)),
        Started::Unknown => Err(Error::not_found("workflow", &id)),
    }
}

/// Why a key is refused.
pub const OTHER_BODY: &str = "this Idempotency-Key was used before with another body";

/// By which a request that is sent again is known.
pub fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Error> {
    let mut all = request.headers().get_all("Idempotency-Key");
    let Some(given) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err(Error::BadRequest("there is more than one Idempotency-Key".to_owned()));
    }
    match given.to_str().map(str::trim) {
        Ok(key) if (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Ok(Some(key.to_owned()))
        }
        _ => Err(Error::BadRequest("an Idempotency-Key has 1 to 255 visible ASCII characters".to_owned())),
    }
}

/// What is known of a key.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyAnswer {
    key: KnownKey,
}

/// What `dedupe` knows of a key.
#[utoipa::path(
    get,
    path = "/workflows/{id}/keys/{key}",
    responses((status = 200, description = "its run, and the events after the first", body = KeyAnswer))
)]
pub async fn get_key(
    store: Data<Store>,
    clock: Data<Clock>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let known = store.known_key(&parse(&path.0)?, &path.1, clock.now()).await?;
    let known = known.ok_or_else(|| Error::not_found("key", &path.1))?;
    Ok(HttpResponse::Ok().json(KeyAnswer { key: known }))
}

/// Forgets a key of `dedupe`: the next event with it starts a run.
#[utoipa::path(delete, path = "/workflows/{id}/keys/{key}", responses((status = 204, description = "it is forgotten")))]
pub async fn forget_key(
    store: Data<Store>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    tell_target(&request, format!("{}/{}", path.0, path.1));
    if store.forget_key(&parse(&path.0)?, &path.1).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(Error::not_found("key", &path.1))
}

/// The id of a workflow that there is: a mistyped one in a filter would look as if all were well.
pub async fn known(store: &Store, id: &str) -> Result<WorkflowId, Error> {
    let known = parse(id)?;
    match store.newest_revision(&known).await? {
        Some(_) => Ok(known),
        None => Err(Error::not_found("workflow", id)),
    }
}

/// A text that can be no id names no workflow.
pub fn parse(id: &str) -> Result<WorkflowId, Error> {
    id.parse().map_err(|_| Error::not_found("workflow", id))
}
