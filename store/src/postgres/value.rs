//! Values and rows as PostgreSQL has them.

use std::error::Error;

use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::error::StoreError;
use crate::sql::{Columns, Value};

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Integer(number) => number.to_sql(kind, out),
            // PostgreSQL's texts cannot hold the zero character.
            Self::Text(text) if text.contains('\0') => text.replace('\0', "\u{fffd}").to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Uuid(id) => id.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::INT4 | Type::TEXT | Type::VARCHAR | Type::UUID)
    }

    to_sql_checked!();
}

impl Columns for Row {
    fn optional_integer(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.try_get(column).map_err(StoreError::corrupt)
    }

    fn optional_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        self.try_get(column).map_err(StoreError::corrupt)
    }

    fn optional_uuid(&self, column: usize) -> Result<Option<Uuid>, StoreError> {
        self.try_get(column).map_err(StoreError::corrupt)
    }
}
