//! One licence: its face, the verdict on its file, its uses, and changes of its state.

use axum::extract::Path;
use kernel::{Permission, Problem};
use licences::{Detail, Format, LicenceEvent, LicenceType, MOVES, StateChange};
use sealing::Outcome;
use ui::view::{
    Cell, Check, CheckOutcome, Column, ConfirmDialog, Empty, KeyValue, KeyValues, Notice,
    NoticeTone, Row, Table, Verdict,
};
use ui::{Chip, L, Posted, Shell};

use super::life;
use crate::files;
use crate::reply::{Answer, OrPage, enc, said};
use crate::session::{Acting, Staff};
use crate::sheet::{Part, Sheet};
use crate::words;

/// What staff may do to a licence by hand; the rest follows from cases and clocks.
const BY_HAND: &[LicenceEvent] = &[
    LicenceEvent::Suspend,
    LicenceEvent::Restore,
    LicenceEvent::ReportLoss,
    LicenceEvent::Found,
    LicenceEvent::Cancel,
    LicenceEvent::Void,
    LicenceEvent::Revoke,
];

pub(super) async fn show(Staff(acting): Staff, shell: Shell, Path(key): Path<String>) -> Answer {
    let (l, ctx) = (shell.l(), &acting.ctx);
    let detail = licences::detail(ctx, &key).await.or_page(&shell)?;
    let kind = licences::licence_type(ctx, &detail.card.type_code)
        .await
        .or_page(&shell)?;
    let uses = licences::uses(ctx, &key).await.or_page(&shell)?;
    let events = licences::life(ctx, &key).await.or_page(&shell)?;
    let inspected = licences::inspections(ctx, &key).await.or_page(&shell)?;
    let versions = licences::versions(ctx, &key).await.or_page(&shell)?;
    let now = ctx.now();
    let columns = ["at", "what", "by", "purpose"];
    let used = uses.iter().map(|used| {
        Row::new(vec![
            Cell::text(words::at(&l, used.at, now)),
            Cell::text(used.what.clone()),
            Cell::text(used.by.clone()),
            Cell::text(used.purpose.clone()),
        ])
    });
    let log = if uses.is_empty() {
        Part::Empty(Empty::new("eye", l.t("console-licence-unused")))
    } else {
        Part::Table(Table {
            caption: l.t("console-licence-uses"),
            columns: columns
                .map(|c| Column::new(l.t(&format!("console-use-{c}"))))
                .to_vec(),
            rows: used.collect(),
            ..Table::default()
        })
    };
    let download = ["ofd", "pdf", "png"].map(|format| {
        let href = format!("/licences/{}/file/{format}", enc(&key));
        (href, l.t(&format!("console-download-{format}")))
    });
    let mut links = download.to_vec();
    if !acting.ctx.actor.scopes(Permission::LicenceIssue).is_empty() {
        let href = format!("/licences/{}/print", enc(&key));
        links.push((href, l.t("console-print-title")));
    }
    Sheet::new(detail.card.type_name.clone())
        .sub(detail.card.licence_no_masked.clone())
        .crumb(l.t("console-menu-licences"), "/licences")
        .block(
            "face",
            l.t("console-licence-face"),
            face(&l, &detail, &kind),
        )
        .block(
            "inspections",
            l.t("console-inspect-title"),
            inspected.map_or_else(Vec::new, |of| life::inspections(&acting, &l, &key, &of)),
        )
        .block(
            "versions",
            l.t("console-versions-title"),
            life::versions(&acting, &l, &key, &versions),
        )
        .block("uses", l.t("console-licence-uses"), vec![log])
        .block(
            "life",
            l.t("console-life-title"),
            life::told(&acting, &l, events),
        )
        .side(
            "verdict",
            l.t("console-licence-verdict"),
            vec![verdict(&acting, &l, &detail)],
        )
        .side(
            "files",
            l.t("console-licence-files"),
            vec![Part::Links(links)],
        )
        .side(
            "data",
            l.t("console-correct-title"),
            data_check(&acting, &l, &key),
        )
        .side(
            "state",
            l.t("console-licence-change"),
            changes(&acting, &shell, &detail),
        )
        .show(&acting, &shell)
        .await
}

/// The way to checking and correcting the data, for those who may.
fn data_check(acting: &Acting, l: &L, key: &str) -> Vec<Part> {
    let may = [Permission::LicenceChange, Permission::LicenceApprove];
    match may.iter().any(|p| !acting.ctx.actor.scopes(*p).is_empty()) {
        true => {
            let href = format!("/licences/{}/data", enc(key));
            vec![Part::Links(vec![(href, l.t("console-correct-link"))])]
        }
        false => Vec::new(),
    }
}

fn face(l: &L, detail: &Detail, kind: &LicenceType) -> Vec<Part> {
    let (card, version) = (&detail.card, &detail.version);
    let mut rows = vec![
        KeyValue::new(l.t("console-licences-holder"), card.holder_masked.clone()),
        KeyValue::new(l.t("console-licences-issuer"), card.issuer.clone()),
        KeyValue::new(
            l.t("console-licences-until"),
            words::until(l, card.valid_to),
        ),
        KeyValue::new(
            l.t("console-licence-issued"),
            ui::date(l, version.data.issue_date),
        ),
        KeyValue::new(l.t("console-licence-version"), version.version.to_string())
            .note(version.face.identifier.clone()),
    ];
    if let Some(number) = &version.case_no {
        let href = format!("/desk/cases/{}", enc(number));
        rows.push(KeyValue::new(l.t("console-licence-case"), number.clone()).href(href));
    }
    for field in &kind.face_fields {
        let value = version
            .face
            .face
            .get(&field.field_code)
            .map_or("", String::as_str);
        if value.is_empty() {
            continue;
        }
        let guarded = field.sensitive || field.derived_from_identity;
        let shown = if guarded {
            kernel::mask::by_shape(value)
        } else {
            value.to_owned()
        };
        rows.push(KeyValue::new(field.field_name.clone(), shown));
    }
    let lamp_free = Chip::licence(card.state.code(), false);
    let state = KeyValue::new(l.t("console-list-state"), lamp_free.words(l));
    rows.insert(0, state);
    vec![Part::Facts(KeyValues::new(rows))]
}

fn verdict(acting: &Acting, l: &L, detail: &Detail) -> Part {
    let found = &detail.verdict;
    let checks = found
        .findings
        .iter()
        .map(|finding| Check {
            label: l.t(&format!("console-check-{}", check_code(finding.check))),
            outcome: match finding.outcome {
                Outcome::Pass | Outcome::Warn => CheckOutcome::Passed,
                Outcome::Fail => CheckOutcome::Failed,
                Outcome::NotChecked => CheckOutcome::Skipped,
            },
            reason: match finding.reason {
                Some(reason) => {
                    format!("{} {}", l.pick(reason.zh(), reason.en()), finding.evidence)
                }
                None => finding.evidence.clone(),
            },
            at: String::new(),
        })
        .collect();
    let signed = found.is_valid();
    Part::Verdict(Verdict {
        tone: if signed {
            NoticeTone::Ok
        } else {
            NoticeTone::Bad
        },
        headline: l.t(if signed {
            "console-verdict-ok"
        } else {
            "console-verdict-bad"
        }),
        explanation: l.t(if signed {
            "console-verdict-ok-why"
        } else {
            "console-verdict-bad-why"
        }),
        facts: KeyValues::new(Vec::new()),
        checks,
        checked_at: words::at(l, acting.ctx.now(), acting.ctx.now()),
        number: String::new(),
        not_shown: Vec::new(),
    })
}

fn check_code(check: sealing::Check) -> &'static str {
    use sealing::Check as C;
    match check {
        C::Container => "container",
        C::Integrity => "integrity",
        C::Coverage => "coverage",
        C::Stamp => "stamp",
        C::Seal => "seal",
        C::SealValidity => "seal-validity",
        C::Chain => "chain",
        C::Revocation => "revocation",
        C::Form => "form",
    }
}

/// The changes that this state allows. A licence whose file is broken is not acted on.
fn changes(acting: &Acting, shell: &Shell, detail: &Detail) -> Vec<Part> {
    let (l, card) = (shell.l(), &detail.card);
    if acting
        .ctx
        .actor
        .scopes(Permission::LicenceChange)
        .is_empty()
    {
        return Vec::new();
    }
    if !detail.verdict.is_valid() {
        return vec![Part::Note(Notice::bad(l.t("console-licence-no-change")))];
    }
    let possible = |event: &&LicenceEvent| {
        MOVES
            .iter()
            .any(|m| m.0 == Some(card.state) && m.1 == **event)
    };
    BY_HAND
        .iter()
        .filter(possible)
        .map(|event| {
            let words = l.t(&format!("console-licence-event-{}", event.code()));
            Part::Confirm(ConfirmDialog {
                trigger: words.clone(),
                title: l.t2(
                    "console-licence-ask",
                    "what",
                    &words,
                    "name",
                    format!("{} {}", card.type_name, card.licence_no_masked),
                ),
                body: l.t("console-licence-ask-body"),
                action: format!("/licences/{}/state", enc(&card.licence_key)),
                hidden: vec![
                    ("event".into(), event.code().into()),
                    ("from".into(), card.state.code().into()),
                ],
                reason: Some(l.t("console-reason")),
                confirm: words,
                csrf: shell.csrf(),
                ..ConfirmDialog::default()
            })
        })
        .collect()
}

pub(super) async fn change(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let notice = match change_now(&acting, &key, &data).await {
        Ok(()) => Notice::ok(l.t("console-licence-changed")),
        Err(problem) => Notice::bad(said(&l, &problem)),
    };
    Ok(shell.flash(notice).to(&format!("/licences/{}", enc(&key))))
}

async fn change_now(acting: &Acting, key: &str, data: &ui::FormData) -> Result<(), Problem> {
    let event = LicenceEvent::from_code(data.get("event"))
        .filter(|event| BY_HAND.contains(event))
        .ok_or_else(|| Problem::not_found("没有这种变更", "No such change"))?;
    if data.get("reason").is_empty() {
        return Err(Problem::invalid(
            "reason_missing",
            "请填写理由",
            "Give the reason",
        ));
    }
    let card = licences::detail(&acting.ctx, key).await?.card;
    if card.state.code() != data.get("from") {
        return Err(Problem::conflict(
            "stale",
            "证照状态刚刚变化，没有再次变更，请核对后再办",
            "The licence has changed meanwhile; nothing was done. Please look again",
        ));
    }
    let change = StateChange {
        licence_key: key.to_owned(),
        event,
        reason: data.get("reason").to_owned(),
    };
    licences::change_state(&acting.ctx, change).await?;
    Ok(())
}

pub(super) async fn download(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, format)): Path<(String, String)>,
) -> Answer {
    let format = Format::from_code(&format)
        .ok_or_else(|| Problem::not_found("没有这种格式", "No such format"))
        .or_page(&shell)?;
    let bytes = licences::file(&acting.ctx, &key, format)
        .await
        .or_page(&shell)?;
    let card = licences::detail(&acting.ctx, &key)
        .await
        .or_page(&shell)?
        .card;
    let name = format!("{}.{}", card.type_name, format.code());
    Ok(files::file(&name, format.media_type(), bytes))
}
