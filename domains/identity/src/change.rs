//! Changing basic data of a natural person: submitted, compared with the register, and only then
//! in force; until then the old data stay.

use kernel::IdNumber;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Ctx;

use crate::account::{Profile, open_json, seal_json};
use crate::events::AccountChanged;
use crate::organisation::ChangeOutcome;
use crate::state::{State, StateEvent};
use crate::transact::transact;
use crate::{IdentityError, cache, guard, lockout, shift, table};

/// The job that compares a change when the process stopped before it could.
pub(crate) const COMPARE: &str = "identity.compare";

/// What a person may change; what is none stays. A name is compared with the population register,
/// the rest is the person's own statement.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct BasicData {
    pub name: Option<String>,
    pub address: Option<String>,
    pub email: Option<String>,
    pub employer: Option<String>,
}

/// Submits changed data and compares them.
pub async fn change_basic_data(
    ctx: &Ctx,
    wanted: &BasicData,
) -> Result<ChangeOutcome, IdentityError> {
    let person = guard::person(ctx)?;
    check(wanted)?;
    let row = table::account::load(&mut ctx.db.reader(), &person).await?;
    let mut row = row.ok_or(IdentityError::NotFound)?;
    row.proposed = Some(seal_json(ctx, "proposed", &row.key, wanted)?);
    transact!(ctx, [row], |tx| -> () {
        let row = shift::shift(tx, &ctx, row, StateEvent::ChangeSubmitted).await?;
        journal::append(tx, &ctx, &lockout::stream(&row.key), &submitted(&row.key)).await?;
        journal::enqueue(tx, &ctx, COMPARE, &json!({ "account": row.key }), ctx.now()).await?;
        Ok(())
    })?;
    cache::sessions(ctx).forget_all();
    decide(ctx, &person).await?.ok_or(IdentityError::Stale)
}

fn check(wanted: &BasicData) -> Result<(), IdentityError> {
    let too_long =
        |text: &Option<String>, most| text.as_ref().is_some_and(|t| t.chars().count() > most);
    let bad = |field| {
        Err(IdentityError::invalid(
            field,
            "内容过长或为空",
            "Too long or empty",
        ))
    };
    if wanted.name.as_ref().is_some_and(|n| n.trim().is_empty()) || too_long(&wanted.name, 30) {
        return bad("name");
    }
    if too_long(&wanted.address, 200) {
        return bad("address");
    }
    if too_long(&wanted.employer, 100) {
        return bad("employer");
    }
    let mail = wanted
        .email
        .as_deref()
        .map(str::trim)
        .filter(|m| !m.is_empty());
    let fine = mail.is_none_or(|m| {
        m.len() <= 100
            && m.split_once('@').is_some_and(|(name, host)| {
                !name.is_empty() && host.contains('.') && !host.contains('@')
            })
    });
    if fine {
        return Ok(());
    }
    Err(IdentityError::invalid(
        "email",
        "邮箱格式不对",
        "This is not a mail address",
    ))
}

pub(crate) fn submitted(account: &str) -> AccountChanged {
    AccountChanged {
        account: account.to_owned(),
        outcome: "submitted".into(),
        before: json!(null),
        after: json!(null),
    }
}

pub(crate) fn event(
    account: &str,
    passed: bool,
    before: &Profile,
    after: &Profile,
) -> AccountChanged {
    let shown = |p: &Profile| {
        json!({ "name": p.name, "address": p.address, "email": p.email, "employer": p.employer,
            "representative": p.representative_name, "id_number": p.id_number })
    };
    AccountChanged {
        account: account.to_owned(),
        outcome: if passed { "passed" } else { "failed" }.into(),
        before: shown(before),
        after: shown(after),
    }
}

/// Compares a submitted change; none when there is nothing left to compare.
pub(crate) async fn decide(
    ctx: &Ctx,
    account: &str,
) -> Result<Option<ChangeOutcome>, IdentityError> {
    let row = table::account::load(&mut ctx.db.reader(), account).await?;
    let Some(mut row) = row.filter(|row| row.state == State::Changing) else {
        return Ok(None);
    };
    let sealed = row.proposed.take().ok_or(IdentityError::Stale)?;
    let wanted: BasicData = open_json(ctx, "proposed", &row.key, &sealed)?;
    let before = row.profile(ctx)?;
    let mut after = before.clone();
    for (field, new) in [
        (&mut after.name, &wanted.name),
        (&mut after.address, &wanted.address),
        (&mut after.email, &wanted.email),
        (&mut after.employer, &wanted.employer),
    ] {
        if let Some(new) = new {
            *field = new.trim().to_owned();
        }
    }
    let id = IdNumber::other(&after.id_number);
    let passed = registers::compare(&ctx.as_system(), &after.name, &id).await?;
    let changed = event(&row.key, passed, &before, &after);
    if passed {
        row.profile = seal_json(ctx, "profile", &row.key, &after)?;
    }
    transact!(ctx, [row, changed], |tx| -> () {
        let event = if passed {
            StateEvent::ComparisonPassed
        } else {
            StateEvent::ComparisonFailed
        };
        let row = shift::shift(tx, &ctx, row, event).await?;
        journal::append(tx, &ctx, &lockout::stream(&row.key), &changed).await?;
        Ok(())
    })?;
    cache::sessions(ctx).forget_all();
    Ok(Some(if passed {
        ChangeOutcome::Accepted
    } else {
        ChangeOutcome::Refused
    }))
}
