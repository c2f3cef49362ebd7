//! What stays quick however much is kept: indexes that are written once for a run that is over, and counters.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const REPLACED: [&str; 3] = ["runs_of_workflow", "runs_by_state", "runs_of_workflow_by_state"];

const COUNTS: [&str; 12] = [
    "succeeded",
    "failed",
    "cancelled",
    "queued_ms",
    "took_ms",
    "took_100ms",
    "took_1s",
    "took_10s",
    "took_1m",
    "took_10m",
    "took_1h",
    "took_longer",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in REPLACED {
            manager.drop_index(Index::drop().name(name).table("runs").to_owned()).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        manager.create_table(run_stats()).await?;
        manager.create_index(totals()).await?;
        let connection = manager.get_connection();
        for hourly in [false, true] {
            let count = count_finished(manager.get_database_backend(), hourly);
            connection.execute_unprepared(&count).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            connection.execute_unprepared(VACUUM_SOONER).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("run_stats").take()).await?;
        for index in indexes() {
            let name = index.get_index_spec().get_name().expect("each has a name").to_owned();
            manager.drop_index(Index::drop().name(name).table("runs").to_owned()).await?;
        }
        let of = |name| Index::create().name(name).table("runs").take();
        manager.create_index(of("runs_of_workflow").col("workflow_id").col("id").take()).await?;
        manager.create_index(of("runs_by_state").col("state").col("id").take()).await?;
        manager.create_index(of("runs_of_workflow_by_state").col("workflow_id").col("state").take()).await
    }
}

/// Each state of a run is in one of them, alone and by workflow. Running runs are few, and come and go all the time:
/// for them one index of their own is enough.
fn indexes() -> [IndexCreateStatement; 5] {
    let of = |name: &str| Index::create().name(name).table("runs").take();
    let over = || Expr::col("finished_at").is_not_null();
    let open = || Expr::cust("finished_at IS NULL AND state <> 'running'");
    [
        of("runs_open").col("state").col("id").and_where(open()).take(),
        of("runs_open_of_workflow").col("workflow_id").col("state").col("id").and_where(open()).take(),
        of("runs_running").col("workflow_id").col("id").and_where(Expr::cust("state = 'running'")).take(),
        of("runs_over").col("state").col("id").and_where(over()).take(),
        of("runs_over_of_workflow").col("workflow_id").col("state").col("id").and_where(over()).take(),
    ]
}

fn run_stats() -> TableCreateStatement {
    let mut table = Table::create()
        .table("run_stats")
        .col(text("workflow_id"))
        .col(big_integer("hour"))
        .col(small_integer("shard"))
        .primary_key(Index::create().col("workflow_id").col("hour").col("shard"))
        .foreign_key(
            ForeignKey::create()
                .name("run_stats_of_workflow")
                .from("run_stats", "workflow_id")
                .to("workflows", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take();
    for column in COUNTS {
        table.col(big_integer(column));
    }
    table
}

fn totals() -> IndexCreateStatement {
    Index::create()
        .name("run_stats_totals")
        .table("run_stats")
        .col("workflow_id")
        .and_where(Expr::col("hour").eq(0))
        .take()
}

/// Fills the counters from the runs that are over: the total, which has the hour 0, or each hour.
fn count_finished(backend: DbBackend, hourly: bool) -> String {
    let millis = |column: &str| match backend {
        DbBackend::Postgres => format!("CAST(FLOOR(EXTRACT(EPOCH FROM {column}) * 1000) AS BIGINT)"),
        _ => format!("CAST(ROUND((julianday({column}) - 2440587.5) * 86400000) AS BIGINT)"),
    };
    let (created, started, finished) = (millis("created_at"), millis("started_at"), millis("finished_at"));
    let hour = if hourly { format!("{finished} / 3600000") } else { "0".to_owned() };
    let of_state = |state: &str| format!("COUNT(CASE WHEN state = '{state}' THEN 1 END)");
    let sum = |from: &str, until: &str| format!("CAST(COALESCE(SUM({until} - {from}), 0) AS BIGINT)");
    let took = |least: i64, below: i64| {
        let took = format!("COALESCE({finished} - {started}, 0)");
        format!("COUNT(CASE WHEN {took} >= {least} AND {took} < {below} THEN 1 END)")
    };
    let counts = [
        of_state("succeeded"),
        of_state("failed"),
        of_state("cancelled"),
        sum(&created, &format!("COALESCE({started}, {created})")),
        sum(&format!("COALESCE({started}, {finished})"), &finished),
        took(i64::from(i32::MIN), 100),
        took(100, 1_000),
        took(1_000, 10_000),
        took(10_000, 60_000),
        took(60_000, 600_000),
        took(600_000, 3_600_000),
        took(3_600_000, i64::MAX),
    ];
    format!(
        "INSERT INTO run_stats (workflow_id, hour, shard, {}) SELECT workflow_id, {hour}, 0, {} FROM runs \
         WHERE finished_at IS NOT NULL GROUP BY 1, 2",
        COUNTS.join(", "),
        counts.join(", ")
    )
}

/// The rows that runs leave behind at each change of state lie in front of what a claim looks for; a fifth of a table
/// of millions is too much of that.
const VACUUM_SOONER: &str = "\
    ALTER TABLE runs SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, \
    autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05); \
    ALTER TABLE triggers SET (autovacuum_vacuum_scale_factor = 0.05); \
    ALTER TABLE run_stats SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)";
