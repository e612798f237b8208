//! `POST /licence-exchanges/{source}`: records of another licence library.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::DefaultBodyLimit;
use collection::{ExchangeBatch, ExchangeLicence, ExchangeRecord};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::Caller;
use crate::input::{Body, Text};
use crate::key::Keys;
use crate::problem::Fail;

/// A hundred records, some with photos.
const LIMIT: usize = 32 << 20;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(exchange))
        .layer(DefaultBodyLimit::max(LIMIT))
}

/// A batch of records of another library.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeBody {
    /// 批次号, the source's own.
    #[schema(value_type = String, min_length = 1, max_length = 60)]
    batch_no: Text<1, 60>,
    #[schema(min_items = 1, max_items = 100)]
    records: Vec<RecordBody>,
}

/// One record: how a licence is now in its own library.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordBody {
    /// 行标识: the record's own in its source, for good.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    row_id: Text<1, 200>,
    operation: OperationBody,
    /// When the source wrote it. What was written earlier than what is here is not taken.
    time: Timestamp,
    /// Left out only where the licence ended (`D`).
    licence: Option<ExchangedBody>,
}

/// `I` 新增, `U` 变更: the licence is to be as the record says. `D` 注销: it ended.
#[derive(Clone, Copy, Deserialize, ToSchema)]
pub enum OperationBody {
    I,
    U,
    D,
}

/// A licence of another library.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangedBody {
    /// Short code of the licence type.
    #[schema(value_type = String, min_length = 1, max_length = 40)]
    type_code: Text<1, 40>,
    /// Code of the issuing agency; the source's, where none is given.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 40)]
    issuer: Option<Text<1, 40>>,
    /// Region of the licence; the issuer's, where none is given.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 12)]
    region: Option<Text<1, 12>>,
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    licence_no: Text<1, 100>,
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    holder: Text<1, 100>,
    /// Identity number or credit code, as the type asks.
    #[schema(value_type = String, min_length = 1, max_length = 24)]
    holder_id: Text<1, 24>,
    issue_date: Date,
    /// The day of issue, where none is given.
    valid_from: Option<Date>,
    /// None: for a long term.
    valid_to: Option<Date>,
    /// Fields of the face that the platform does not fill itself.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    face: BTreeMap<String, Text<0, 500>>,
    /// JPEG or PNG of at most 2 MB, base64; the one that is here or the population register's, where
    /// none is given.
    photo: Option<String>,
}

/// What became of a batch.
#[derive(Serialize, ToSchema)]
pub struct ExchangedView {
    batch_no: String,
    received_at: String,
    /// Records by outcome.
    counts: BTreeMap<String, u64>,
    /// In the order of the batch.
    records: Vec<AnswerView>,
}

/// What became of one record.
#[derive(Serialize, ToSchema)]
pub struct AnswerView {
    row_id: String,
    /// `made`, `changed`, `same`, `kept` (this library counts), `ended`, `late` (written before what is
    /// here), `waits` (for a person), `refused` (see the reason), `busy` (send it again).
    outcome: &'static str,
    licence_key: Option<String>,
    /// Code of the problem.
    code: Option<String>,
    /// In words.
    reason: Option<String>,
}

impl From<RecordBody> for ExchangeRecord {
    fn from(one: RecordBody) -> Self {
        let operation = match one.operation {
            OperationBody::I => "I",
            OperationBody::U => "U",
            OperationBody::D => "D",
        };
        Self {
            row_id: one.row_id.into_string(),
            operation: operation.to_owned(),
            time: one.time,
            licence: one.licence.map(ExchangeLicence::from),
        }
    }
}

impl From<ExchangedBody> for ExchangeLicence {
    fn from(one: ExchangedBody) -> Self {
        let face = one.face.into_iter();
        Self {
            type_code: one.type_code.into_string(),
            issuer: one.issuer.map(Text::into_string),
            region: one.region.map(Text::into_string),
            licence_no: one.licence_no.into_string(),
            holder: one.holder.into_string(),
            holder_id: one.holder_id.into_string(),
            issue_date: one.issue_date,
            valid_from: one.valid_from,
            valid_to: one.valid_to,
            face: face.map(|(code, v)| (code, v.into_string())).collect(),
            photo: one.photo,
        }
    }
}

/// 整合其他证照库 / Takes records of another licence library: licences that are new become sealed
/// licences here, changed ones get their next version, ended ones end. Every record is answered for
/// itself; the same batch may be sent again and changes nothing.
#[utoipa::path(
    post, path = "/licence-exchanges/{source}", tag = "licences",
    operation_id = "exchange_licences",
    security(("token" = [])),
    params(("source" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "来源代码 of the library")),
    request_body = ExchangeBody,
    responses((status = 200, description = "What became of each record", body = ExchangedView))
)]
pub async fn exchange(
    caller: Caller,
    Keys([source]): Keys<1>,
    Body(body): Body<ExchangeBody>,
) -> Result<Json<ExchangedView>, Fail> {
    let records = body.records.into_iter();
    let batch = ExchangeBatch {
        batch_no: body.batch_no.into_string(),
        records: records.map(ExchangeRecord::from).collect(),
    };
    let answer = collection::take_exchange(&caller.ctx, &source, batch).await?;
    let rows = answer.rows.into_iter();
    Ok(Json(ExchangedView {
        batch_no: answer.batch.batch_no,
        received_at: answer.batch.received_at.to_string(),
        counts: answer.batch.counts,
        records: rows
            .map(|row| AnswerView {
                row_id: row.row_id,
                outcome: row.outcome.code(),
                licence_key: row.licence_key,
                code: row.problem.as_ref().map(|p| p.code.to_string()),
                reason: row.problem.map(|p| p.zh.to_string()),
            })
            .collect(),
    }))
}
