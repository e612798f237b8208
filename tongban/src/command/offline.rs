//! Verifying an offline bundle: the document by its own seal, the lists by their issuers, the report
//! by its seal. Only the roots come from outside.

use kernel::Clock;
use ofd::{Limits, Package};
use sealing::{Bundle, Outcome, Reason, RevocationList, Trust, Verdict};
use serde::Serialize;

/// What a bundle says beside the verdict on its document.
#[derive(Debug, Serialize)]
pub struct Offline {
    /// 证照吊销列表.
    pub revocations: Checked,
    /// 核验报告.
    pub report: Checked,
}

/// One part of the bundle.
#[derive(Debug, Serialize)]
pub struct Checked {
    pub outcome: Outcome,
    pub reason: Option<Reason>,
    pub evidence: String,
}

impl Checked {
    fn new(outcome: Outcome, reason: Option<Reason>, evidence: impl Into<String>) -> Self {
        Self {
            outcome,
            reason,
            evidence: evidence.into(),
        }
    }
}

impl Offline {
    /// Neither part speaks against the document.
    pub fn holds(&self) -> bool {
        [&self.revocations, &self.report]
            .iter()
            .all(|one| one.outcome != Outcome::Fail)
    }
}

/// Certificates and lists of the bundle with the roots that the verifier trusts.
pub fn trust(
    bundle: &Bundle,
    roots: &[Vec<u8>],
    intermediates: &[Vec<u8>],
    clock: &dyn Clock,
) -> Result<Trust, String> {
    if roots.is_empty() {
        return Ok(Trust::nobody(clock.now()));
    }
    let mut between = intermediates.to_vec();
    between.extend(bundle.certificates.iter().cloned());
    Trust::new(roots, &between, &bundle.crls, clock.now()).map_err(|e| e.to_string())
}

/// Judges what comes with the document.
pub fn judge(bundle: &Bundle, trust: &Trust) -> Offline {
    let digest = hex::encode(gm::sm3(&bundle.document));
    Offline {
        revocations: revocations(bundle, trust, &digest),
        report: report(bundle, trust, &digest),
    }
}

fn revocations(bundle: &Bundle, trust: &Trust, digest: &str) -> Checked {
    let unknown =
        |why: &str| Checked::new(Outcome::NotChecked, Some(Reason::RevocationUnknown), why);
    let Some(said) = &bundle.revocations else {
        return unknown("the bundle has none");
    };
    if trust.store().roots().is_empty() {
        return Checked::new(Outcome::NotChecked, Some(Reason::TrustUnknown), "");
    }
    let signer = match said.signer(trust) {
        Ok(signer) => signer,
        Err(why) => {
            let reason = Some(Reason::ListUntrusted);
            return Checked::new(Outcome::Fail, reason, why.to_string());
        }
    };
    let Some(list) = RevocationList::read(&said.body) else {
        return Checked::new(Outcome::Fail, Some(Reason::ListUntrusted), "not a list");
    };
    let dated = format!("{signer}, no. {}, {}", list.number, list.this_update);
    if let Some(entry) = list.entry(digest) {
        let reason = match entry.reason.as_str() {
            "VOID" => Reason::LicenceVoid,
            "REVOKED" => Reason::LicenceRevoked,
            "CANCELLED" => Reason::LicenceCancelled,
            "LOST" => Reason::LicenceLost,
            "SUSPENDED" => Reason::LicenceSuspended,
            _ => Reason::LicenceHistory,
        };
        let evidence = format!("since {}: {dated}", entry.since);
        return Checked::new(Outcome::Fail, Some(reason), evidence);
    }
    if list.next_update <= trust.now() {
        return unknown(&format!("the list is older than it may be: {dated}"));
    }
    Checked::new(Outcome::Pass, None, dated)
}

fn report(bundle: &Bundle, trust: &Trust, digest: &str) -> Checked {
    let Some(bytes) = &bundle.report else {
        let why = "the bundle has none";
        return Checked::new(Outcome::NotChecked, None, why);
    };
    let wrong = |why: String| Checked::new(Outcome::Fail, Some(Reason::ReportMismatch), why);
    let verdict: Verdict = match sealing::verify(bytes, trust) {
        Ok(verdict) => verdict,
        Err(error) => return wrong(error.to_string()),
    };
    if let Some(failure) = verdict.first_failure() {
        let reason = failure.reason.map(|r| r.en()).unwrap_or_default();
        return wrong(reason.to_owned());
    }
    let custom = Package::read(bytes, &Limits::default())
        .ok()
        .and_then(|package| ofd::inspect(&package).ok())
        .map(|seen| seen.custom)
        .unwrap_or_default();
    let said = |name: &str| {
        let found = custom.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    if said("文件摘要SM3") != digest {
        return wrong("it tells of another file".into());
    }
    if said("核验结论") != "valid" {
        return wrong("it tells that the file was not valid".into());
    }
    let number = said("核验编号").to_owned();
    Checked::new(Outcome::Pass, None, number)
}
