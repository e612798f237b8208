//! Rows of the city with values changed.

use cleaning::{Action, BaseLibrary, Facts, Field, StockRow, Verdict};

use crate::common::{clean, demo_stock, facts, library};

pub struct City {
    pub rows: Vec<StockRow>,
    pub facts: Facts,
    pub library: BaseLibrary,
}

pub fn city() -> City {
    City {
        rows: demo_stock(),
        facts: facts(),
        library: library(),
    }
}

impl City {
    /// A row without defects of that type, numbered 1.
    pub fn good(&self, kind: &str) -> StockRow {
        self.nth(kind, 0, 1)
    }

    pub fn nth(&self, kind: &str, nth: usize, number: u32) -> StockRow {
        let rows = self.rows.iter().take(100);
        let row = rows
            .filter(|row| row.get(Field::LicenceType) == kind)
            .nth(nth)
            .unwrap();
        let mut row = row.clone();
        row.number = number;
        row.set(Field::RowNo, number.to_string());
        row
    }

    pub fn clean(&self, rows: &[StockRow]) -> Vec<Verdict> {
        clean(rows, &self.facts, &self.library)
    }

    /// Codes of a changed row, its action and the row as cleaned.
    pub fn one(&self, kind: &str, changes: &[(Field, &str)]) -> (Vec<String>, Action, StockRow) {
        let mut row = self.good(kind);
        for (field, text) in changes {
            row.set(*field, *text);
        }
        let verdict = self.clean(&[row]).remove(0);
        (codes(&verdict), verdict.action, verdict.row)
    }
}

pub fn codes(verdict: &Verdict) -> Vec<String> {
    verdict.findings.iter().map(|f| f.code.clone()).collect()
}

pub const FOOD: &str = "SPJYXKZ";
pub const HEALTH: &str = "WSXKZ";
pub const DRIVER: &str = "DLYSCYZGZ";
