//! The database as a whole: how large it is, and giving back what is free.

use highline_model::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::sql::Sql;
use crate::{Backend, DatabaseStats, Error, Store, TableStats};

#[derive(Debug, FromQueryResult)]
struct Size {
    name: String,
    rows: i64,
    bytes: i64,
}

#[derive(Debug, FromQueryResult)]
struct Number {
    number: i64,
}

/// Rows are as of the last look of PostgreSQL, which is what a count of all of them would cost too much for.
const POSTGRES_SIZES: &str = "\
    SELECT CAST(relname AS TEXT) AS name, CAST(GREATEST(reltuples, 0) AS BIGINT) AS rows, \
    pg_total_relation_size(oid) AS bytes FROM pg_class \
    WHERE relkind IN ('r', 'p') AND relnamespace = CAST(current_schema() AS regnamespace) ORDER BY relname";

const SQLITE_SIZES: &str = "\
    SELECT m.tbl_name AS name, CAST(0 AS BIGINT) AS rows, SUM(s.pgsize) AS bytes FROM dbstat s \
    JOIN sqlite_master m ON m.name = s.name WHERE s.aggregate = TRUE GROUP BY m.tbl_name ORDER BY m.tbl_name";

impl Store {
    /// How large the database is. On SQLite this reads the whole file.
    pub async fn database_stats(&self) -> Result<DatabaseStats, Error> {
        #[derive(FromQueryResult)]
        struct Oldest {
            created_at: Timestamp,
        }
        let sqlite = self.backend() == Backend::Sqlite;
        let sizes = Sql::new(if sqlite { SQLITE_SIZES } else { POSTGRES_SIZES });
        let sizes =
            Size::find_by_statement(sizes.build(self.read.get_database_backend())).all(&self.read).await?;
        let mut tables = Vec::with_capacity(sizes.len());
        for size in sizes.into_iter().filter(|size| !size.name.starts_with("sqlite_")) {
            let rows = match sqlite {
                true => self.number(&format!("SELECT COUNT(*) AS number FROM \"{}\"", size.name)).await?,
                false => size.rows,
            };
            tables.push(TableStats { name: size.name, rows: count(rows), bytes: count(size.bytes) });
        }
        let oldest = Sql::new("SELECT created_at FROM runs ORDER BY id LIMIT 1");
        let oldest = oldest.build(self.read.get_database_backend());
        let oldest = Oldest::find_by_statement(oldest).one(&self.read).await?;
        let (bytes, free_bytes) = match sqlite {
            true => {
                let pages = self.pages().await?;
                (pages.all * pages.size, Some(pages.free * pages.size))
            }
            false => {
                let size = "SELECT pg_database_size(current_database()) AS number";
                (count(self.number(size).await?), None)
            }
        };
        Ok(DatabaseStats {
            bytes,
            free_bytes,
            tables,
            oldest_run: oldest.map(|oldest| oldest.created_at),
            last_round: self.last_retention().await?,
        })
    }

    /// Rewrites the database without what is free. On SQLite all others wait meanwhile, and a file of an older version
    /// gives space back by itself from then on.
    pub async fn compact(&self) -> Result<(), Error> {
        match self.backend() {
            Backend::Postgres => self.write.execute_unprepared("VACUUM (ANALYZE)").await?,
            Backend::Sqlite => {
                self.write.execute_unprepared("PRAGMA auto_vacuum = INCREMENTAL").await?;
                self.write.execute_unprepared("VACUUM").await?;
                self.write.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?
            }
        };
        Ok(())
    }

    /// Gives a little of what is free back to the system, where a good part of the file is free; true if there is more to
    /// give. PostgreSQL sees to it by itself.
    pub async fn give_back_space(&self) -> Result<bool, Error> {
        /// About a megabyte: a few milliseconds.
        const STEP: u64 = 256;
        /// Less is left for what comes next.
        const LEAST: u64 = 1_024;
        if self.backend() == Backend::Postgres {
            return Ok(false);
        }
        let before = self.pages().await?;
        if before.free < LEAST.max(before.all / 5) {
            return Ok(false);
        }
        self.write.execute_unprepared(&format!("PRAGMA incremental_vacuum({STEP})")).await?;
        Ok(self.pages().await?.free < before.free)
    }

    async fn pages(&self) -> Result<Pages, Error> {
        let pragma = async |name: &str| {
            let select = format!("SELECT {name} AS number FROM pragma_{name}");
            Ok::<_, Error>(count(self.number(&select).await?))
        };
        Ok(Pages {
            all: pragma("page_count").await?,
            free: pragma("freelist_count").await?,
            size: pragma("page_size").await?,
        })
    }

    async fn number(&self, select: &str) -> Result<i64, Error> {
        let select = Sql::new(select).build(self.read.get_database_backend());
        Ok(Number::find_by_statement(select).one(&self.read).await?.map_or(0, |found| found.number))
    }
}

struct Pages {
    all: u64,
    free: u64,
    size: u64,
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
