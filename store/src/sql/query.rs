//! A question to the database, and how its rows become the answer.

use super::{Columns, Sql, Value};
use crate::error::StoreError;

/// Adds what a row says to the answer: most push an item, some add to the last one.
type Read<T> = Box<dyn Fn(&dyn Columns, &mut Vec<T>) -> Result<(), StoreError> + Send + Sync>;

/// Something that reads rows.
pub(crate) struct Query<T> {
    pub sql: Sql,
    pub values: Vec<Value>,
    pub read: Read<T>,
}

impl<T> Query<T> {
    /// One item a row.
    pub fn new(
        sql: impl Into<Sql>,
        values: Vec<Value>,
        read: impl Fn(&dyn Columns) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Self {
        Self::folding(sql, values, move |row, items| {
            items.push(read(row)?);
            Ok(())
        })
    }

    /// Rows become items in a way of their own.
    pub fn folding(
        sql: impl Into<Sql>,
        values: Vec<Value>,
        read: impl Fn(&dyn Columns, &mut Vec<T>) -> Result<(), StoreError> + Send + Sync + 'static,
    ) -> Self {
        Self { sql: sql.into(), values, read: Box::new(read) }
    }
}
