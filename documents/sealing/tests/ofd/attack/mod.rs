//! The systematic list of what can be done to a sealed OFD file. Each is refused, or where it is a
//! list of revocations not used, with its own reason; the table is printed.

mod chain;
mod container;
mod file;
mod seal;
mod stamp;

use sealing::{Outcome, Part, Reason, Trust, Verdict, pack, verify_ofd};

use crate::make::WORLD;

/// One attack: what it is aimed at, how, and the reasons that must be among those told; the first
/// of them decides.
struct Row {
    aim: &'static str,
    how: String,
    verdict: Verdict,
    outcome: Outcome,
    reason: Reason,
    /// Words of the evidence.
    words: &'static str,
}

#[derive(Default)]
struct Table(Vec<Row>);

impl Table {
    fn bytes(&mut self, aim: &'static str, how: impl Into<String>, bytes: &[u8], reason: Reason) {
        let verdict = verify_ofd(bytes, &WORLD.trust()).unwrap();
        self.verdict(aim, how, verdict, Outcome::Fail, reason, "");
    }

    fn parts(&mut self, aim: &'static str, how: impl Into<String>, parts: &[Part], reason: Reason) {
        self.bytes(aim, how, &pack(parts).unwrap(), reason);
    }

    fn trusted(
        &mut self,
        (aim, how): (&'static str, &str),
        parts: &[Part],
        trust: &Trust,
        reason: Reason,
        words: &'static str,
    ) {
        let verdict = verify_ofd(&pack(parts).unwrap(), trust).unwrap();
        self.verdict(aim, how, verdict, Outcome::Fail, reason, words);
    }

    fn verdict(
        &mut self,
        aim: &'static str,
        how: impl Into<String>,
        verdict: Verdict,
        outcome: Outcome,
        reason: Reason,
        words: &'static str,
    ) {
        let how = how.into();
        self.0.push(Row {
            aim,
            how,
            verdict,
            outcome,
            reason,
            words,
        });
    }

    fn holds(self) {
        let mut wrong = Vec::new();
        for row in self.0 {
            let found = match row.outcome {
                Outcome::Fail => row.verdict.first_failure(),
                other => row.verdict.findings.iter().find(|f| f.outcome == other),
            };
            let told = found.and_then(|f| f.reason).map_or("—", Reason::code);
            let evidence = found.map_or("", |f| f.evidence.as_str());
            println!("{:<12} {:<58} {told:<22} {evidence}", row.aim, row.how);
            let refused = row.outcome != Outcome::Fail || !row.verdict.is_valid();
            if told != row.reason.code() || !evidence.contains(row.words) || !refused {
                wrong.push(format!(
                    "{}: {}: wanted {} “{}”, told {told} “{evidence}”",
                    row.aim,
                    row.how,
                    row.reason.code(),
                    row.words
                ));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
