//! Filling a draft: answers, form, saved at every step [B-31, B-32].

use std::collections::HashMap;
use std::sync::Arc;

use conditions::Answers;
use forms::{FieldError, Filling};
use items::Item;
use store::Ctx;

use crate::case::{Case, Collected};
use crate::collect;
use crate::error::CaseError;
use crate::state::State;
use crate::table::{self, Written};

/// What saving a step came to: saved, or the errors with what was typed.
#[derive(Debug)]
pub enum Saved {
    Yes(Box<Case>),
    /// Nothing was saved; the page shows the errors beside what was typed.
    Errors(Vec<FieldError>),
}

/// Saves the answers to the situation questions. The material list follows at once: what the
/// answers no longer ask for is taken off, what the platform holds is put on.
pub async fn save_answers(
    ctx: &Ctx,
    case_id: &str,
    posted: &HashMap<String, Vec<String>>,
) -> Result<Case, CaseError> {
    let (mut case, item) = open_draft(ctx, case_id).await?;
    let answers: Answers = item.questions.read(posted);
    if let Some(error) = item.questions.check(&answers).into_iter().next() {
        let words = error.to_string();
        let (zh, en) = words.split_once(" / ").unwrap_or((&words, &words));
        return Err(CaseError::input("answers", zh, en));
    }
    case.data.answers = answers;
    mark(&mut case, "situation");
    let mut drop = Vec::new();
    let needs = item.materials_for(&case.data.answers);
    for material in table::materials(&mut ctx.db.reader(), ctx, case_id).await? {
        let asked = needs
            .iter()
            .any(|n| n.material.material_code == material.material_code);
        let by_hand = matches!(material.collected, Collected::File { .. });
        if !asked && !by_hand {
            drop.push(material.entry);
        }
    }
    let gathered = collect::gathered_for(ctx, &case, &item).await?;
    let add = collect::automatic(ctx, &case, &item, &gathered).await?;
    write(ctx, case, add, drop).await
}

/// Saves one section of the form. `fields` are the names that the page showed.
pub async fn save_fields(
    ctx: &Ctx,
    case_id: &str,
    posted: &HashMap<String, Vec<String>>,
    fields: &[&str],
    step: &str,
) -> Result<Saved, CaseError> {
    let (mut case, item) = open_draft(ctx, case_id).await?;
    let p = &case.private;
    let draft = Filling {
        answers: &case.data.answers,
        values: &p.values,
        prefilled: &p.prefilled,
    };
    let reading = item.form.read(draft, posted, fields);
    let read = Filling {
        answers: &case.data.answers,
        values: &reading.values,
        prefilled: &p.prefilled,
    };
    let today = kernel::time::beijing_date(ctx.now());
    let mut errors = reading.errors.clone();
    for error in item.form.check_fields(read, fields, today) {
        if !errors.iter().any(|e| e.field == error.field) {
            errors.push(error);
        }
    }
    if !errors.is_empty() {
        return Ok(Saved::Errors(errors));
    }
    case.private.values = reading.values;
    mark(&mut case, step);
    Ok(Saved::Yes(Box::new(
        write(ctx, case, Vec::new(), Vec::new()).await?,
    )))
}

/// Sets form values, for machines that fill the form in one go or in parts. Each value named is
/// checked as a page's would be; one that does not do saves none. What is still missing is found at
/// submission.
pub async fn save_values(
    ctx: &Ctx,
    case_id: &str,
    values: forms::Values,
) -> Result<Case, CaseError> {
    let (mut case, item) = open_draft(ctx, case_id).await?;
    let unknown = values.keys().find(|name| item.form.field(name).is_none());
    if let Some(name) = unknown {
        return Err(CaseError::Form(vec![(
            name.clone(),
            format!("表单没有字段“{name}”"),
            format!("The form has no field {name}"),
        )]));
    }
    let names: Vec<String> = values.keys().cloned().collect();
    case.private.values.extend(values);
    let whole = Filling {
        answers: &case.data.answers,
        values: &case.private.values,
        prefilled: &case.private.prefilled,
    };
    let fields: Vec<&str> = names.iter().map(String::as_str).collect();
    let today = kernel::time::beijing_date(ctx.now());
    let errors = item.form.check_fields(whole, &fields, today);
    if !errors.is_empty() {
        let errors = errors.into_iter();
        return Err(CaseError::Form(
            errors.map(|e| (e.field, e.words.zh, e.words.en)).collect(),
        ));
    }
    mark(&mut case, "form");
    write(ctx, case, Vec::new(), Vec::new()).await
}

fn mark(case: &mut Case, step: &str) {
    if !case.data.filled.iter().any(|f| f == step) {
        case.data.filled.push(step.to_owned());
    }
}

pub(crate) async fn open_draft(ctx: &Ctx, case_id: &str) -> Result<(Case, Arc<Item>), CaseError> {
    let case = table::load(&mut ctx.db.reader(), ctx, case_id).await?;
    opened(ctx, case).await
}

/// The same for a case that was just read.
pub(crate) async fn opened(ctx: &Ctx, case: Case) -> Result<(Case, Arc<Item>), CaseError> {
    collect::may_change(ctx, &case)?;
    let window = case.state == State::TakenIn && case.data.at_window;
    let correcting = matches!(case.state, State::Correcting | State::CorrectingInReview);
    if case.state != State::Draft && !window && !correcting {
        return Err(CaseError::NotFound);
    }
    if case.state == State::Draft && case.deadline.is_some_and(|d| d <= ctx.now()) {
        return Err(CaseError::rule(
            "draft_expired",
            "草稿已超过30天，请重新开始",
            "The draft is older than 30 days; please start again",
        ));
    }
    let d = &case.data;
    let item = items::version(ctx, &d.item_id, d.item_version)
        .await
        .map_err(CaseError::other)?;
    Ok((case, item))
}

async fn write(
    ctx: &Ctx,
    mut case: Case,
    add: Vec<crate::case::CaseMaterial>,
    drop: Vec<String>,
) -> Result<Case, CaseError> {
    case.updated_at = ctx.now();
    let due = None;
    let written = Arc::new(Written::new(ctx, case, due)?);
    let (shared, inner) = (written.clone(), ctx.clone());
    ctx.db
        .write(move |tx| {
            let (written, add, drop) = (shared.clone(), add.clone(), drop.clone());
            let ctx = inner.clone();
            Box::pin(async move {
                table::update(tx, &written).await?;
                let id = &written.case.case_id;
                for entry in &drop {
                    table::delete_material(tx, id, entry).await?;
                }
                for material in &add {
                    table::put_material(tx, &ctx, id, material).await?;
                }
                Ok::<_, CaseError>(())
            })
        })
        .await?;
    let mut case = written.case.clone();
    case.rev += 1;
    Ok(case)
}
