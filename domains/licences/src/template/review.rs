//! 审核发布: a draft is submitted, looked at by another person, returned or published [H-11, H-83].

use std::sync::Arc;

use kernel::{Permission, time};
use store::Ctx;

use super::preview::must_draw;
use super::{Template, TemplateChanged, TemplateEvent, TemplateState, Told, draft, state, table};
use crate::definition::LicenceType;
use crate::error::LicenceError;

/// Submits a draft. It must keep every rule and be drawn with all test data but the longest.
pub async fn submit(ctx: &Ctx, (code, version): (&str, u32), rev: i64) -> Result<(), LicenceError> {
    let was = super::template(ctx, code, version).await?;
    super::require(ctx, Permission::LicenceTypeEdit, &was.kind).await?;
    let to = state::next(was.state, TemplateEvent::Submit)?;
    super::check(&was.kind)?;
    must_draw(ctx, &was.kind).await?;
    let now = Template {
        state: to,
        told: Told {
            submitted_by: ctx.actor.id.clone(),
            submitted_at: Some(ctx.now()),
            ..was.told.clone()
        },
        ..was
    };
    let event = TemplateChanged::of(code, Some(version), TemplateEvent::Submit.code());
    draft::write(ctx, now, rev, event).await
}

/// Gives a version back to be changed, with what is to be changed.
pub async fn return_draft(
    ctx: &Ctx,
    (code, version): (&str, u32),
    rev: i64,
    opinion: &str,
) -> Result<(), LicenceError> {
    let was = super::template(ctx, code, version).await?;
    super::require(ctx, Permission::LicenceTypePublish, &was.kind).await?;
    let to = state::next(was.state, TemplateEvent::Return)?;
    let opinion = said(opinion, true)?;
    let mut event = TemplateChanged::of(code, Some(version), TemplateEvent::Return.code());
    event.words.clone_from(&opinion);
    let now = Template {
        state: to,
        told: reviewed(ctx, &was.told, opinion),
        ..was
    };
    draft::write(ctx, now, rev, event).await
}

/// Publishes a version: licences are issued by it from now on, and the former one is retired. Who
/// drew or submitted it does not publish it.
pub async fn publish(
    ctx: &Ctx,
    (code, version): (&str, u32),
    rev: i64,
    opinion: &str,
) -> Result<(), LicenceError> {
    let was = super::template(ctx, code, version).await?;
    super::require(ctx, Permission::LicenceTypePublish, &was.kind).await?;
    let to = state::next(was.state, TemplateEvent::Publish)?;
    if [&was.told.editor, &was.told.submitted_by].contains(&&ctx.actor.id) {
        return Err(LicenceError::SamePerson);
    }
    let opinion = said(opinion, false)?;
    super::check(&was.kind)?;
    let mut kind = LicenceType::clone(&was.kind);
    kind.style.valid_from = Some(time::beijing_date(ctx.now()));
    kind.style.valid_to = None;
    let mut event = TemplateChanged::of(code, Some(version), TemplateEvent::Publish.code());
    event.words.clone_from(&opinion);
    let now = Template {
        state: to,
        told: reviewed(ctx, &was.told, opinion),
        kind: Arc::new(kind),
        ..was
    };
    let (inner, work) = (ctx.clone(), Arc::new((now, event)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (now, event) = &*work;
                let code = &now.type_code;
                if let Some((used, _)) = table::in_use(tx, code).await? {
                    retire(tx, &ctx, code, used).await?;
                }
                table::replace(tx, now, rev).await?;
                let data = serde_json::to_string(&*now.kind)?;
                crate::table::kind::put(tx, code, &data, &now.kind.ground.kept()).await?;
                crate::table::kind::stop(tx, code, None).await?;
                journal::append(tx, &ctx, &event.stream(), event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    crate::kind::forget(ctx);
    Ok(())
}

/// Retires the version in use, in the caller's transaction.
async fn retire(
    tx: &mut store::Tx<'_>,
    ctx: &Ctx,
    code: &str,
    version: u32,
) -> Result<(), LicenceError> {
    let was = table::load(tx, code, version).await?;
    let rev = was.rev;
    let mut kind = LicenceType::clone(&was.kind);
    kind.style.valid_to = Some(time::beijing_date(ctx.now()));
    let now = Template {
        state: state::next(was.state, TemplateEvent::Retire)?,
        told: Told {
            retired_at: Some(ctx.now()),
            ..was.told
        },
        kind: Arc::new(kind),
        ..was
    };
    debug_assert_eq!(now.state, TemplateState::Retired);
    table::replace(tx, &now, rev).await?;
    let event = TemplateChanged::of(code, Some(version), TemplateEvent::Retire.code());
    journal::append(tx, ctx, &event.stream(), &event).await?;
    Ok(())
}

fn reviewed(ctx: &Ctx, told: &Told, opinion: String) -> Told {
    Told {
        reviewer: ctx.actor.id.clone(),
        reviewed_at: Some(ctx.now()),
        opinion,
        ..told.clone()
    }
}

fn said(opinion: &str, must: bool) -> Result<String, LicenceError> {
    let opinion = opinion.trim();
    let wrong = |why: &str| Err(LicenceError::Field("审核意见".into(), why.into()));
    match opinion.chars().count() {
        0 if must => wrong("未填写"),
        n if n > 500 => wrong("不能超过500字"),
        _ => Ok(opinion.to_owned()),
    }
}
