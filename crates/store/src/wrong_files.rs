//! Files that have been wrong from their first sight on. There is no workflow that could tell of them.

use highline_model::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::json::without_nul;
use crate::sql::Sql;
use crate::{Error, Store, WrongFile};

#[derive(Debug, FromQueryResult)]
struct Row {
    origin: String,
    workflow_id: String,
    problem: String,
    problems: i32,
    since: Timestamp,
}

impl Store {
    /// Notes a wrong file, or what is wrong with it now.
    pub async fn note_wrong_file(&self, file: &WrongFile) -> Result<(), Error> {
        let row = [
            without_nul(&file.origin).into_owned().into(),
            without_nul(&file.id).into_owned().into(),
            without_nul(&file.problem).into_owned().into(),
            i32::try_from(file.problems).unwrap_or(i32::MAX).into(),
            file.since.into(),
        ];
        let insert = Sql::new("INSERT INTO wrong_files (origin, workflow_id, problem, problems, since) ")
            .values([row])
            .text(" ON CONFLICT (origin) DO UPDATE SET workflow_id = excluded.workflow_id, ")
            .text("problem = excluded.problem, problems = excluded.problems");
        self.write.execute_raw(insert.build(self.write.get_database_backend())).await?;
        Ok(())
    }

    /// The file was mended or removed.
    pub async fn forget_wrong_file(&self, origin: &str) -> Result<(), Error> {
        let delete =
            Sql::new("DELETE FROM wrong_files WHERE origin = ").value(without_nul(origin).into_owned());
        self.write.execute_raw(delete.build(self.write.get_database_backend())).await?;
        Ok(())
    }

    /// All of them, by path.
    pub async fn wrong_files(&self) -> Result<Vec<WrongFile>, Error> {
        let select = Sql::new("SELECT * FROM wrong_files ORDER BY origin");
        let rows =
            Row::find_by_statement(select.build(self.read.get_database_backend())).all(&self.read).await?;
        let file = |row: Row| WrongFile {
            origin: row.origin,
            id: row.workflow_id,
            problem: row.problem,
            problems: u32::try_from(row.problems).unwrap_or(0),
            since: row.since,
        };
        Ok(rows.into_iter().map(file).collect())
    }
}
