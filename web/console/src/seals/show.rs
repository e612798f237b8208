//! A seal's page: impression, record, certificates, authorisations, what was done, what it was used
//! for, and what the viewer may do.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use kernel::{Permission, Problem, time};
use seals::{FileKind, SealDetail};
use ui::chips::Kind;
use ui::view::{
    Action, Cell, Column, Empty, Entry, EntryState, KeyValue, KeyValues, Notice, Row, Table,
    Timeline,
};
use ui::{Chip, L, QueryData, Shell};

use super::{HOME, document, may, offer, page_of_seal, person, uses};
use crate::files;
use crate::reply::{Answer, OrPage, enc};
use crate::session::{Acting, Staff};
use crate::sheet::{Part, Picture, Sheet};
use crate::words;

pub(super) async fn show(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
    QueryData(query): QueryData,
) -> Answer {
    let l = shell.l();
    let detail = seals::detail(&acting.ctx, &key).await.or_page(&shell)?;
    let acts = seals::timeline(&acting.ctx, &key).await.or_page(&shell)?;
    let seal = &detail.seal;
    let names = names(&acting, &l, &detail, &acts).await;
    let picture = Picture {
        src: format!("{}/impression.png", page_of_seal(&key)),
        alt: l.t1("console-seal-alt", "name", &seal.name),
        caption: l.t2(
            "console-seal-size",
            "w",
            detail.size_mm.0,
            "h",
            detail.size_mm.1,
        ),
    };
    let mut sheet = Sheet::new(seal.name.clone())
        .sub(seal.es_id.clone())
        .crumb(l.t("console-seals-title"), HOME);
    if seal.frozen_at.is_some() {
        sheet = sheet.notice(Notice::warn(l.t("console-seal-frozen")));
    }
    sheet = sheet
        .block(
            "record",
            l.t("console-seal-record"),
            record(&acting, &l, &detail, &names),
        )
        .block(
            "grants",
            l.t("console-seal-grants"),
            granted(&acting, &l, &detail),
        );
    if may(&acting, Permission::SealReadUses) {
        let list = uses::of_seal(seal, &query);
        let parts = uses::parts(&acting, &shell, &list, &page_of_seal(&key), &query).await?;
        sheet = sheet.block("uses", l.t("console-seals-uses"), parts);
    }
    sheet
        .side(
            "impression",
            l.t("console-seal-impression"),
            vec![Part::Pictures(vec![picture])],
        )
        .side(
            "acts",
            l.t("console-seal-acts"),
            offer::acts(&acting, &shell, &detail, &names),
        )
        .side(
            "timeline",
            l.t("console-seal-timeline"),
            told(&acting, &l, &acts, &names),
        )
        .show(&acting, &shell)
        .await
}

/// How everybody who has to do with the seal is called, by user name.
pub(super) type Names = BTreeMap<String, String>;

async fn names(acting: &Acting, l: &L, detail: &SealDetail, acts: &[seals::Act]) -> Names {
    let seal = &detail.seal;
    let mut users: Vec<&str> = acts.iter().map(|act| act.staff.as_str()).collect();
    users.extend([seal.custodian.as_str(), seal.applicant.as_str()]);
    users.extend(seal.reviewer.as_deref());
    users.extend(seal.maker.as_deref());
    users.extend(seal.asked.as_ref().map(|asked| asked.by.as_str()));
    let mut names = Names::new();
    for user in users {
        if !names.contains_key(user) {
            names.insert(user.to_owned(), person(acting, l, user).await);
        }
    }
    names
}

fn record(acting: &Acting, l: &L, detail: &SealDetail, names: &Names) -> Vec<Part> {
    let (seal, now) = (&detail.seal, acting.ctx.now());
    let none = || "—".to_owned();
    let named = |user: Option<&str>| {
        let found = user.and_then(|user| names.get(user).cloned());
        found.or(user.map(str::to_owned)).unwrap_or_else(none)
    };
    let row = |key: &str, value: String| KeyValue::new(l.t(&format!("console-seal-{key}")), value);
    let mut rows = vec![
        row("state", Chip::new(Kind::Seal, seal.state.code()).words(l)),
        row(
            "type",
            l.pick(seal.seal_type.zh(), seal.seal_type.en()).to_owned(),
        ),
        row("owner", seal.owner.name.clone()).note(seal.owner.uscc.clone()),
        row("custodian", named(Some(&seal.custodian))),
        row("applicant", named(Some(&seal.applicant))),
        row("reviewer", named(seal.reviewer.as_deref())),
        row("maker", named(seal.maker.as_deref())),
        row("basis", seal.basis.clone()),
        row("signature-version", detail.signature_version.to_string()),
        row("signer", detail.signer.clone().unwrap_or_else(none)),
        row("signing-time", words::maybe(l, detail.signing_time, now)),
        row("made", words::maybe(l, seal.made_at, now)),
        row("filing", seal.filing_no.clone().unwrap_or_else(none)),
        row("released", words::maybe(l, seal.released_at, now)),
        row("used", detail.used.to_string()),
    ];
    if let (Some(from), Some(to)) = (seal.valid_from, seal.valid_to) {
        let day = |at| ui::date(l, time::beijing_date(at));
        let until = l.t2("console-seal-from-to", "from", day(from), "to", day(to));
        rows.insert(9, row("validity", until));
    }
    if let Some(old) = &seal.replaces {
        rows.push(row("replaces", l.t("console-seal-replaced")).href(page_of_seal(old)));
    }
    for file in &detail.files {
        let href = format!("{}/file/{}", page_of_seal(&seal.key), file.kind.code());
        let label = l.pick(file.kind.zh(), file.kind.en());
        rows.push(KeyValue::new(label, file.name.clone()).href(href));
    }
    let mut parts = vec![Part::Facts(KeyValues::new(rows))];
    let day = |at| ui::date(l, time::beijing_date(at));
    for one in &detail.certificates {
        let until = l.t2(
            "console-seal-from-to",
            "from",
            day(one.not_before),
            "to",
            day(one.not_after),
        );
        let title = l.t(&format!("console-seal-key-{}", one.kind));
        parts.push(Part::Heading(l.t1(
            "console-seal-certificate",
            "for",
            title,
        )));
        parts.push(Part::Facts(KeyValues::new(vec![
            row("subject", one.subject.clone()),
            row("issuer", one.issuer.clone()),
            row("serial", one.serial.clone()).digits(),
            row("validity", until),
        ])));
    }
    parts
}

fn granted(acting: &Acting, l: &L, detail: &SealDetail) -> Vec<Part> {
    if detail.authorisations.is_empty() {
        let none = Empty::new("lock", l.t("console-seal-grants-none"));
        return vec![Part::Empty(none)];
    }
    let now = acting.ctx.now();
    let columns = ["holder", "document", "period", "today", "open"];
    let rows = detail.authorisations.iter().rev().map(|one| {
        let day = |at| time::beijing_date(at).to_string();
        let item = if one.item_code.is_empty() {
            l.t("console-seal-every-item")
        } else {
            one.item_code.clone()
        };
        let used = detail.used_today.get(&one.key).copied().unwrap_or_default();
        let kind = l.pick(one.holder_kind.zh(), one.holder_kind.en());
        let open = match one.withdrawn_at {
            Some(at) => Cell::text(l.t1("console-seal-ended", "at", words::at(l, at, now))),
            None => Cell::Actions(vec![Action {
                label: l.t("console-seal-change"),
                href: format!(
                    "{}/grants/{}",
                    page_of_seal(&detail.seal.key),
                    enc(&one.key)
                ),
                about: format!("{} {}", one.holder, document(l, &one.document_kind)),
            }]),
        };
        let until = l.t1("console-seal-until", "to", day(one.valid_to));
        let most = one.daily_maximum;
        Row::new(vec![
            Cell::Lines(one.holder.clone(), kind.to_owned()),
            Cell::Lines(document(l, &one.document_kind), item),
            Cell::Lines(
                l.t1("console-seal-since", "from", day(one.valid_from)),
                until,
            ),
            Cell::text(l.t2("console-seal-used-of", "used", used, "most", most)),
            open,
        ])
    });
    vec![Part::Table(Table {
        caption: l.t("console-seal-grants"),
        columns: columns
            .map(|key| Column::new(l.t(&format!("console-seal-grant-{key}"))))
            .to_vec(),
        rows: rows.collect(),
        ..Table::default()
    })]
}

fn told(acting: &Acting, l: &L, acts: &[seals::Act], names: &Names) -> Vec<Part> {
    let now = acting.ctx.now();
    let entry = |(index, act): (usize, &seals::Act)| Entry {
        what: l.t(&format!("console-seal-did-{}", act.what.replace('_', "-"))),
        when: words::at(l, act.at, now),
        at: act.at.to_string(),
        who: names.get(&act.staff).unwrap_or(&act.staff).clone(),
        note: Some(act.note.clone()).filter(|note| !note.is_empty()),
        documents: Vec::new(),
        state: match act.what.as_str() {
            "refuse" | "report_loss" | "destroy" | "expire" => EntryState::Bad,
            _ if index == 0 => EntryState::Now,
            _ => EntryState::Done,
        },
    };
    let entries = acts.iter().rev().enumerate().map(entry).collect();
    vec![Part::Timeline(Timeline(entries))]
}

pub(super) async fn impression(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
) -> Answer {
    let png = seals::impression(&acting.ctx, &key).await.or_page(&shell)?;
    Ok(files::file("impression.png", "image/png", png))
}

pub(super) async fn file(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, kind)): Path<(String, String)>,
) -> Result<Response, Response> {
    let kind = FileKind::from_code(&kind)
        .ok_or_else(|| Problem::not_found("没有这个文件", "There is no such file"))
        .or_page(&shell)?;
    let (found, bytes) = seals::file_of(&acting.ctx, &key, kind)
        .await
        .or_page(&shell)?;
    Ok(files::file(&found.name, found.media_type, bytes))
}
