//! What ended hour by hour, from the counters.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use crate::sql::Sql;
use crate::stats::{COLUMNS, MILLIS_PER_HOUR, hour_of};
use crate::{Bucket, Error, SeriesFilter, Store, Took};

#[derive(Debug, Default, FromQueryResult)]
struct Sums {
    hour: i64,
    succeeded: i64,
    failed: i64,
    cancelled: i64,
    queued_ms: i64,
    took_ms: i64,
    took_100ms: i64,
    took_1s: i64,
    took_10s: i64,
    took_1m: i64,
    took_10m: i64,
    took_1h: i64,
    took_longer: i64,
}

impl Store {
    /// A bucket for each hour or day of the filter, the oldest first, also for those in which nothing ended.
    pub async fn series(&self, filter: &SeriesFilter) -> Result<Vec<Bucket>, Error> {
        let size = filter.by.hours();
        let first = hour_of(filter.since).div_euclid(size) * size;
        let last = hour_of(filter.until);
        let select = sums(filter, first, last).build(self.read.get_database_backend());
        let mut buckets: BTreeMap<i64, Sums> = (first..=last)
            .step_by(usize::try_from(size).unwrap_or(1))
            .map(|hour| (hour, Sums::default()))
            .collect();
        for row in Sums::find_by_statement(select).all(&self.read).await? {
            buckets.entry(row.hour.div_euclid(size) * size).or_default().add(&row);
        }
        Ok(buckets.into_iter().map(|(hour, sums)| sums.bucket(hour)).collect())
    }
}

fn sums(filter: &SeriesFilter, first: i64, last: i64) -> Sql {
    let columns = COLUMNS.map(|column| format!("CAST(SUM({column}) AS BIGINT) AS {column}")).join(", ");
    let sql = Sql::new("SELECT hour, ").text(&columns).text(" FROM run_stats WHERE hour <> 0 AND hour >= ");
    let sql = sql.value(first).text(" AND hour <= ").value(last);
    let sql = match &filter.workflow {
        Some(workflow) => sql.text(" AND workflow_id = ").value(workflow.as_str()),
        None => sql,
    };
    sql.text(" GROUP BY hour")
}

impl Sums {
    fn add(&mut self, more: &Self) {
        self.succeeded += more.succeeded;
        self.failed += more.failed;
        self.cancelled += more.cancelled;
        self.queued_ms += more.queued_ms;
        self.took_ms += more.took_ms;
        self.took_100ms += more.took_100ms;
        self.took_1s += more.took_1s;
        self.took_10s += more.took_10s;
        self.took_1m += more.took_1m;
        self.took_10m += more.took_10m;
        self.took_1h += more.took_1h;
        self.took_longer += more.took_longer;
    }

    fn bucket(self, hour: i64) -> Bucket {
        // A run that is sent back is taken off the hour in which it had ended: none is below zero for that.
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let ended = count(self.succeeded) + count(self.failed) + count(self.cancelled);
        let mean = |sum: i64| (ended > 0).then(|| count(sum) / ended.max(1));
        Bucket {
            at: DateTime::<Utc>::from_timestamp_millis(hour * MILLIS_PER_HOUR).unwrap_or_default(),
            tally: crate::Tally {
                succeeded: count(self.succeeded),
                failed: count(self.failed),
                cancelled: count(self.cancelled),
                delay_ms: mean(self.queued_ms),
                took_ms: mean(self.took_ms),
                took: Took {
                    under_100ms: count(self.took_100ms),
                    under_1s: count(self.took_1s),
                    under_10s: count(self.took_10s),
                    under_1m: count(self.took_1m),
                    under_10m: count(self.took_10m),
                    under_1h: count(self.took_1h),
                    longer: count(self.took_longer),
                },
            },
        }
    }
}
