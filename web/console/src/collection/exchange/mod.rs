//! 整合其他证照库: the libraries whose records come here, and what waits for a person [H-20 E].

mod list;
mod one;
mod settle;

use axum::Router;
use axum::routing::{get, post};
use collection::{CollectionError, ConflictRule, ExchangeSource, NewExchange};
use kernel::Problem;
use ui::view::{Choice, Field, Form};
use ui::{FormData, L};

use super::HOME;
use crate::reply::{enc, said};
use crate::session::Acting;

pub(super) fn router() -> Router {
    Router::new()
        .route("/collection/exchange", get(list::list).post(list::begin))
        .route("/collection/exchange/{code}", get(one::show).post(one::set))
        .route("/collection/exchange/{code}/settle", post(settle::settle))
}

/// Where the sources are listed.
fn home() -> String {
    format!("{HOME}/exchange")
}

/// Address of a source.
fn of(code: &str) -> String {
    format!("{HOME}/exchange/{}", enc(code))
}

/// What is set of a source; a new one also gets code and agency.
async fn fields(
    acting: &Acting,
    l: &L,
    now: Option<&ExchangeSource>,
) -> Result<Form, CollectionError> {
    let mut all = Vec::new();
    if now.is_none() {
        let agencies = collection::issuing_agencies(&acting.ctx).await?;
        let agencies = agencies
            .into_iter()
            .map(|one| Choice::new(one.code, one.name))
            .collect();
        let own = acting.ctx.actor.agency.clone().unwrap_or_default();
        all.push(
            Field::text("code", l.t("console-exchange-code"))
                .hint(l.t("console-exchange-code-hint"))
                .max_length(30),
        );
        all.push(Field::select("agency", l.t("console-exchange-agency"), agencies).value(own));
    }
    let rules = ConflictRule::ALL.iter().map(|rule| {
        let hint = match rule {
            ConflictRule::Ask => l.t("console-exchange-rule-ask"),
            ConflictRule::Newer => l.t("console-exchange-rule-newer"),
            ConflictRule::Theirs => l.t("console-exchange-rule-theirs"),
            ConflictRule::Ours => l.t("console-exchange-rule-ours"),
        };
        Choice::new(rule.code(), l.pick(rule.zh(), rule.en())).hint(hint)
    });
    let rule = now.map_or(ConflictRule::Ask, |one| one.rule);
    let every = now.map_or(0, |one| one.every_minutes);
    let name = now.map(|one| one.name.clone()).unwrap_or_default();
    all.extend([
        Field::text("name", l.t("console-exchange-name"))
            .hint(l.t("console-exchange-name-hint"))
            .max_length(60)
            .value(name),
        Field::radio("rule", l.t("console-exchange-rule"), rules.collect()).value(rule.code()),
        Field::number("every", l.t("console-exchange-every"))
            .hint(l.t("console-exchange-every-hint"))
            .value(every.to_string()),
    ]);
    if let Some(one) = now {
        let on = if one.active { "on" } else { "" };
        all.push(Field::switch("active", l.t("console-exchange-active")).value(on));
    }
    Ok(Form::new(all))
}

/// What was typed; a wrong field is told in the form.
fn typed(
    l: &L,
    form: &mut Form,
    data: &FormData,
    now: Option<&ExchangeSource>,
) -> Option<NewExchange> {
    let text = |name: &str| data.get(name).trim().to_owned();
    let Ok(every_minutes) = text("every").parse() else {
        form.fail("every", l.t("console-exchange-every-wrong"));
        return None;
    };
    let Some(rule) = ConflictRule::from_code(&text("rule")) else {
        form.fail("rule", l.t("console-exchange-rule-choose"));
        return None;
    };
    Some(NewExchange {
        source_code: now.map_or_else(|| text("code"), |one| one.source_code.clone()),
        name: text("name"),
        agency: now.map_or_else(|| text("agency"), |one| one.agency.clone()),
        rule,
        every_minutes,
        active: now.is_none() || text("active") == "on",
        rev: match now {
            Some(_) => text("rev").parse().ok(),
            None => None,
        },
    })
}

/// Tells what is wrong at its field.
fn fail(l: &L, form: &mut Form, error: CollectionError) -> Problem {
    let field = match &error {
        CollectionError::Field("来源代码", _) => "code",
        CollectionError::Field("间隔", _) => "every",
        CollectionError::Field("证照机构", _) => "agency",
        _ => "name",
    };
    let problem: Problem = error.into();
    form.fail(field, said(l, &problem));
    problem
}
