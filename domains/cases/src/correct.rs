//! 补正: asked once and completely, answered in the same case [D-15, D-16, D-21].

use flow::Step;
use kernel::Permission;
use store::Ctx;

use crate::accept::applicant_deadline;
use crate::case::{Case, Correction, CorrectionItem};
use crate::commit::{Change, Write};
use crate::error::CaseError;
use crate::officer::{self, Opened};
use crate::review::REVIEW_STEPS;
use crate::seen::Seen;
use crate::state::{Event, State};
use crate::{papers, table};

/// 一次性告知补正, before acceptance or in review.
pub async fn ask_correction(
    ctx: &Ctx,
    seen: Seen<'_>,
    items: Vec<CorrectionItem>,
) -> Result<Case, CaseError> {
    let case_id = seen.id;
    let state = table::load_sealed(&mut ctx.db.reader(), case_id)
        .await?
        .map(|s| s.state);
    let in_review = state == Some(State::InReview);
    let (permission, steps, event) = if in_review {
        (
            Permission::CaseReview,
            REVIEW_STEPS,
            Event::AskCorrectionInReview,
        )
    } else {
        (
            Permission::CaseAccept,
            &[Step::Accept][..],
            Event::AskCorrection,
        )
    };
    let opened = officer::open(ctx, seen, permission).await?;
    let post = opened.post(ctx, steps)?.code.clone();
    if items.is_empty() || items.iter().any(|i| i.what.trim().is_empty()) {
        return Err(CaseError::input(
            "correction_empty",
            "请逐项写明需要补正的内容",
            "Say item by item what has to be corrected",
        ));
    }
    if in_review && opened.case.data.review_corrections > 0 {
        return Err(CaseError::rule(
            "corrected_before",
            "审查中只能要求补正一次",
            "A correction can be asked once in review",
        ));
    }
    let returned = returned_materials(ctx, case_id, &items).await?;
    let Opened { case, item } = opened;
    let said = items
        .iter()
        .map(|i| format!("{}：{}", i.name, i.what))
        .collect::<Vec<_>>();
    let mut change = Change::of(ctx, item, case, event)?
        .at_post(&post)
        .saying(said.join("；"));
    let (now, deadline) = (change.now(), applicant_deadline(change.now()));
    change.case.deadline = Some(deadline);
    change.case.data.review_corrections += u32::from(in_review);
    change.case.data.correction = Some(Correction {
        items,
        asked_at: now,
        deadline,
        by: ctx.actor.id.clone(),
        in_review,
    });
    change.writes.extend(returned);
    papers::correction(ctx, &mut change).await?;
    change.commit(ctx).await
}

async fn returned_materials(
    ctx: &Ctx,
    case_id: &str,
    items: &[CorrectionItem],
) -> Result<Vec<Write>, CaseError> {
    let materials = table::materials(&mut ctx.db.reader(), ctx, case_id).await?;
    let mut writes = Vec::new();
    for mut material in materials {
        let asked = items
            .iter()
            .find(|i| i.material_code.as_ref() == Some(&material.material_code));
        if let Some(asked) = asked {
            material.returned = Some(asked.what.clone());
            writes.push(Write::Material(material));
        }
    }
    Ok(writes)
}

/// 提交补正, online by the applicant or at the window by an officer. Nothing may be left open.
pub async fn resubmit(ctx: &Ctx, seen: Seen<'_>) -> Result<Case, CaseError> {
    let case_id = seen.id;
    let reader = &mut ctx.db.reader();
    let case = table::load(reader, ctx, case_id).await?;
    let d = &case.data;
    let by_officer = d.allows(&ctx.actor, Permission::CaseIntake).is_ok();
    if !by_officer {
        d.allows(&ctx.actor, Permission::CaseApply)?;
    }
    seen.require(&case)?;
    let event = match case.state {
        State::CorrectingInReview => Event::CorrectionReceived,
        _ => Event::Resubmit,
    };
    crate::state::next(Some(case.state), event, case.data.origin)?;
    let materials = table::materials(reader, ctx, case_id).await?;
    let open: Vec<String> = materials
        .iter()
        .filter(|m| m.returned.is_some())
        .map(|m| m.name.clone())
        .collect();
    if !open.is_empty() {
        return Err(CaseError::rule(
            "correction_open",
            format!("以下材料尚未补正：{}", open.join("、")),
            format!("Still to be corrected: {}", open.join(", ")),
        ));
    }
    let item = items::version(ctx, &d.item_id, d.item_version)
        .await
        .map_err(CaseError::other)?;
    let mut change = Change::of(ctx, item, case, event)?;
    change.case.deadline = None;
    // What failed is looked at anew.
    change.write(Write::ForgetFailed);
    if by_officer {
        change = change.with_visit();
    }
    change.commit(ctx).await
}
