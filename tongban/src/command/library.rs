//! What an installation's library says of a file: the three steps of verification, with the same
//! reasons as page and API.

use kernel::{Actor, Channel};
use licences::Verification;
use serde_json::json;

use crate::platform::Look;
use crate::stop::Stop;

/// Asks the library of a file. The verification is logged, as every one is.
pub async fn ask(look: &Look, bytes: Vec<u8>) -> Result<Verification, Stop> {
    let visitor = look.ctx.with_actor(Actor::visitor(Channel::Api));
    Ok(licences::verify_file(&visitor, bytes).await?)
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
