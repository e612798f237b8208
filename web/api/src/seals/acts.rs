//! The acts of a seal: one body for all of them, told apart by `act`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gm::KeyKind;
use jiff::Timestamp;
use kernel::Problem;
use seals::{CERTIFICATE_LIMIT, Grant, HolderKind, Request, SealError, Terms};
use serde::Deserialize;
use store::Ctx;
use utoipa::ToSchema;

use crate::input::{Short, Text};
use crate::problem::Fail;

/// Why.
type Reason = Text<1, 200>;

/// What is done to the seal.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum SealAct {
    /// 审核通过: by another person than the applicant.
    Approve {},
    /// 驳回.
    Refuse {
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        reason: Reason,
    },
    /// 制作: keys, certificates, the maker's signature.
    Make {},
    /// Asks an outside authority for the certificates: the keys are made and stay in the store;
    /// the requests (PKCS#10) stand in the seal then. The seal stays approved.
    RequestCertificates {
        /// The key that signs PDF; OFD is always signed with SM2.
        #[schema(value_type = String, pattern = "^(p256|rsa2048|rsa3072|rsa4096)$")]
        pdf_kind: Text<1, 40>,
    },
    /// Gives up waiting for the certificates; the keys are erased.
    CancelRequest {
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        reason: Reason,
    },
    /// 制作 with the certificates that came back.
    MakeWith {
        /// Files of PEM, DER or PKCS#7, base64, of at most 256 KB each: both certificates, with
        /// those above them.
        #[schema(min_items = 1, max_items = 10)]
        certificates: Vec<String>,
    },
    /// 备案.
    File {
        #[schema(value_type = String, min_length = 1, max_length = 40)]
        filing_no: Text<1, 40>,
    },
    /// 发放 to the custodian.
    Release {
        /// Custody receipt: who took it over, how it was signed for.
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        receipt: Reason,
    },
    /// 授权: one more; the first puts the seal into use.
    Authorise {
        /// `system` or `staff`.
        #[schema(value_type = String, pattern = "^(system|staff)$")]
        holder_kind: Text<1, 40>,
        /// `system` for the platform itself, a client id, a user name.
        #[schema(value_type = String, min_length = 1, max_length = 64)]
        holder: Text<1, 64>,
        /// `notice`, `decision`, `licence`, `proof` or another.
        #[schema(value_type = String, min_length = 1, max_length = 40)]
        document_kind: Text<1, 40>,
        /// Short code of the only item; left out for every item.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
        item_code: Option<Short>,
        /// Left out: from now on.
        valid_from: Option<Timestamp>,
        valid_to: Timestamp,
        #[schema(minimum = 1, maximum = 1_000_000_000)]
        daily_maximum: i64,
    },
    /// Changes period and maximum of an authorisation in force.
    ChangeAuthorisation {
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        authorisation: Short,
        valid_to: Timestamp,
        #[schema(minimum = 1, maximum = 1_000_000_000)]
        daily_maximum: i64,
    },
    /// Ends one authorisation; with the last one the seal goes back to its custodian.
    EndAuthorisation {
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        authorisation: Short,
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        reason: Reason,
    },
    /// 收回授权: all of them.
    Withdraw {
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        reason: Reason,
    },
    /// 挂失: effective at once.
    ReportLoss {
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        reason: Reason,
    },
    /// Asks for recovery or destruction; another person approves it.
    Ask {
        #[schema(value_type = String, pattern = "^(recover|destroy)$")]
        request: Text<1, 40>,
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        reason: Reason,
    },
    /// Turns an open request down.
    Decline {
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        reason: Reason,
    },
    /// 解除挂失: approves what another person asked for.
    Recover {},
    /// 销毁: approves what another person asked for; the keys are erased.
    Destroy {},
}

/// The files of a making.
fn files(certificates: &[String]) -> Result<Vec<Vec<u8>>, Problem> {
    let wrong = |zh: &str, en: &str| Problem::new("invalid_body", 422, zh, en).at("certificates");
    if certificates.is_empty() || certificates.len() > 10 {
        return Err(wrong("须有1至10个文件", "One to ten files"));
    }
    let read = |text: &String| match STANDARD.decode(text) {
        Err(_) => Err(wrong("内容须为base64", "The content is base64")),
        Ok(bytes) if bytes.len() > CERTIFICATE_LIMIT => Err(wrong(
            "证书文件不得超过256KB",
            "A certificate file is at most 256 KB",
        )),
        Ok(bytes) => Ok(bytes),
    };
    certificates.iter().map(read).collect()
}

fn unknown(field: &str) -> Problem {
    Problem::new("invalid_body", 422, "没有这个值", "There is no such value").at(field)
}

impl SealAct {
    /// Does the act.
    pub async fn run(self, ctx: &Ctx, key: &str) -> Result<(), Fail> {
        let done: Result<_, SealError> = match self {
            Self::Approve {} => seals::approve(ctx, key).await,
            Self::Refuse { reason } => seals::refuse(ctx, key, reason.as_str()).await,
            Self::Make {} => seals::make(ctx, key).await,
            Self::RequestCertificates { pdf_kind } => {
                let kind = KeyKind::from_name(pdf_kind.as_str());
                let kind = kind.ok_or_else(|| unknown("pdf_kind"))?;
                seals::request_certificates(ctx, key, kind).await?;
                return Ok(());
            }
            Self::CancelRequest { reason } => {
                seals::cancel_request(ctx, key, reason.as_str()).await
            }
            Self::MakeWith { certificates } => {
                seals::make_with(ctx, key, files(&certificates)?).await
            }
            Self::File { filing_no } => seals::file(ctx, key, filing_no.as_str()).await,
            Self::Release { receipt } => seals::release(ctx, key, receipt.as_str()).await,
            Self::Authorise {
                holder_kind,
                holder,
                document_kind,
                item_code,
                valid_from,
                valid_to,
                daily_maximum,
            } => {
                let kind = HolderKind::from_code(holder_kind.as_str());
                let grant = Grant {
                    holder_kind: kind.ok_or_else(|| unknown("holder_kind"))?,
                    holder: holder.into_string(),
                    document_kind: document_kind.into_string(),
                    item_code: item_code.map(Short::into_string),
                    valid_from: valid_from.unwrap_or_else(|| ctx.now()),
                    valid_to,
                    daily_maximum,
                };
                seals::grant(ctx, key, grant).await
            }
            Self::ChangeAuthorisation {
                authorisation,
                valid_to,
                daily_maximum,
            } => {
                let terms = Terms {
                    valid_to,
                    daily_maximum,
                };
                seals::change_grant(ctx, key, authorisation.as_str(), terms).await
            }
            Self::EndAuthorisation {
                authorisation,
                reason,
            } => seals::end_grant(ctx, key, authorisation.as_str(), reason.as_str()).await,
            Self::Withdraw { reason } => seals::withdraw(ctx, key, reason.as_str()).await,
            Self::ReportLoss { reason } => seals::report_loss(ctx, key, reason.as_str()).await,
            Self::Ask { request, reason } => {
                let request = Request::from_code(request.as_str());
                let request = request.ok_or_else(|| unknown("request"))?;
                seals::ask(ctx, key, request, reason.as_str()).await
            }
            Self::Decline { reason } => seals::decline(ctx, key, reason.as_str()).await,
            Self::Recover {} => seals::recover(ctx, key).await,
            Self::Destroy {} => seals::destroy(ctx, key).await,
        };
        done?;
        Ok(())
    }

    /// A loss is reported whatever was seen of the seal before: it must not wait for a reload.
    pub fn is_urgent(&self) -> bool {
        matches!(self, Self::ReportLoss { .. })
    }
}
