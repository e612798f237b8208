//! 窗口接件: a case begun at the window, or originals brought to one that was applied for online
//! [D-11, D-18].

use std::collections::HashMap;
use std::sync::Arc;

use flow::Step;
use identity::Account;
use kernel::{Permission, Target};
use store::Ctx;

use crate::case::{Case, CaseMaterial, Collected};
use crate::commit::{Change, Write};
use crate::error::CaseError;
use crate::officer::{self, Opened};
use crate::seen::Seen;
use crate::state::{Event, State};
use crate::{collect, papers, sources, start, table};

/// A case that begins at the window.
#[derive(Clone, Debug)]
pub struct WindowIntake {
    /// Short code or implementation code.
    pub item: String,
    /// The account it is for: person or organisation.
    pub owner: String,
    /// The person at the window.
    pub person: String,
    pub answers: HashMap<String, Vec<String>>,
    pub values: forms::Values,
    /// Codes of the materials that were handed over on paper: the receipt names them [D-18].
    pub paper: Vec<String>,
}

/// What the form of an intake begins with: values from registers, user space and licences, each
/// with its source, as the applicant would see them [B-25].
pub async fn window_prefill(
    ctx: &Ctx,
    item: &str,
    owner: &str,
    person: &str,
) -> Result<forms::Prefilled, CaseError> {
    let (item, owner, person) = asked(ctx, item, owner, person).await?;
    let gathered = sources::gather(ctx, &owner, &person, &item).await?;
    Ok(item.form.prefill(&gathered))
}

/// The item, which the officer must be allowed to take in, and the accounts.
async fn asked(
    ctx: &Ctx,
    item: &str,
    owner: &str,
    person: &str,
) -> Result<(Arc<items::Item>, Account, Account), CaseError> {
    if ctx.actor.scopes(Permission::CaseIntake).is_empty() {
        return Err(kernel::Denied(Permission::CaseIntake).into());
    }
    let item = start::current(ctx, item).await?;
    let target = Target {
        region: Some(&item.region),
        agency: Some(&item.agency_code),
        item: Some(&item.item_id),
        ..Target::default()
    };
    ctx.actor.require(Permission::CaseIntake, &target)?;
    let (owner, person) = start::accounts(ctx, owner, person).await?;
    Ok((item, owner, person))
}

/// Begins a case at the window: numbered at once, receipt given, one visit counted.
pub async fn window_intake(ctx: &Ctx, intake: &WindowIntake) -> Result<Case, CaseError> {
    let (item, owner, person) = asked(ctx, &intake.item, &intake.owner, &intake.person).await?;
    let gathered = sources::gather(ctx, &owner, &person, &item).await?;
    let mut case = start::fresh(ctx, &item, &owner, &person, &gathered, true);
    case.data.hall = ctx.actor.hall.clone();
    case.data.answers = item.questions.read(&intake.answers);
    if let Some(error) = item.questions.check(&case.data.answers).into_iter().next() {
        let words = error.to_string();
        let (zh, en) = words.split_once(" / ").unwrap_or((&words, &words));
        return Err(CaseError::input("answers", zh, en));
    }
    case.private.values.extend(intake.values.clone());
    let p = &case.private;
    let whole = forms::Filling {
        answers: &case.data.answers,
        values: &p.values,
        prefilled: &p.prefilled,
    };
    let errors = item
        .form
        .check(whole, kernel::time::beijing_date(ctx.now()));
    if !errors.is_empty() {
        let fields = errors
            .into_iter()
            .map(|e| (e.field, e.words.zh, e.words.en))
            .collect();
        return Err(CaseError::Form(fields));
    }
    let (flow, _) = item.flow.start(case.data.answers.clone())?;
    case.data.flow = Some(flow);
    let number = start::new_number(ctx, &item).await?;
    let digest = ctx.lookup("applicant", &case.private.applicant.id);
    let post = first_accept_post(&case, &item);
    let mut change = Change::create(ctx, item.clone(), case, Event::Intake)?.with_visit();
    if let Some(post) = post {
        change = change.at_post(&post);
    }
    change.case.data.case_no = Some(number);
    change.case.data.submitted_at = Some(change.now());
    let held = collect::automatic(ctx, &change.case, &item, &gathered).await?;
    let paper = paper(ctx, &change.case, &item, intake, &held)?;
    for material in held.into_iter().chain(paper) {
        change.write(Write::Material(material));
    }
    change.write(Write::Applicant(digest));
    papers::receipt(ctx, &mut change).await?;
    change.commit(ctx).await
}

/// What the applicant hands over on paper, as far as the platform does not hold it already.
fn paper(
    ctx: &Ctx,
    case: &Case,
    item: &items::Item,
    intake: &WindowIntake,
    held: &[CaseMaterial],
) -> Result<Vec<CaseMaterial>, CaseError> {
    let needs = item.materials_for(&case.data.answers);
    let mut all: Vec<CaseMaterial> = Vec::new();
    for code in &intake.paper {
        let need = needs.iter().find(|n| n.material.material_code == *code);
        let need = need.ok_or_else(collect::not_needed)?;
        let mut known = held.iter().chain(&all);
        if !known.any(|m| m.material_code == *code) {
            all.push(collect::on_paper(ctx, need));
        }
    }
    Ok(all)
}

fn first_accept_post(case: &Case, item: &items::Item) -> Option<String> {
    let flow = case.data.flow.as_ref()?;
    flow.tasks()
        .filter_map(|(code, _)| item.flow.post(code))
        .find(|p| p.step == Step::Accept)
        .map(|p| p.code.clone())
}

/// The applicant of an online case comes with the originals: they are checked, files of level C
/// become B, a visit is counted [B-41].
pub async fn take_originals(ctx: &Ctx, seen: Seen<'_>) -> Result<Case, CaseError> {
    let case_id = seen.id;
    let opened = officer::open(ctx, seen, Permission::CaseIntake).await?;
    let post = opened.post(ctx, &[Step::Accept])?.code.clone();
    if !matches!(opened.case.state, State::Submitted | State::PreReviewed) {
        crate::state::next(Some(opened.case.state), Event::Intake, None)?;
    }
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item, case, Event::Intake)?
        .at_post(&post)
        .with_visit();
    change.case.deadline = None;
    let before = change.case.data.hall.take();
    change.case.data.hall = ctx.actor.hall.clone().or(before);
    let number = change.case.number().to_owned();
    for mut material in table::materials(&mut ctx.db.reader(), ctx, case_id).await? {
        if let Collected::File { file_key } = &material.collected
            && material.trust.as_deref() == Some("C")
        {
            materials::raise_to_b(ctx, file_key, &number)
                .await
                .map_err(CaseError::other)?;
            material.trust = Some("B".into());
            change.write(Write::Material(material));
        }
    }
    papers::receipt(ctx, &mut change).await?;
    change.commit(ctx).await
}

/// Open cases of this applicant with this item, for the window's warning.
pub async fn open_cases_of(
    ctx: &Ctx,
    applicant_id: &str,
    item_id: &str,
) -> Result<Vec<String>, CaseError> {
    if ctx.actor.scopes(Permission::CaseIntake).is_empty() {
        return Err(kernel::Denied(Permission::CaseIntake).into());
    }
    let digest = ctx.lookup("applicant", applicant_id);
    let cases = table::of_applicant(&mut ctx.db.reader(), &digest).await?;
    Ok(cases
        .into_iter()
        .filter(|c| c.data.item_id == item_id && c.state.is_open())
        .filter_map(|c| c.data.case_no)
        .collect())
}
