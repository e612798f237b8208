//! 提交: everything is checked, the case gets its number, and the receipt is on its way. Pressed
//! twice, the second press finds the first one's receipt.

use forms::Filling;
use items::{Item, Mode};
use kernel::{Permission, Target};
use store::Ctx;

use crate::case::{Case, CaseMaterial, Collected};
use crate::checks::{self, Hint};
use crate::commit::{Change, Write};
use crate::error::CaseError;
use crate::state::{Event, State};
use crate::{draft, papers, start, table};

/// A submitted case and what the registers have to say about acceptance.
#[derive(Debug)]
pub struct Submitted {
    pub case: Case,
    pub hints: Vec<Hint>,
}

/// Submits a draft.
pub async fn submit(ctx: &Ctx, case_id: &str) -> Result<Submitted, CaseError> {
    match try_submit(ctx, case_id).await {
        // Two presses at once: the second finds what the first has made.
        Err(CaseError::Stale) => again(ctx, case_id).await,
        other => other,
    }
}

async fn again(ctx: &Ctx, case_id: &str) -> Result<Submitted, CaseError> {
    submitted(ctx, table::load(&mut ctx.db.reader(), ctx, case_id).await?)
}

/// What an earlier press has made.
fn submitted(ctx: &Ctx, case: Case) -> Result<Submitted, CaseError> {
    let target = Target {
        owner: Some(&case.data.owner),
        item: Some(&case.data.item_id),
        ..Target::default()
    };
    ctx.actor.require(Permission::CaseApply, &target)?;
    if case.data.submitted_at.is_some() {
        Ok(Submitted {
            case,
            hints: Vec::new(),
        })
    } else {
        Err(CaseError::Stale)
    }
}

async fn try_submit(ctx: &Ctx, case_id: &str) -> Result<Submitted, CaseError> {
    let table::ToMove {
        case,
        materials: have,
        head,
    } = table::load_to_move(&mut ctx.db.reader(), ctx, case_id).await?;
    if case.state != State::Draft {
        return submitted(ctx, case);
    }
    let (case, item) = draft::opened(ctx, case).await?;
    start::current(ctx, &item.item_id).await?;
    let missing = check(ctx, &case, &item, &have)?;
    if !missing.is_empty() {
        return Err(CaseError::Materials(missing));
    }
    let hints = checks::hints(ctx, &case).await?;
    let number = start::new_number(ctx, &item).await?;
    let digest = ctx.lookup("applicant", &case.private.applicant.id);
    stamp(ctx, &have).await?;
    let (flow, _) = item.flow.start(case.data.answers.clone())?;
    let mut change = Change::of(ctx, item, case, Event::Submit)?.behind(head);
    let now = change.now();
    let d = &mut change.case.data;
    d.case_no = Some(number);
    d.submitted_at = Some(now);
    d.flow = Some(flow);
    d.channel = ctx.actor.channel;
    change.case.deadline = None;
    change.write(Write::Applicant(digest));
    papers::receipt_of(ctx, &mut change, have).await?;
    let case = change.commit(ctx).await?;
    Ok(Submitted { case, hints })
}

/// Files that the user uploads as licences get their note when they are submitted [B-40].
async fn stamp(ctx: &Ctx, materials: &[CaseMaterial]) -> Result<(), CaseError> {
    for material in materials {
        if let (Collected::File { file_key }, Some("C")) =
            (&material.collected, material.trust.as_deref())
        {
            materials::stamp_on_submit(ctx, file_key)
                .await
                .map_err(CaseError::other)?;
        }
    }
    Ok(())
}

/// Form and materials; gives the names of what is missing.
fn check(
    ctx: &Ctx,
    case: &Case,
    item: &Item,
    have: &[CaseMaterial],
) -> Result<Vec<String>, CaseError> {
    if let Some(error) = item.questions.check(&case.data.answers).into_iter().next() {
        let words = error.to_string();
        let (zh, en) = words.split_once(" / ").unwrap_or((&words, &words));
        return Err(CaseError::input("answers", zh, en));
    }
    let p = &case.private;
    let whole = Filling {
        answers: &case.data.answers,
        values: &p.values,
        prefilled: &p.prefilled,
    };
    let today = kernel::time::beijing_date(ctx.now());
    let errors = item.form.check(whole, today);
    if !errors.is_empty() {
        let fields = errors
            .into_iter()
            .map(|e| (e.field, e.words.zh, e.words.en))
            .collect();
        return Err(CaseError::Form(fields));
    }
    // Fully online: what no register or licence vouches for stands on the user's promise [D-03].
    let unverified = item.form.unverified(whole);
    if item.mode == Mode::FullyOnline && !unverified.is_empty() && !item.form.is_promised(whole) {
        return Err(CaseError::input(
            "promise_missing",
            "全程网办须对自行填写的内容作出承诺",
            "Fully online: promise that what you typed is true",
        ));
    }
    missing_materials(case, item, have)
}

fn missing_materials(
    case: &Case,
    item: &Item,
    have: &[CaseMaterial],
) -> Result<Vec<String>, CaseError> {
    let mut missing = Vec::new();
    for need in item.materials_for(&case.data.answers) {
        let mine: Vec<&CaseMaterial> = have
            .iter()
            .filter(|m| m.material_code == need.material.material_code)
            .collect();
        if mine.is_empty() && need.required {
            missing.push(need.material.material_name.clone());
        }
        let unchecked = mine.iter().any(|m| m.trust.as_deref() == Some("C"));
        if item.mode == Mode::FullyOnline && unchecked {
            return Err(CaseError::rule(
                "not_verified",
                format!(
                    "“{}”上传的是未经核对的证照，全程网办不能使用；请引用电子证照，或先到窗口核对原件",
                    need.material.material_name
                ),
                "Fully online mode takes no unchecked licence picture; cite the licence instead",
            ));
        }
    }
    Ok(missing)
}
