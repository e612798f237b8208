//! The acts of a case: one body for all of them, told apart by `act`.

use std::collections::BTreeMap;

use cases::{
    CaseError, Complete, CorrectionItem, Decide, Detail, HandOver, MarkPoint, Refusal, Seen,
    SignedOpinion, Suspend,
};
use serde::Deserialize;
use store::Ctx;
use utoipa::ToSchema;

use crate::input::{MaybeWords, Short, Text, Words};

/// What is done to the case.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// 撤回: the applicant withdraws; a draft is given up.
    Withdraw {
        #[serde(default)]
        #[schema(value_type = String, max_length = 2000)]
        reason: MaybeWords,
    },
    /// 提交补正: everything that was returned has been corrected.
    Resubmit {},
    /// 审查要点: marks review points; the case itself does not move.
    MarkPoints {
        #[schema(min_items = 1)]
        points: Vec<PointBody>,
    },
    /// 预审通过.
    PassPreReview {
        #[serde(default)]
        #[schema(value_type = String, max_length = 2000)]
        opinion: MaybeWords,
    },
    /// 预受理: a mark; the clock does not start.
    AcceptProvisionally {},
    /// 收取原件: the applicant came to the window with the originals.
    TakeOriginals {},
    /// 受理.
    Accept {
        #[serde(default)]
        #[schema(value_type = String, max_length = 2000)]
        opinion: MaybeWords,
    },
    /// 补正告知: what has to be corrected, once and completely.
    AskCorrection {
        #[schema(min_items = 1)]
        items: Vec<CorrectionBody>,
    },
    /// 不予受理.
    Refuse {
        #[schema(value_type = String, min_length = 1, max_length = 2000)]
        reason: Words,
        #[schema(value_type = String, min_length = 1, max_length = 2000)]
        basis: Words,
    },
    /// 通知缴费.
    RequestFee {
        /// 分.
        #[schema(minimum = 1, maximum = 100_000_000)]
        amount: Cents,
    },
    /// 确认缴费.
    ConfirmPayment {
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        receipt_no: Short,
    },
    /// 分派: hands the open post to one of its officers.
    Assign {
        /// User name.
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        to: Short,
    },
    /// 认领: takes the task at an open post out of the pool of its officers.
    Claim {
        /// Code of the post.
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        post: Short,
    },
    /// 放回: gives a claimed task back to the pool.
    Release {
        /// Code of the post.
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        post: Short,
    },
    /// 转办: hands the task to a colleague at the same post.
    Transfer {
        /// Code of the post.
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        post: Short,
        /// User name.
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        to: Short,
        #[schema(value_type = String, min_length = 1, max_length = 2000)]
        reason: Words,
    },
    /// 签署意见.
    SignOpinion {
        agree: bool,
        #[schema(value_type = String, min_length = 1, max_length = 2000)]
        text: Words,
    },
    /// 退回.
    ReturnStep {
        /// Code of the post it goes back to.
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        to: Short,
        #[schema(value_type = String, min_length = 1, max_length = 2000)]
        reason: Words,
    },
    /// 挂起: a special procedure of the item stops the clock.
    Suspend {
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        procedure: Short,
        #[schema(value_type = String, min_length = 1, max_length = 2000)]
        reason: Words,
    },
    /// 恢复.
    Resume {
        #[schema(value_type = String, min_length = 1, max_length = 2000)]
        result: Words,
    },
    /// 延长期限.
    Extend {
        #[schema(minimum = 1, maximum = 366)]
        days: Days,
        #[schema(value_type = String, min_length = 1, max_length = 2000)]
        reason: Words,
    },
    /// 异常中止.
    Abort {
        #[schema(value_type = String, min_length = 1, max_length = 2000)]
        reason: Words,
    },
    /// 决定.
    Decide {
        approve: bool,
        #[schema(value_type = String, min_length = 1, max_length = 2000)]
        reason: Words,
        #[serde(default)]
        #[schema(value_type = String, max_length = 2000)]
        basis: MaybeWords,
    },
    /// 办结: the licence is made, sealed and put into the wallet.
    Complete {
        /// Face fields that nothing else gives.
        #[serde(default)]
        #[schema(value_type = BTreeMap<String, String>)]
        face: BTreeMap<String, MaybeWords>,
        #[serde(default)]
        #[schema(value_type = String, max_length = 2000)]
        note: MaybeWords,
    },
    /// 窗口发放.
    HandOver {
        /// Who collects.
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        collector: Short,
        /// False sends the case to re-review. Asked where the mode checks originals at hand-over.
        #[serde(default = "yes")]
        originals_match: bool,
        #[serde(default)]
        #[schema(value_type = String, max_length = 2000)]
        note: MaybeWords,
    },
    /// 交寄.
    Ship {
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        parcel_no: Short,
    },
    /// 快递签收.
    CourierSigned {},
    /// 复核相符: the originals are in order after all.
    OriginalsInOrder {
        #[serde(default)]
        #[schema(value_type = String, max_length = 2000)]
        note: MaybeWords,
    },
    /// 撤销决定.
    WithdrawDecision {
        #[schema(value_type = String, min_length = 1, max_length = 2000)]
        reason: Words,
        #[schema(value_type = String, min_length = 1, max_length = 2000)]
        basis: Words,
    },
    /// 归档.
    Archive {},
}

fn yes() -> bool {
    true
}

/// An amount in 分.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(try_from = "i64")]
#[schema(value_type = i64, minimum = 1, maximum = 100_000_000)]
pub struct Cents(i64);

impl TryFrom<i64> for Cents {
    type Error = &'static str;

    fn try_from(amount: i64) -> Result<Self, Self::Error> {
        if (1..=100_000_000).contains(&amount) {
            Ok(Self(amount))
        } else {
            Err("an amount of 1 to 100000000 fen expected")
        }
    }
}

/// A number of days.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(try_from = "i64")]
#[schema(value_type = i64, minimum = 1, maximum = 366)]
pub struct Days(u32);

impl TryFrom<i64> for Days {
    type Error = &'static str;

    fn try_from(days: i64) -> Result<Self, Self::Error> {
        u32::try_from(days)
            .ok()
            .filter(|days| (1..=366).contains(days))
            .map(Self)
            .ok_or("1 to 366 days expected")
    }
}

/// The outcome of one review point.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointBody {
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    material_code: Short,
    point_no: i64,
    passed: bool,
}

/// One thing to correct.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionBody {
    /// The material; the form itself, when left out.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    material_code: Option<Short>,
    #[schema(value_type = String, min_length = 1, max_length = 1000)]
    what: Text<1, 1000>,
}

fn correction(detail: &Detail, body: CorrectionBody) -> Result<CorrectionItem, CaseError> {
    let name = match &body.material_code {
        None => detail.item.form.title().to_owned(),
        Some(code) => detail
            .item
            .materials
            .iter()
            .find(|m| m.material_code == code.as_str())
            .map(|m| m.material_name.clone())
            .ok_or_else(|| {
                CaseError::Other(
                    kernel::Problem::new(
                        "no_such_material",
                        422,
                        "本事项没有这种材料",
                        "The item has no such material",
                    )
                    .at("material_code"),
                )
            })?,
    };
    Ok(CorrectionItem {
        material_code: body.material_code.map(Short::into_string),
        name,
        what: body.what.into_string(),
    })
}

impl Act {
    /// Does the act.
    pub async fn run(self, ctx: &Ctx, detail: &Detail) -> Result<(), CaseError> {
        let seen = Seen::case(&detail.case);
        let done = match self {
            Self::Withdraw { reason } => cases::withdraw(ctx, seen.id, reason.as_str()).await,
            Self::Resubmit {} => cases::resubmit(ctx, seen).await,
            Self::MarkPoints { points } => {
                let marks = points.into_iter().map(|p| MarkPoint {
                    material_code: p.material_code.into_string(),
                    point_no: p.point_no,
                    passed: p.passed,
                });
                return cases::mark_points(ctx, seen, marks.collect()).await;
            }
            Self::PassPreReview { opinion } => {
                cases::pass_pre_review(ctx, seen, opinion.as_str()).await
            }
            Self::AcceptProvisionally {} => cases::accept_provisionally(ctx, seen).await,
            Self::TakeOriginals {} => cases::take_originals(ctx, seen).await,
            Self::Accept { opinion } => cases::accept(ctx, seen, opinion.as_str()).await,
            Self::AskCorrection { items } => {
                let items: Result<_, _> =
                    items.into_iter().map(|i| correction(detail, i)).collect();
                cases::ask_correction(ctx, seen, items?).await
            }
            Self::Refuse { reason, basis } => {
                let refusal = Refusal {
                    reason: reason.into_string(),
                    basis: basis.into_string(),
                };
                cases::refuse(ctx, seen, &refusal).await
            }
            Self::RequestFee { amount } => cases::request_fee(ctx, seen, amount.0).await,
            Self::ConfirmPayment { receipt_no } => {
                cases::confirm_payment(ctx, seen, receipt_no.as_str()).await
            }
            later => return later.review(ctx, seen).await,
        };
        done.map(drop)
    }

    /// The acts from review on.
    async fn review(self, ctx: &Ctx, seen: Seen<'_>) -> Result<(), CaseError> {
        let done = match self {
            Self::Assign { to } => cases::assign(ctx, seen, to.as_str()).await,
            Self::Claim { post } => cases::claim(ctx, seen, post.as_str()).await,
            Self::Release { post } => cases::release(ctx, seen, post.as_str()).await,
            Self::Transfer { post, to, reason } => {
                cases::transfer(ctx, seen, post.as_str(), to.as_str(), reason.as_str()).await
            }
            Self::SignOpinion { agree, text } => {
                let text = text.into_string();
                cases::sign_opinion(ctx, seen, &SignedOpinion { agree, text }).await
            }
            Self::ReturnStep { to, reason } => {
                cases::return_step(ctx, seen, to.as_str(), reason.as_str()).await
            }
            Self::Suspend { procedure, reason } => {
                let suspend = Suspend {
                    procedure: procedure.into_string(),
                    reason: reason.into_string(),
                };
                cases::suspend(ctx, seen, &suspend).await
            }
            Self::Resume { result } => cases::resume(ctx, seen, result.as_str()).await,
            Self::Extend { days, reason } => {
                cases::extend(ctx, seen, days.0, reason.as_str()).await
            }
            Self::Abort { reason } => cases::abort(ctx, seen, reason.as_str()).await,
            Self::Decide {
                approve,
                reason,
                basis,
            } => {
                let decide = Decide {
                    approve,
                    reason: reason.into_string(),
                    basis: basis.into_string(),
                };
                cases::decide(ctx, seen, &decide).await
            }
            Self::Complete { face, note } => {
                let face = face
                    .into_iter()
                    .map(|(code, value)| (code, value.into_string()))
                    .collect();
                let note = note.into_string();
                cases::complete(ctx, seen, &Complete { face, note }).await
            }
            Self::HandOver {
                collector,
                originals_match,
                note,
            } => {
                let act = HandOver {
                    collector: collector.into_string(),
                    originals_match,
                    note: note.into_string(),
                };
                cases::hand_over(ctx, seen, &act).await
            }
            Self::Ship { parcel_no } => cases::ship(ctx, seen, parcel_no.as_str()).await,
            Self::CourierSigned {} => cases::courier_signed(ctx, seen).await,
            Self::OriginalsInOrder { note } => {
                cases::originals_in_order(ctx, seen, note.as_str()).await
            }
            Self::WithdrawDecision { reason, basis } => {
                cases::withdraw_decision(ctx, seen, reason.as_str(), basis.as_str()).await
            }
            Self::Archive {} => cases::archive(ctx, seen).await,
            // Taken by `run`.
            _ => return Err(CaseError::NotFound),
        };
        done.map(drop)
    }
}
