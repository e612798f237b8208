//! The seal of a signature: inside the stamp and beside it, its time, its maker.

use std::sync::Arc;

use gm::VerifyError;
use jiff::Timestamp;

use super::path;
use super::signature_file::SignatureFile;
use super::signature_judge::One;
use crate::ber::der_form;
use crate::deviation::Deviation;
use crate::judge::{Role, Used};
use crate::report::Report;
use crate::seal::KnownSeal;
use crate::stamp::Stamp;
use crate::{Check, Reason};

impl One<'_, '_> {
    pub(super) fn known_seal(&self, der: &[u8]) -> Option<Arc<KnownSeal>> {
        match self.context.trust.seals().get(&gm::sha256(der)) {
            Some(seal) => Some(seal),
            None => KnownSeal::examine(der).ok().map(Arc::new),
        }
    }

    /// The seal in the stamp, and beside it.
    pub(super) fn seal(
        &mut self,
        file: &SignatureFile,
        stamp: &Stamp<'_>,
        seal: Option<&KnownSeal>,
        is_listed: bool,
        report: &mut Report,
    ) {
        let (check, index) = (Check::Seal, self.index);
        match &file.seal {
            None => {
                let place = format!("{} SignedInfo/Seal", self.entry.part);
                self.deviates(Deviation::ElementMissing, place, report);
            }
            Some(written) => {
                let name = path::resolve(&self.entry.part, written);
                let beside = name.and_then(|name| {
                    self.account.own.insert(name.clone());
                    self.context.package.get(&name)
                });
                match beside {
                    None => {
                        let evidence = format!("{written} is missing");
                        report.fail(check, Reason::SealRemoved, index, evidence);
                    }
                    Some(part) if part.data() == stamp.seal => {}
                    Some(part) => match same_seal(part.data(), stamp.seal) {
                        // What covers the file covers its oddity.
                        Some(odd) if self.account.covered.contains(&part.name) => {
                            self.deviates(odd, part.name.clone(), report);
                        }
                        _ => report.fail(check, Reason::SealMismatch, index, part.name.clone()),
                    },
                }
            }
        }
        let Some(seal) = seal else {
            report.fail(check, Reason::SealBroken, index, "the seal cannot be read");
            return;
        };
        self.form(&seal.deviations, &format!("seal “{}”", seal.name), report);
        match seal.holds {
            Ok(None) => {}
            Ok(Some(weak)) => {
                let evidence = format!("seal “{}”: {}", seal.name, weak.words());
                report.warn(check, Reason::AlgorithmWeak, index, evidence);
            }
            Err(VerifyError::Unsupported) => {
                let evidence = format!("seal “{}”: algorithm {}", seal.name, seal.algorithm);
                report.fail(check, Reason::AlgorithmUnknown, index, evidence);
            }
            Err(VerifyError::Wrong) => {
                report.fail(check, Reason::SealBroken, index, seal.name.clone());
            }
        }
        if !is_listed {
            let evidence = format!("seal “{}”", seal.name);
            report.fail(check, Reason::SignerNotInSeal, index, evidence);
        }
        if stamp.version != seal.version {
            let place = format!("stamp {}, seal {}", stamp.version, seal.version);
            self.deviates(Deviation::VersionsDiffer, place, report);
        }
        if report.is_clean(check, index) {
            report.pass(check, index, format!("“{}”, {}", seal.name, seal.id));
        }
    }

    pub(super) fn seal_time(&self, seal: &KnownSeal, at: Timestamp, report: &mut Report) {
        let (from, to) = (seal.valid_from, seal.valid_to);
        let evidence = format!("seal: {from} to {to}, used {at}");
        if from <= at && at <= to {
            report.pass(Check::SealValidity, self.index, evidence);
        } else {
            report.fail(
                Check::SealValidity,
                Reason::SealExpired,
                self.index,
                evidence,
            );
        }
    }

    /// The maker is judged as of the day the seal was made.
    pub(super) fn maker(&self, seal: &Arc<KnownSeal>, der: &[u8], report: &mut Report) {
        let Some(maker) = &seal.maker else { return };
        let stamped = seal.time_stamp.as_ref().and_then(|token| {
            let place = format!("seal “{}” SESeal.timeStamp", seal.name);
            self.time_stamp(Check::Seal, &place, token, &seal.signature, report)
        });
        let used = Used {
            role: Role::Maker,
            certificate: maker,
            extra: &[],
            at: stamped.unwrap_or(seal.created),
            signature: self.index,
        };
        if used.judge(self.context.trust, report) && seal.holds.is_ok() {
            self.context.trust.seals().remember(gm::sha256(der), seal);
        }
    }
}

/// In what the file beside differs from the seal in the stamp, where both are the same seal.
fn same_seal(beside: &[u8], inside: &[u8]) -> Option<Deviation> {
    if let Some(rest) = beside.strip_prefix(inside) {
        return crate::ber::tail(rest);
    }
    let (one, other) = (der_form(beside).ok()?, der_form(inside).ok()?);
    (one == other).then_some(Deviation::SealBeside)
}
