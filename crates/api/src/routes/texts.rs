//! Texts of workflows: check them, save them, delete them.

use std::sync::Arc;

use actix_web::web::{Data, Path, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use highline_engine::{Edit, Edited, Library};
use highline_model::WorkflowId;
use highline_store::{Backend, Store, WorkflowRecord, WorkflowRemoved};
use highline_workflow::{DiagnosticView, StepOutline, TriggerOutline, Workflow};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::body::Json;
use crate::door::Caller;
use crate::error::{Error, ErrorAnswer};
use crate::gate::{tell_details, tell_target};
use crate::routes::workflows::parse;

/// A text that is looked at and not kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckBody {
    /// The workflow as YAML.
    source: String,
    /// Of the workflow whose text it shall be; made of its name when left out.
    #[schema(pattern = "^[a-z0-9_-]{1,100}$")]
    id: Option<String>,
}

/// What is known of a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct Check {
    /// In the order of the text; a text without errors may have warnings.
    diagnostics: Vec<DiagnosticView>,
    /// There when there is no error.
    workflow: Option<CheckedWorkflow>,
}

/// A text as it would be used.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedWorkflow {
    /// As given, or made of the name; null when there is neither.
    id: Option<WorkflowId>,
    name: String,
    /// Whether it is switched on when it is first saved.
    enabled: bool,
    trigger: TriggerOutline,
    outline: Vec<StepOutline>,
}

/// Says what is wrong with a text, and keeps nothing.
#[utoipa::path(
    post,
    path = "/workflows/check",
    responses((status = 200, description = "all that was found, also when the text is wrong", body = Check))
)]
pub async fn check_workflow(library: Data<Library>, body: Json<CheckBody>) -> Result<HttpResponse, Error> {
    let body = body.into_inner();
    let given = body.id.as_deref().map(id_of).transpose()?;
    let found = look(&library, given.as_ref(), &body.source).await?;
    let workflow = found.workflow.map(|workflow| CheckedWorkflow {
        id: found.id,
        name: workflow.name.clone(),
        enabled: workflow.enabled,
        trigger: workflow.trigger.outline(),
        outline: workflow.outline(),
    });
    Ok(HttpResponse::Ok().json(Check { diagnostics: found.diagnostics, workflow }))
}

/// A new workflow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWorkflow {
    /// The workflow as YAML.
    source: String,
    /// Made of its name when left out.
    id: Option<String>,
    /// Whether it gets a file in the workflows folder. When left out: with SQLite where this node can write the folder;
    /// with PostgreSQL not, since other nodes have other folders.
    file: Option<bool>,
}

/// A workflow that was saved.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedWorkflow {
    workflow: WorkflowRecord,
    /// Whether it has a new revision; a text that is in use already makes none.
    changed: bool,
    /// The file that has the text now, where it has one on this node.
    written_to: Option<String>,
    /// What looks wrong in it and is not.
    warnings: Vec<DiagnosticView>,
}

/// Makes a workflow of a text.
#[utoipa::path(
    post,
    path = "/workflows",
    responses(
        (status = 201, description = "it is there", body = SavedWorkflow),
        (status = 409, description = "there is one of this id, or its file cannot be written", body = ErrorAnswer),
        (status = 422, description = "the text is wrong; `details.diagnostics` says all of it", body = ErrorAnswer),
    )
)]
pub async fn create_workflow(
    (library, store): (Data<Library>, Data<Store>),
    (caller, request): (ReqData<Caller>, HttpRequest),
    body: Json<NewWorkflow>,
) -> Result<HttpResponse, Error> {
    let NewWorkflow { source, id, file } = body.into_inner();
    let given = id.as_deref().map(id_of).transpose()?;
    let found = look(&library, given.as_ref(), &source).await?;
    if found.workflow.is_none() {
        return Err(Error::WrongWorkflow(found.diagnostics));
    }
    let Some(id) = found.id else {
        return Err(Error::BadRequest("say `id`, or give the workflow a `name` with letters".to_owned()));
    };
    let file = file.unwrap_or(store.backend() == Backend::Sqlite && library.has_writable_folder());
    let edit = Edit { id, text: source, by: caller.name.clone(), base: None, overwrite: false };
    let saved = saved(library.create(edit, file).await?, &request)?;
    Ok(HttpResponse::Created().json(saved))
}

/// A new text for a workflow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewText {
    /// The workflow as YAML.
    source: String,
    /// The revision that was edited: if it is not the newest any more, nothing is saved.
    base_revision: Option<i32>,
    /// Replace the workflow's file also when it was changed there and is not in use.
    #[serde(default)]
    overwrite: bool,
}

/// Makes a text the newest revision of a workflow.
///
/// A workflow that comes from a file of this node's folder has the text there too, byte for byte. To roll back, save the
/// text of an older revision.
#[utoipa::path(
    put,
    path = "/workflows/{id}",
    responses(
        (status = 200, description = "it is in use", body = SavedWorkflow),
        (status = 409, description = "somebody has changed it meanwhile, or its file cannot be written", body = ErrorAnswer),
        (status = 422, description = "the text is wrong; `details.diagnostics` says all of it", body = ErrorAnswer),
    )
)]
pub async fn replace_workflow(
    library: Data<Library>,
    (caller, request): (ReqData<Caller>, HttpRequest),
    id: Path<String>,
    body: Json<NewText>,
) -> Result<HttpResponse, Error> {
    let NewText { source, base_revision, overwrite } = body.into_inner();
    let id = parse(&id)?;
    let by = caller.name.clone();
    let edit = Edit { id: id.clone(), text: source, by, base: base_revision, overwrite };
    match library.replace(edit).await? {
        Edited::Unknown => Err(Error::not_found("workflow", id)),
        edited => Ok(HttpResponse::Ok().json(saved(edited, &request)?)),
    }
}

/// How far a deletion is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Removal {
    /// False while there is more to delete: ask again.
    removed: bool,
}

/// Deletes a workflow with its file, its runs and all else that is known of it.
#[utoipa::path(
    delete,
    path = "/workflows/{id}",
    responses(
        (status = 204, description = "it is gone"),
        (status = 202, description = "it is off and much of it is gone; ask again until it is gone", body = Removal),
        (status = 409, description = "it has runs that are not over, or its file cannot be removed", body = ErrorAnswer),
    )
)]
pub async fn delete_workflow(library: Data<Library>, id: Path<String>) -> Result<HttpResponse, Error> {
    let id = parse(&id)?;
    match library.remove(&id).await? {
        Err(why) => Err(Error::Conflict(why)),
        Ok(WorkflowRemoved::Done) => Ok(HttpResponse::NoContent().finish()),
        Ok(WorkflowRemoved::More) => Ok(HttpResponse::Accepted().json(Removal { removed: false })),
        Ok(WorkflowRemoved::Open(runs)) => Err(Error::Conflict(format!(
            "`{id}` has {runs} runs that are not over: switch it off, and cancel them or let them end"
        ))),
        Ok(WorkflowRemoved::Unknown) => Err(Error::not_found("workflow", id)),
    }
}

fn saved(edited: Edited, request: &HttpRequest) -> Result<SavedWorkflow, Error> {
    match edited {
        Edited::Saved { record, warnings, written_to } => {
            tell_target(request, &record.id);
            tell_details(request, json!({ "revision": record.revision, "changed": record.changed }));
            Ok(SavedWorkflow {
                changed: record.changed,
                workflow: *record,
                written_to: written_to.map(|file| file.display().to_string()),
                warnings,
            })
        }
        Edited::Refused(diagnostics) => Err(Error::WrongWorkflow(diagnostics)),
        Edited::Conflict(why) => Err(Error::Conflict(why)),
        Edited::Unknown => Err(Error::Conflict("the workflow was deleted meanwhile".to_owned())),
    }
}

/// What was found in a text, and the id that it may have.
struct Look {
    id: Option<WorkflowId>,
    workflow: Option<Arc<Workflow>>,
    diagnostics: Vec<DiagnosticView>,
}

async fn look(library: &Library, given: Option<&WorkflowId>, text: &str) -> Result<Look, Error> {
    /// Stands for the id, and so for the name, of a workflow that says neither.
    const NAMELESS: &str = "new";
    let nameless: WorkflowId = NAMELESS.parse().expect("it is a plain word");
    let (workflow, diagnostics) = library.check_text(given.unwrap_or(&nameless), text).await?;
    let name = workflow.as_ref().map(|workflow| workflow.name.as_str());
    let made = name.filter(|name| *name != NAMELESS).and_then(|name| plain(name).parse().ok());
    Ok(Look { id: given.cloned().or(made), workflow, diagnostics })
}

fn id_of(text: &str) -> Result<WorkflowId, Error> {
    text.parse().map_err(|error: highline_model::id::InvalidId| Error::BadRequest(format!("id: {error}")))
}

/// A name as an id: its letters and digits, with a dash for whatever is between them.
fn plain(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut id = words.collect::<Vec<_>>().join("-");
    id.truncate(100);
    id.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_an_id() {
        for (name, id) in [
            ("A note for every new contact", "a-note-for-every-new-contact"),
            ("  Sync: CRM -> Sheet (2) ", "sync-crm-sheet-2"),
            ("Größe", "gr-e"),
            ("…", ""),
        ] {
            assert_eq!(plain(name), id);
        }
        assert!(plain(&"long ".repeat(50)).parse::<WorkflowId>().is_ok());
    }
}
