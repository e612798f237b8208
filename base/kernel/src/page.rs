//! Lists come in pages of a stated size.

use serde::Serialize;

/// Which part of a list is wanted. Pages count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    pub page: u32,
    pub size: u32,
}

impl PageRequest {
    /// Brings odd wishes into range: page ≥ 1, 1 ≤ size ≤ 100.
    pub fn new(page: u32, size: u32) -> Self {
        Self {
            page: page.max(1),
            size: size.clamp(1, 100),
        }
    }

    /// Rows to skip.
    pub fn offset(self) -> i64 {
        i64::from(self.page - 1) * i64::from(self.size)
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { page: 1, size: 20 }
    }
}

/// Rows of a list are counted up to here: a total of one more says that there are more.
pub const COUNTED: u64 = 10_000;

/// One page of a list.
#[derive(Clone, Debug, Serialize)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// Rows in the whole list; one more than [`COUNTED`] where there are more than so many.
    pub total: u64,
    pub page: u32,
    pub size: u32,
}

impl<T> Page<T> {
    pub fn new(rows: Vec<T>, total: u64, request: PageRequest) -> Self {
        Self {
            rows,
            total,
            page: request.page,
            size: request.size,
        }
    }

    /// Number of pages, at least 1.
    pub fn pages(&self) -> u32 {
        let size = u64::from(self.size.max(1));
        u32::try_from(self.total.div_ceil(size).max(1)).unwrap_or(u32::MAX)
    }

    /// The same page with other rows.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        let rows = self.rows.into_iter().map(f).collect();
        Page {
            rows,
            total: self.total,
            page: self.page,
            size: self.size,
        }
    }
}
