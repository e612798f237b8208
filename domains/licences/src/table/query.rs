//! SQL of the comprehensive query and of statistics.

use jiff::civil::Date;
use store::lists::{Also, Ordered};
use store::{Ctx, Row, Run, args};

use super::{LICENCE, licence_from};
use crate::error::LicenceError;
use crate::licence::Licence;

/// What narrows a list beside agencies and states.
#[derive(Clone, Debug, Default)]
pub(crate) struct Narrow<'a> {
    pub type_code: Option<&'a str>,
    pub issued_from: Option<Date>,
    pub issued_to: Option<Date>,
}

impl Narrow<'_> {
    fn also(&self) -> Vec<Also<'_>> {
        let date = |day: Date| day.to_string().into();
        let mut all = Vec::new();
        if let Some(code) = self.type_code {
            all.push(Also::new("type_code", "=", code.into()));
        }
        if let Some(day) = self.issued_from {
            all.push(Also::new("issued_on", ">=", date(day)));
        }
        if let Some(day) = self.issued_to {
            all.push(Also::new("issued_on", "<=", date(day)));
        }
        all
    }
}

/// Licences in some states, of every agency or of those named: those that changed last first, or
/// those issued last where something narrows the list.
pub(crate) async fn of_agencies(
    run: &mut impl Run,
    ctx: &Ctx,
    agencies: Option<&[String]>,
    states: &[&str],
    narrow: &Narrow<'_>,
    page: kernel::PageRequest,
) -> Result<(Vec<Licence>, u64), LicenceError> {
    let columns = LICENCE.split(", ").map(|c| format!("r.{}", c.trim()));
    let also = narrow.also();
    let list = Ordered {
        table: "licence",
        key: "licence_key",
        columns: &columns.collect::<Vec<_>>().join(", "),
        group: "agency",
        state: "state",
        order: match also.is_empty() {
            true => &[("updated_at", "DESC")],
            false => &[("issued_on", "DESC")],
        },
        also: &also,
    };
    let (rows, total) = list.page(run, agencies, states, page).await?;
    let rows: Result<_, _> = rows.iter().map(|r| licence_from(ctx, r)).collect();
    Ok((rows?, total))
}

/// Most licences that one name or number finds.
const FOUND: i64 = 200;

fn keys(rows: &[Row]) -> Result<Vec<String>, LicenceError> {
    rows.iter().map(|r| Ok(r.get(0)?)).collect()
}

/// Licences whose holder has this name.
pub(crate) async fn by_name(
    run: &mut impl Run,
    digest: &[u8],
) -> Result<Vec<String>, LicenceError> {
    let sql = "SELECT licence_key FROM licence_holder_name WHERE digest = ? \
               ORDER BY licence_key LIMIT ?";
    keys(&run.rows(sql, args![digest, FOUND]).await?)
}

/// Licences of the holder with this number.
pub(crate) async fn by_holder(
    run: &mut impl Run,
    digest: &[u8],
) -> Result<Vec<String>, LicenceError> {
    let sql = "SELECT licence_key FROM wallet WHERE holder = ? ORDER BY licence_key LIMIT ?";
    keys(&run.rows(sql, args![digest, FOUND]).await?)
}

/// Enters a licence under the name of its holder.
pub(crate) async fn put_name(
    run: &mut impl Run,
    digest: &[u8],
    key: &str,
) -> Result<(), LicenceError> {
    let sql = "INSERT INTO licence_holder_name (digest, licence_key) VALUES (?, ?) \
               ON CONFLICT (digest, licence_key) DO NOTHING";
    run.exec(sql, args![digest, key]).await?;
    Ok(())
}

/// Licences from before the query knew names and dates.
pub(crate) async fn unindexed(run: &mut impl Run, ctx: &Ctx) -> Result<Vec<Licence>, LicenceError> {
    let sql = format!(
        "SELECT {LICENCE} FROM licence WHERE issued_on IS NULL ORDER BY licence_key LIMIT 200"
    );
    let rows = run.rows(&sql, args![]).await?;
    rows.iter().map(|r| licence_from(ctx, r)).collect()
}

pub(crate) async fn set_issued_on(
    run: &mut impl Run,
    key: &str,
    day: Date,
) -> Result<(), LicenceError> {
    let sql = "UPDATE licence SET issued_on = ? WHERE licence_key = ?";
    run.exec(sql, args![day, key]).await?;
    Ok(())
}

/// How many licences there are of each state, agency and type.
pub(crate) async fn counts(
    run: &mut impl Run,
) -> Result<Vec<(String, String, String, u64)>, LicenceError> {
    let sql = "SELECT state, agency, type_code, count(*) FROM licence \
               GROUP BY state, agency, type_code ORDER BY state, agency, type_code";
    let rows = run.rows(sql, args![]).await?;
    let count = |r: &Row| -> Result<_, LicenceError> {
        let n: i64 = r.get(3)?;
        Ok((r.get(0)?, r.get(1)?, r.get(2)?, n.unsigned_abs()))
    };
    rows.iter().map(count).collect()
}

/// How many licences of an agency in a state were issued in each month from a day on, by type.
pub(crate) async fn intake(
    run: &mut impl Run,
    agency: &str,
    state: &str,
    from: Date,
) -> Result<Vec<(String, String, u64)>, LicenceError> {
    let sql = "SELECT type_code, substr(issued_on, 1, 7) AS month, count(*) FROM licence \
               WHERE agency = ? AND state = ? AND issued_on >= ? \
               GROUP BY type_code, substr(issued_on, 1, 7) \
               ORDER BY type_code, substr(issued_on, 1, 7)";
    let rows = run.rows(sql, args![agency, state, from]).await?;
    let count = |r: &Row| -> Result<_, LicenceError> {
        let n: i64 = r.get(2)?;
        Ok((r.get(0)?, r.get(1)?, n.unsigned_abs()))
    };
    rows.iter().map(count).collect()
}
