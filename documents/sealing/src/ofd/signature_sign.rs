//! Signatures of persons (Type="Sign"): signed data, and bare values whose certificate stands
//! somewhere else.

use gm::{Certificate, ObjectIdentifier, VerifyError, oid};

use super::cover::{Bound, Stranger};
use super::method::signature_method;
use super::path;
use super::schema;
use super::signature_file::SignatureFile;
use super::signature_judge::{One, signer_info, value_finding};
use crate::deviation::{Deviation, Notes};
use crate::judge::{Role, Used};
use crate::report::Report;
use crate::seal::{Listed, Seal};
use crate::stamp::{Covers, SignedData, SignedValue};
use crate::value::{Value, Weak};
use crate::{Check, Reason};

/// Certificates tried for one signature.
const TRIED: usize = 16;
/// Parts that are searched for certificates, and their sizes: a certificate is small, and so is a
/// seal.
const SEARCHED: usize = 32;
const CERTIFICATE: usize = 64 << 10;
const SEAL: usize = 4 << 20;
/// Certificates taken out of one seal.
const LISTED: usize = 8;

/// A certificate that may be the signer's, and where it was found.
struct Candidate {
    certificate: Certificate,
    place: String,
    /// A part that holds nothing else.
    part: Option<String>,
    /// It stands with this signature, not with another.
    own: bool,
}

impl One<'_, '_> {
    /// Signed data without a seal.
    pub(super) fn data(
        &mut self,
        file: &SignatureFile,
        xml: &[u8],
        data: &SignedData<'_>,
        report: &mut Report,
    ) {
        let index = self.index;
        self.describe(report, |info| info.format = "GB/T 35275".into());
        if self.entry.kind != "Sign" {
            let evidence = "a seal signature that carries no seal";
            report.fail(Check::Seal, Reason::SealRemoved, index, evidence);
        }
        let found = data.certificate().or_else(|| {
            let named = |one: &Candidate| data.names(&one.certificate);
            let one = self.candidates(file).into_iter().find(named)?;
            self.found(&one, report);
            Some((one.certificate, Vec::new()))
        });
        let Some((signer, extra)) = found else {
            let evidence = "the certificate that the signature names is not in it";
            report.fail(Check::Stamp, Reason::SignerUnknown, index, evidence);
            self.references(file, None, report);
            return;
        };
        let algorithm = data.value.algorithm_text(Some(&signer));
        self.describe(report, |info| {
            signer_info(info, &signer);
            info.algorithm = algorithm.clone();
        });
        let notes = Notes::default();
        let holds = data.is_made_by(&signer, xml, &notes);
        value_finding(holds, &algorithm, Some(&signer), index, report);
        let bound = holds.is_ok().then(|| match data.covers(xml, &notes) {
            Covers::Yes => Bound::Yes,
            Covers::No => Bound::No(Stranger::Unknown),
        });
        self.form(&notes.take(), &self.entry.part, report);
        self.references(file, bound, report);
        self.same(file, data.value.algorithm(), None, report);
        let value = data.value.signature;
        self.person(file, &signer, &extra, data.time_stamp, value, report);
    }

    /// Nothing but a signature value.
    pub(super) fn bare(
        &mut self,
        file: &SignatureFile,
        xml: &[u8],
        signature: &[u8],
        report: &mut Report,
    ) {
        let index = self.index;
        self.describe(report, |info| info.format = "r,s".into());
        if self.entry.kind != "Sign" {
            // Without a stamp nothing ties a seal beside it to the signature.
            let evidence = "a seal signature that is only a bare value";
            report.fail(Check::Stamp, Reason::SignerUnknown, index, evidence);
            self.references(file, None, report);
            return;
        }
        self.deviates(Deviation::ValueForm, self.entry.part.clone(), report);
        let candidates = self.candidates(file);
        let named = signature_method(&file.method);
        let notes = Notes::default();
        let mut by_own = None;
        for one in &candidates {
            let Some(left) = self.context.tries.checked_sub(1) else {
                break;
            };
            self.context.tries = left;
            let id = named.unwrap_or_else(|| usual(&one.certificate));
            match over(&one.certificate, id, signature, xml, &notes) {
                Ok(weak) => {
                    self.signed_by(file, one, id, signature, weak, &notes, report);
                    return;
                }
                Err(VerifyError::Unsupported) => {}
                Err(VerifyError::Wrong) if one.own => by_own = Some(one),
                Err(VerifyError::Wrong) => {}
            }
        }
        match by_own {
            Some(one) => {
                self.account.own.extend(one.part.clone());
                self.describe(report, |info| signer_info(info, &one.certificate));
                let evidence = format!(
                    "the value does not hold under the key of “{}” ({})",
                    one.certificate.subject(),
                    one.place
                );
                report.fail(Check::Stamp, Reason::StampBroken, index, evidence);
            }
            None => {
                let evidence = "a bare signature value, and no certificate that it holds under";
                report.fail(Check::Stamp, Reason::SignerUnknown, index, evidence);
            }
        }
        self.references(file, None, report);
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "one signature and everything known of it"
    )]
    fn signed_by(
        &mut self,
        file: &SignatureFile,
        one: &Candidate,
        id: ObjectIdentifier,
        signature: &[u8],
        weak: Option<Weak>,
        notes: &Notes,
        report: &mut Report,
    ) {
        let signer = &one.certificate;
        let value = Value {
            id: id.as_bytes(),
            signature,
        };
        let algorithm = value.algorithm_text(Some(signer));
        self.describe(report, |info| {
            signer_info(info, signer);
            info.algorithm = algorithm.clone();
        });
        self.found(one, report);
        self.form(&notes.take(), &self.entry.part, report);
        value_finding(Ok(weak), &algorithm, Some(signer), self.index, report);
        self.references(file, Some(Bound::Yes), report);
        self.person(file, signer, &[], None, signature, report);
    }

    /// Time and certificate of a person's signature.
    fn person(
        &mut self,
        file: &SignatureFile,
        signer: &Certificate,
        extra: &[Certificate],
        token: Option<&[u8]>,
        value: &[u8],
        report: &mut Report,
    ) {
        let claimed = self.moment(file.time, report);
        let stamped = token.and_then(|token| {
            let place = "SignerInfo.unauthenticatedAttributes";
            self.time_stamp(Check::Stamp, place, token, value, report)
        });
        self.stamped_at(stamped, claimed, report);
        let used = Used {
            role: Role::Signer,
            certificate: signer,
            extra,
            at: stamped.unwrap_or(claimed),
            signature: self.index,
        };
        used.judge(self.context.trust, report);
    }

    /// Tells where the certificate was found. A part that holds nothing else belongs to the
    /// signature: without the right contents it would not hold.
    fn found(&mut self, one: &Candidate, report: &mut Report) {
        self.account.own.extend(one.part.clone());
        self.deviates(Deviation::CertificateElsewhere, one.place.clone(), report);
    }

    /// Where real files put the certificate of a bare value: in the description, in a file beside
    /// it, in a seal beside it, in another signature of the document; or nowhere, because the
    /// verifier is expected to have it.
    fn candidates(&self, file: &SignatureFile) -> Vec<Candidate> {
        let package = self.context.package;
        let description = &self.entry.part;
        let mut found: Vec<Candidate> = Vec::new();
        if self.context.tries == 0 {
            return found;
        }
        let mut add = |bytes: &[u8], place: &str, part: Option<&str>, own: bool| {
            if found.len() >= TRIED || bytes.len() > CERTIFICATE {
                return;
            }
            let bare = || {
                let der = schema::base64(std::str::from_utf8(bytes).ok()?)?;
                Some(vec![Certificate::from_der(&der).ok()?])
            };
            let read = Certificate::from_pem_or_der(bytes).ok().or_else(bare);
            for certificate in read.unwrap_or_default() {
                let known = found.iter().any(|one| one.certificate == certificate);
                if !known && found.len() < TRIED {
                    found.push(Candidate {
                        certificate,
                        place: place.to_string(),
                        part: part.map(str::to_string),
                        own,
                    });
                }
            }
        };
        for text in &file.certificates {
            match path::resolve(description, text).and_then(|name| package.get(&name)) {
                Some(part) => add(part.data(), &part.name, Some(&part.name), true),
                None => add(text.as_bytes(), description, None, true),
            }
        }
        let folder = path::folder(description);
        let beside = |name: &str| path::folder(name) == folder;
        let is_certificate = |name: &str| {
            let name = path::file(name).to_ascii_lowercase();
            let ending = [".cer", ".crt", ".pem", ".der"];
            ending.iter().any(|e| name.ends_with(e)) || name.contains("cert")
        };
        let parts = package.parts.iter().filter(|part| beside(&part.name));
        for part in parts
            .filter(|part| is_certificate(&part.name))
            .take(SEARCHED)
        {
            add(part.data(), &part.name, Some(&part.name), true);
        }
        let others = package.parts.iter().filter(|part| {
            let end = part.name.rsplit('.').next().unwrap_or_default();
            end.eq_ignore_ascii_case("esl") || end.eq_ignore_ascii_case("dat")
        });
        for part in others.filter(|part| part.size() <= SEAL).take(SEARCHED) {
            let own = beside(&part.name);
            let name = part.name.to_ascii_lowercase();
            if name.ends_with(".esl") {
                add_seal(part.data(), |der| add(der, &part.name, None, false));
            } else if name.ends_with(".dat") && !own {
                let notes = Notes::default();
                match SignedValue::parse(part.data(), &notes) {
                    Ok((SignedValue::Stamp(stamp), _)) => {
                        add(stamp.certificate, &part.name, None, false);
                    }
                    Ok((SignedValue::Data(data), _)) => {
                        let all = data.certificates.iter();
                        all.for_each(|der| add(der, &part.name, None, false));
                    }
                    _ => {}
                }
            }
        }
        for root in self.context.trust.store().roots() {
            add(
                root.der(),
                "the verifier's trusted certificates",
                None,
                false,
            );
        }
        found
    }
}

fn add_seal(seal: &[u8], mut add: impl FnMut(&[u8])) {
    if let Ok(seal) = Seal::parse(seal) {
        for listed in seal.signers.iter().take(LISTED) {
            if let Listed::Certificate(der) = listed {
                add(der);
            }
        }
    }
}

/// The algorithm that goes with a kind of key.
fn usual(signer: &Certificate) -> ObjectIdentifier {
    match signer.public_key().kind() {
        "P-256" => oid::ECDSA_SHA256,
        "RSA" => oid::RSA_SHA256,
        _ => oid::SM2_WITH_SM3,
    }
}

/// The value is over the description, or over its digest.
fn over(
    signer: &Certificate,
    id: ObjectIdentifier,
    signature: &[u8],
    xml: &[u8],
    notes: &Notes,
) -> Result<Option<Weak>, VerifyError> {
    const PLACE: &str = "SignedValue";
    let value = Value {
        id: id.as_bytes(),
        signature,
    };
    let held = value.holds(signer, xml, PLACE, notes);
    if held != Err(VerifyError::Wrong) {
        return held;
    }
    let held = value.holds(signer, &gm::sm3(xml), PLACE, notes)?;
    notes.add(Deviation::SignatureOverDigest, PLACE);
    Ok(held)
}
