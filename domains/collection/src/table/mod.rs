//! Every SQL statement of collecting.

pub(crate) mod base;
pub(crate) mod batch;
pub(crate) mod row;
pub(crate) mod scan;
pub(crate) mod work;

use std::collections::HashSet;

use store::{Run, args};

use crate::error::CollectionError;

pub(crate) async fn stored_files(run: &mut impl Run) -> Result<HashSet<String>, CollectionError> {
    let mut names = HashSet::new();
    for sql in [
        "SELECT blob FROM collection_piece",
        "SELECT blob FROM collection_base_piece",
        "SELECT photo FROM collection_photo",
        "SELECT blob FROM collection_scan_file",
        "SELECT picture FROM collection_scan_page UNION SELECT thumb FROM collection_scan_page",
    ] {
        for row in run.rows(sql, args![]).await? {
            names.insert(row.get(0)?);
        }
    }
    Ok(names)
}
