//! Numbers: what ended when, what fails, how it stands.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use chrono::{DateTime, TimeDelta, Utc};
use highline_model::{Clock, RunState};
use highline_store::{Bucket, BucketSize, FailureGroups, SeriesFilter, Store};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Error;
use crate::moment::countable;
use crate::routes::workflows;

/// The most buckets of a series.
const MOST: i64 = 2_400;

/// A node that gave no sign for so long does not count.
pub const SIGNS_LAST: TimeDelta = TimeDelta::seconds(90);

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct SeriesQuery {
    /// A day ago when left out.
    #[serde(default, deserialize_with = "countable")]
    since: Option<DateTime<Utc>>,
    /// Now when left out.
    #[serde(default, deserialize_with = "countable")]
    until: Option<DateTime<Utc>>,
    /// Only runs of this workflow.
    workflow: Option<String>,
    /// `hour` when left out.
    #[param(inline)]
    bucket: Option<BucketWord>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BucketWord {
    Hour,
    /// From midnight to midnight in UTC.
    Day,
}

/// What ended when.
#[derive(Debug, Serialize, ToSchema)]
pub struct Series {
    /// Without gaps, the oldest first.
    series: Vec<Bucket>,
}

/// Runs that ended, hour by hour or day by day.
#[utoipa::path(
    get,
    path = "/stats/runs",
    params(SeriesQuery),
    responses((status = 200, description = "a bucket for each hour or day", body = Series))
)]
pub async fn get_run_stats(
    store: Data<Store>,
    clock: Data<Clock>,
    query: Query<SeriesQuery>,
) -> Result<HttpResponse, Error> {
    let until = query.until.unwrap_or_else(|| clock.now());
    let filter = SeriesFilter {
        workflow: match &query.workflow {
            Some(id) => Some(workflows::known(&store, id).await?),
            None => None,
        },
        since: query.since.unwrap_or(until - TimeDelta::days(1)),
        until,
        by: match query.bucket {
            None | Some(BucketWord::Hour) => BucketSize::Hour,
            Some(BucketWord::Day) => BucketSize::Day,
        },
    };
    if filter.since > filter.until {
        return Err(Error::BadRequest("since: it is after `until`".to_owned()));
    }
    let buckets = (filter.until - filter.since).num_hours() / filter.by.hours();
    if buckets > MOST {
        let message = format!("{buckets} buckets; at most {MOST} are given: ask for days, or for less time");
        return Err(Error::BadRequest(message));
    }
    Ok(HttpResponse::Ok().json(Series { series: store.series(&filter).await? }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FailuresQuery {
    /// A day ago when left out.
    #[serde(default, deserialize_with = "countable")]
    since: Option<DateTime<Utc>>,
    /// Only runs of this workflow.
    workflow: Option<String>,
}

/// Runs that failed or are held, by what they say.
#[utoipa::path(
    get,
    path = "/stats/failures",
    params(FailuresQuery),
    responses((status = 200, description = "those with most runs first", body = FailureGroups))
)]
pub async fn get_failures(
    store: Data<Store>,
    clock: Data<Clock>,
    query: Query<FailuresQuery>,
) -> Result<HttpResponse, Error> {
    let workflow = match &query.workflow {
        Some(id) => Some(workflows::known(&store, id).await?),
        None => None,
    };
    let since = query.since.unwrap_or_else(|| clock.now() - TimeDelta::days(1));
    Ok(HttpResponse::Ok().json(store.failure_groups(workflow, since).await?))
}

/// How it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct OverviewAnswer {
    overview: Overview,
}

/// How it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Overview {
    running: u64,
    queued: u64,
    waiting: u64,
    /// Held for a person's decision.
    interrupted: u64,
    /// Since when the run that has been in the queue for longest is there.
    oldest_queued_at: Option<DateTime<Utc>>,
    /// Runs that succeeded in the last 24 hours.
    succeeded_24h: u64,
    /// Runs that failed in the last 24 hours.
    failed_24h: u64,
    /// How long the newest runs that are over waited for their beginning; null when there are none.
    start_delay_ms: Option<StartDelay>,
    /// Nodes that have given a sign of life lately.
    nodes: usize,
    workflows: WorkflowCounts,
}

/// How long runs waited for their beginning.
#[derive(Debug, Serialize, ToSchema)]
pub struct StartDelay {
    /// Half of them waited no longer, in milliseconds.
    p50: u64,
    /// 99 of 100 waited no longer, in milliseconds.
    p99: u64,
}

/// How many workflows there are of each kind.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct WorkflowCounts {
    /// Those whose triggers start runs.
    pub enabled: usize,
    /// Those that are switched off.
    pub disabled: usize,
    /// Those whose newest text is wrong, and files that were wrong from the start.
    pub wrong: usize,
    /// Those that are on and whose last poll failed.
    pub failing_polls: usize,
}

/// How it stands: the queue, the last day, who works.
#[utoipa::path(get, path = "/stats/overview", responses((status = 200, description = "now", body = OverviewAnswer)))]
pub async fn get_overview(store: Data<Store>, clock: Data<Clock>) -> Result<HttpResponse, Error> {
    let now = clock.now();
    let counts = store.counts(None).await?;
    let day = store.recent_runs(now).await?;
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let delays = store.start_delays().await?;
    let nodes = store.nodes().await?;
    let overview = Overview {
        running: counts.of(RunState::Running),
        queued: counts.of(RunState::Queued),
        waiting: counts.of(RunState::Waiting),
        interrupted: counts.of(RunState::Interrupted),
        oldest_queued_at: store.oldest_queued().await?,
        succeeded_24h: day.succeeded,
        failed_24h: day.failed,
        start_delay_ms: delays.map(|all| StartDelay { p50: millis(all.p50), p99: millis(all.p99) }),
        nodes: nodes.iter().filter(|node| now - node.seen_at < SIGNS_LAST).count(),
        workflows: workflow_counts(&store).await?,
    };
    Ok(HttpResponse::Ok().json(OverviewAnswer { overview }))
}

pub async fn workflow_counts(store: &Store) -> Result<WorkflowCounts, Error> {
    let mut counts = WorkflowCounts { wrong: store.wrong_files().await?.len(), ..Default::default() };
    for workflow in store.workflows().await? {
        counts.enabled += usize::from(workflow.enabled);
        counts.disabled += usize::from(!workflow.enabled);
        counts.wrong += usize::from(workflow.problem.is_some());
        let failing = workflow.enabled && workflow.last_poll.is_some_and(|poll| poll.error.is_some());
        counts.failing_polls += usize::from(failing);
    }
    Ok(counts)
}
