//! The outcome of a verification in words.

use kernel::time;
use licences::{Step, Verification};
use sealing::Reason;
use ui::L;
use ui::view::{Check, CheckOutcome, KeyValue, KeyValues, NoticeTone, Verdict};

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

/// Of a licence: ✔ valid, ! genuine but not in force, ✖ not verified.
pub(super) fn of_licence(l: &L, verification: &Verification) -> Verdict {
    let reason = verification.failure().and_then(|step| step.reason);
    let aside = reason.is_some_and(stands_aside) && verification.summary.is_some();
    let (tone, headline, explanation) = match (verification.valid, aside) {
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
            KeyValues::new(vec![
                KeyValue::new(l.t("portal-licence-type"), &s.type_name),
                KeyValue::new(l.t("licence-number"), &s.licence_no).digits(),
                KeyValue::new(l.t("portal-holder"), &s.holder),
                KeyValue::new(l.t("licence-issuer"), &s.issuer),
                KeyValue::new(l.t("portal-issued-on"), ui::date(l, s.issue_date)),
                KeyValue::new(l.t("licence-until"), words::until(l, s.valid_to)),
                KeyValue::new(l.t("portal-verify-versions"), versions(l, s)),
            ])
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

/// Of a notice of the platform: its signature by the file, its standing by the record.
pub(super) fn of_notice(l: &L, verification: &Verification, record: &notices::Record) -> Verdict {
    let mut checks = checks(l, verification);
    let secure = verification
        .steps
        .iter()
        .any(|step| step.step == Step::Security && step.passed == Some(true));
    checks.truncate(1);
    let withdrawn = record.state == notices::State::Withdrawn;
    let (tone, key) = match (secure, withdrawn) {
        (true, false) => (NoticeTone::Ok, "portal-notice-good"),
        (true, true) => (NoticeTone::Warn, "portal-notice-withdrawn"),
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
        checks,
        checked_at: words::moment(l, verification.at),
        // The log holds that this file is no licence; its own record says the rest.
        number: String::new(),
        not_shown: Vec::new(),
    }
}
