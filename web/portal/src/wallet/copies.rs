//! 加注件: copies of a licence for one purpose: made, downloaded, ended.

use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Span;
use kernel::{Problem, time};
use licences::{AskCopy, Format, LicenceCopy, Purpose};
use ui::view::{Choice, ConfirmDialog, Field, Form};
use ui::{L, Nav, Page, Posted, Shell, html_status};

use crate::files::serve;
use crate::reply::{Answer, OrPage, enc, told};
use crate::session::{Acting, SignedIn};
use crate::words;

/// One copy with its links, and the question before it is ended.
struct CopyView {
    title: String,
    state: String,
    detail: String,
    counts: String,
    /// Address of its files, while it counts.
    files: Option<String>,
    end: Option<ConfirmDialog>,
}

#[derive(askama::Template)]
#[template(path = "portal/copies.html")]
struct CopiesPage {
    page: Page,
    name: String,
    form: Form,
    action: String,
    copies: Vec<CopyView>,
}

fn home(key: &str) -> String {
    format!("/wallet/{}/copies", enc(key))
}

fn fields(l: &L, me: &Acting) -> Form {
    let today = time::beijing_date(me.ctx.now());
    let after = |days: i64| today.saturating_add(Span::new().days(days)).to_string();
    let purposes = Purpose::ALL.iter();
    let purposes = purposes.map(|p| Choice::new(p.code(), l.pick(p.zh(), p.en())));
    let mut until = Field::date("until", l.t("copies-until"))
        .hint(l.t("copies-until-hint"))
        .value(after(7));
    until.min = Some(today.to_string());
    until.max = Some(after(licences::LONGEST));
    Form::new(vec![
        Field::select("purpose", l.t("copies-purpose"), purposes.collect()),
        Field::text("recipient", l.t("copies-recipient"))
            .hint(l.t("copies-recipient-hint"))
            .max_length(30),
        Field::text("case", l.t("copies-case"))
            .hint(l.t("copies-case-hint"))
            .max_length(40)
            .optional(),
        until,
    ])
}

fn view(shell: &Shell, me: &Acting, copy: LicenceCopy) -> CopyView {
    let (l, now) = (shell.l(), me.ctx.now());
    let good = copy.is_good(time::beijing_date(now));
    let state = match (good, copy.ended_at) {
        (true, _) => "copies-good",
        (false, Some(_)) => "copies-ended",
        (false, None) => "copies-over",
    };
    let purpose = copy.body.purpose;
    let title = format!(
        "{} · {}",
        copy.body.recipient,
        l.pick(purpose.zh(), purpose.en())
    );
    CopyView {
        detail: l.t2(
            "copies-detail",
            "at",
            words::at(&l, copy.made_at, now),
            "until",
            ui::date(&l, copy.until),
        ),
        counts: l.t2(
            "copies-counts",
            "fetched",
            copy.fetched.to_string(),
            "verified",
            copy.verified.to_string(),
        ),
        state: l.t(state),
        files: good.then(|| format!("/wallet/copies/{}/file", enc(&copy.copy_key))),
        end: good.then(|| ConfirmDialog {
            trigger: l.t("copies-end"),
            title: l.t1("copies-end-ask", "name", &title),
            body: l.t("copies-end-body"),
            action: format!("{}/end", home(&copy.licence_key)),
            hidden: vec![("copy".into(), copy.copy_key.clone())],
            confirm: l.t("copies-end"),
            csrf: shell.csrf(),
            small: true,
            ..ConfirmDialog::default()
        }),
        title,
    }
}

async fn page(shell: &Shell, me: &Acting, key: &str, form: Form, code: StatusCode) -> Answer {
    let l = shell.l();
    let card = licences::card_of(&me.ctx, key).await.or_page(shell)?;
    let copies = licences::copies(&me.ctx, key).await.or_page(shell)?;
    let title = l.t("copies-title");
    let page = shell
        .page(&title)
        .nav(Nav::Wallet)
        .crumb(l.t("portal-wallet"), "/wallet")
        .crumb(card.type_name.clone(), format!("/wallet/{}", enc(key)))
        .crumb_here(title.clone())
        .private()
        .errors(form.errors());
    let template = CopiesPage {
        page,
        name: card.type_name,
        form,
        action: home(key),
        copies: copies.into_iter().map(|c| view(shell, me, c)).collect(),
    };
    Ok(html_status(code, &template))
}

pub(super) async fn show(shell: Shell, SignedIn(me): SignedIn, Path(key): Path<String>) -> Answer {
    let form = fields(&shell.l(), &me);
    page(&shell, &me, &key, form, StatusCode::OK).await
}

pub(super) async fn make(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let mut form = fields(&l, &me);
    form.fill(&data);
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    if !form.require(&l) {
        return page(&shell, &me, &key, form, refused).await;
    }
    let (Some(purpose), Ok(until)) = (
        Purpose::from_code(data.get("purpose")),
        data.get("until").parse(),
    ) else {
        form.fail("until", l.t("copies-wrong"));
        return page(&shell, &me, &key, form, refused).await;
    };
    let ask = AskCopy {
        licence_key: key.clone(),
        purpose,
        recipient: data.get("recipient").to_owned(),
        case_no: data.get("case").to_owned(),
        until,
    };
    match licences::make_copy(&me.ctx, &ask).await {
        Ok(_) => told(
            &shell,
            Ok::<(), Problem>(()),
            l.t("copies-made"),
            &home(&key),
        ),
        Err(error) => {
            let problem: Problem = error.into();
            let code = StatusCode::from_u16(problem.status).unwrap_or(refused);
            form.refuse(&l, &problem);
            page(&shell, &me, &key, form, code).await
        }
    }
}

pub(super) async fn end(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let outcome = licences::end_copy(&me.ctx, data.get("copy")).await;
    let done = shell.l().t("copies-ended-now");
    told(&shell, outcome, done, &home(&key))
}

pub(super) async fn file(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path((copy, format)): Path<(String, String)>,
) -> Answer {
    let format = Format::from_code(&format)
        .ok_or_else(|| Problem::not_found("没有这种格式", "No such format"))
        .or_page(&shell)?;
    let bytes = licences::copy_file(&me.ctx, &copy, format)
        .await
        .or_page(&shell)?;
    let name = format!("{}.{}", shell.l().t("copies-title"), format.code());
    Ok(serve(&name, format.media_type(), bytes))
}
