//! 审查要点: the review points of every material, worked through one by one [D-12].

use flow::Step;
use jiff::Timestamp;
use kernel::Permission;
use store::Ctx;

use crate::error::CaseError;
use crate::officer::{self, Opened};
use crate::seen::Seen;
use crate::table;

/// A review point that was worked through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointCheck {
    pub material_code: String,
    pub point_no: i64,
    pub passed: bool,
    pub by: String,
    pub at: Timestamp,
}

/// One point's outcome, as the officer marks it.
#[derive(Clone, Debug)]
pub struct MarkPoint {
    pub material_code: String,
    pub point_no: i64,
    pub passed: bool,
}

/// Marks points. The case itself does not move.
pub async fn mark_points(
    ctx: &Ctx,
    seen: Seen<'_>,
    marks: Vec<MarkPoint>,
) -> Result<(), CaseError> {
    let permission = if ctx.actor.scopes(Permission::CaseAccept).is_empty() {
        Permission::CaseReview
    } else {
        Permission::CaseAccept
    };
    let opened = officer::open(ctx, seen, permission).await?;
    opened.post(
        ctx,
        &[
            Step::Accept,
            Step::Review,
            Step::SiteCheck,
            Step::TechnicalReview,
        ],
    )?;
    for mark in &marks {
        let known = opened.item.materials.iter().any(|m| {
            m.material_code == mark.material_code
                && m.review_points
                    .iter()
                    .any(|p| i64::from(p.no) == mark.point_no)
        });
        if !known {
            return Err(CaseError::input(
                "no_such_point",
                "没有这一审查要点",
                "There is no such review point",
            ));
        }
    }
    let (by, at) = (ctx.actor.id.clone(), ctx.now());
    let (id, rev) = (opened.case.case_id.clone(), opened.case.rev);
    let rows: Vec<PointCheck> = marks
        .into_iter()
        .map(|m| PointCheck {
            material_code: m.material_code,
            point_no: m.point_no,
            passed: m.passed,
            by: by.clone(),
            at,
        })
        .collect();
    ctx.db
        .write(move |tx| {
            let (rows, id) = (rows.clone(), id.clone());
            Box::pin(async move {
                table::touch(tx, &id, rev).await?;
                for row in &rows {
                    table::put_check(tx, &id, row).await?;
                }
                Ok(())
            })
        })
        .await
}

/// A point that was marked as failed stands against acceptance and review; the officer asks for a
/// correction or marks it anew.
pub(crate) async fn require_passed(ctx: &Ctx, opened: &Opened) -> Result<(), CaseError> {
    let checks = table::checks(&mut ctx.db.reader(), &opened.case.case_id).await?;
    let failed: Vec<String> = checks
        .iter()
        .filter(|c| !c.passed)
        .filter_map(|c| {
            let material = opened
                .item
                .materials
                .iter()
                .find(|m| m.material_code == c.material_code)?;
            let point = material
                .review_points
                .iter()
                .find(|p| i64::from(p.no) == c.point_no)?;
            Some(format!("{}：{}", material.material_name, point.text))
        })
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    Err(CaseError::rule(
        "points_failed",
        format!("以下审查要点未通过：{}", failed.join("；")),
        format!("Review points failed: {}", failed.join("; ")),
    ))
}
