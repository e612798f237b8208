//! 证照解析: what a licence file says of itself, of any region [H-84].

use axum::extract::Multipart;
use axum::http::StatusCode;
use kernel::{Problem, time};
use licences::{Format, Group, Parsed, ParsedSignature};
use ui::view::{Empty, Field, Form, KeyValue, KeyValues, Notice};
use ui::{CsrfGuard, L, Shell};

use crate::reply::{Answer, OrPage, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};
use crate::words;

const HERE: &str = "/desk/verify/parse";

fn form(l: &L) -> Form {
    Form::new(vec![
        Field::file("file", l.t("console-parse-file"), ".ofd,.pdf")
            .hint(l.t("console-parse-file-hint")),
    ])
}

pub(super) async fn ask(Staff(acting): Staff, shell: Shell) -> Answer {
    page(&acting, &shell, form(&shell.l()), None, StatusCode::OK).await
}

pub(super) async fn parse(
    Staff(acting): Staff,
    shell: Shell,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let mut form = form(&l);
    let mut received = ui::receive(&shell, &guard, parts).await?;
    let Some((name, bytes)) = received.take_file() else {
        form.fail("file", l.t("console-visual-choose"));
        return page(
            &acting,
            &shell,
            form,
            None,
            StatusCode::UNPROCESSABLE_ENTITY,
        )
        .await;
    };
    match licences::parse(&acting.ctx, bytes).await {
        Ok(parsed) => page(&acting, &shell, form, Some((name, parsed)), StatusCode::OK).await,
        Err(error) => {
            let problem = Problem::from(error);
            if problem.field.is_none() {
                return Err(shell.problem(&problem));
            }
            form.fail("file", said(&l, &problem));
            page(&acting, &shell, form, None, status(&problem)).await
        }
    }
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    form: Form,
    parsed: Option<(String, Parsed)>,
    code: StatusCode,
) -> Answer {
    let l = shell.l();
    licences::may_parse(&acting.ctx).or_page(shell)?;
    let act = Act {
        action: HERE.into(),
        form,
        hidden: Vec::new(),
        button: l.t("console-parse-do"),
        kind: "pri",
    };
    let mut sheet = Sheet::new(l.t("console-parse-title"))
        .sub(l.t("console-parse-sub"))
        .crumb(l.t("console-visual-title"), "/desk/verify");
    if let Some((name, parsed)) = parsed {
        sheet = told(sheet, acting, &l, &name, &parsed);
    }
    sheet
        .block("file", l.t("console-parse-file"), vec![Part::Files(act)])
        .show_as(code, acting, shell)
        .await
}

fn told(sheet: Sheet, acting: &Acting, l: &L, name: &str, parsed: &Parsed) -> Sheet {
    let mut sheet = sheet.block("about", l.t("console-parse-about"), about(l, name, parsed));
    for group in Group::ALL {
        let of = parsed
            .metadata
            .iter()
            .filter(|(one, _)| one.group == *group);
        let rows = of.map(|(one, value)| {
            KeyValue::new(l.pick(one.zh, one.en).to_owned(), value.clone()).note(one.code)
        });
        let title = l.pick(group.zh(), group.en()).to_owned();
        sheet = sheet.block(group.code(), title, facts(rows.collect()));
    }
    let plain = |list: &[(String, String)]| {
        let rows = list.iter();
        facts(
            rows.map(|(name, value)| KeyValue::new(name.clone(), value.clone()))
                .collect(),
        )
    };
    let face = parsed
        .face
        .iter()
        .map(|(code, value)| match parsed.names.get(code) {
            Some(name) => KeyValue::new(name.clone(), value.clone()).note(code.clone()),
            None => KeyValue::new(code.clone(), value.clone()),
        });
    sheet = sheet
        .block("face", l.t("console-parse-face"), facts(face.collect()))
        .block("other", l.t("console-parse-other"), plain(&parsed.other));
    if !parsed.text.is_empty() {
        let text = vec![
            Part::Note(Notice::info(l.t("console-parse-text-why"))),
            Part::Text(parsed.text.join("\n")),
        ];
        sheet = sheet.block("text", l.t("console-parse-text"), text);
    }
    sheet.block(
        "signatures",
        l.t("console-parse-signatures"),
        signatures(acting, l, parsed),
    )
}

fn facts(rows: Vec<KeyValue>) -> Vec<Part> {
    match rows.is_empty() {
        true => Vec::new(),
        false => vec![Part::Facts(KeyValues::new(rows))],
    }
}

fn about(l: &L, name: &str, parsed: &Parsed) -> Vec<Part> {
    let format = parsed.format.map_or("", |format| match format {
        Format::Pdf => "PDF",
        _ => "OFD",
    });
    let standard = match parsed.standard {
        true => l.t("console-parse-standard"),
        false => l.t("console-parse-foreign"),
    };
    let mut rows = vec![
        KeyValue::new(l.t("console-parse-name"), name.to_owned()),
        KeyValue::new(l.t("console-parse-format"), format.to_owned()),
        KeyValue::new(l.t("console-parse-pages"), parsed.pages.to_string()),
        KeyValue::new(l.t("console-parse-structure"), standard),
    ];
    if !parsed.attachments.is_empty() {
        let names = parsed.attachments.join("、");
        rows.push(KeyValue::new(l.t("console-parse-attachments"), names));
    }
    vec![
        Part::Note(
            Notice::info(l.t("console-parse-unjudged"))
                .link(l.t("console-visual-title"), "/desk/verify"),
        ),
        Part::Facts(KeyValues::new(rows)),
    ]
}

fn signatures(acting: &Acting, l: &L, parsed: &Parsed) -> Vec<Part> {
    if parsed.signatures.is_empty() {
        return vec![Part::Empty(Empty::new(
            "seal",
            l.t("console-parse-unsigned"),
        ))];
    }
    let many = parsed.signatures.len() > 1;
    let mut parts = Vec::new();
    for (at, one) in parsed.signatures.iter().enumerate() {
        if many {
            let n = (at + 1).to_string();
            parts.push(Part::Heading(l.t1("console-parse-signature", "n", n)));
        }
        parts.push(Part::Facts(KeyValues::new(signature(acting, l, one))));
        if let Some(problem) = &one.problem {
            parts.push(Part::Note(Notice::bad(problem.clone())));
        }
    }
    parts
}

fn signature(acting: &Acting, l: &L, one: &ParsedSignature) -> Vec<KeyValue> {
    let now = acting.ctx.now();
    let at = |at: Option<jiff::Timestamp>| at.map(|at| words::at(l, at, now));
    let signer = one.signer.as_ref();
    let day = |at: Option<jiff::Timestamp>| at.map(|at| ui::date(l, time::beijing_date(at)));
    let period = match (day(one.seal_from), day(one.seal_to)) {
        (Some(from), Some(to)) => Some(format!("{from} — {to}")),
        _ => None,
    };
    let rows = [
        (l.t("console-parse-kind"), Some(one.kind.clone())),
        (l.t("console-parse-seal"), one.seal_name.clone()),
        (l.t("console-parse-seal-id"), one.seal_id.clone()),
        (l.t("console-parse-seal-owner"), one.seal_owner.clone()),
        (l.t("console-parse-seal-valid"), period),
        (l.t("console-parse-maker"), one.maker.clone()),
        (
            l.t("console-parse-signer"),
            signer.map(|s| s.subject.clone()),
        ),
        (
            l.t("console-parse-signer-by"),
            signer.map(|s| s.issuer.clone()),
        ),
        (
            l.t("console-parse-serial"),
            signer.map(|s| s.serial.clone()),
        ),
        (l.t("console-parse-at"), at(one.signed_at)),
        (l.t("console-parse-stamped"), one.time_authority.clone()),
        (l.t("console-parse-algorithm"), Some(one.algorithm.clone())),
    ];
    let said = rows.into_iter().filter_map(|(label, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(KeyValue::new(label, value))
    });
    said.collect()
}
