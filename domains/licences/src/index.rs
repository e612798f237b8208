//! Licences from before the comprehensive query knew names and dates of issue are entered by a job,
//! in pieces, so that an upgrade does not wait for them.

use store::Ctx;

use crate::error::LicenceError;
use crate::issue::name_digest;
use crate::table;

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
