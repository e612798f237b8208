//! 登记证照类型 [H-11].

use axum::http::StatusCode;
use kernel::Problem;
use licences::{Catalogue, NewType};
use ui::view::{Choice, Field, Form, Notice, Width};
use ui::{FormData, L, Posted, Shell};

use super::sections::agencies_of;
use super::{HOME, of_version};
use crate::reply::{Answer, OrPage, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};

/// The five categories of [H-01].
pub(super) const CATEGORIES: [&str; 5] = ["批文", "证件", "执（牌）照", "鉴定报告", "证明材料"];
/// Sizes of paper: code, words, millimetres.
const PAPERS: [(&str, &str, (f32, f32)); 6] = [
    ("a4", "A4 纵向 210×297", (210.0, 297.0)),
    ("a4l", "A4 横向 297×210", (297.0, 210.0)),
    ("a3l", "A3 横向 420×297", (420.0, 297.0)),
    ("a3", "A3 纵向 297×420", (297.0, 420.0)),
    ("card", "卡片 85.6×54", (85.6, 54.0)),
    ("book", "证书内页 130×184", (130.0, 184.0)),
];

async fn fields(acting: &Acting, shell: &Shell, l: &L) -> Result<Form, axum::response::Response> {
    let ctx = &acting.ctx;
    let directory = agencies::directory(ctx).await.or_page(shell)?;
    let classes = licences::classes(ctx).await.or_page(shell)?;
    let agencies = agencies_of(ctx, &directory);
    if agencies.is_empty() {
        let denied = kernel::Denied(kernel::Permission::LicenceTypeEdit);
        let denied: Problem = licences::LicenceError::from(denied).into();
        return Err(shell.problem(&denied));
    }
    let t = |key: &str| l.t(&format!("console-types-{key}"));
    let types = licences::licence_types(ctx).await.or_page(shell)?;
    let types = types
        .iter()
        .map(|kind| Choice::new(kind.type_short_code.clone(), kind.type_name.clone()));
    let classes = classes
        .into_iter()
        .map(|class| Choice::new(class.code, class.name));
    let holders = ["natural_person", "legal_person"]
        .map(|kind| Choice::new(kind, t(&format!("holder-{kind}"))));
    let own = ctx.actor.agency.clone().unwrap_or_default();
    Ok(Form::new(vec![
        Field::text("name", t("name")).max_length(100),
        Field::text("code", t("short-code"))
            .hint(t("short-code-hint"))
            .max_length(40)
            .width(Width::Mid),
        Field::select("authority", t("authority"), agencies.clone()).value(own.clone()),
        Field::text("serial", t("serial"))
            .hint(t("serial-hint"))
            .max_length(3)
            .width(Width::Short),
        Field::select(
            "category",
            t("category"),
            CATEGORIES.map(|c| Choice::new(c, c)).to_vec(),
        ),
        Field::radio("holder_kind", t("holder-kind"), holders.to_vec()),
        Field::select("first", t("first"), classes.collect()),
        Field::text("second", t("second")).max_length(40).optional(),
        Field::checkbox("issuers", t("issuers"), agencies).value(own),
        Field::select("like", t("like"), types.collect())
            .hint(t("like-hint"))
            .optional(),
        Field::select(
            "paper",
            t("paper"),
            PAPERS
                .map(|(code, words, _)| Choice::new(code, words))
                .to_vec(),
        )
        .value("a4")
        .hint(t("paper-hint")),
    ]))
}

async fn page(acting: &Acting, shell: &Shell, form: Form, code: StatusCode) -> Answer {
    let l = shell.l();
    let act = Act {
        action: format!("{HOME}/new"),
        form,
        hidden: Vec::new(),
        button: l.t("console-types-begin"),
        kind: "pri",
    };
    Sheet::new(l.t("console-types-new"))
        .crumb(l.t("console-types-title"), HOME)
        .sub(l.t("console-types-new-sub"))
        .block("type", l.t("console-types-new"), vec![Part::Form(act)])
        .show_as(code, acting, shell)
        .await
}

pub(super) async fn form(Staff(acting): Staff, shell: Shell) -> Answer {
    let form = fields(&acting, &shell, &shell.l()).await?;
    page(&acting, &shell, form, StatusCode::OK).await
}

pub(super) async fn begin(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = fields(&acting, &shell, &l).await?;
    form.fill(&data);
    if !form.require(&l) {
        return page(&acting, &shell, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    match licences::begin_type(&acting.ctx, asked(&data)).await {
        Ok(code) => {
            let notice = Notice::ok(l.t("console-types-begun"));
            Ok(shell.flash(notice).to(&of_version(&code, 1)))
        }
        Err(error) => {
            let field = match &error {
                licences::LicenceError::Field(name, _) if name == "顺序码" => "serial",
                licences::LicenceError::Field(name, _) if name == "定义机构" => "authority",
                licences::LicenceError::TypeExists(_) => "code",
                _ => "",
            };
            let problem: Problem = error.into();
            form.fail(field, said(&l, &problem));
            page(&acting, &shell, form, status(&problem)).await
        }
    }
}

fn asked(data: &FormData) -> NewType {
    let given = |name: &str| data.get(name).to_owned();
    let paper = PAPERS.iter().find(|paper| paper.0 == data.get("paper"));
    NewType {
        code: given("code").to_uppercase(),
        name: given("name"),
        authority: given("authority"),
        serial: given("serial"),
        category: given("category"),
        holder_kind: given("holder_kind"),
        catalogue: Catalogue {
            first: given("first"),
            second: given("second"),
        },
        issuers: data.all("issuers").map(str::to_owned).collect(),
        paper: paper.map_or((210.0, 297.0), |paper| paper.2),
        like: Some(given("like")).filter(|like| !like.is_empty()),
    }
}
