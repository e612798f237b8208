//! The receipt: number, code, what happens next and by when.

use axum::extract::Path;
use ui::view::{Clock, Qr};
use ui::{Chip, Page, Shell, html, see_other};

use crate::app::base_url;
use crate::my::{Document, documents};
use crate::reply::{Answer, OrPage, enc};
use crate::session::SignedIn;
use crate::words;

#[derive(askama::Template)]
#[template(path = "portal/apply_done.html")]
struct DonePage {
    page: Page,
    name: String,
    number: String,
    submitted: String,
    next: String,
    limit: String,
    chip: Chip,
    clock: Clock,
    qr: Option<Qr>,
    documents: Vec<Document>,
    case_href: String,
}

pub(super) async fn show(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(draft): Path<String>,
) -> Answer {
    let l = shell.l();
    let detail = cases::detail(&me.ctx, &draft).await.or_page(&shell)?;
    let case = &detail.case;
    let Some(at) = case.data.submitted_at else {
        return Ok(see_other(&format!("/apply/d/{draft}")));
    };
    let number = case.number().to_owned();
    let path = format!("/progress/{}?t={}", enc(&number), enc(&case.data.token));
    let qr = Qr::new(
        format!("{}{path}", base_url(&me.ctx)),
        l.t("portal-progress-qr"),
    );
    let key = match (case.data.immediate, detail.item.mode) {
        (true, _) => "portal-next-immediate",
        (false, items::Mode::PreReview) => "portal-next-pre-review",
        (false, _) => "portal-next-accept",
    };
    let title = l.t("portal-submitted");
    Ok(html(&DonePage {
        page: shell
            .page(&title)
            .crumb(l.t("portal-my-cases"), "/my/cases")
            .crumb_here(title.clone())
            .private(),
        name: case.data.item_name.clone(),
        submitted: words::at(&l, at, me.ctx.now()),
        next: l.t(key),
        limit: detail.item.facts().promised,
        chip: words::chip(case),
        clock: Clock::of(&l, detail.reading.as_ref(), case.state.code(), me.ctx.now()),
        qr: qr.ok().map(|qr| qr.link(l.t("portal-progress-link"), path)),
        documents: documents(&shell, &me, &draft).await?,
        case_href: format!("/my/cases/{}", enc(&number)),
        number,
    }))
}
