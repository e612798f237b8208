//! From a posted form to the use case it asks for. Gives back the key of the words for success.

use std::collections::BTreeMap;

use cases::{
    CaseError, Complete, CorrectionItem, Decide, Detail, HandOver, MarkPoint, Refusal, Seen,
    SignedOpinion, Suspend,
};
use kernel::Problem;
use store::Ctx;
use ui::FormData;

/// Does the act on the case.
pub(crate) async fn run(
    ctx: &Ctx,
    detail: &Detail,
    act: &str,
    data: &FormData,
) -> Result<&'static str, Problem> {
    let id = detail.case.case_id.as_str();
    let seen = Seen::case(&detail.case);
    let get = |name: &str| data.get(&format!("{act}.{name}")).to_owned();
    let done: Result<(), CaseError> = match act {
        "points" => cases::mark_points(ctx, seen, points(data)).await,
        "pre-review-pass" => cases::pass_pre_review(ctx, seen, &get("opinion"))
            .await
            .map(drop),
        "provisional" => cases::accept_provisionally(ctx, seen).await.map(drop),
        "originals" => cases::take_originals(ctx, seen).await.map(drop),
        "accept" => cases::accept(ctx, seen, &get("opinion")).await.map(drop),
        "correct" => {
            let items = corrections(detail, data);
            cases::ask_correction(ctx, seen, items).await.map(drop)
        }
        "refuse" => {
            let refusal = Refusal {
                reason: get("reason"),
                basis: get("basis"),
            };
            cases::refuse(ctx, seen, &refusal).await.map(drop)
        }
        "fee" => {
            let amount = cents(&get("amount")).ok_or_else(|| amount_wrong("fee.amount"))?;
            cases::request_fee(ctx, seen, amount).await.map(drop)
        }
        "paid" => cases::confirm_payment(ctx, seen, &get("receipt-no"))
            .await
            .map(drop),
        "paper" => {
            for code in ticked(data, "paper.codes")? {
                cases::attach_paper(ctx, id, code).await?;
            }
            Ok(())
        }
        "promise" => {
            for code in ticked(data, "promise.codes")? {
                cases::promise_material(ctx, id, code).await?;
            }
            Ok(())
        }
        "resubmit" => cases::resubmit(ctx, seen).await.map(drop),
        "hand-over" => {
            // Where no originals are checked there is no question about them.
            let asked = detail.item.mode == items::Mode::Verification;
            let originals_match = match (asked, get("match").as_str()) {
                (false, _) | (true, "1") => true,
                (true, "0") => false,
                (true, _) => return Err(choose("hand-over.match")),
            };
            let act = HandOver {
                collector: get("collector"),
                originals_match,
                note: get("note"),
            };
            cases::hand_over(ctx, seen, &act).await.map(drop)
        }
        "ship" => cases::ship(ctx, seen, &get("parcel-no")).await.map(drop),
        "courier-signed" => cases::courier_signed(ctx, seen).await.map(drop),
        "in-order" => cases::originals_in_order(ctx, seen, &get("note"))
            .await
            .map(drop),
        "undecide" => cases::withdraw_decision(ctx, seen, &get("reason"), &get("basis"))
            .await
            .map(drop),
        _ => return review(ctx, detail, act, data).await,
    };
    done.map_err(Problem::from)?;
    Ok("console-done")
}

async fn review(
    ctx: &Ctx,
    detail: &Detail,
    act: &str,
    data: &FormData,
) -> Result<&'static str, Problem> {
    let seen = Seen::case(&detail.case);
    let get = |name: &str| data.get(&format!("{act}.{name}")).to_owned();
    let yes = |name: &str| match get(name).as_str() {
        "1" => Ok(true),
        "0" => Ok(false),
        _ => Err(choose(&format!("{act}.{name}"))),
    };
    match act {
        "opinion" => {
            let opinion = SignedOpinion {
                agree: yes("verdict")?,
                text: get("opinion"),
            };
            cases::sign_opinion(ctx, seen, &opinion).await?;
        }
        "claim" => {
            cases::claim(ctx, seen.id.into(), &get("post")).await?;
        }
        "release" => {
            cases::release(ctx, seen, &get("post")).await?;
        }
        "transfer" => {
            let to = get("to");
            let (post, to) = to.split_once('/').ok_or_else(|| choose("transfer.to"))?;
            cases::transfer(ctx, seen, post, to, &get("reason")).await?;
        }
        "assign" => {
            cases::assign(ctx, seen, &get("to")).await?;
        }
        "return" => {
            cases::return_step(ctx, seen, &get("to"), &get("reason")).await?;
        }
        "suspend" => {
            let suspend = Suspend {
                procedure: get("procedure"),
                reason: get("reason"),
            };
            if suspend.reason.is_empty() {
                return Err(empty("suspend.reason"));
            }
            cases::suspend(ctx, seen, &suspend).await?;
        }
        "resume" => {
            cases::resume(ctx, seen, &get("result")).await?;
        }
        "extend" => {
            let days = get("days").parse().map_err(|_| empty("extend.days"))?;
            cases::extend(ctx, seen, days, &get("reason")).await?;
        }
        "abort" => {
            cases::abort(ctx, seen, &get("reason")).await?;
        }
        "decide" => {
            let decide = Decide {
                approve: yes("decision")?,
                reason: get("reason"),
                basis: get("basis"),
            };
            cases::decide(ctx, seen, &decide).await?;
        }
        "complete" => {
            let complete = Complete {
                face: face(data),
                note: get("note"),
            };
            cases::complete(ctx, seen, &complete).await?;
        }
        _ => return Err(Problem::not_found("没有这种操作", "There is no such act")),
    }
    Ok("console-done")
}

/// The boxes that were ticked; at least one has to be.
fn ticked<'d>(data: &'d FormData, name: &'static str) -> Result<Vec<&'d str>, Problem> {
    let codes: Vec<&str> = data.all(name).filter(|code| !code.is_empty()).collect();
    if codes.is_empty() {
        Err(choose(name))
    } else {
        Ok(codes)
    }
}

/// `points.{material}.{number}` with `1` for passed and `0` for failed; others stay as they are.
fn points(data: &FormData) -> Vec<MarkPoint> {
    let read = |(name, value): &(String, String)| {
        let (material, number) = name.strip_prefix("points.")?.rsplit_once('.')?;
        let passed = match value.as_str() {
            "1" => true,
            "0" => false,
            _ => return None,
        };
        Some(MarkPoint {
            material_code: material.to_owned(),
            point_no: number.parse().ok()?,
            passed,
        })
    };
    data.pairs().iter().filter_map(read).collect()
}

fn corrections(detail: &Detail, data: &FormData) -> Vec<CorrectionItem> {
    let mut items = Vec::new();
    let form = data.get("correct.form");
    if !form.is_empty() {
        let name = detail.item.form.title().to_owned();
        items.push(CorrectionItem {
            material_code: None,
            name,
            what: form.to_owned(),
        });
    }
    for need in detail.item.materials_for(&detail.case.data.answers) {
        let code = &need.material.material_code;
        let what = data.get(&format!("correct.m.{code}"));
        if !what.is_empty() {
            items.push(CorrectionItem {
                material_code: Some(code.clone()),
                name: need.material.material_name.clone(),
                what: what.to_owned(),
            });
        }
    }
    items
}

fn face(data: &FormData) -> BTreeMap<String, String> {
    let given = data.pairs().iter().filter_map(|(name, value)| {
        let code = name.strip_prefix("complete.face.")?;
        let value = value.trim();
        (!value.is_empty()).then(|| (code.to_owned(), value.to_owned()))
    });
    given.collect()
}

/// An amount in yuan as cents (分): `120`, `120.5`, `120.50`.
fn cents(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let part: i64 = format!("{part:0<2}").parse().ok()?;
    whole
        .parse::<i64>()
        .ok()?
        .checked_mul(100)?
        .checked_add(part)
}

fn amount_wrong(field: &str) -> Problem {
    Problem::new(
        "amount",
        422,
        "请填写金额，如120.50",
        "Give an amount such as 120.50",
    )
    .at(field)
}

fn choose(field: &str) -> Problem {
    Problem::new("choose", 422, "请选择", "Please choose").at(field)
}

fn empty(field: &str) -> Problem {
    Problem::new("empty", 422, "请填写", "Please fill this in").at(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_to_the_cent() {
        assert_eq!(cents("120"), Some(12_000));
        assert_eq!(cents("120.5"), Some(12_050));
        assert_eq!(cents("0.05"), Some(5));
        assert_eq!(cents("1.005"), None);
        assert_eq!(cents("-1"), None);
        assert_eq!(cents(""), None);
    }

    #[test]
    fn points_left_open_are_not_marked() {
        let data = FormData::parse(b"points.SP01.2=1&points.SP01.3=0&points.SP01.4=&rev=1");
        let marks: Vec<_> = points(&data)
            .into_iter()
            .map(|m| (m.material_code, m.point_no, m.passed))
            .collect();
        assert_eq!(marks, [("SP01".into(), 2, true), ("SP01".into(), 3, false)]);
    }
}
