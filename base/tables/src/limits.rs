//! How much of a foreign file is taken in before it is refused.

/// Bounds that keep a hostile file from filling the memory. The defaults let a million rows of a
/// score of columns pass.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one CSV record; a longer one is a quotation mark that never closes.
    pub record_bytes: usize,
    /// Columns of a table.
    pub columns: usize,
    /// Bytes that one part of a packed file (XLSX, ODS) may unfold to; parts are streamed, so this bounds
    /// time, not memory.
    pub part_bytes: u64,
    /// Bytes of all shared texts of an XLSX file, which are held in memory.
    pub shared_bytes: usize,
    /// Rows of a table: in ODS one row can stand for a million.
    pub rows: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record_bytes: 1 << 20,
            columns: 1000,
            part_bytes: 8 << 30,
            shared_bytes: 256 << 20,
            rows: 20_000_000,
        }
    }
}
