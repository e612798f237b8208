//! The documents that acts leave [D-13 to D-19]: which fields each carries. Templates, numbers and
//! seals are the business of `notices`.

use std::sync::Arc;

use flow::{DecisionSeals, Post};
use kernel::time;
use notices::{Beside, Kind, NewNotice};
use serde_json::{Map, Value, json};
use store::Ctx;

use crate::accept::Refusal;
use crate::case::{CaseMaterial, Collected};
use crate::commit::{Change, Write};
use crate::error::CaseError;
use crate::special::Special;
use crate::table;

/// Adds a numbered document to the change. It is sealed by a job after the commit.
async fn add(
    ctx: &Ctx,
    change: &mut Change,
    kind: Kind,
    title: Option<String>,
    fields: Value,
) -> Result<(), CaseError> {
    add_sealed(ctx, change, kind, title, fields, Vec::new()).await
}

/// The same with seals beside the agency's own.
async fn add_sealed(
    ctx: &Ctx,
    change: &mut Change,
    kind: Kind,
    title: Option<String>,
    fields: Value,
    beside: Vec<Beside>,
) -> Result<(), CaseError> {
    let mut all = common(ctx, change);
    if let Value::Object(own) = fields {
        all.extend(own.into_iter().filter(|(_, v)| !v.is_null()));
    }
    let d = &change.case.data;
    let issuer = notices::issuer(ctx, &d.agency)
        .await
        .map_err(CaseError::other)?;
    let number = notices::number(ctx, kind, &issuer)
        .await
        .map_err(CaseError::other)?;
    let notice = NewNotice {
        kind,
        title,
        number,
        case_key: change.case.case_id.clone(),
        case_no: change.case.number().to_owned(),
        token: d.token.clone(),
        owner: d.owner.clone(),
        issuer,
        fields: Value::Object(all),
        replaces: None,
        beside,
    };
    // A document that cannot be drawn is told to the officer now, not found by the sealing job.
    let ready = notices::prepare(ctx, &notice)
        .await
        .map_err(CaseError::other)?;
    change.write(Write::Notice(Arc::new(ready)));
    Ok(())
}

/// What every document names.
fn common(ctx: &Ctx, change: &Change) -> Map<String, Value> {
    let (d, p) = (&change.case.data, &change.case.private);
    let mut all = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            all.insert(name.to_owned(), value);
        }
    };
    put("applicant", json!(p.applicant.name));
    put("legal_person", json!(p.applicant.is_legal));
    put("item_name", json!(d.item_name));
    put("licensing", json!(change.item.item_type == "01"));
    put("officer", json!(officer(ctx)));
    put("applied_at", json!(d.submitted_at.unwrap_or(d.created_at)));
    put("accepted_at", json!(d.accepted_at));
    put(
        "promised_limit",
        json!(flow::limit_words(change.item.promised_limit)),
    );
    put("delivery", json!(delivery(change)));
    all
}

/// `郝思源（工号YD1001）`.
fn officer(ctx: &Ctx) -> String {
    let a = &ctx.actor;
    if a.staff_no.is_empty() {
        a.name.clone()
    } else {
        format!("{}（工号{}）", a.name, a.staff_no)
    }
}

fn delivery(change: &Change) -> String {
    let way = change
        .case
        .private
        .values
        .get("delivery_way")
        .and_then(Value::as_str);
    way.unwrap_or("窗口领取").to_owned()
}

fn due(change: &Change, calendar: &calendar::Calendar) -> Option<String> {
    let reading = change.case.reading(calendar, change.now())?;
    reading.due_at().map(|t| t.to_string())
}

/// Materials as documents list them: the case's own and those in the change being prepared.
async fn material_rows(ctx: &Ctx, change: &Change) -> Result<Vec<Value>, CaseError> {
    let id = &change.case.case_id;
    let had = table::materials(&mut ctx.db.reader(), ctx, id).await?;
    Ok(rows_of(change, had))
}

fn rows_of(change: &Change, mut materials: Vec<CaseMaterial>) -> Vec<Value> {
    for write in &change.writes {
        if let Write::Material(m) = write {
            materials.retain(|old| old.entry != m.entry);
            materials.push(m.clone());
        }
    }
    materials.sort_by(|a, b| (&a.material_code, &a.entry).cmp(&(&b.material_code, &b.entry)));
    materials
        .iter()
        .filter(|m| m.collected != Collected::Promised)
        .map(|m| json!({ "name": m.name, "form": form_words(&m.collected), "copies": "1" }))
        .collect()
}

/// How a material was handed in, in words.
pub fn form_words(collected: &Collected) -> &'static str {
    match collected {
        Collected::Licence { .. } => "电子证照",
        Collected::File { .. } => "电子文件",
        Collected::Form => "在线填写",
        Collected::Shared { .. } => "数据共享",
        Collected::Promised => "承诺后补",
        Collected::Paper => "纸质",
    }
}

pub(crate) async fn receipt(ctx: &Ctx, change: &mut Change) -> Result<(), CaseError> {
    let id = &change.case.case_id;
    let had = table::materials(&mut ctx.db.reader(), ctx, id).await?;
    receipt_of(ctx, change, had).await
}

/// The receipt where the case's materials are at hand.
pub(crate) async fn receipt_of(
    ctx: &Ctx,
    change: &mut Change,
    had: Vec<CaseMaterial>,
) -> Result<(), CaseError> {
    let materials = rows_of(change, had);
    let channel = if change.case.data.at_window {
        "窗口申请"
    } else {
        "网上申请"
    };
    let officer = if change.case.data.at_window {
        officer(ctx)
    } else {
        "系统自动接收".to_owned()
    };
    let agent = change.case.private.values.get("agent_name").cloned();
    let fields = json!({
        "received_at": change.now(),
        "materials": materials,
        "channel": channel,
        "officer": officer,
        "agent": agent,
    });
    add(ctx, change, Kind::Receipt, None, fields).await
}

pub(crate) async fn acceptance(ctx: &Ctx, change: &mut Change) -> Result<(), CaseError> {
    let materials = material_rows(ctx, change).await?;
    let directory = agencies::directory(ctx).await.map_err(CaseError::other)?;
    let due = directory
        .calendar_for(&change.case.data.region)
        .and_then(|c| due(change, c));
    let fee = (change.item.fee_step.is_none()).then_some("本事项不收费");
    let fields = json!({
        "accepted_at": change.now(),
        "materials": materials,
        "due_at": due,
        "fee": fee,
    });
    add(ctx, change, Kind::Acceptance, None, fields).await
}

pub(crate) async fn refusal(
    ctx: &Ctx,
    change: &mut Change,
    refusal: &Refusal,
) -> Result<(), CaseError> {
    let basis = (!refusal.basis.trim().is_empty()).then(|| refusal.basis.trim().to_owned());
    let fields = json!({
        "refused_at": change.now(),
        "reason": refusal.reason,
        "legal_basis": basis,
    });
    add(ctx, change, Kind::Refusal, None, fields).await
}

/// 终止办理告知书: what was accepted ends without a decision [D-32].
pub(crate) async fn abort(ctx: &Ctx, change: &mut Change, reason: &str) -> Result<(), CaseError> {
    let fields = json!({
        "aborted_at": change.now(),
        "reason": reason,
        "approver": ctx.actor.name,
    });
    add(ctx, change, Kind::Abort, None, fields).await
}

/// 撤回申请告知书: on the applicant's wish, or because the applicant's time is over.
pub(crate) async fn withdrawal(
    ctx: &Ctx,
    change: &mut Change,
    reason: &str,
    lapsed: bool,
) -> Result<(), CaseError> {
    let fields = json!({
        "withdrawn_at": change.now(),
        "reason": reason,
        "lapsed": lapsed.then_some(reason),
    });
    add(ctx, change, Kind::Withdrawal, None, fields).await
}

pub(crate) async fn correction(ctx: &Ctx, change: &mut Change) -> Result<(), CaseError> {
    let Some(asked) = change.case.data.correction.clone() else {
        return Ok(());
    };
    let rows: Vec<Value> = asked
        .items
        .iter()
        .map(|i| json!({ "material": i.name, "requirement": i.what }))
        .collect();
    let fields = json!({
        "notified_at": change.now(),
        "corrections": rows,
        "resubmit_by_on": time::beijing_date(asked.deadline),
        "in_review": asked.in_review,
    });
    add(ctx, change, Kind::Correction, None, fields).await
}

pub(crate) async fn pre_review_pass(ctx: &Ctx, change: &mut Change) -> Result<(), CaseError> {
    let item = change.item.clone();
    let materials: Vec<Value> = material_rows(ctx, change)
        .await?
        .into_iter()
        .filter(|m| m["form"] == "电子文件")
        .collect();
    let materials = if materials.is_empty() {
        vec![json!({ "name": "申请人居民身份证", "form": "原件", "copies": "1" })]
    } else {
        materials
    };
    let place = item.places.first();
    let fields = json!({
        "reviewed_at": change.now(),
        "hall": place.map_or_else(|| "政务服务大厅".to_owned(), |p| format!("{}（{}）", p.hall_name, p.address)),
        "window": place.map(|p| p.window.clone()),
        "hours": item.hours_text,
        "bring_by_on": change.case.deadline.map(time::beijing_date),
        "materials": materials,
    });
    add(ctx, change, Kind::PreReviewPass, None, fields).await
}

pub(crate) async fn special_procedure(
    ctx: &Ctx,
    change: &mut Change,
    special: &Special,
) -> Result<(), CaseError> {
    let extension = special.open.type_code == "1";
    let directory = agencies::directory(ctx).await.map_err(CaseError::other)?;
    let due = directory
        .calendar_for(&change.case.data.region)
        .filter(|_| extension)
        .and_then(|c| due(change, c));
    let fields = json!({
        "started_at": special.open.start,
        "procedure_name": special.open.name,
        "basis": special.open.basis,
        "reason": special.private.reason,
        "planned": format!("{}个工作日", special.open.planned_days),
        "approver": ctx.actor.name,
        "excluded": !extension,
        "extension": extension,
        "due_at": due,
    });
    let title = (!extension).then(|| format!("特别程序告知书（{}）", short_kind(special)));
    add(ctx, change, Kind::SpecialProcedure, title, fields).await
}

/// 公示, 检测, …: how the kind of a procedure stands in the document's title.
fn short_kind(special: &Special) -> &str {
    match special.open.kind.as_str() {
        "public_notice" => "公示",
        "testing" => "检测",
        "inspection" => "检验",
        "quarantine" => "检疫",
        "appraisal" => "鉴定",
        "expert_review" => "专家评审",
        "hearing" => "听证",
        "bidding" => "招标",
        "auction" => "拍卖",
        _ => &special.open.name,
    }
}

pub(crate) async fn site_record(
    ctx: &Ctx,
    change: &mut Change,
    post: &Post,
) -> Result<(), CaseError> {
    let reader = &mut ctx.db.reader();
    let earlier = table::steps(reader, ctx, &change.case.case_id).await?;
    let at_post = earlier
        .iter()
        .filter(|s| s.open.post.as_deref() == Some(&post.code));
    let mut findings = Vec::new();
    let mut signatures = Vec::new();
    for step in at_post {
        findings.push(json!({ "point": step.open.name, "finding": step.private.opinion }));
        signatures.push(json!({
            "name": step.private.officer_name,
            "role": format!("核查人员（工号{}）", step.open.staff_no),
            "signed_at": time::chinese_minute(step.open.ended_at),
        }));
    }
    findings.push(json!({ "point": post.name, "finding": change.opinion }));
    signatures.push(json!({
        "name": ctx.actor.name,
        "role": format!("核查人员（工号{}）", ctx.actor.staff_no),
        "signed_at": time::chinese_minute(change.now()),
    }));
    let names: Vec<&str> = signatures
        .iter()
        .filter_map(|s| s["name"].as_str())
        .collect();
    let values = &change.case.private.values;
    let place = [
        "premises_address",
        "place_address",
        "shop_address",
        "outlet_location",
        "address",
        "registered_address",
    ]
    .iter()
    .find_map(|f| values.get(*f).and_then(Value::as_str))
    .unwrap_or("申请人经营场所");
    let started = earlier
        .iter()
        .find(|s| s.open.post.as_deref() == Some(&post.code))
        .map_or(change.now(), |s| s.open.ended_at);
    let fields = json!({
        "place": place,
        "started_at": started,
        "ended_at": change.now(),
        "inspectors": names.join("、"),
        "findings": findings,
        "conclusion": change.opinion,
        "signatures": signatures,
    });
    add(ctx, change, Kind::SiteRecord, None, fields).await
}

/// The written decision, with the seals that the deciding post asks for: of the agencies that decide
/// together, and of the officer who decides.
pub(crate) async fn decision(
    ctx: &Ctx,
    change: &mut Change,
    seals: &DecisionSeals,
) -> Result<(), CaseError> {
    let Some(decision) = change.case.data.decision.clone() else {
        return Ok(());
    };
    let applicant = change.case.private.applicant.clone();
    let item = change.item.clone();
    let own_basis = item
        .legal_basis
        .iter()
        .map(|b| format!("《{}》{}", b.law, b.clause))
        .collect::<Vec<_>>()
        .join("、");
    let basis = if decision.basis.trim().is_empty() {
        own_basis
    } else {
        decision.basis.clone()
    };
    let values = &change.case.private.values;
    let address = ["registered_address", "address"]
        .iter()
        .find_map(|f| values.get(*f).and_then(Value::as_str).map(str::to_owned));
    let fields = json!({
        "decided_at": change.now(),
        "legal_basis": basis,
        "reason": decision.reason,
        "applicant_uscc": applicant.is_legal.then(|| applicant.id.clone()),
        "applicant_id": (!applicant.is_legal).then(|| kernel::mask::id_number(&applicant.id)),
        "legal_representative": applicant.legal_representative,
        "applicant_address": address,
        "licence_name": item.result_licence_type.as_ref().map(|_| item.result_name.clone()),
    });
    let (kind, title) = if decision.approve {
        (Kind::DecisionApprove, item.decision_document_name.clone())
    } else {
        (Kind::DecisionReject, None)
    };
    let beside = beside(ctx, &change.case.data.agency, seals).await?;
    add_sealed(ctx, change, kind, title, fields, beside).await
}

async fn beside(ctx: &Ctx, own: &str, seals: &DecisionSeals) -> Result<Vec<Beside>, CaseError> {
    let directory = agencies::directory(ctx).await.map_err(CaseError::other)?;
    let mut beside = Vec::new();
    if seals.officer {
        beside.push(Beside::Officer {
            user: ctx.actor.id.clone(),
            name: ctx.actor.name.clone(),
        });
    }
    for code in seals.agencies.iter().filter(|code| *code != own) {
        let agency = directory.agency(code).ok_or_else(|| {
            CaseError::rule(
                "no_such_agency",
                "联合决定的机构已不存在，请联系事项管理人员修改办理流程",
                "An agency that decides together no longer exists; the item's flow has to be changed",
            )
        })?;
        beside.push(Beside::Agency {
            code: agency.code.clone(),
            name: agency.name.clone(),
        });
    }
    Ok(beside)
}

pub(crate) async fn completion(ctx: &Ctx, change: &mut Change) -> Result<(), CaseError> {
    let approve = change
        .case
        .data
        .decision
        .as_ref()
        .is_some_and(|d| d.approve);
    let fields = json!({
        "completed_at": change.now(),
        "result": if approve { "准予" } else { "不予" },
        "result_name": change.item.result_name,
        "electronic_result": true,
    });
    add(ctx, change, Kind::Completion, None, fields).await
}

pub(crate) async fn payment(ctx: &Ctx, change: &mut Change) -> Result<(), CaseError> {
    let Some(fee) = change.case.data.fee.clone() else {
        return Ok(());
    };
    let yuan = format!("{}.{:02}", fee.amount / 100, fee.amount % 100);
    let line = change.item.fees.first();
    let fields = json!({
        "issued_at": change.now(),
        "lines": [{
            "name": line.map_or("行政事业性收费", |f| f.name.as_str()),
            "standard": line.map(|f| f.standard.clone()),
            "quantity": "1",
            "amount": yuan,
        }],
        "total": yuan,
        "fee_basis": fee.basis,
        "ways": "窗口缴费、银行代收",
        "pay_by_on": change.case.deadline.map(time::beijing_date),
    });
    add(ctx, change, Kind::Payment, None, fields).await
}
