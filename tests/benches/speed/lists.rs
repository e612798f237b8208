//! Lists with a million rows.

use anyhow::Result;

use crate::options::Options;
use crate::table::Figure;

pub async fn measure(_options: &Options) -> Result<Vec<Figure>> {
    Ok(Vec::new())
}
