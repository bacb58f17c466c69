//! What the engines share of SQL: statements as plain data, and rows read without knowing whose they are.
//!
//! A statement names its values `?1`, `?2`, …; PostgreSQL's `$1` is made of it mechanically. Where the
//! dialects differ, both stand side by side.

mod columns;
mod query;
mod statement;

pub(crate) use columns::Columns;
pub(crate) use query::Query;
pub(crate) use statement::{Sql, Statement, Value, numbered, values};
