//! Revisions of workflows: list, look, compare.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query, ReqData};
use highline_engine::Library;
use highline_model::WorkflowId;
use highline_store::{Page, RevisionPage, RevisionRecord, Store};
use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};
use utoipa::ToSchema;

use crate::door::Caller;
use crate::error::Error;
use crate::routes::limit;
use crate::routes::workflows::parse;
use crate::veil::Veil;

/// After so long a comparison is rough, and right all the same.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RevisionsQuery {
    /// 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<i32>,
}

/// The revisions of a workflow without their texts, newest first.
#[utoipa::path(
    get,
    path = "/workflows/{id}/revisions",
    params(RevisionsQuery),
    responses((status = 200, description = "a page of them", body = RevisionPage))
)]
pub async fn list_revisions(
    store: Data<Store>,
    id: Path<String>,
    query: Query<RevisionsQuery>,
) -> Result<HttpResponse, Error> {
    let id = parse(&id)?;
    let page = Page { after: query.after, limit: limit(query.limit)? };
    let revisions = store.revisions(&id, page).await?;
    if revisions.revisions.is_empty() && store.newest_revision(&id).await?.is_none() {
        return Err(Error::not_found("workflow", id));
    }
    Ok(HttpResponse::Ok().json(revisions))
}

/// One revision.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionAnswer {
    revision: RevisionRecord,
}

/// A revision with its text.
#[utoipa::path(
    get,
    path = "/workflows/{id}/revisions/{number}",
    responses((status = 200, description = "the revision", body = RevisionAnswer))
)]
pub async fn get_revision(
    (store, library): (Data<Store>, Data<Library>),
    caller: ReqData<Caller>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let id = parse(&path.0)?;
    let number = path.1.parse().map_err(|_| Error::not_found("revision", &path.1))?;
    let mut revision = find(&store, &id, number).await?;
    revision.source = Veil::over(&library, (&id, &[number]), caller.role).await?.text(revision.source);
    Ok(HttpResponse::Ok().json(RevisionAnswer { revision }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DiffQuery {
    /// The older revision.
    from: i32,
    /// The newer one.
    to: i32,
}

/// What differs between two texts.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffAnswer {
    diff: Diff,
}

/// Two revisions, line by line.
#[derive(Debug, Serialize, ToSchema)]
pub struct Diff {
    /// The number of the older revision.
    from: i32,
    /// The number of the newer one.
    to: i32,
    /// How many lines are only in the newer one.
    added: usize,
    /// How many lines are only in the older one.
    removed: usize,
    lines: Vec<DiffLine>,
}

/// A line of one revision or of both.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffLine {
    kind: LineKind,
    /// Its number in the older text, from 1.
    old: Option<usize>,
    /// Its number in the newer text, from 1.
    new: Option<usize>,
    /// Without its end.
    text: String,
}

/// In which of two revisions a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    Same,
    Added,
    Removed,
}

/// What differs between two revisions of a workflow.
#[utoipa::path(
    get,
    path = "/workflows/{id}/diff",
    params(DiffQuery),
    responses((status = 200, description = "all lines of both", body = DiffAnswer))
)]
pub async fn diff_revisions(
    (store, library): (Data<Store>, Data<Library>),
    caller: ReqData<Caller>,
    id: Path<String>,
    query: Query<DiffQuery>,
) -> Result<HttpResponse, Error> {
    let id = parse(&id)?;
    let (from, to) = (find(&store, &id, query.from).await?, find(&store, &id, query.to).await?);
    let veil = Veil::over(&library, (&id, &[query.from, query.to]), caller.role).await?;
    let lines = compare(&veil.text(from.source), &veil.text(to.source));
    let count = |kind| lines.iter().filter(|line| line.kind == kind).count();
    let (added, removed) = (count(LineKind::Added), count(LineKind::Removed));
    let diff = Diff { from: query.from, to: query.to, added, removed, lines };
    Ok(HttpResponse::Ok().json(DiffAnswer { diff }))
}

fn compare(from: &str, to: &str) -> Vec<DiffLine> {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(from, to);
    let line = |change: similar::Change<&str>| DiffLine {
        kind: match change.tag() {
            ChangeTag::Equal => LineKind::Same,
            ChangeTag::Insert => LineKind::Added,
            ChangeTag::Delete => LineKind::Removed,
        },
        old: change.old_index().map(|index| index + 1),
        new: change.new_index().map(|index| index + 1),
        text: change.value().trim_end_matches(['\n', '\r']).to_owned(),
    };
    diff.iter_all_changes().map(line).collect()
}

async fn find(store: &Store, id: &WorkflowId, number: i32) -> Result<RevisionRecord, Error> {
    store.revision(id, number).await?.ok_or_else(|| Error::not_found("revision", number))
}
