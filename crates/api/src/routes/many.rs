//! Many runs sent back or ended at once.

use std::time::{Duration, Instant};

use actix_web::web::{Data, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use highline_engine::Library;
use highline_model::{Clock, ErrorKind, RunId, RunState};
use highline_store::{Bulk, Cancelled, Page, Retried, Retry, RevisionChoice, RunFilter, Selection, Store};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::body::Json;
use crate::door::Caller;
use crate::error::{Error, ErrorAnswer};
use crate::gate::{tell_details, tell_nothing};
use crate::moment::countable;
use crate::routes::search::Search;
use crate::routes::workflows;

/// Runs that one request changes at most, and when it does not say.
const MOST: u64 = 10_000;
const USUAL: u64 = 1_000;

/// Runs that are named one by one at most.
const NAMED: usize = 500;

/// Shorter than the patience of the server: what is not done by then is left, and the answer says so.
const PATIENCE: Duration = Duration::from_secs(12);

/// Which runs, and how many; something must narrow them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ManyBody {
    workflow: Option<String>,
    /// Any of these; all that fit the wish when left out.
    state: Vec<RunState>,
    /// Made at this moment or later.
    #[serde(default, deserialize_with = "countable")]
    since: Option<DateTime<Utc>>,
    /// Made before this moment.
    #[serde(default, deserialize_with = "countable")]
    until: Option<DateTime<Utc>>,
    /// Failed, or held, for this kind of reason.
    error_kind: Option<ErrorKind>,
    /// A part of the workflow's id or of the failure, as in the list of runs.
    text: Option<String>,
    /// Runs of workflows that use this connection now.
    connection: Option<String>,
    /// These runs alone, at most 500.
    #[schema(max_items = 500)]
    ids: Vec<RunId>,
    /// So many at most, the oldest first; with `text` and `connection` the newest. Never more than 10,000, and 1,000 when left
    /// out.
    limit: Option<u64>,
    /// Count them and change nothing.
    dry_run: bool,
    /// For a retry.
    revision: RevisionChoice,
}

/// What is done to each.
#[derive(Clone, Copy)]
enum Wish<'a> {
    Retry(Retry<'a>),
    Cancel { by: &'a str, now: DateTime<Utc> },
}

impl Wish<'_> {
    fn fits(self, state: RunState) -> bool {
        match self {
            Self::Retry(_) => matches!(state, RunState::Failed | RunState::Cancelled),
            Self::Cancel { .. } => !state.is_finished(),
        }
    }

    /// Where no state is asked for. Nobody sends back by chance what somebody cancelled.
    fn usual(self) -> Vec<RunState> {
        match self {
            Self::Retry(_) => vec![RunState::Failed],
            Self::Cancel { .. } => RunState::ALL.into_iter().filter(|state| !state.is_finished()).collect(),
        }
    }

    fn refusal(self) -> &'static str {
        match self {
            Self::Retry(_) => "only failed and cancelled runs can be retried",
            Self::Cancel { .. } => "a run that is over cannot be cancelled",
        }
    }

    async fn all(self, store: &Store, selection: &Selection) -> Result<Bulk, Error> {
        Ok(match self {
            Self::Retry(retry) => store.retry_runs(selection, retry).await?,
            Self::Cancel { by, now } => store.cancel_runs(selection, by, now).await?,
        })
    }

    /// Whether it was done.
    async fn one(self, store: &Store, run: RunId) -> Result<bool, Error> {
        Ok(match self {
            Self::Retry(retry) => store.retry_run_with(run, retry).await? == Retried::Done,
            Self::Cancel { by, now } => {
                matches!(store.cancel_run(run, by, now).await?, Cancelled::Done | Cancelled::Requested)
            }
        })
    }
}

/// Sends many failed or cancelled runs back; those that have failed when it names no state.
///
/// Something must narrow them. Safe to repeat: a run that was sent back fits no longer. What cannot be done within some seconds
/// is left, and `more` is true then.
#[utoipa::path(post, path = "/runs/retry", responses((status = 200, description = "how many", body = Bulk), (status = 404, description = "there is no such workflow", body = ErrorAnswer)))]
pub async fn retry_runs(
    (store, library, clock): (Data<Store>, Data<Library>, Data<Clock>),
    (caller, request): (ReqData<Caller>, HttpRequest),
    body: Json<ManyBody>,
) -> Result<HttpResponse, Error> {
    let wish = Wish::Retry(Retry { by: &caller.name, revision: body.revision, now: clock.now() });
    change((&store, &library, &request), wish, body.into_inner()).await
}

/// Ends many runs.
///
/// Something must narrow them. Safe to repeat. What cannot be done within some seconds is left, and `more` is true then.
#[utoipa::path(post, path = "/runs/cancel", responses((status = 200, description = "how many", body = Bulk), (status = 404, description = "there is no such workflow", body = ErrorAnswer)))]
pub async fn cancel_runs(
    (store, library, clock): (Data<Store>, Data<Library>, Data<Clock>),
    (caller, request): (ReqData<Caller>, HttpRequest),
    body: Json<ManyBody>,
) -> Result<HttpResponse, Error> {
    let wish = Wish::Cancel { by: &caller.name, now: clock.now() };
    change((&store, &library, &request), wish, body.into_inner()).await
}

async fn change(
    (store, library, request): (&Store, &Library, &HttpRequest),
    wish: Wish<'_>,
    body: ManyBody,
) -> Result<HttpResponse, Error> {
    if let Some(wrong) = body.state.iter().find(|state| !wish.fits(**state)) {
        return Err(Error::BadRequest(format!("state: `{wrong}`; {}", wish.refusal())));
    }
    let (search, ids) =
        (Search { text: body.text.clone(), connection: body.connection.clone() }, body.ids.clone());
    let selection = body.selection(store).await?;
    let (bulk, mut account) = if search.is_blank() && ids.is_empty() {
        let bulk = wish.all(store, &selection).await?;
        (bulk, selection.account(bulk))
    } else {
        let ends = Instant::now() + PATIENCE;
        let (runs, more) = match ids.is_empty() {
            true => sought((store, library), (&selection, wish), (&search, ends)).await?,
            false => (ids, false),
        };
        let bulk = one_by_one((store, &runs), (wish, selection.dry_run), ends).await?;
        let bulk = Bulk { more: bulk.more || more, ..bulk };
        (bulk, selection.account(bulk))
    };
    match account.as_mut() {
        Some(account) => {
            for (name, sought) in [("text", search.text), ("connection", search.connection)] {
                if let Some(sought) = sought {
                    account[name] = Value::from(sought);
                }
            }
            tell_details(request, account);
        }
        None => tell_nothing(request),
    }
    Ok(HttpResponse::Ok().json(bulk))
}

/// The runs that fit, in the order in which they were made, and whether there are more.
async fn sought(
    (store, library): (&Store, &Library),
    (selection, wish): (&Selection, Wish<'_>),
    (search, ends): (&Search, Instant),
) -> Result<(Vec<RunId>, bool), Error> {
    let mut filter = selection.filter.clone();
    if filter.states.is_empty() {
        filter.states = wish.usual();
    }
    let most = usize::try_from(selection.limit.unwrap_or(USUAL)).unwrap_or(usize::MAX);
    let (mut runs, mut after) = (Vec::new(), None);
    let more = loop {
        let limit = u32::try_from((most - runs.len()).min(NAMED)).unwrap_or(u32::MAX);
        let page = search.page(store, library, (filter.clone(), Page { after, limit })).await?;
        runs.extend(page.runs.into_iter().map(|run| run.id));
        after = page.next;
        if after.is_none() || runs.len() >= most || Instant::now() >= ends {
            break after.is_some();
        }
    };
    runs.reverse();
    Ok((runs, more))
}

async fn one_by_one(
    (store, runs): (&Store, &[RunId]),
    (wish, dry_run): (Wish<'_>, bool),
    ends: Instant,
) -> Result<Bulk, Error> {
    let mut bulk = Bulk::default();
    for run in runs {
        if Instant::now() >= ends {
            return Ok(Bulk { more: true, ..bulk });
        }
        bulk.matched += 1;
        if !dry_run && wish.one(store, *run).await? {
            bulk.changed += 1;
        }
    }
    Ok(bulk)
}

impl ManyBody {
    async fn selection(self, store: &Store) -> Result<Selection, Error> {
        if self.ids.len() > NAMED {
            return Err(Error::BadRequest(format!("ids: at most {NAMED} at once")));
        }
        let workflow = match &self.workflow {
            Some(id) => Some(workflows::known(store, id).await?),
            None => None,
        };
        let (since, until, error_kind) = (self.since, self.until, self.error_kind);
        let filter = RunFilter { workflow, states: self.state, since, until, error_kind };
        let filtered = filter.workflow.is_some()
            || !filter.states.is_empty()
            || filter.since.is_some()
            || filter.until.is_some()
            || filter.error_kind.is_some();
        let sought =
            self.text.as_ref().is_some_and(|text| !text.trim().is_empty()) || self.connection.is_some();
        if !self.ids.is_empty() && (filtered || sought) {
            return Err(Error::BadRequest("`ids` name the runs: nothing else can narrow them".to_owned()));
        }
        if !filtered && !sought && self.ids.is_empty() {
            let message = "say which runs: `workflow`, `state`, `since`, `until`, `error_kind`, `text`, `connection` or `ids`";
            return Err(Error::BadRequest(message.to_owned()));
        }
        let limit = Some(self.limit.unwrap_or(USUAL).min(MOST));
        Ok(Selection { filter, limit, dry_run: self.dry_run, patience: Some(PATIENCE) })
    }
}
