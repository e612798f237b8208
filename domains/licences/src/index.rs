//! Licences from before the comprehensive query knew names and dates of issue are entered by a job,
//! in pieces, so that an upgrade does not wait for them; and those whose type is inspected every
//! year, from before it was or before that was kept, get their day.

use kernel::time;
use store::Ctx;

use crate::due::next_inspection;
use crate::error::LicenceError;
use crate::issue::name_digest;
use crate::kind::licence_types;
use crate::table;

/// Sets the day of the next inspection where it is missing. Returns how many days it set.
pub(crate) async fn fill_inspections(ctx: &Ctx) -> Result<usize, LicenceError> {
    let today = time::beijing_date(ctx.now());
    let mut set = 0;
    for kind in licence_types(ctx).await? {
        if !kind.annual_inspection {
            continue;
        }
        loop {
            let mut reader = ctx.db.reader();
            let code = &kind.type_short_code;
            let found = table::due::without_inspection(&mut reader, ctx, code).await?;
            let mut piece = Vec::new();
            for licence in &found {
                let key = &licence.licence_key;
                let version = table::version(&mut reader, ctx, key, licence.version).await?;
                if let Some(day) = next_inspection(&kind, version.data.valid_from, today) {
                    piece.push((key.clone(), day));
                }
            }
            set += piece.len();
            let last = found.len() < table::due::PIECE || piece.is_empty();
            let piece = std::sync::Arc::new(piece);
            ctx.db
                .write(move |tx| {
                    let piece = piece.clone();
                    Box::pin(async move {
                        for (key, day) in piece.iter() {
                            table::due::set_inspect_by(tx, key, *day).await?;
                        }
                        Ok::<_, LicenceError>(())
                    })
                })
                .await?;
            if last {
                break;
            }
        }
    }
    Ok(set)
}

/// Enters what is missing. Returns how many licences it entered.
pub(crate) async fn index_old(ctx: &Ctx) -> Result<usize, LicenceError> {
    let mut entered = 0;
    loop {
        let mut reader = ctx.db.reader();
        let mut piece = Vec::new();
        for licence in table::query::unindexed(&mut reader, ctx).await? {
            let key = licence.licence_key;
            let version = table::version(&mut reader, ctx, &key, licence.version).await?;
            let name = name_digest(ctx, &licence.body.holder);
            piece.push((key, name, version.data.issue_date));
        }
        if piece.is_empty() {
            return Ok(entered);
        }
        entered += piece.len();
        let piece = std::sync::Arc::new(piece);
        ctx.db
            .write(move |tx| {
                let piece = piece.clone();
                Box::pin(async move {
                    for (key, name, day) in piece.iter() {
                        table::query::put_name(tx, name, key).await?;
                        table::query::set_issued_on(tx, key, *day).await?;
                    }
                    Ok::<_, LicenceError>(())
                })
            })
            .await?;
    }
}
