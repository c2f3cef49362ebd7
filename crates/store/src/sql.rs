//! Statements that the query builder cannot say, once for both databases: they share `$1` placeholders, `VALUES` lists
//! with columns named `column1`, `column2`, …, and `UPDATE … FROM … RETURNING`.

use sea_orm::sea_query::LockType;
use sea_orm::{DbBackend, Statement, Value};

/// Rows per statement. With at most 16 columns a row this stays under the 32,766 parameters of SQLite.
pub(crate) const ROWS: usize = 1_000;

/// How rows are kept for a transaction on PostgreSQL. Keys never change, so rows that refer to a kept one may be written
/// by others meanwhile: the plain `FOR UPDATE` would let a saved workflow and the commit of its poll deadlock.
pub(crate) const ROW_LOCK: LockType = LockType::NoKeyUpdate;

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
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Adds `(VALUES (…), (…)) AS name`. There must be at least one row.
    pub(crate) fn rows<const N: usize>(
        mut self,
        name: &str,
        rows: impl IntoIterator<Item = [Value; N]>,
    ) -> Self {
        self.text.push_str("(VALUES ");
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
        self.text(") AS ").text(name)
    }

    /// Adds `text` on PostgreSQL alone: SQLite has one writer and no row locks.
    pub(crate) fn on_postgres(self, backend: DbBackend, text: &str) -> Self {
        if backend == DbBackend::Postgres { self.text(text) } else { self }
    }

    pub(crate) fn build(self, backend: DbBackend) -> Statement {
        Statement::from_sql_and_values(backend, self.text, self.values)
    }
}
