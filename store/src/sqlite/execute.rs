//! The engines' common statements and queries, run by SQLite.

use rusqlite::types::{ToSqlOutput, Type, ValueRef};
use rusqlite::{Connection, Row, ToSql, params_from_iter};
use uuid::Uuid;

use crate::error::StoreError;
use crate::sql::{Columns, Query, Statement, Value};

/// Returns how many rows it changed.
pub(crate) fn run(connection: &Connection, statement: &Statement) -> Result<u64, StoreError> {
    let mut prepared = connection.prepare_cached(statement.sql.sqlite())?;
    Ok(prepared.execute(params_from_iter(&statement.values))? as u64)
}

pub(crate) fn run_all(connection: &Connection, statements: &[Statement]) -> Result<(), StoreError> {
    statements.iter().try_for_each(|statement| run(connection, statement).map(|_| ()))
}

pub(crate) fn ask<T>(connection: &Connection, query: &Query<T>) -> Result<Vec<T>, StoreError> {
    let mut prepared = connection.prepare_cached(query.sql.sqlite())?;
    let mut rows = prepared.query(params_from_iter(&query.values))?;
    let mut answer = Vec::new();
    while let Some(row) = rows.next()? {
        (query.read)(row, &mut answer)?;
    }
    Ok(answer)
}

pub(crate) fn ask_one<T>(connection: &Connection, query: &Query<T>) -> Result<Option<T>, StoreError> {
    Ok(ask(connection, query)?.into_iter().next())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Uuid(id) => ValueRef::Blob(id.as_bytes()),
        }))
    }
}

impl Columns for Row<'_> {
    fn optional_integer(&self, column: usize) -> Result<Option<i64>, StoreError> {
        Ok(self.get(column)?)
    }

    fn optional_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        self.get_ref(column)?.as_str_or_null().map_err(StoreError::corrupt)
    }

    fn optional_uuid(&self, column: usize) -> Result<Option<Uuid>, StoreError> {
        let value = self.get_ref(column)?;
        if value.data_type() == Type::Null {
            return Ok(None);
        }
        let bytes = value.as_blob().map_err(StoreError::corrupt)?;
        Uuid::from_slice(bytes).map(Some).map_err(StoreError::corrupt)
    }
}
