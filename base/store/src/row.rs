//! A result row of either engine, read by position.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::types::Value as Cell;
use sqlx::Row as _;

use crate::StoreError;

/// One row. Columns count from 0.
pub enum Row {
    Sqlite(Vec<Cell>),
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

/// The three kinds that a column can be of, each as it is and where it may be null.
macro_rules! native {
    ($($ty:ty: $cell:pat => $value:expr;)*) => {$(
        impl FromColumn for Option<$ty> {
            fn from_column(row: &Row, column: usize) -> Result<Self, StoreError> {
                let cells = match row {
                    Row::Sqlite(cells) => cells,
                    Row::Postgres(r) => return r.try_get(column).map_err(|e| wrong(column, e)),
                };
                match cells.get(column) {
                    Some(Cell::Null) => Ok(None),
                    Some($cell) => Ok(Some($value)),
                    Some(other) => Err(wrong(column, format!("it is {}", other.data_type()))),
                    None => Err(wrong(column, "there is none")),
                }
            }
        }

        impl FromColumn for $ty {
            fn from_column(row: &Row, column: usize) -> Result<Self, StoreError> {
                Option::<$ty>::from_column(row, column)?.ok_or_else(|| wrong(column, "it is null"))
            }
        }
    )*};
}

native! {
    String: Cell::Text(text) => text.clone();
    i64: Cell::Integer(number) => *number;
    Vec<u8>: Cell::Blob(bytes) => bytes.clone();
}

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
