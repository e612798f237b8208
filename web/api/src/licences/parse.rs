//! `POST /licence-parses`: taking a licence file apart.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart};
use licences::{Parsed, ParsedSignature, ParsedSigner};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::Caller;
use crate::content::{self, UPLOAD_LIMIT};
use crate::problem::Fail;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(parse))
        .layer(DefaultBodyLimit::max(UPLOAD_LIMIT))
}

/// The form with the file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read part by part")]
struct ParseForm {
    /// OFD or PDF, at most 20 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What a licence file says of itself. Nothing is judged: that is verification.
#[derive(Serialize, ToSchema)]
pub struct ParsedView {
    /// `ofd` or `pdf`.
    format: Option<&'static str>,
    pages: usize,
    /// It carries metadata as the data standard has them.
    standard: bool,
    /// Elements of the data standard, by their codes: `ZZBH`. Days are written `2026-11-16`; a
    /// licence without an end says 长期.
    metadata: BTreeMap<&'static str, String>,
    /// The face, under the codes or names of the file.
    face: BTreeMap<String, String>,
    /// Names of the fields of the face, by code, where the type is one of this library.
    names: BTreeMap<String, String>,
    /// What else the file says, under its own names.
    other: BTreeMap<String, String>,
    /// Names of its attachments.
    attachments: Vec<String>,
    signatures: Vec<SignatureView>,
    /// Lines of its pages, of an OFD file that carries no data.
    text: Vec<String>,
}

/// One signature of the file.
#[derive(Serialize, ToSchema)]
pub struct SignatureView {
    kind: String,
    seal_id: Option<String>,
    seal_name: Option<String>,
    seal_owner: Option<String>,
    seal_from: Option<String>,
    seal_to: Option<String>,
    maker: Option<String>,
    signer: Option<SignerView>,
    algorithm: String,
    signed_at: Option<String>,
    /// By whom the time was stamped.
    time_authority: Option<String>,
    /// Why it cannot be read, or that it does not fit its own certificate.
    problem: Option<String>,
}

/// Whose certificate signed.
#[derive(Serialize, ToSchema)]
pub struct SignerView {
    subject: String,
    issuer: String,
    serial: String,
    valid_from: String,
    valid_to: String,
}

impl From<ParsedSigner> for SignerView {
    fn from(one: ParsedSigner) -> Self {
        Self {
            subject: one.subject,
            issuer: one.issuer,
            serial: one.serial,
            valid_from: one.valid_from,
            valid_to: one.valid_to,
        }
    }
}

impl From<ParsedSignature> for SignatureView {
    fn from(one: ParsedSignature) -> Self {
        let written = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string());
        Self {
            kind: one.kind,
            seal_id: one.seal_id,
            seal_name: one.seal_name,
            seal_owner: one.seal_owner,
            seal_from: written(one.seal_from),
            seal_to: written(one.seal_to),
            maker: one.maker,
            signer: one.signer.map(SignerView::from),
            algorithm: one.algorithm,
            signed_at: written(one.signed_at),
            time_authority: one.time_authority,
            problem: one.problem,
        }
    }
}

impl From<Parsed> for ParsedView {
    fn from(parsed: Parsed) -> Self {
        let metadata = parsed.metadata.into_iter();
        Self {
            format: parsed.format.map(|format| format.code()),
            pages: parsed.pages,
            standard: parsed.standard,
            metadata: metadata.map(|(one, value)| (one.code, value)).collect(),
            face: parsed.face.into_iter().collect(),
            names: parsed.names,
            other: parsed.other.into_iter().collect(),
            attachments: parsed.attachments,
            signatures: parsed
                .signatures
                .into_iter()
                .map(SignatureView::from)
                .collect(),
            text: parsed.text,
        }
    }
}

/// 证照解析 / Takes a licence file apart, also one of another region or another structure: metadata,
/// face, seal and signature data in the uniform form. Nothing is kept and nothing is judged; a file
/// that is no OFD or PDF is refused.
#[utoipa::path(
    post, path = "/licence-parses", tag = "licences", operation_id = "parse_licence_file",
    security(("token" = [])),
    request_body(content = ParseForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "What the file says", body = ParsedView))
)]
pub async fn parse(
    caller: Caller,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Json<ParsedView>, Fail> {
    let sent = content::receive(content::multipart(parts)?, &[]).await?;
    let parsed = licences::parse(&caller.ctx, sent.bytes).await?;
    Ok(Json(parsed.into()))
}
