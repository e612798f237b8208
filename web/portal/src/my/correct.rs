//! 补正: what was asked, once and completely, each answered in place [D-21].

use axum::extract::Path;
use axum::http::StatusCode;
use cases::{Correction, CorrectionItem, Detail, State};
use ui::view::{Clock, Form};
use ui::{Chip, Nav, Page, Posted, Shell, html, html_status, see_other};

use crate::apply::{MaterialBox, boxes};
use crate::reply::{Answer, OrPage, enc};
use crate::session::{Acting, SignedIn};
use crate::words;

#[derive(askama::Template)]
#[template(path = "portal/correct.html")]
struct CorrectPage {
    page: Page,
    name: String,
    chip: Chip,
    clock: Clock,
    asked: Vec<CorrectionItem>,
    deadline: String,
    boxes: Vec<MaterialBox>,
    /// Address of the form, if the form itself has to be corrected.
    form_href: Option<String>,
    form: Form,
    action: String,
}

async fn view(
    shell: &Shell,
    me: &Acting,
    detail: &Detail,
    correction: &Correction,
    form: Form,
) -> Result<CorrectPage, axum::response::Response> {
    let l = shell.l();
    let case = &detail.case;
    let action = format!("/cases/{}/correct", enc(case.number()));
    let asked = |code: &str| {
        correction
            .items
            .iter()
            .any(|item| item.material_code.as_deref() == Some(code))
    };
    let title = l.t("portal-correct");
    let of_form = correction
        .items
        .iter()
        .any(|item| item.material_code.is_none());
    Ok(CorrectPage {
        page: shell
            .page(&title)
            .nav(Nav::My)
            .crumb(l.t("portal-my-cases"), "/my/cases")
            .crumb(case.number(), format!("/my/cases/{}", enc(case.number())))
            .crumb_here(title.clone())
            .errors(form.errors())
            .private(),
        name: case.data.item_name.clone(),
        chip: words::chip(case),
        clock: Clock::of(&l, detail.reading.as_ref(), case.state.code(), me.ctx.now()),
        deadline: words::before(&l, correction.deadline, me.ctx.now()),
        boxes: boxes(shell, me, detail, &action, asked).await?,
        asked: correction.items.clone(),
        form_href: of_form.then(|| format!("/apply/d/{}/form-1", case.case_id)),
        form,
        action,
    })
}

async fn load(shell: &Shell, me: &Acting, no: &str) -> Result<Detail, axum::response::Response> {
    let case_id = cases::key_of(&me.ctx, no).await.or_page(shell)?;
    let detail = cases::detail(&me.ctx, &case_id).await.or_page(shell)?;
    match detail.case.state {
        State::Correcting | State::CorrectingInReview => Ok(detail),
        _ => Err(see_other(&format!("/my/cases/{}", enc(no)))),
    }
}

pub(super) async fn show(shell: Shell, SignedIn(me): SignedIn, Path(no): Path<String>) -> Answer {
    let detail = load(&shell, &me, &no).await?;
    let Some(correction) = detail.case.data.correction.clone() else {
        return Ok(see_other(&format!("/my/cases/{}", enc(&no))));
    };
    Ok(html(
        &view(&shell, &me, &detail, &correction, Form::default()).await?,
    ))
}

pub(super) async fn resubmit(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(no): Path<String>,
    Posted(_): Posted,
) -> Answer {
    let l = shell.l();
    let detail = load(&shell, &me, &no).await?;
    let error = match cases::resubmit(&me.ctx, cases::Seen::case(&detail.case)).await {
        Ok(_) => {
            let notice = ui::view::Notice::ok(l.t("portal-corrected"));
            return Ok(shell.flash(notice).to(&format!("/my/cases/{}", enc(&no))));
        }
        Err(error) => error,
    };
    let Some(correction) = detail.case.data.correction.clone() else {
        return Err(error).or_page(&shell);
    };
    let mut form = Form::default();
    form.refuse(&l, &error.into());
    let page = view(&shell, &me, &detail, &correction, form).await?;
    Ok(html_status(StatusCode::UNPROCESSABLE_ENTITY, &page))
}
