//! The templates in the database: versions that never change.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use jiff::Timestamp;
use kernel::{Permission, Target};
use store::{Ctx, Kept, Run};

use crate::error::NoticeError;
use crate::kind::Kind;
use crate::table;
use crate::template::Template;

/// The templates the platform comes with: version 1 of each kind.
pub(crate) fn shipped(kind: Kind) -> &'static str {
    match kind {
        Kind::Receipt => include_str!("../templates/receipt.json"),
        Kind::Acceptance => include_str!("../templates/acceptance.json"),
        Kind::Correction => include_str!("../templates/correction.json"),
        Kind::Refusal => include_str!("../templates/refusal.json"),
        Kind::DecisionApprove => include_str!("../templates/decision_approve.json"),
        Kind::DecisionReject => include_str!("../templates/decision_reject.json"),
        Kind::SpecialProcedure => include_str!("../templates/special_procedure.json"),
        Kind::SiteRecord => include_str!("../templates/site_record.json"),
        Kind::Completion => include_str!("../templates/completion.json"),
        Kind::PreReviewPass => include_str!("../templates/pre_review_pass.json"),
        Kind::Payment => include_str!("../templates/payment.json"),
        Kind::Withdrawal => include_str!("../templates/withdrawal.json"),
        Kind::Abort => include_str!("../templates/abort.json"),
        Kind::DeliveryReceipt => include_str!("../templates/delivery_receipt.json"),
    }
}

/// Parsed templates. A version never changes, so what was read once stays right.
#[derive(Default)]
struct Parsed {
    known: RwLock<HashMap<(Kind, i64), Arc<Template>>>,
}

/// The versions of each kind, newest first, with the moment from which each is used.
type Versions = Kept<Kind, Arc<Vec<(i64, Timestamp)>>>;

/// Puts the shipped templates into the database where a kind has none. Run at every start.
pub async fn ensure_templates(ctx: &Ctx) -> Result<(), NoticeError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    let mut missing = Vec::new();
    for &kind in Kind::ALL {
        if table::newest_version(&mut ctx.db.reader(), kind).await? == 0 {
            missing.push(kind);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let (author, missing) = (ctx.actor.id.clone(), Arc::new(missing));
    ctx.db
        .write(move |tx| {
            let (author, missing) = (author.clone(), missing.clone());
            Box::pin(async move {
                for &kind in missing.iter() {
                    if table::newest_version(tx, kind).await? == 0 {
                        // In use since ever: a demonstration city may set its clock back.
                        let from = Timestamp::UNIX_EPOCH;
                        let body = shipped(kind);
                        table::insert_template(tx, (kind, 1), from, body, &author).await?;
                    }
                }
                Ok::<_, NoticeError>(())
            })
        })
        .await?;
    ctx.shared.get_or_make::<Versions>().forget();
    Ok(())
}

/// Publishes a new version of a kind's template, used from `used_from` on. Documents that were
/// issued before keep the version they were made from. Returns the version's number.
pub async fn publish_template(
    ctx: &Ctx,
    json: &str,
    used_from: Timestamp,
) -> Result<i64, NoticeError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    let kind = Template::read(json)?.kind;
    let (author, body) = (ctx.actor.id.clone(), Arc::new(json.to_owned()));
    let version = ctx
        .db
        .write(move |tx| {
            let (author, body) = (author.clone(), body.clone());
            Box::pin(async move {
                let version = table::newest_version(tx, kind).await? + 1;
                table::insert_template(tx, (kind, version), used_from, &body, &author).await?;
                Ok::<_, NoticeError>(version)
            })
        })
        .await?;
    ctx.shared.get_or_make::<Versions>().forget();
    Ok(version)
}

/// The template in use now, with its version.
pub(crate) async fn current(
    run: &mut impl Run,
    ctx: &Ctx,
    kind: Kind,
) -> Result<(i64, Arc<Template>), NoticeError> {
    let kept = ctx.shared.get_or_make::<Versions>();
    let versions = kept.get(kind, async {
        table::versions(run, kind).await.map(Arc::new)
    });
    let (versions, now) = (versions.await?, ctx.now());
    let in_use = versions.iter().find(|(_, used_from)| *used_from <= now);
    let (version, _) = *in_use.ok_or(NoticeError::NoTemplate(kind.code()))?;
    Ok((version, at_version(run, ctx, kind, version).await?))
}

/// The template a document was made from.
pub(crate) async fn at_version(
    run: &mut impl Run,
    ctx: &Ctx,
    kind: Kind,
    version: i64,
) -> Result<Arc<Template>, NoticeError> {
    let parsed = ctx.shared.get_or_make::<Parsed>();
    let known = {
        let lock = parsed
            .known
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        lock.get(&(kind, version)).cloned()
    };
    if let Some(template) = known {
        return Ok(template);
    }
    let body = table::template(run, kind, version).await?;
    let body = body.ok_or(NoticeError::NoTemplate(kind.code()))?;
    let template = Arc::new(Template::read(&body)?);
    let mut lock = parsed
        .known
        .write()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    lock.insert((kind, version), template.clone());
    Ok(template)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_template_reads() {
        for &kind in Kind::ALL {
            let template = Template::read(shipped(kind)).unwrap();
            assert_eq!(template.kind, kind);
            assert_eq!(template.title, kind.zh());
            let decision = matches!(kind, Kind::DecisionApprove | Kind::DecisionReject);
            assert_eq!(template.document_kind == "decision", decision);
            if decision {
                assert_eq!(template.seal, seals::SealType::Official);
            }
        }
    }
}
