//! The engine over a real database, SQLite and PostgreSQL: what it promises, tried from outside.

mod interruptions;
mod node;
mod polling;
mod runs;
