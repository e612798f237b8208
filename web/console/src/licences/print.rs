//! Printing a licence on paper: whole, or its values over an official form [D-20].

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use kernel::Problem;
use licences::{Print, PrintWay, Printed, SHIFT};
use ui::view::{Cell, Choice, Column, Empty, Field, Form, Notice, Row, Table, Width};
use ui::{FormData, L, Posted, Shell};

use crate::reply::{Answer, OrPage, enc, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};
use crate::{cookie, files, words};

/// How far this desk's printer is out: `1.5_-0.5`, millimetres.
const COOKIE: &str = "tb_printer";
/// As long as browsers keep a cookie, days.
const KEPT: u32 = 400;

fn form(l: &L, headers: &HeaderMap) -> Form {
    let known = cookie::get(headers, COOKIE).unwrap_or_default();
    let (right, down) = known.split_once('_').unwrap_or(("0", "0"));
    let ways = PrintWay::ALL.iter().map(|way| {
        Choice::new(way.code(), l.pick(way.zh(), way.en())).hint(l.t(match way {
            PrintWay::Whole => "console-print-whole",
            PrintWay::Overprint => "console-print-overprint",
        }))
    });
    let shift = |name: &str, label: String, value: &str| {
        let known: f32 = value.parse().unwrap_or_default();
        let mut field = Field::number(name, label).value(known.to_string());
        field.unit = Some(l.t("console-print-mm"));
        field.width = Width::Short;
        field.step = Some("0.1".into());
        field.min = Some((-SHIFT).to_string());
        field.max = Some(SHIFT.to_string());
        field
    };
    Form::new(vec![
        Field::radio("way", l.t("console-print-way"), ways.collect()).value(PrintWay::Whole.code()),
        Field::text("form_no", l.t("console-print-form"))
            .hint(l.t("console-print-form-hint"))
            .max_length(30)
            .optional(),
        Field::switch("photo", l.t("console-print-photo")).value("on"),
        shift("right", l.t("console-print-right"), right).hint(l.t("console-print-right-hint")),
        shift("down", l.t("console-print-down"), down).hint(l.t("console-print-down-hint")),
    ])
}

pub(super) async fn show(
    Staff(acting): Staff,
    shell: Shell,
    headers: HeaderMap,
    Path(key): Path<String>,
) -> Answer {
    let form = form(&shell.l(), &headers);
    page(&acting, &shell, &key, form, StatusCode::OK).await
}

async fn page(acting: &Acting, shell: &Shell, key: &str, form: Form, code: StatusCode) -> Answer {
    let l = shell.l();
    let (prints, may) = licences::prints(&acting.ctx, key).await.or_page(shell)?;
    let card = licences::card_of(&acting.ctx, key).await.or_page(shell)?;
    let home = format!("/licences/{}", enc(key));
    let parts = if may {
        vec![
            Part::Note(Notice::info(l.t("console-print-how"))),
            Part::Form(Act {
                action: format!("{home}/print"),
                form,
                hidden: Vec::new(),
                button: l.t("console-print-do"),
                kind: "pri",
            }),
            Part::Links(vec![(
                format!("{home}/print/ruler.pdf"),
                l.t("console-print-ruler"),
            )]),
        ]
    } else {
        vec![Part::Note(Notice::info(l.t("console-print-not")))]
    };
    Sheet::new(l.t("console-print-title"))
        .sub(format!("{} {}", card.type_name, card.licence_no_masked))
        .crumb(l.t("console-menu-licences"), "/licences")
        .crumb(card.type_name.clone(), home)
        .block("print", l.t("console-print-title"), parts)
        .block(
            "prints",
            l.t("console-print-done"),
            done(acting, &l, prints),
        )
        .show_as(code, acting, shell)
        .await
}

fn done(acting: &Acting, l: &L, prints: Vec<Printed>) -> Vec<Part> {
    if prints.is_empty() {
        return vec![Part::Empty(Empty::new("print", l.t("console-print-none")))];
    }
    let rows = prints.into_iter().map(|one| {
        Row::new(vec![
            Cell::text(words::at(l, one.at, acting.ctx.now())),
            Cell::text(one.version.to_string()),
            Cell::text(l.pick(one.way.zh(), one.way.en())),
            Cell::text(one.form_no.unwrap_or_else(|| "—".into())),
            Cell::text(one.by),
        ])
    });
    vec![Part::Table(Table {
        caption: l.t("console-print-done"),
        columns: vec![
            Column::new(l.t("console-print-at")),
            Column::new(l.t("console-print-version")),
            Column::new(l.t("console-print-way")),
            Column::new(l.t("console-print-form")),
            Column::new(l.t("console-print-by")),
        ],
        rows: rows.collect(),
        ..Table::default()
    })]
}

/// What was asked for; numbers that are none are said at their fields.
fn wanted(l: &L, key: &str, data: &FormData, form: &mut Form) -> Option<Print> {
    let way = PrintWay::from_code(data.get("way"));
    if way.is_none() {
        form.fail("way", l.t("console-print-choose"));
    }
    let mut shift = |name: &str| {
        let text = data.get(name).trim();
        let number = match text {
            "" => Some(0.0),
            text => text.parse::<f32>().ok().filter(|mm| mm.is_finite()),
        };
        if number.is_none() {
            form.fail(name, l.t("console-print-number"));
        }
        number
    };
    let (right, down) = (shift("right"), shift("down"));
    Some(Print {
        licence_key: key.to_owned(),
        way: way?,
        form_no: data.get("form_no").to_owned(),
        photo: data.has("photo"),
        shift: (right?, down?),
    })
}

pub(super) async fn print(
    Staff(acting): Staff,
    shell: Shell,
    headers: HeaderMap,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let mut form = form(&l, &headers);
    form.fill(&data);
    let Some(wanted) = wanted(&l, &key, &data, &mut form) else {
        return page(
            &acting,
            &shell,
            &key,
            form,
            StatusCode::UNPROCESSABLE_ENTITY,
        )
        .await;
    };
    match licences::print(&acting.ctx, &wanted).await {
        Ok(bytes) => {
            let name = name(&acting, &shell, &key, wanted.way).await?;
            let mut answer = files::saved(&name, "application/pdf", bytes);
            if wanted.way == PrintWay::Overprint {
                let (right, down) = wanted.shift;
                let value = format!("{right}_{down}");
                let kept = cookie::keep(COOKIE, &value, KEPT, acting.app.secure);
                answer.headers_mut().append(header::SET_COOKIE, kept);
            }
            Ok(answer)
        }
        Err(error) => {
            let problem = Problem::from(error);
            if problem.status == 404 {
                return Err(shell.problem(&problem));
            }
            form.refuse(&l, &problem);
            page(&acting, &shell, &key, form, status(&problem)).await
        }
    }
}

async fn name(
    acting: &Acting,
    shell: &Shell,
    key: &str,
    way: PrintWay,
) -> Result<String, axum::response::Response> {
    let card = licences::card_of(&acting.ctx, key).await.or_page(shell)?;
    Ok(format!("{}-{}.pdf", card.type_name, way.zh()))
}

pub(super) async fn ruler(Staff(acting): Staff, shell: Shell, Path(key): Path<String>) -> Answer {
    let bytes = licences::ruler(&acting.ctx, &key).await.or_page(&shell)?;
    let name = shell.l().t("console-print-ruler-name");
    Ok(files::file(
        &format!("{name}.pdf"),
        "application/pdf",
        bytes,
    ))
}
