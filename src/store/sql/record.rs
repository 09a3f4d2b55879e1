//! A row of a result, whichever database it came from; columns are read by position.

use super::Error;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Database, Decode, Type};

/// One row of a result.
pub enum Record {
    /// From SQLite.
    #[doc(hidden)]
    Sqlite(SqliteRow),
    /// From Postgres.
    #[doc(hidden)]
    Postgres(PgRow),
}

impl Record {
    fn get<T>(&self, column: usize) -> Result<T, Error>
    where
        T: for<'r> Decode<'r, sqlx::Sqlite> + Type<sqlx::Sqlite>,
        T: for<'r> Decode<'r, sqlx::Postgres> + Type<sqlx::Postgres>,
    {
        match self {
            Self::Sqlite(row) => read(row, column),
            Self::Postgres(row) => read(row, column),
        }
    }

    /// A number.
    ///
    /// # Errors
    /// If the column holds none.
    pub fn int(&self, column: usize) -> Result<i64, Error> {
        self.get(column)
    }

    /// A number or null.
    ///
    /// # Errors
    /// If the column holds something else.
    pub fn maybe_int(&self, column: usize) -> Result<Option<i64>, Error> {
        self.get(column)
    }

    /// Text.
    ///
    /// # Errors
    /// If the column holds none.
    pub fn text(&self, column: usize) -> Result<String, Error> {
        self.get(column)
    }

    /// Text or null.
    ///
    /// # Errors
    /// If the column holds something else.
    pub fn maybe_text(&self, column: usize) -> Result<Option<String>, Error> {
        self.get(column)
    }

    /// A fraction or null.
    ///
    /// # Errors
    /// If the column holds something else.
    pub fn maybe_float(&self, column: usize) -> Result<Option<f64>, Error> {
        self.get(column)
    }

    /// True, false or null.
    ///
    /// # Errors
    /// If the column holds something else.
    pub fn maybe_truth(&self, column: usize) -> Result<Option<bool>, Error> {
        self.get(column)
    }

    /// Bytes.
    ///
    /// # Errors
    /// If the column holds none.
    pub fn bytes(&self, column: usize) -> Result<Vec<u8>, Error> {
        self.get(column)
    }

    /// True or false.
    ///
    /// # Errors
    /// If the column holds neither.
    pub fn truth(&self, column: usize) -> Result<bool, Error> {
        self.get(column)
    }
}

fn read<R, T>(row: &R, column: usize) -> Result<T, Error>
where
    R: sqlx::Row,
    usize: ColumnIndex<R>,
    T: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    R::Database: Database,
{
    row.try_get(column).map_err(super::classify)
}
