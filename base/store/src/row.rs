//! A result row of either engine, read by position.

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::Row as _;

use crate::StoreError;

/// One row. Columns count from 0.
pub enum Row {
    Sqlite(sqlx::sqlite::SqliteRow),
    Postgres(sqlx::postgres::PgRow),
}

impl Row {
    /// Reads a column as the type wanted.
    pub fn get<T: FromColumn>(&self, column: usize) -> Result<T, StoreError> {
        T::from_column(self, column)
    }
}

/// A type that a column can be read as.
pub trait FromColumn: Sized {
    fn from_column(row: &Row, column: usize) -> Result<Self, StoreError>;
}

fn wrong(column: usize, why: impl std::fmt::Display) -> StoreError {
    StoreError::Column(column, why.to_string())
}

macro_rules! native {
    ($($ty:ty),*) => {$(
        impl FromColumn for $ty {
            fn from_column(row: &Row, column: usize) -> Result<Self, StoreError> {
                match row {
                    Row::Sqlite(r) => r.try_get(column),
                    Row::Postgres(r) => r.try_get(column),
                }
                .map_err(|e| wrong(column, e))
            }
        }
    )*};
}

native!(
    String,
    Option<String>,
    i64,
    Option<i64>,
    Vec<u8>,
    Option<Vec<u8>>
);

impl FromColumn for bool {
    fn from_column(row: &Row, column: usize) -> Result<Self, StoreError> {
        Ok(i64::from_column(row, column)? != 0)
    }
}

impl FromColumn for u32 {
    fn from_column(row: &Row, column: usize) -> Result<Self, StoreError> {
        u32::try_from(i64::from_column(row, column)?).map_err(|e| wrong(column, e))
    }
}

impl FromColumn for u64 {
    fn from_column(row: &Row, column: usize) -> Result<Self, StoreError> {
        u64::try_from(i64::from_column(row, column)?).map_err(|e| wrong(column, e))
    }
}

impl FromColumn for Timestamp {
    fn from_column(row: &Row, column: usize) -> Result<Self, StoreError> {
        let text = String::from_column(row, column)?;
        kernel::time::parse_stamp(&text).map_err(|e| wrong(column, e))
    }
}

impl FromColumn for Option<Timestamp> {
    fn from_column(row: &Row, column: usize) -> Result<Self, StoreError> {
        let text = Option::<String>::from_column(row, column)?;
        text.map(|t| kernel::time::parse_stamp(&t).map_err(|e| wrong(column, e)))
            .transpose()
    }
}

impl FromColumn for Date {
    fn from_column(row: &Row, column: usize) -> Result<Self, StoreError> {
        String::from_column(row, column)?
            .parse()
            .map_err(|e| wrong(column, e))
    }
}

impl FromColumn for Option<Date> {
    fn from_column(row: &Row, column: usize) -> Result<Self, StoreError> {
        let text = Option::<String>::from_column(row, column)?;
        text.map(|t| t.parse().map_err(|e| wrong(column, e)))
            .transpose()
    }
}
