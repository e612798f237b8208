//! The outcome of a verification in words.

use kernel::time;
use licences::Verification;
use sealing::{Outcome, Reason};
use ui::L;
use ui::view::{
    Cell, Check, CheckOutcome, Column, KeyValue, KeyValues, NoticeTone, Row, Table, Verdict,
};

use crate::words;

/// The licence is genuine, only not in force now.
fn stands_aside(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::LicenceHistory
            | Reason::LicenceExpired
            | Reason::LicenceVoid
            | Reason::LicenceRevoked
            | Reason::LicenceCancelled
            | Reason::LicenceLost
            | Reason::LicenceSuspended
            | Reason::CopyOver
    )
}

fn reason_words(l: &L, reason: Reason) -> String {
    l.pick(reason.zh(), reason.en()).to_owned()
}

fn checks(l: &L, verification: &Verification) -> Vec<Check> {
    let check = |step: &licences::StepResult| Check {
        label: l.pick(step.step.zh(), step.step.en()).to_owned(),
        outcome: match step.passed {
            Some(true) => CheckOutcome::Passed,
            Some(false) => CheckOutcome::Failed,
            None => CheckOutcome::Skipped,
        },
        reason: match (step.reason, step.passed) {
            (Some(reason), _) => reason_words(l, reason),
            (None, Some(true)) => step.evidence.clone(),
            (None, _) => l.t("portal-verdict-skipped"),
        },
        at: ui::second(time::beijing(step.at)),
    };
    verification.steps.iter().map(check).collect()
}

/// 「第 2 版 2026 年 11 月 24 日；第 1 版 …」
fn versions(l: &L, s: &licences::Summary) -> String {
    let one = |(number, issued): &(u32, jiff::civil::Date)| {
        l.t2(
            "portal-version-line",
            "n",
            *number,
            "on",
            ui::date(l, *issued),
        )
    };
    let all: Vec<String> = s.versions.iter().map(one).collect();
    all.join(l.pick("；", "; "))
}

/// The verdict of a verification in words.
pub(super) fn of(l: &L, verification: &Verification) -> Verdict {
    match &verification.document {
        Some(record) => of_notice(l, verification, record),
        None => of_licence(l, verification),
    }
}

/// Of a copy: for whom and what it was made, and until when.
fn copy_rows(l: &L, verification: &Verification) -> Vec<KeyValue> {
    let Some(copy) = &verification.copy else {
        return Vec::new();
    };
    let purpose = l.pick(copy.purpose.zh(), copy.purpose.en());
    vec![
        KeyValue::new(l.t("copies-recipient"), &copy.recipient),
        KeyValue::new(l.t("copies-purpose"), purpose),
        KeyValue::new(l.t("copies-until"), ui::date(l, copy.until)),
    ]
}

/// Of a licence: ✔ valid, ! genuine but not in force, ✖ not verified.
fn of_licence(l: &L, verification: &Verification) -> Verdict {
    let reason = verification.failure().and_then(|step| step.reason);
    let aside = reason.is_some_and(stands_aside) && verification.summary.is_some();
    // Sealed by somebody we trust, and no licence of ours: genuine, as far as a file can show.
    let elsewhere = reason == Some(Reason::LicenceUnknown) && verification.verdict.is_some();
    let (tone, headline, explanation) = match (verification.valid, aside) {
        (false, false) if elsewhere => (
            NoticeTone::Warn,
            l.t("portal-verdict-elsewhere"),
            l.t("portal-verdict-elsewhere-words"),
        ),
        (true, _) => (
            NoticeTone::Ok,
            l.t("portal-verdict-good"),
            l.t("portal-verdict-good-words"),
        ),
        (false, true) => (
            NoticeTone::Warn,
            reason.map(|r| reason_words(l, r)).unwrap_or_default(),
            l.t("portal-verdict-aside-words"),
        ),
        (false, false) => (
            NoticeTone::Bad,
            l.t("portal-verdict-bad"),
            l.t("portal-verdict-bad-words"),
        ),
    };
    // Of a file that failed its security check nothing is believed, hence nothing shown.
    let facts = verification
        .summary
        .as_ref()
        .filter(|_| verification.valid || aside)
        .map(|s| {
            let mut rows = vec![
                KeyValue::new(l.t("portal-licence-type"), &s.type_name),
                KeyValue::new(l.t("licence-number"), &s.licence_no).digits(),
                KeyValue::new(l.t("portal-holder"), &s.holder),
                KeyValue::new(l.t("licence-issuer"), &s.issuer),
                KeyValue::new(l.t("portal-issued-on"), ui::date(l, s.issue_date)),
                KeyValue::new(l.t("licence-until"), words::until(l, s.valid_to)),
                KeyValue::new(l.t("portal-verify-versions"), versions(l, s)),
            ];
            rows.extend(copy_rows(l, verification));
            KeyValues::new(rows)
        });
    let not_shown = match facts.is_some() {
        true => vec![l.t("portal-not-shown-id"), l.t("portal-not-shown-face")],
        false => Vec::new(),
    };
    Verdict {
        tone,
        headline,
        explanation,
        facts: facts.unwrap_or_default(),
        checks: checks(l, verification),
        checked_at: words::moment(l, verification.at),
        number: verification.number.clone(),
        not_shown,
    }
}

/// Of a notice of the platform: what anybody may be told of its record.
fn of_notice(l: &L, verification: &Verification, record: &notices::Record) -> Verdict {
    let reason = verification.failure().and_then(|step| step.reason);
    let (tone, key) = match (verification.valid, reason) {
        (true, _) => (NoticeTone::Ok, "portal-notice-good"),
        (false, Some(Reason::NoticeWithdrawn)) => (NoticeTone::Warn, "portal-notice-withdrawn"),
        (false, _) => (NoticeTone::Bad, "portal-verdict-bad"),
    };
    let mut rows = vec![
        KeyValue::new(l.t("portal-document"), &record.title),
        KeyValue::new(l.t("portal-document-no"), &record.number).digits(),
    ];
    if let Some(new) = &record.replaced_by {
        rows.push(KeyValue::new(l.t("portal-replaced-by"), new).digits());
    }
    Verdict {
        tone,
        headline: l.t(key),
        explanation: l.t("portal-notice-words"),
        facts: KeyValues::new(rows),
        checks: checks(l, verification),
        checked_at: words::moment(l, verification.at),
        number: verification.number.clone(),
        not_shown: Vec::new(),
    }
}

/// The checks on the file itself, signature by signature.
pub(super) fn file_checks(l: &L, verification: &Verification) -> Table {
    let findings = verification.verdict.iter().flat_map(|v| &v.findings);
    let rows = findings.map(|f| {
        let check = l.pick(f.check.zh(), f.check.en());
        Row::new(vec![
            Cell::text(match f.signature {
                Some(index) => format!("{}. {check}", index + 1),
                None => check.to_owned(),
            }),
            Cell::text(l.t(match f.outcome {
                Outcome::Pass => "check-passed",
                Outcome::Fail => "check-failed",
                Outcome::Warn => "portal-check-warn",
                Outcome::NotChecked => "portal-check-not",
            })),
            match f.reason {
                Some(reason) => Cell::Lines(reason_words(l, reason), f.evidence.clone()),
                None => Cell::text(f.evidence.clone()),
            },
        ])
    });
    let columns = ["", "-outcome", "-evidence"];
    Table {
        caption: l.t("portal-verify-details"),
        columns: columns
            .map(|key| Column::new(l.t(&format!("portal-check{key}"))))
            .to_vec(),
        rows: rows.collect(),
        ..Table::default()
    }
}
