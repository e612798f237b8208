//! 授权: giving one, changing its terms, ending it.

use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use kernel::{Problem, time};
use seals::{Authorisation, Grant, HolderKind, SealDetail, Terms};
use ui::view::{ConfirmDialog, Field, Form, KeyValue, KeyValues, Notice};
use ui::{FormData, Posted, Shell};

use super::offer::grant_fields;
use super::{HOME, document, page_of_seal};
use crate::reply::{Answer, OrPage, enc, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};

/// The end of a chosen day, or of the seal where it ends on that day.
fn end_of(data: &FormData, detail: &SealDetail) -> Result<Timestamp, Problem> {
    let wrong = || {
        Problem::invalid(
            "valid_to",
            "请选择授权的截止日期",
            "Choose the day the period ends",
        )
        .at("valid_to")
    };
    let day: Date = data.get("valid_to").parse().map_err(|_| wrong())?;
    let end = time::from_beijing(day.at(23, 59, 59, 0)).map_err(|_| wrong())?;
    match detail.seal.valid_to {
        Some(last) if time::beijing_date(last) == day => Ok(end.min(last)),
        _ => Ok(end),
    }
}

fn most(data: &FormData) -> Result<i64, Problem> {
    data.get("daily_maximum").trim().parse().map_err(|_| {
        Problem::invalid(
            "daily_maximum",
            "每日上限请填写整数",
            "The daily maximum is a whole number",
        )
        .at("daily_maximum")
    })
}

fn grant(acting: &Acting, data: &FormData, detail: &SealDetail) -> Result<Grant, Problem> {
    let kind = HolderKind::from_code(data.get("holder_kind")).ok_or_else(|| {
        Problem::invalid("holder_kind", "请选择授权对象", "Choose who is authorised")
            .at("holder_kind")
    })?;
    let item = data.get("item_code").trim();
    Ok(Grant {
        holder_kind: kind,
        holder: data.get("holder").trim().to_owned(),
        document_kind: data.get("document_kind").to_owned(),
        item_code: (!item.is_empty()).then(|| item.to_owned()),
        valid_from: acting.ctx.now(),
        valid_to: end_of(data, detail)?,
        daily_maximum: most(data)?,
    })
}

pub(super) async fn add(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let detail = seals::detail(&acting.ctx, &key).await.or_page(&shell)?;
    let mut form = grant_fields(&l, &detail);
    form.fill(&data);
    let mut code = StatusCode::UNPROCESSABLE_ENTITY;
    if form.require(&l) {
        let done = match grant(&acting, &data, &detail) {
            Ok(grant) => seals::grant(&acting.ctx, &key, grant)
                .await
                .map_err(Problem::from),
            Err(problem) => Err(problem),
        };
        match done {
            Ok(_) => {
                let notice = Notice::ok(l.t("console-seal-done-authorise"));
                return Ok(shell.flash(notice).to(&page_of_seal(&key)));
            }
            Err(problem) => {
                form.refuse(&l, &problem);
                code = status(&problem);
            }
        }
    }
    let act = Act {
        action: format!("{}/grants", page_of_seal(&key)),
        form,
        hidden: Vec::new(),
        button: l.t("console-seal-do-authorise"),
        kind: "pri",
    };
    Sheet::new(l.t("console-seal-do-authorise"))
        .crumb(l.t("console-seals-title"), HOME)
        .crumb(detail.seal.name.clone(), page_of_seal(&key))
        .block("form", l.t("console-seal-grants"), vec![Part::Form(act)])
        .show_as(code, &acting, &shell)
        .await
}

fn terms(l: &ui::L, one: &Authorisation) -> Form {
    let end = time::beijing_date(one.valid_to).to_string();
    Form::new(vec![
        Field::date("valid_to", l.t("console-seal-grant-until")).value(end),
        Field::number("daily_maximum", l.t("console-seal-grant-most"))
            .unit(l.t("console-seal-times"))
            .value(one.daily_maximum.to_string()),
    ])
}

async fn found(
    acting: &Acting,
    shell: &Shell,
    key: &str,
    auth: &str,
) -> Result<(SealDetail, Authorisation), axum::response::Response> {
    let detail = seals::detail(&acting.ctx, key).await.or_page(shell)?;
    let one = detail.authorisations.iter().find(|one| one.key == auth);
    let one = one
        .filter(|one| one.withdrawn_at.is_none())
        .cloned()
        .ok_or(seals::SealError::NoGrant)
        .or_page(shell)?;
    Ok((detail, one))
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    (detail, one): &(SealDetail, Authorisation),
    form: Form,
    code: StatusCode,
) -> Answer {
    let l = shell.l();
    let here = format!(
        "{}/grants/{}",
        page_of_seal(&detail.seal.key),
        enc(&one.key)
    );
    let used = detail.used_today.get(&one.key).copied().unwrap_or_default();
    let row =
        |key: &str, value: String| KeyValue::new(l.t(&format!("console-seal-grant-{key}")), value);
    let item = if one.item_code.is_empty() {
        l.t("console-seal-every-item")
    } else {
        one.item_code.clone()
    };
    let facts = KeyValues::new(vec![
        row("holder", one.holder.clone()),
        row("document", document(&l, &one.document_kind)),
        row("item", item),
        row("today", used.to_string()),
        row("by", super::person(acting, &l, &one.granted_by).await),
    ]);
    let verb = l.t("console-seal-end-grant");
    let end = ConfirmDialog {
        trigger: verb.clone(),
        title: l.t2("console-seal-ask", "what", &verb, "name", &one.holder),
        body: l.t("console-seal-then-end-grant"),
        action: format!("{here}/end"),
        reason: Some(l.t("console-reason")),
        confirm: verb,
        csrf: shell.csrf(),
        ..ConfirmDialog::default()
    };
    let act = Act {
        action: here,
        form,
        hidden: Vec::new(),
        button: l.t("console-seal-save-grant"),
        kind: "pri",
    };
    Sheet::new(l.t("console-seal-grant"))
        .crumb(l.t("console-seals-title"), HOME)
        .crumb(detail.seal.name.clone(), page_of_seal(&detail.seal.key))
        .block(
            "facts",
            l.t("console-seal-grant-facts"),
            vec![Part::Facts(facts)],
        )
        .block(
            "terms",
            l.t("console-seal-grant-terms"),
            vec![Part::Form(act), Part::Confirm(end)],
        )
        .show_as(code, acting, shell)
        .await
}

pub(super) async fn show(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, auth)): Path<(String, String)>,
) -> Answer {
    let both = found(&acting, &shell, &key, &auth).await?;
    let form = terms(&shell.l(), &both.1);
    page(&acting, &shell, &both, form, StatusCode::OK).await
}

pub(super) async fn change(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, auth)): Path<(String, String)>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let both = found(&acting, &shell, &key, &auth).await?;
    let mut form = terms(&l, &both.1);
    form.fill(&data);
    let wanted = end_of(&data, &both.0).and_then(|valid_to| {
        Ok(Terms {
            valid_to,
            daily_maximum: most(&data)?,
        })
    });
    let done = match wanted {
        Ok(terms) => seals::change_grant(&acting.ctx, &key, &auth, terms)
            .await
            .map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => {
            let notice = Notice::ok(l.t("console-seal-grant-changed"));
            Ok(shell.flash(notice).to(&page_of_seal(&key)))
        }
        Err(problem) => {
            form.refuse(&l, &problem);
            page(&acting, &shell, &both, form, status(&problem)).await
        }
    }
}

pub(super) async fn end(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, auth)): Path<(String, String)>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let done = seals::end_grant(&acting.ctx, &key, &auth, data.get("reason")).await;
    let notice = match done {
        Ok(_) => Notice::ok(l.t("console-seal-grant-done")),
        Err(error) => Notice::bad(said(&l, &error.into())),
    };
    Ok(shell.flash(notice).to(&page_of_seal(&key)))
}
