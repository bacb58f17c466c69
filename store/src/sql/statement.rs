//! A statement with its values, run by either engine.

use uuid::Uuid;

/// A value of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Integer(i64),
    Text(String),
    Uuid(Uuid),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Uuid(id)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The values of a statement, in the order of their numbers.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::sql::Value::from($value)),*] };
}
pub(crate) use values;

/// The text of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sql {
    /// Both engines read it.
    Both(&'static str),
    /// Each its own, with the same values.
    Each { sqlite: &'static str, postgres: &'static str },
}

impl Sql {
    pub fn sqlite(self) -> &'static str {
        match self {
            Self::Both(text) | Self::Each { sqlite: text, .. } => text,
        }
    }

    /// With `?1` where PostgreSQL wants `$1`: see [`numbered`].
    pub fn postgres(self) -> &'static str {
        match self {
            Self::Both(text) | Self::Each { postgres: text, .. } => text,
        }
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self::Both(text)
    }
}

/// PostgreSQL's way to name values. No text of ours holds a question mark for anything else.
pub(crate) fn numbered(text: &str) -> String {
    text.replace('?', "$")
}

/// Something that changes rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub sql: Sql,
    pub values: Vec<Value>,
}

impl Statement {
    pub fn new(sql: impl Into<Sql>, values: Vec<Value>) -> Self {
        Self { sql: sql.into(), values }
    }
}
