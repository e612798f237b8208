//! What an installation's library says of a file: the three steps of verification, with the same
//! reasons as page and API.

use jiff::Timestamp;
use kernel::{Actor, Channel};
use licences::{Step, StepResult, Verification};
use sealing::Reason;
use serde_json::json;

use crate::platform::Look;
use crate::stop::Stop;

/// Asks the library of a file. The verification is logged, as every one is.
pub async fn ask(look: &Look, bytes: Vec<u8>) -> Result<Verification, Stop> {
    let digest = hex::encode(gm::sm3(&bytes));
    let visitor = look.ctx.with_actor(Actor::visitor(Channel::Api));
    let mut verification = licences::verify_file(&visitor, bytes).await?;
    if verification.summary.is_none()
        && let Some(record) = notices::by_digest(&visitor, &digest).await?
    {
        of_notice(&mut verification, &record);
    }
    Ok(verification)
}

/// A notice is no licence: where nothing else speaks against it, its own record says how it stands.
fn of_notice(verification: &mut Verification, record: &notices::Record) {
    let at = verification.at;
    let unknown = verification
        .failure()
        .is_some_and(|f| f.step == Step::Revocation && f.reason == Some(Reason::LicenceUnknown));
    if !unknown {
        return;
    }
    verification.steps.truncate(1);
    let name = format!("{} {}", record.title, record.number);
    if record.state == notices::State::Withdrawn {
        let instead = record.replaced_by.as_deref().unwrap_or_default();
        let reason = Some(Reason::NoticeWithdrawn);
        let evidence = format!("{name} {instead}").trim_end().to_owned();
        verification
            .steps
            .push(step(Step::Revocation, Some(false), reason, evidence, at));
        verification
            .steps
            .push(step(Step::Data, None, None, String::new(), at));
    } else {
        let state = format!("{name} {}", record.state.zh());
        verification
            .steps
            .push(step(Step::Revocation, Some(true), None, state, at));
        verification
            .steps
            .push(step(Step::Data, Some(true), None, name, at));
    }
    verification.valid = verification.steps.iter().all(|s| s.passed == Some(true));
}

fn step(
    step: Step,
    passed: Option<bool>,
    reason: Option<Reason>,
    evidence: String,
    at: Timestamp,
) -> StepResult {
    StepResult {
        step,
        passed,
        reason,
        evidence,
        at,
    }
}

/// The steps for machines: the findings' shape, one object a step.
pub fn steps_json(verification: &Verification) -> serde_json::Value {
    let steps = verification.steps.iter().map(|s| {
        json!({
            "step": s.step,
            "outcome": match s.passed {
                Some(true) => "pass",
                Some(false) => "fail",
                None => "not_checked",
            },
            "reason": s.reason.map(|r| r.code()),
            "zh": s.reason.map(|r| r.zh()),
            "en": s.reason.map(|r| r.en()),
            "evidence": s.evidence,
            "at": s.at,
        })
    });
    steps.collect()
}

/// The steps in words.
pub fn print_steps(verification: &Verification) {
    for s in &verification.steps {
        let mark = match s.passed {
            Some(true) => "✔",
            Some(false) => "✖",
            None => "–",
        };
        let reason = s
            .reason
            .map(|r| format!("{} / {}", r.zh(), r.en()))
            .unwrap_or_default();
        println!(
            "{mark} {} / {} {reason} {}",
            s.step.zh(),
            s.step.en(),
            s.evidence
        );
    }
    if let Some(summary) = &verification.summary {
        let until = summary
            .valid_to
            .map_or_else(|| "长期".to_owned(), |d| d.to_string());
        println!(
            "  {} {} {} {} {}–{until} {}",
            summary.type_name,
            summary.licence_no,
            summary.holder,
            summary.issuer,
            summary.issue_date,
            summary.state.zh()
        );
    }
}
