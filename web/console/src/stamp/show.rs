//! The two pages: the form, and where the seals will stand.

use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::{Permission, Problem};
use seals::{DocumentFormat, Looked, SealDocument, Usable};
use ui::view::{Empty, Form, KeyValue, KeyValues, Notice};
use ui::{FormData, L, QueryData, Shell};

use super::{HOME, SEALS, form};
use crate::reply::{Answer, OrPage};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Picture, Sheet};
use crate::words;

/// Carries the document that was kept from page to page.
pub(super) const KEPT: &str = "kept";

/// The seals held, for who may use any at all.
pub(super) async fn held(acting: &Acting, shell: &Shell) -> Result<Vec<Usable>, Response> {
    if acting.ctx.actor.scopes(Permission::SealUse).is_empty() {
        let denied = seals::SealError::from(kernel::Denied(Permission::SealUse));
        return Err(shell.problem(&denied.into()));
    }
    seals::usable(&acting.ctx).await.or_page(shell)
}

pub(super) async fn blank(
    Staff(acting): Staff,
    shell: Shell,
    QueryData(query): QueryData,
) -> Answer {
    let held = held(&acting, &shell).await?;
    let form = form::fields(&shell.l(), &held, form::count(&query));
    let count = form::count(&query);
    ask(&acting, &shell, (&held, form), ("", count), StatusCode::OK).await
}

/// The form. `kept` is the slip of a document that came before; empty for none.
pub(super) async fn ask(
    acting: &Acting,
    shell: &Shell,
    (held, mut form): (&[Usable], Form),
    (kept, count): (&str, usize),
    code: StatusCode,
) -> Answer {
    let l = shell.l();
    let sheet = Sheet::new(l.t("console-stamp-title")).sub(l.t("console-stamp-sub"));
    if held.is_empty() {
        let none = Part::Empty(Empty::new("seal", l.t("console-stamp-none")));
        let sheet = sheet.block("form", l.t("console-stamp-form"), vec![none]);
        return sheet.show_as(code, acting, shell).await;
    }
    let mut hidden = vec![("seals".to_owned(), count.to_string())];
    if !kept.is_empty() {
        hidden.push((KEPT.into(), kept.into()));
        if let Some(field) = form.fields.iter_mut().find(|field| field.name == "file") {
            field.hint = Some(l.t("console-stamp-file-kept"));
            field.optional = true;
        }
    }
    let links = (1..=SEALS).map(|n| {
        let words = l.t1("console-stamp-seals", "n", n.to_string());
        (format!("{HOME}?seals={n}"), words)
    });
    let act = Act {
        action: HOME.into(),
        form,
        hidden,
        button: l.t("console-stamp-look"),
        kind: "pri",
    };
    sheet
        .block(
            "count",
            l.t("console-stamp-count"),
            vec![Part::Links(links.collect())],
        )
        .block("form", l.t("console-stamp-form"), vec![Part::Files(act)])
        .show_as(code, acting, shell)
        .await
}

fn facts(l: &L, name: &str, wanted: &SealDocument, held: &[Usable], looked: &Looked) -> Part {
    let mut rows = vec![
        KeyValue::new(l.t("console-stamp-file"), name.to_owned()).note(l.t2(
            "console-stamp-what",
            "format",
            l.pick(looked.format.zh(), looked.format.en()),
            "pages",
            looked.page_count.to_string(),
        )),
        KeyValue::new(
            l.t("console-stamp-kind"),
            words::document_kind(l, &wanted.document_kind),
        ),
        KeyValue::new(l.t("console-stamp-purpose"), wanted.purpose.clone()),
    ];
    if !wanted.case_no.is_empty() {
        rows.push(KeyValue::new(
            l.t("console-stamp-case"),
            wanted.case_no.clone(),
        ));
    }
    for (at, placing) in wanted.seals.iter().enumerate() {
        let label = l.t1("console-stamp-seal", "n", (at + 1).to_string());
        let seal = held.iter().find(|one| one.seal.key == placing.seal);
        let name = seal.map_or_else(|| placing.seal.clone(), |one| one.seal.name.clone());
        rows.push(KeyValue::new(label, name));
    }
    let closing = match wanted.closing {
        true => "console-stamp-closes",
        false => "console-stamp-open",
    };
    rows.push(KeyValue::new(l.t("console-stamp-closing"), l.t(closing)));
    Part::Facts(KeyValues::new(rows))
}

/// Where the seals will stand, with the button that seals.
pub(super) async fn preview(
    acting: &Acting,
    shell: &Shell,
    (data, kept, name): (&FormData, &str, &str),
    (wanted, held, looked): (&SealDocument, &[Usable], &Looked),
    refused: Option<&Problem>,
) -> Answer {
    let l = shell.l();
    let pictures: Vec<Picture> = looked
        .pages
        .iter()
        .map(|page| Picture {
            src: format!("data:image/png;base64,{}", STANDARD.encode(&page.png)),
            alt: l.t1("console-stamp-page-alt", "n", page.page.to_string()),
            caption: l.t2(
                "console-visual-page-of",
                "n",
                page.page.to_string(),
                "all",
                looked.page_count.to_string(),
            ),
        })
        .collect();
    let mut seen = Vec::new();
    if looked.format == DocumentFormat::Pdf {
        seen.push(Part::Note(Notice::info(l.t("console-stamp-pdf-sheet"))));
    }
    match pictures.is_empty() {
        true => seen.push(Part::Note(Notice::warn(l.t("console-stamp-not-drawn")))),
        false => seen.push(Part::Pages(pictures, true)),
    }
    let mut hidden = form::carried(data);
    hidden.push((KEPT.into(), kept.to_owned()));
    let mut again = hidden.clone();
    again.push(("again".into(), "1".into()));
    let mut form = Form::default();
    if let Some(problem) = refused {
        form.refuse(&l, problem);
    }
    let act = |action: &str, form, hidden, button: &str, kind| {
        Part::Files(Act {
            action: action.into(),
            form,
            hidden,
            button: l.t(button),
            kind,
        })
    };
    let code = refused.map_or(StatusCode::OK, crate::reply::status);
    Sheet::new(l.t("console-stamp-preview"))
        .sub(l.t("console-stamp-preview-sub"))
        .crumb(l.t("console-stamp-title"), HOME)
        .block("pages", l.t("console-stamp-pages"), seen)
        .side(
            "facts",
            l.t("console-stamp-facts"),
            vec![facts(&l, name, wanted, held, looked)],
        )
        .side(
            "do",
            l.t("console-stamp-title"),
            vec![
                act("/desk/stamp/seal", form, hidden, "console-stamp-do", "pri"),
                act(HOME, Form::default(), again, "console-stamp-again", ""),
            ],
        )
        .show_as(code, acting, shell)
        .await
}
