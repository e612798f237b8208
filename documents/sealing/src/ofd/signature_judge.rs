//! One signature of an OFD file: what it covers, its stamp, its seal, its people.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gm::{Certificate, VerifyError};
use jiff::Timestamp;

use super::cover::{Bound, Stranger};
use super::list::Entry;
use super::path;
use super::signature_file::{Method, SignatureFile};
use crate::container::Package;
use crate::judge::{Role, Used, future, stamped};
use crate::report::Report;
use crate::seal::KnownSeal;
use crate::stamp::{SignedData, SignedValue, Stamp};
use crate::{Check, Reason, SignatureInfo, Trust};

/// The package and what is known of it.
pub(super) struct Context<'a> {
    pub package: &'a Package<'a>,
    pub trust: &'a Trust,
    /// `OFD.xml`, which bears the document's identifier.
    pub entry: &'a str,
    /// Parts that draw pages: page contents and templates.
    pub faces: HashSet<String>,
    pub page_ids: HashSet<String>,
    /// Digests of parts, each computed once.
    pub digests: HashMap<(String, Method), [u8; 32]>,
    /// Parts whose digest was not the signed one.
    pub changed: HashSet<String>,
}

/// What a signature accounts for.
#[derive(Default)]
pub(super) struct Account {
    /// Parts that its references name.
    pub covered: HashSet<String>,
    /// Its description could be read.
    pub is_read: bool,
    /// Its own parts, which its stamp covers or which are the stamp.
    pub own: HashSet<String>,
}

impl Context<'_> {
    /// Judges a signature and tells what it accounts for.
    pub(super) fn judge(&mut self, entry: &Entry, report: &mut Report) -> Account {
        let index = report.signatures.len();
        report.signatures.push(SignatureInfo {
            format: entry.kind.clone(),
            ..Default::default()
        });
        let mut one = One {
            context: self,
            entry,
            index: Some(index),
            account: Account::default(),
        };
        one.judge(report);
        one.account
    }

    pub(super) fn digest(&mut self, name: &str, method: Method) -> Option<[u8; 32]> {
        let part = self.package.get(name)?;
        let key = (name.to_string(), method);
        Some(
            *self
                .digests
                .entry(key)
                .or_insert_with(|| method.of(&part.data)),
        )
    }
}

/// One signature being judged.
pub(super) struct One<'c, 'a> {
    pub context: &'c mut Context<'a>,
    pub entry: &'c Entry,
    pub index: Option<usize>,
    account: Account,
}

impl<'a> One<'_, 'a> {
    fn judge(&mut self, report: &mut Report) {
        let package: &'a Package<'a> = self.context.package;
        let name = &self.entry.part;
        self.account.own.insert(name.clone());
        let Some(part) = package.get(name) else {
            let evidence = format!("{name} is missing");
            report.fail(Check::Stamp, Reason::SealRemoved, self.index, evidence);
            return;
        };
        let file = match SignatureFile::parse(&part.data) {
            Ok(file) => file,
            Err(why) => {
                self.own_folder();
                let evidence = format!("{name}: {why}");
                report.fail(Check::Integrity, Reason::PartChanged, self.index, evidence);
                return;
            }
        };
        if let Some(info) = report.signatures.last_mut() {
            info.signed_at = file.time.map(|at| at.to_string());
        }
        self.account.is_read = true;
        self.account.covered = file
            .references
            .iter()
            .filter_map(|one| path::resolve(name, &one.path))
            .collect();
        let value = path::resolve(
            name,
            file.signed_value.as_deref().unwrap_or("SignedValue.dat"),
        );
        let value = value.and_then(|value| {
            self.account.own.insert(value.clone());
            package.get(&value)
        });
        let Some(value) = value else {
            let evidence = format!("the signed value of {name} is missing");
            report.fail(Check::Stamp, Reason::SealRemoved, self.index, evidence);
            self.references(&file, None, report);
            return;
        };
        match SignedValue::parse(&value.data) {
            Ok(SignedValue::Stamp(stamp)) => self.stamp(&file, &part.data, &stamp, report),
            Ok(SignedValue::Data(data)) => self.data(&file, &part.data, &data, report),
            Ok(SignedValue::Bare) => {
                self.describe(report, |info| info.format = "SM2 r,s".into());
                let evidence = format!("{} holds a bare signature value", value.name);
                report.fail(Check::Stamp, Reason::SignerUnknown, self.index, evidence);
                self.references(&file, None, report);
            }
            Err(error) => {
                let evidence = format!("{}: {error}", value.name);
                report.fail(Check::Stamp, Reason::StampBroken, self.index, evidence);
                self.references(&file, None, report);
            }
        }
        self.pages(&file, report);
    }

    fn describe(&self, report: &mut Report, write: impl FnOnce(&mut SignatureInfo)) {
        if let Some(info) = report.signatures.last_mut() {
            write(info);
        }
    }

    /// Everything beside a description that cannot be read is taken to belong to it.
    fn own_folder(&mut self) {
        let folder = path::folder(&self.entry.part);
        let parts = self.context.package.parts.iter().map(|part| &part.name);
        let beside = parts.filter(|name| path::folder(name) == folder);
        self.account.own.extend(beside.cloned());
    }

    /// A stamp with its seal.
    fn stamp(&mut self, file: &SignatureFile, xml: &[u8], stamp: &Stamp<'_>, report: &mut Report) {
        let index = self.index;
        let seal = self.known_seal(stamp.seal);
        let listed = seal
            .as_ref()
            .and_then(|seal| seal.listed(stamp.certificate));
        let is_listed = listed.is_some();
        let signer = listed.or_else(|| Certificate::from_der(stamp.certificate).ok());
        self.describe(report, |info| {
            info.format = match stamp.version {
                4 => "GB/T 38540 v4".into(),
                other => format!("GM/T 0031 v{other}"),
            };
            info.algorithm = match stamp.value.algorithm() {
                Some(algorithm) => algorithm.name().into(),
                None => stamp.value.algorithm_oid(),
            };
            if let Some(signer) = &signer {
                signer_info(info, signer);
            }
            if let Some(seal) = &seal {
                info.seal_id = Some(seal.id.clone());
                info.seal_name = Some(seal.name.clone());
                info.seal_maker = seal.maker.as_ref().map(Certificate::subject);
            }
            if let Some(at) = stamp.time {
                info.signed_at = Some(at.to_string());
            }
        });
        let holds = match &signer {
            Some(signer) => stamp.value.is_made_by(signer),
            None => Err(VerifyError::Wrong),
        };
        value_finding(
            holds,
            &stamp.value.algorithm_oid(),
            signer.as_ref(),
            index,
            report,
        );

        // What a stamp that does not hold says of the file says nothing.
        let bound = holds.is_ok().then(|| {
            let hash = SignatureFile::data_hash(stamp.value.algorithm(), xml);
            if stamp.data_hash == hash {
                Bound::Yes
            } else {
                Bound::No(self.stranger(file, stamp))
            }
        });
        self.references(file, bound, report);
        if bound == Some(Bound::Yes) {
            self.property(stamp, report);
        }
        let claimed = self.moment(stamp.time.or(file.time), report);
        let at = self.time_stamp(stamp, report).unwrap_or(claimed);
        self.seal(file, stamp, seal.as_deref(), is_listed, report);
        if let Some(seal) = &seal {
            self.seal_time(seal, at, report);
        }
        if let Some(signer) = &signer {
            let role = Role::Signer;
            let used = Used {
                role,
                certificate: signer,
                extra: &[],
                at,
                signature: index,
            };
            used.judge(self.context.trust, report);
        }
        if let Some(seal) = &seal {
            self.maker(seal, stamp.seal, report);
        }
    }

    /// Signed data without a seal (Type="Sign").
    fn data(
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
        let Some((signer, extra)) = data.certificate() else {
            let evidence = "the certificate that the signature names is not in it";
            report.fail(Check::Stamp, Reason::SignerUnknown, index, evidence);
            self.references(file, None, report);
            return;
        };
        let algorithm = data.algorithm(&signer);
        self.describe(report, |info| {
            signer_info(info, &signer);
            info.algorithm = algorithm.map_or("?", |algorithm| algorithm.name()).into();
        });
        let holds = data.is_made_by(&signer, xml);
        value_finding(holds, "not supported", Some(&signer), index, report);
        let bound = holds.is_ok().then(|| {
            if data.covers(xml) {
                Bound::Yes
            } else {
                Bound::No(Stranger::Unknown)
            }
        });
        self.references(file, bound, report);
        let at = self.moment(file.time, report);
        let role = Role::Signer;
        let used = Used {
            role,
            certificate: &signer,
            extra: &extra,
            at,
            signature: index,
        };
        used.judge(self.context.trust, report);
    }

    fn moment(&self, time: Option<Timestamp>, report: &mut Report) -> Timestamp {
        let now = self.context.trust.now();
        match time {
            Some(at) => future(at, self.context.trust, self.index, report),
            None => {
                let evidence = "the signature tells no time; judged as of now";
                let reason = Reason::FormatDeviation;
                report.warn(Check::SealValidity, reason, self.index, evidence);
            }
        }
        time.unwrap_or(now)
    }

    /// The time of a trusted time stamp over the signature value.
    fn time_stamp(&self, stamp: &Stamp<'_>, report: &mut Report) -> Option<Timestamp> {
        let (trust, index) = (self.context.trust, self.index);
        let at = stamped(
            stamp.time_stamp?,
            stamp.value.signature,
            trust,
            index,
            report,
        )?;
        self.describe(report, |info| info.stamped_at = Some(at.to_string()));
        Some(at)
    }

    fn known_seal(&self, der: &[u8]) -> Option<Arc<KnownSeal>> {
        match self.context.trust.seals().get(&gm::sha256(der)) {
            Some(seal) => Some(seal),
            None => KnownSeal::examine(der).ok().map(Arc::new),
        }
    }

    /// The seal in the stamp, and beside it.
    fn seal(
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
                let evidence = "the description names no Seal.esl";
                report.warn(check, Reason::FormatDeviation, index, evidence);
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
                    Some(part) if *part.data != *stamp.seal => {
                        report.fail(check, Reason::SealMismatch, index, part.name.clone());
                    }
                    Some(_) => {}
                }
            }
        }
        let Some(seal) = seal else {
            report.fail(check, Reason::SealBroken, index, "the seal cannot be read");
            return;
        };
        match seal.holds {
            Ok(()) => {}
            Err(VerifyError::Unsupported) => {
                report.fail(check, Reason::AlgorithmUnknown, index, seal.name.clone());
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
            let evidence = format!(
                "stamp of version {}, seal of {}",
                stamp.version, seal.version
            );
            report.warn(check, Reason::FormatDeviation, index, evidence);
        }
        if report.is_clean(check, index) {
            report.pass(check, index, format!("“{}”, {}", seal.name, seal.id));
        }
    }

    fn seal_time(&self, seal: &KnownSeal, at: Timestamp, report: &mut Report) {
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
    fn maker(&self, seal: &Arc<KnownSeal>, der: &[u8], report: &mut Report) {
        let Some(maker) = &seal.maker else { return };
        let used = Used {
            role: Role::Maker,
            certificate: maker,
            extra: &[],
            at: seal.created,
            signature: self.index,
        };
        if used.judge(self.context.trust, report) && seal.holds.is_ok() {
            self.context.trust.seals().remember(gm::sha256(der), seal);
        }
    }
}

fn signer_info(info: &mut SignatureInfo, signer: &Certificate) {
    info.signer = signer.subject();
    info.signer_serial = signer.serial();
    info.issuer = signer.issuer();
    info.certificate = signer.der().to_vec();
}

fn value_finding(
    holds: Result<(), VerifyError>,
    algorithm: &str,
    signer: Option<&Certificate>,
    index: Option<usize>,
    report: &mut Report,
) {
    let check = Check::Stamp;
    match (holds, signer) {
        (Ok(()), Some(signer)) => report.pass(check, index, signer.subject()),
        (_, None) => {
            let evidence = "the signer's certificate cannot be read";
            report.fail(check, Reason::StampBroken, index, evidence);
        }
        (Err(VerifyError::Unsupported), _) => {
            let evidence = format!("algorithm {algorithm}");
            report.fail(check, Reason::AlgorithmUnknown, index, evidence);
        }
        (Err(VerifyError::Wrong), _) => {
            let evidence = "the value does not hold under the signer's key";
            report.fail(check, Reason::StampBroken, index, evidence);
        }
    }
}
