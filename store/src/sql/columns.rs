//! A row, whichever engine it comes from, and the vocabulary's types in it. The database is outside
//! too: everything is parsed anew.

use std::fmt::Display;
use std::str::FromStr;

use model::Timestamp;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::codec;
use crate::error::StoreError;

/// The columns of a row by their number, from 0; None is NULL.
pub(crate) trait Columns {
    fn optional_integer(&self, column: usize) -> Result<Option<i64>, StoreError>;
    fn optional_text(&self, column: usize) -> Result<Option<&str>, StoreError>;
    fn optional_uuid(&self, column: usize) -> Result<Option<Uuid>, StoreError>;
}

fn present<T>(value: Option<T>, column: usize) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::corrupt(format_args!("column {column} is empty")))
}

impl<'a> dyn Columns + 'a {
    pub fn integer(&self, column: usize) -> Result<i64, StoreError> {
        present(self.optional_integer(column)?, column)
    }

    /// A negative number is none of ours.
    pub fn natural(&self, column: usize) -> Result<u64, StoreError> {
        codec::natural(self.integer(column)?)
    }

    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        present(self.optional_text(column)?, column)
    }

    pub fn uuid(&self, column: usize) -> Result<Uuid, StoreError> {
        present(self.optional_uuid(column)?, column)
    }

    pub fn time(&self, column: usize) -> Result<Timestamp, StoreError> {
        self.integer(column).map(Timestamp)
    }

    pub fn optional_time(&self, column: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.optional_integer(column)?.map(Timestamp))
    }

    pub fn name<T>(&self, column: usize) -> Result<T, StoreError>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.text(column)?.parse().map_err(StoreError::corrupt)
    }

    pub fn optional_name<T>(&self, column: usize) -> Result<Option<T>, StoreError>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.optional_text(column)?.map(|text| text.parse().map_err(StoreError::corrupt)).transpose()
    }

    pub fn json<T: DeserializeOwned>(&self, column: usize) -> Result<T, StoreError> {
        codec::json(self.text(column)?)
    }

    pub fn optional_json<T: DeserializeOwned>(&self, column: usize) -> Result<Option<T>, StoreError> {
        self.optional_text(column)?.map(codec::json).transpose()
    }

    /// A unit variant, as [`codec::word`] wrote it.
    pub fn word<T: DeserializeOwned>(&self, column: usize) -> Result<T, StoreError> {
        codec::from_word(self.text(column)?)
    }

    pub fn optional_word<T: DeserializeOwned>(&self, column: usize) -> Result<Option<T>, StoreError> {
        self.optional_text(column)?.map(codec::from_word).transpose()
    }
}
