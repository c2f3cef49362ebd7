//! Statements that the query builder cannot say, or says too slowly, once for both databases: they share `VALUES` lists
//! with columns named `column1`, `column2`, …, and `UPDATE … FROM … RETURNING`.

use std::fmt::Write;

use highline_model::WorkflowId;
use sea_orm::sea_query::LockType;
use sea_orm::{DbBackend, Statement, Value};

/// Rows per statement. With at most 20 columns a row this stays under the 32,766 parameters of SQLite.
const ROWS: usize = 1_024;

/// Up to so many rows there is a statement for each number of them.
const FEW: usize = 16;

/// How many rows go into each statement: a power of two, or what is left when it is little. A statement's text depends on
/// its number of rows, so there are few texts, and each is prepared once for each connection.
pub(crate) fn lengths(rows: usize) -> impl Iterator<Item = usize> {
    let mut left = rows;
    std::iter::from_fn(move || {
        let length = match left {
            0 => return None,
            1..=FEW => left,
            _ => 1 << left.min(ROWS).ilog2(),
        };
        left -= length;
        Some(length)
    })
}

/// Cuts rows into parts of such lengths.
pub(crate) fn parts<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    lengths(rows.len()).map(move |length| {
        let (part, others) = rest.split_at(length);
        rest = others;
        part
    })
}

/// How rows are kept for a transaction on PostgreSQL. Keys never change, so rows that refer to a kept one may be written
/// by others meanwhile: the plain `FOR UPDATE` would let a saved workflow and the commit of its poll deadlock.
pub(crate) const ROW_LOCK: LockType = LockType::NoKeyUpdate;

/// Stands for a parameter until it is known for which database.
const PARAMETER: char = '\u{1}';

/// A statement with its parameters, which are numbered in the order they are added.
pub(crate) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    pub(crate) fn text(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Adds a parameter.
    pub(crate) fn value(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self.text.push(PARAMETER);
        self
    }

    /// Adds `(VALUES (…), (…)) AS name`. There must be at least one row.
    pub(crate) fn rows<const N: usize>(self, name: &str, rows: impl IntoIterator<Item = [Value; N]>) -> Self {
        self.text("(").values(rows).text(") AS ").text(name)
    }

    /// Adds `VALUES (…), (…)`. There must be at least one row.
    pub(crate) fn values<const N: usize>(mut self, rows: impl IntoIterator<Item = [Value; N]>) -> Self {
        self.text.push_str("VALUES ");
        for (index, row) in rows.into_iter().enumerate() {
            self.text.push_str(if index == 0 { "(" } else { ", (" });
            for (column, value) in row.into_iter().enumerate() {
                if column > 0 {
                    self.text.push_str(", ");
                }
                self = self.value(value);
            }
            self.text.push(')');
        }
        self
    }

    /// Adds `column IN (…)` behind `text`; nothing at all where all workflows are meant.
    pub(crate) fn only(self, text: &str, column: &str, workflows: Option<&[WorkflowId]>) -> Self {
        let Some(workflows) = workflows else { return self };
        let mut sql = self.text(text).text(column).text(" IN (");
        for (index, workflow) in workflows.iter().enumerate() {
            sql = if index > 0 { sql.text(", ") } else { sql }.value(workflow.as_str());
        }
        sql.text(")")
    }

    /// Adds `text` on PostgreSQL alone: SQLite has one writer and no row locks.
    pub(crate) fn on_postgres(self, backend: DbBackend, text: &str) -> Self {
        if backend == DbBackend::Postgres { self.text(text) } else { self }
    }

    pub(crate) fn build(self, backend: DbBackend) -> Statement {
        let text = match backend {
            DbBackend::Postgres => numbered(&self.text),
            // Without numbers: SQLite searches a list for each parameter that has one.
            _ => self.text.replace(PARAMETER, "?"),
        };
        Statement::from_sql_and_values(backend, text, self.values)
    }
}

fn numbered(text: &str) -> String {
    let mut numbered = String::with_capacity(text.len() * 2);
    for (number, piece) in text.split(PARAMETER).enumerate() {
        if number > 0 {
            write!(numbered, "${number}").expect("a text takes whatever is written");
        }
        numbered.push_str(piece);
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written_as_each_database_reads_them_best() {
        let sql = || Sql::new("SELECT ").value(1).text(" + ").value(2);
        assert_eq!(sql().build(DbBackend::Postgres).sql, "SELECT $1 + $2");
        assert_eq!(sql().build(DbBackend::Sqlite).sql, "SELECT ? + ?");
    }

    #[test]
    fn rows_are_cut_into_few_lengths() {
        let lengths = |rows: usize| parts(&vec![0; rows]).map(<[i32]>::len).collect::<Vec<_>>();
        assert!(lengths(0).is_empty());
        assert_eq!(lengths(1), [1]);
        assert_eq!(lengths(37), [32, 5]);
        assert_eq!(lengths(2_050), [1_024, 1_024, 2]);
    }
}
