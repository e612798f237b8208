//! `POST /intakes`: an application that begins at the window.

use std::collections::{BTreeMap, HashMap};

use axum::response::Response;
use cases::WindowIntake;
use identity::Account;
use kernel::{IdNumber, Permission, Problem};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::start::created;
use super::view::CaseView;
use crate::caller::Caller;
use crate::input::{Body, Short};
use crate::items::AnswerBody;
use crate::problem::Fail;

/// What the window takes in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IntakeBody {
    /// Short or implementation code of the item.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    item: Short,
    /// Identity number of the person at the window.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    person: Short,
    /// 统一社会信用代码 of the organisation it is for, if it is for one.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    organisation: Option<Short>,
    #[serde(default)]
    answers: BTreeMap<String, AnswerBody>,
    /// Values of the form.
    #[serde(default)]
    #[schema(value_type = Object)]
    values: Map<String, Value>,
    /// Codes of the materials handed over on paper and compared with the originals.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    paper: Vec<Short>,
}

/// 窗口收件 / Takes an application in at the window: numbered at once, with its receipt.
#[utoipa::path(
    post, path = "/intakes", tag = "cases", operation_id = "window_intake",
    security(("token" = [])),
    params(("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,128}$",
            description = "The same key gives the same answer for a day")),
    request_body = IntakeBody,
    responses((status = 201, description = "The case", body = CaseView, headers(("ETag" = String, description = "The revision"))))
)]
pub async fn intake(caller: Caller, Body(body): Body<IntakeBody>) -> Result<Response, Fail> {
    let ctx = &caller.ctx;
    // Before anybody is looked up: numbers of persons are no business of others.
    if ctx.actor.scopes(Permission::CaseIntake).is_empty() {
        return Err(cases::CaseError::from(kernel::Denied(Permission::CaseIntake)).into());
    }
    let id = IdNumber::resident(body.person.as_str()).map_err(|error| {
        Problem::new("id_number", 422, error.to_string(), error.en()).at("person")
    })?;
    let person = known(identity::account_by_id(ctx, &id).await?, "person")?;
    let owner = match &body.organisation {
        None => person.key.clone(),
        Some(code) => {
            let found = identity::account_by_uscc(ctx, code.as_str()).await?;
            known(found, "organisation")?.key
        }
    };
    let answers: HashMap<String, Vec<String>> = body
        .answers
        .into_iter()
        .map(|(question, answer)| (question, answer.values()))
        .collect();
    let intake = WindowIntake {
        item: body.item.into_string(),
        owner,
        person: person.key,
        answers,
        values: body.values,
        paper: body.paper.into_iter().map(Short::into_string).collect(),
    };
    let case = cases::window_intake(ctx, &intake).await?;
    created(&caller, &case.case_id).await
}

fn known(account: Option<Account>, field: &str) -> Result<Account, Problem> {
    account.ok_or_else(|| {
        Problem::new(
            "no_account",
            422,
            "没有找到账户，请核对号码，或先为其办理注册",
            "There is no account with this number; check it, or register the person first",
        )
        .at(field)
    })
}
