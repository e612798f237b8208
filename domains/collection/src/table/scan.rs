//! SQL of stacks of originals: their files, pages and what was typed.

use scans::{Crop, Shape};
use store::{Ctx, Row, Run, Value, args};

use crate::error::CollectionError;
use crate::scan::{File, Original, OriginalBody, OriginalState, ScanPage};

const PAGE: &str = "batch_key, page, rev, file_no, original, removed, blank, quarters, tilt, \
                    crop_left, crop_top, crop_right, crop_bottom, picture, thumb";
const ORIGINAL: &str = "batch_key, original, rev, state, typist, body";

fn page(row: &Row) -> Result<ScanPage, CollectionError> {
    let small = |at: usize| -> Result<u16, CollectionError> {
        let n: i64 = row.get(at)?;
        u16::try_from(n).map_err(CollectionError::data)
    };
    let (removed, blank): (i64, i64) = (row.get(5)?, row.get(6)?);
    let (quarters, tilt): (i64, i64) = (row.get(7)?, row.get(8)?);
    Ok(ScanPage {
        batch_key: row.get(0)?,
        page: row.get(1)?,
        rev: row.get(2)?,
        file_no: row.get(3)?,
        original: row.get(4)?,
        removed: removed == 1,
        blank: blank == 1,
        shape: Shape {
            quarters: u8::try_from(quarters).map_err(CollectionError::data)?,
            tilt: i16::try_from(tilt).map_err(CollectionError::data)?,
            crop: Crop {
                left: small(9)?,
                top: small(10)?,
                right: small(11)?,
                bottom: small(12)?,
            },
        },
        picture: row.get(13)?,
        thumb: row.get(14)?,
    })
}

/// What of a page changes.
fn changing(page: &ScanPage) -> Vec<Value> {
    let crop = page.shape.crop;
    args![
        page.original,
        i64::from(page.removed),
        i64::from(page.blank),
        i64::from(page.shape.quarters),
        i64::from(page.shape.tilt),
        i64::from(crop.left),
        i64::from(crop.top),
        i64::from(crop.right),
        i64::from(crop.bottom)
    ]
}

/// The living batch that has a file of this digest, and its number of pages.
pub(crate) async fn file_of(
    run: &mut impl Run,
    digest: &[u8],
) -> Result<Option<(String, usize)>, CollectionError> {
    let sql = "SELECT f.batch_key, f.pages FROM collection_scan_file f \
               JOIN collection_batch b ON b.batch_key = f.batch_key \
               WHERE f.digest = ? AND b.state <> 'ended' LIMIT 1";
    let Some(row) = run.row(sql, args![digest]).await? else {
        return Ok(None);
    };
    let pages: i64 = row.get(1)?;
    let pages = usize::try_from(pages).map_err(CollectionError::data)?;
    Ok(Some((row.get(0)?, pages)))
}

/// How many pages a stack has: they are never taken away, so it is also the last one's number.
pub(crate) async fn pages_of(run: &mut impl Run, key: &str) -> Result<usize, CollectionError> {
    let sql = "SELECT count(*) FROM collection_scan_page WHERE batch_key = ?";
    usize::try_from(run.count(sql, args![key]).await?).map_err(CollectionError::data)
}

pub(crate) async fn insert_file(
    run: &mut impl Run,
    ctx: &Ctx,
    file: &File,
) -> Result<(), CollectionError> {
    let number = pages_of(run, &file.batch_key).await? + 1;
    let bound = format!("{}/{number}", file.batch_key);
    let sql = "INSERT INTO collection_scan_file (batch_key, file_no, digest, pages, blob, body) \
               VALUES (?, ?, ?, ?, ?, ?)";
    let int = |n: usize| i64::try_from(n).map_err(CollectionError::data);
    let values = args![
        file.batch_key.as_str(),
        int(number)?,
        file.digest.as_slice(),
        int(file.pages())?,
        file.blob.as_str(),
        ctx.seal("collection_scan_file", "body", &bound, file.name.as_bytes())
    ];
    run.exec(sql, values).await?;
    Ok(())
}

/// The stored name of a file, and the name it came under.
pub(crate) async fn file(
    run: &mut impl Run,
    ctx: &Ctx,
    key: &str,
    number: u32,
) -> Result<(String, String), CollectionError> {
    let sql = "SELECT blob, body FROM collection_scan_file WHERE batch_key = ? AND file_no = ?";
    let row = run.row(sql, args![key, number]).await?;
    let row = row.ok_or(CollectionError::NotFound)?;
    let (blob, body): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
    let bound = format!("{key}/{number}");
    let name = ctx
        .open_sealed("collection_scan_file", "body", &bound, &body)
        .map_err(CollectionError::data)?;
    Ok((blob, String::from_utf8_lossy(&name).into_owned()))
}

pub(crate) async fn insert_page(
    run: &mut impl Run,
    page: &ScanPage,
) -> Result<(), CollectionError> {
    let sql = format!(
        "INSERT INTO collection_scan_page ({PAGE}) VALUES {}",
        store::marks(1, 15)
    );
    let mut values = args![page.batch_key.as_str(), page.page, page.rev, page.file_no];
    values.extend(changing(page));
    values.extend(args![page.picture.as_str(), page.thumb.as_str()]);
    run.exec(&sql, values).await?;
    Ok(())
}

pub(crate) async fn load_page(
    run: &mut impl Run,
    key: &str,
    number: u32,
) -> Result<ScanPage, CollectionError> {
    let sql = format!("SELECT {PAGE} FROM collection_scan_page WHERE batch_key = ? AND page = ?");
    let row = run.row(&sql, args![key, number]).await?;
    page(&row.ok_or(CollectionError::NotFound)?)
}

/// All pages of a stack in their order, removed ones among them.
pub(crate) async fn pages(run: &mut impl Run, key: &str) -> Result<Vec<ScanPage>, CollectionError> {
    let sql = format!("SELECT {PAGE} FROM collection_scan_page WHERE batch_key = ? ORDER BY page");
    let rows = run.rows(&sql, args![key]).await?;
    rows.iter().map(page).collect()
}

/// The pages of one original in their order.
pub(crate) async fn pages_of_original(
    run: &mut impl Run,
    key: &str,
    original: u32,
) -> Result<Vec<ScanPage>, CollectionError> {
    let sql = format!(
        "SELECT {PAGE} FROM collection_scan_page WHERE batch_key = ? AND original = ? \
         ORDER BY page"
    );
    let rows = run.rows(&sql, args![key, original]).await?;
    let all: Vec<ScanPage> = rows.iter().map(page).collect::<Result<_, _>>()?;
    Ok(all.into_iter().filter(|page| !page.removed).collect())
}

/// Writes a page that is still what was read.
pub(crate) async fn update_page(
    run: &mut impl Run,
    page: &ScanPage,
) -> Result<(), CollectionError> {
    let sql = "UPDATE collection_scan_page SET original = ?, removed = ?, blank = ?, \
               quarters = ?, tilt = ?, crop_left = ?, crop_top = ?, crop_right = ?, \
               crop_bottom = ?, rev = rev + 1 WHERE batch_key = ? AND page = ? AND rev = ?";
    let mut values = changing(page);
    values.extend(args![page.batch_key.as_str(), page.page, page.rev]);
    match run.exec(sql, values).await? {
        1 => Ok(()),
        _ => Err(CollectionError::Stale),
    }
}

fn original(ctx: &Ctx, row: &Row) -> Result<Original, CollectionError> {
    let (batch_key, number): (String, u32) = (row.get(0)?, row.get(1)?);
    let (state, sealed): (String, Vec<u8>) = (row.get(3)?, row.get(5)?);
    let plain = ctx
        .open_sealed(
            "collection_original",
            "body",
            &bound(&batch_key, number),
            &sealed,
        )
        .map_err(CollectionError::data)?;
    Ok(Original {
        batch_key,
        number,
        rev: row.get(2)?,
        state: OriginalState::from_code(&state).ok_or(CollectionError::Data(state))?,
        typist: row.get(4)?,
        body: serde_json::from_slice::<OriginalBody>(&plain)?,
    })
}

fn bound(key: &str, number: u32) -> String {
    format!("{key}/{number}")
}

fn sealed(ctx: &Ctx, original: &Original) -> Result<Vec<u8>, CollectionError> {
    let plain = serde_json::to_vec(&original.body)?;
    let bound = bound(&original.batch_key, original.number);
    Ok(ctx.seal("collection_original", "body", &bound, &plain))
}

pub(crate) async fn insert_original(
    run: &mut impl Run,
    ctx: &Ctx,
    original: &Original,
) -> Result<(), CollectionError> {
    let sql = format!("INSERT INTO collection_original ({ORIGINAL}) VALUES (?, ?, ?, ?, ?, ?)");
    let values = args![
        original.batch_key.as_str(),
        original.number,
        original.rev,
        original.state.code(),
        original.typist.as_deref(),
        sealed(ctx, original)?
    ];
    run.exec(&sql, values).await?;
    Ok(())
}

pub(crate) async fn load_original(
    run: &mut impl Run,
    ctx: &Ctx,
    key: &str,
    number: u32,
) -> Result<Original, CollectionError> {
    let sql =
        format!("SELECT {ORIGINAL} FROM collection_original WHERE batch_key = ? AND original = ?");
    let row = run.row(&sql, args![key, number]).await?;
    original(ctx, &row.ok_or(CollectionError::NotFound)?)
}

/// The originals of a stack in their order.
pub(crate) async fn originals(
    run: &mut impl Run,
    ctx: &Ctx,
    key: &str,
) -> Result<Vec<Original>, CollectionError> {
    let sql =
        format!("SELECT {ORIGINAL} FROM collection_original WHERE batch_key = ? ORDER BY original");
    let rows = run.rows(&sql, args![key]).await?;
    rows.iter().map(|row| original(ctx, row)).collect()
}

/// The first original behind a number that is in this state.
pub(crate) async fn first_behind(
    run: &mut impl Run,
    ctx: &Ctx,
    key: &str,
    state: OriginalState,
    number: u32,
) -> Result<Option<Original>, CollectionError> {
    let sql = format!(
        "SELECT {ORIGINAL} FROM collection_original WHERE batch_key = ? AND state = ? \
         AND original > ? ORDER BY original LIMIT 1"
    );
    let row = run.row(&sql, args![key, state.code(), number]).await?;
    row.map(|row| original(ctx, &row)).transpose()
}

pub(crate) async fn in_state(
    run: &mut impl Run,
    key: &str,
    state: OriginalState,
) -> Result<u64, CollectionError> {
    let sql = "SELECT count(*) FROM collection_original WHERE batch_key = ? AND state = ?";
    Ok(run.count(sql, args![key, state.code()]).await?)
}

/// Writes an original that is still what was read.
pub(crate) async fn update_original(
    run: &mut impl Run,
    ctx: &Ctx,
    original: &Original,
) -> Result<(), CollectionError> {
    let sql = "UPDATE collection_original SET state = ?, typist = ?, body = ?, rev = rev + 1 \
               WHERE batch_key = ? AND original = ? AND rev = ?";
    let values = args![
        original.state.code(),
        original.typist.as_deref(),
        sealed(ctx, original)?,
        original.batch_key.as_str(),
        original.number,
        original.rev
    ];
    match run.exec(sql, values).await? {
        1 => Ok(()),
        _ => Err(CollectionError::Stale),
    }
}

pub(crate) async fn delete_original(
    run: &mut impl Run,
    original: &Original,
) -> Result<(), CollectionError> {
    let sql = "DELETE FROM collection_original WHERE batch_key = ? AND original = ? AND rev = ?";
    let values = args![original.batch_key.as_str(), original.number, original.rev];
    match run.exec(sql, values).await? {
        1 => Ok(()),
        _ => Err(CollectionError::Stale),
    }
}
